from django.urls import path

from tallystick.web.sales import line_views, views

urlpatterns = [
    path("<slug:table>/new", views.new, name="document-new"),
    path("<slug:table>/lookup", line_views.lookup, name="document-lookup"),
    path("<slug:table>/<uuid:record_id>/", views.document, name="document"),
    path("<slug:table>/<uuid:record_id>/lines/restore", line_views.restore, name="document-line-restore"),
    path("<slug:table>/<uuid:record_id>/lines/<uuid:line_id>", line_views.save, name="document-line"),
    path("<slug:table>/<uuid:record_id>/lines/<uuid:line_id>/delete", line_views.delete, name="document-line-delete"),
]
