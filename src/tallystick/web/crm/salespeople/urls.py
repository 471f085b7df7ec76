from django.urls import path

from tallystick.web.crm.salespeople import views

urlpatterns = [
    path("", views.salespeople, name="crm-salespeople"),
    path("match", views.match, name="crm-salespeople-match"),
    path("couple", views.couple, name="crm-salespeople-couple"),
    path("create", views.create, name="crm-salespeople-create"),
]
