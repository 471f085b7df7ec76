from django.urls import path

from tallystick.web.users import views
from tallystick.web.web_services import keys

urlpatterns = [
    path("", views.users, name="users"),
    path("new", views.add, name="user-new"),
    path("<int:user_id>/", views.edit, name="user-edit"),
    path("<int:user_id>/link", views.make_link, name="user-link"),
    path("<int:user_id>/active", views.switch_active, name="user-active"),
    path("<int:user_id>/second-factor", views.require_second_factor, name="user-second-factor"),
    path("<int:user_id>/second-factor/reset", views.reset_second_factor, name="user-second-factor-reset"),
    path("<int:user_id>/sessions/end", views.end_sessions, name="user-sessions-end"),
    path("<int:user_id>/sessions/<int:session_id>/end", views.end_session, name="user-session-end"),
    path("<int:user_id>/entra", views.switch_entra, name="user-entra"),
    path("<int:user_id>/key", keys.of_user, name="user-key"),
    path("<int:user_id>/key/revoke", keys.revoke_of_user, name="user-key-revoke"),
    path("<int:user_id>/remove", views.remove, name="user-remove"),
]
