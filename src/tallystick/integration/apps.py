"""The Django app."""

from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    """Connections, couplings, runs and what they remember."""

    name = "tallystick.integration"
    label = "integration"
    verbose_name = "Dynamics CRM integration"
