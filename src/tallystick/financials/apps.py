"""The Django app."""

from django.apps import AppConfig


class FinancialsConfig(AppConfig):
    """Master data, users and number series of the companies."""

    name = "tallystick.financials"
    label = "financials"
    verbose_name = "Financials"

    def ready(self) -> None:
        """Prepare new database connections."""
        from tallystick.financials import folding

        folding.install()
