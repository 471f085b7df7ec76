from django.urls import path

from tallystick.web.crm.coupling import record, selection

urlpatterns = [
    path("records/<slug:table>/<uuid:record_id>/", record.record, name="crm-record"),
    path("records/<slug:table>/<uuid:record_id>/candidates", record.candidates, name="crm-candidates"),
    path("records/<slug:table>/<uuid:record_id>/compare", record.compare, name="crm-compare"),
    path("records/<slug:table>/<uuid:record_id>/couple", record.couple, name="crm-couple"),
    path("records/<slug:table>/<uuid:record_id>/create", record.create, name="crm-create"),
    path("records/<slug:table>/<uuid:record_id>/synchronize", record.synchronize, name="crm-synchronize"),
    path("records/<slug:table>/<uuid:record_id>/uncouple", record.uncouple, name="crm-uncouple"),
    path("selection/<slug:table>/<slug:action>", selection.selection, name="crm-selection"),
]
