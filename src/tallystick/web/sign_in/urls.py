from django.urls import path

from tallystick.web.sign_in import entra, own, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code", views.code, name="second-factor-code"),
    path("sign-in/link/<str:token>", views.one_time_link, name="sign-in-link"),
    path("sign-in/entra", entra.start, name="sign-in-entra"),
    path("sign-in/entra/back", entra.back, name="sign-in-entra-back"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("sign-out/everywhere", views.sign_out_everywhere, name="sign-out-everywhere"),
    path("your-sign-in/sessions/<int:session_id>/end", views.end_session, name="session-end"),
    path("password/", views.ChangePassword.as_view(), name="change-password"),
    path("your-sign-in/", own.own_sign_in, name="own-sign-in"),
    path("your-sign-in/begin", own.begin, name="second-factor-begin"),
    path("your-sign-in/confirm", own.confirm, name="second-factor-confirm"),
    path("your-sign-in/recovery-codes", own.renew, name="second-factor-renew"),
    path("your-sign-in/off", own.turn_off, name="second-factor-off"),
]
