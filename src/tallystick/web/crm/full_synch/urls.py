from django.urls import path

from tallystick.web.crm.full_synch import views

urlpatterns = [
    path("", views.review, name="crm-full-synch"),
    path("start", views.start, name="crm-full-synch-start"),
    path("stop", views.stop, name="crm-full-synch-stop"),
    path("lines/<int:run_id>/<str:action>", views.line, name="crm-full-synch-line"),
]
