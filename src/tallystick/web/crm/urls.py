"""The addresses of the integration, below `/c/<company>/crm/`."""

from django.urls import include, path

urlpatterns = [
    path("assisted-setup/", include("tallystick.web.crm.assisted_setup.urls")),
    path("connection/", include("tallystick.web.crm.connection.urls")),
    path("mappings/", include("tallystick.web.crm.mappings.urls")),
    path("full-synch/", include("tallystick.web.crm.full_synch.urls")),
    path("jobs/", include("tallystick.web.crm.jobs.urls")),
    path("issues/", include("tallystick.web.crm.issues.urls")),
    path("salespeople/", include("tallystick.web.crm.salespeople.urls")),
    path("history/", include("tallystick.web.crm.history.urls")),
    path("", include("tallystick.web.crm.coupling.urls")),
]
