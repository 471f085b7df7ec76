from django.urls import path

from tallystick.web.item_journal import views

urlpatterns = [
    path("post", views.post, name="item-journal-post"),
    path("adjust/<uuid:item>/", views.adjust, name="adjust-inventory"),
]
