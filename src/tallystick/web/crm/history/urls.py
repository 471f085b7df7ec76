from django.urls import path

from tallystick.web.crm.history import views

urlpatterns = [
    path("", views.history, name="crm-history"),
    path("undo", views.undo, name="crm-undo"),
]
