from django.urls import path

from tallystick.web.company import views

urlpatterns = [
    path("", views.settings, name="company-settings"),
    path("experience", views.switch_experience, name="company-experience"),
    path("all", views.companies, name="companies"),
    path("new", views.new_company, name="company-new"),
]
