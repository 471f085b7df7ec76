from django.urls import path

from tallystick.web.crm.issues import views

urlpatterns = [
    path("", views.issues, name="crm-issues"),
    path("badge", views.badge, name="crm-issues-badge"),
    path("retry", views.retry, name="crm-issues-retry"),
    path("retry-all", views.retry_all, name="crm-issues-retry-all"),
    path("<str:issue_id>/settle", views.settle, name="crm-issue-settle"),
    path("<str:issue_id>/settle-deletion", views.settle_deletion, name="crm-issue-settle-deletion"),
]
