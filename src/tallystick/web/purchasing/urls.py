from django.urls import path

from tallystick.web.purchasing import views

urlpatterns = [path("<uuid:order>/receive", views.receive, name="purchase-receive")]
