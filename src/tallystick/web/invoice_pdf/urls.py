from django.urls import path

from tallystick.web.invoice_pdf import views

urlpatterns = [path("<slug:table>/<uuid:record_id>/pdf", views.pdf, name="invoice-pdf")]
