from django.urls import path

from tallystick.web.crm.connection import solution, views

urlpatterns = [
    path("", views.connection_setup, name="crm-connection"),
    path("default-setup", views.default_setup, name="crm-default-setup"),
    path("test", views.test, name="crm-connection-test"),
    path("enable", views.enable, name="crm-connection-enable"),
    path("disable", views.disable, name="crm-connection-disable"),
    path("solution/", solution.look, name="crm-solution"),
    path("solution/import", solution.start, name="crm-solution-import"),
    path("solution/status", solution.status, name="crm-solution-status"),
]
