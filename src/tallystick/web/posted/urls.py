from django.urls import path

from tallystick.web.posted import views

urlpatterns = [
    path("sales-invoice/<uuid:record_id>/correct", views.correct, name="posted-correct"),
    path("<slug:table>/<uuid:record_id>/", views.document, name="posted-document"),
]
