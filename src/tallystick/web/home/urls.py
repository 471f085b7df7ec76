from django.urls import path

from tallystick.web.home import views

urlpatterns = [path("", views.company_home, name="company-home")]
