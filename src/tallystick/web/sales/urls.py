from django.urls import path

from tallystick.web.sales import line_views, posting_views, version_views, views

urlpatterns = [
    path("<slug:table>/new", views.new, name="document-new"),
    path("<slug:table>/lookup", line_views.lookup, name="document-lookup"),
    path("<slug:table>/<uuid:record_id>/", views.document, name="document"),
    path("<slug:table>/<uuid:record_id>/lines/restore", line_views.restore, name="document-line-restore"),
    path("<slug:table>/<uuid:record_id>/lines/<uuid:line_id>", line_views.save, name="document-line"),
    path("<slug:table>/<uuid:record_id>/lines/<uuid:line_id>/delete", line_views.delete, name="document-line-delete"),
    path("<slug:table>/<uuid:record_id>/post", posting_views.post, name="document-post"),
    path("<slug:table>/versions/", version_views.versions, name="document-versions"),
    path("<slug:table>/versions/<uuid:version_id>/", version_views.version, name="document-version"),
    path("<slug:table>/versions/<uuid:version_id>/restore", version_views.restore, name="document-restore"),
    path("<slug:table>/<uuid:record_id>/archive", version_views.archive, name="document-archive"),
]
