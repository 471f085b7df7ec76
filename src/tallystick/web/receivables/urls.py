from django.urls import path

from tallystick.web.receivables import chart_views, setup_views, views

urlpatterns = [
    path("payment", views.payment, name="ledger-payment"),
    path("entries/<uuid:entry_id>/apply", views.apply, name="ledger-apply"),
    path("entries/<uuid:entry_id>/unapply", views.unapply, name="ledger-unapply"),
    path("chart/", chart_views.chart, name="ledger-chart"),
    path("chart/balances", chart_views.balances, name="ledger-balances"),
    path("setup/", setup_views.setup, name="ledger-setup"),
]
