from django.urls import path

from tallystick.web.sign_in_settings import views

urlpatterns = [
    path("", views.settings, name="sign-in-settings"),
    path("rules", views.save_rules, name="sign-in-rules"),
    path("entra", views.save_directory, name="sign-in-directory"),
    path("entra/switch", views.switch_directory, name="sign-in-directory-switch"),
    path("entra/test", views.test_directory, name="sign-in-directory-test"),
]
