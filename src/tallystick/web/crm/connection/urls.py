from django.urls import path

from tallystick.web.crm.connection import views

urlpatterns = [
    path("", views.setup, name="crm-connection"),
    path("test", views.test, name="crm-connection-test"),
    path("enable", views.enable, name="crm-connection-enable"),
    path("disable", views.disable, name="crm-connection-disable"),
]
