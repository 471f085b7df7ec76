from django.urls import path

from tallystick.web.imports import views

urlpatterns = [
    path("", views.choose, name="import"),
    path("template/<slug:table>.<slug:format>", views.template, name="import-template"),
    path("<str:upload_id>/", views.preview, name="import-preview"),
    path("<str:upload_id>/run", views.run, name="import-run"),
    path("<str:upload_id>/discard", views.discard, name="import-discard"),
]
