from django.urls import path

from tallystick.web.crm.assisted_setup import views

urlpatterns = [
    path("", views.overview, name="crm-assisted-setup"),
    path("connection/", views.resume, name="crm-guide"),
    path("connection/<str:step>/", views.step, name="crm-guide-step"),
]
