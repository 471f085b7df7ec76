from django.urls import path

from tallystick.web.crm.jobs import views

urlpatterns = [
    path("", views.jobs, name="crm-jobs"),
    path("<int:run_id>/", views.job, name="crm-job"),
    path("<int:run_id>/approve", views.approve, name="crm-job-approve"),
    path("<int:run_id>/stop", views.stop, name="crm-job-stop"),
]
