from django.urls import path

from tallystick.web.number_series import views

urlpatterns = [
    path("", views.number_series, name="number-series"),
    path("<uuid:series_id>/", views.edit, name="number-series-edit"),
]
