from django.urls import path

from tallystick.web.crm.mappings import preview, views

urlpatterns = [
    path("", views.mappings, name="crm-mappings"),
    path("<slug:mapping>/", views.mapping, name="crm-mapping"),
    path("<slug:mapping>/synchronize", views.synchronize, name="crm-mapping-synchronize"),
    path("<slug:mapping>/match", views.match, name="crm-mapping-match"),
    path("<slug:mapping>/uncouple", views.uncouple, name="crm-mapping-uncouple"),
    path("<slug:mapping>/preview", preview.preview, name="crm-preview"),
    path("<slug:mapping>/preview/run", preview.run, name="crm-preview-run"),
]
