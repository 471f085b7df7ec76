from django.urls import path

from tallystick.web.item_journal import views

urlpatterns = [
    path("adjust/<uuid:item>/", views.adjust, name="adjust-inventory"),
]
