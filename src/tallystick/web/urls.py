"""Every address of the application, page by page. What belongs to a company lies below `/c/<company>/`,
its web services below `/odata/<company>/`."""

from django.urls import include, path

from tallystick.web.home import views as home

company_pages = [
    path("", include("tallystick.web.home.urls")),
    path("search/", include("tallystick.web.search.urls")),
    path("company/", include("tallystick.web.company.urls")),
    path("users/", include("tallystick.web.users.urls")),
    path("web-services/", include("tallystick.web.web_services.urls")),
    path("sign-in/", include("tallystick.web.sign_in_settings.urls")),
    path("audit/", include("tallystick.web.audit.urls")),
    path("number-series/", include("tallystick.web.number_series.urls")),
    path("import/", include("tallystick.web.imports.urls")),
    path("records/", include("tallystick.web.records.urls")),
    path("documents/", include("tallystick.web.sales.urls")),
    path("posted/", include("tallystick.web.invoice_pdf.urls")),
    path("posted/", include("tallystick.web.posted.urls")),
    path("receivables/", include("tallystick.web.receivables.urls")),
    path("availability/", include("tallystick.web.availability.urls")),
    path("opportunities/", include("tallystick.web.opportunities.urls")),
    path("purchasing/", include("tallystick.web.purchasing.urls")),
    path("item-journal/", include("tallystick.web.item_journal.urls")),
    path("statistics/", include("tallystick.web.statistics.urls")),
    path("crm/", include("tallystick.web.crm.urls")),
]

handler403 = "tallystick.web.shell.refusal.forbidden"
urlpatterns = [
    path("", home.start, name="home"),
    path("", include("tallystick.web.health.urls")),
    path("", include("tallystick.web.sign_in.urls")),
    path("c/<slug:company>/", include(company_pages)),
    path("odata/", include("tallystick.odata.urls")),
]
