from django.urls import path

from tallystick.web.users import views

urlpatterns = [
    path("", views.users, name="users"),
    path("new", views.add, name="user-new"),
    path("<int:user_id>/", views.edit, name="user-edit"),
    path("<int:user_id>/link", views.make_link, name="user-link"),
    path("<int:user_id>/active", views.switch_active, name="user-active"),
    path("<int:user_id>/remove", views.remove, name="user-remove"),
]
