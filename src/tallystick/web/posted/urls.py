from django.urls import path

from tallystick.web.posted import views

urlpatterns = [
    path("entries", views.navigate, name="posted-entries"),
    path("ledger/<slug:table>/<uuid:record_id>/", views.transaction, name="ledger-transaction"),
    path("ledger/<slug:table>/<uuid:record_id>/reverse", views.reverse, name="ledger-reverse"),
    path("sales-invoice/<uuid:record_id>/correct", views.correct, name="posted-correct"),
    path("<slug:table>/<uuid:record_id>/", views.document, name="posted-document"),
]
