from django.urls import path

from tallystick.web.opportunities import views

urlpatterns = [
    path("<uuid:opportunity>/start", views.start, name="opportunity-start"),
    path("<uuid:opportunity>/next-stage", views.take_to_next_stage, name="opportunity-next-stage"),
    path("<uuid:opportunity>/reopen", views.reopen, name="opportunity-reopen"),
    path("<uuid:opportunity>/make-quote", views.make_quote, name="opportunity-make-quote"),
    path("<uuid:opportunity>/win", views.win, name="opportunity-win"),
    path("<uuid:opportunity>/lose", views.lose, name="opportunity-lose"),
    path("next-stage", views.take_many_to_next_stage, name="opportunities-next-stage"),
]
