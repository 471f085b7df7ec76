from django.urls import path

from tallystick.web.audit import views

urlpatterns = [path("", views.audit, name="audit")]
