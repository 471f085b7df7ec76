from django.urls import path

from tallystick.web.records import card_views, list_views

urlpatterns = [
    path("<slug:table>/", list_views.record_list, name="record-list"),
    path("<slug:table>/export", list_views.export, name="record-export"),
    path("<slug:table>/lookup", list_views.lookup, name="record-lookup"),
    path("<slug:table>/new", card_views.new, name="record-new"),
    path("<slug:table>/<uuid:record_id>/", card_views.card, name="record-card"),
    path("<slug:table>/<uuid:record_id>/delete", card_views.delete, name="record-delete"),
]
