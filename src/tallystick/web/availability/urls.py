from django.urls import path

from tallystick.web.availability import views

urlpatterns = [
    path("", views.items, name="availability-list"),
    path("<uuid:item>/", views.item, name="availability"),
]
