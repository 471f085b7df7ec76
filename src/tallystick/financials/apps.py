"""The Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FinancialsConfig(AppConfig):
    """Master data, users and number series of the companies."""

    name = "tallystick.financials"
    label = "financials"
    verbose_name = "Financials"

    def ready(self) -> None:
        """Prepare new database connections."""
        from tallystick.financials import folding

        folding.install()
        post_migrate.connect(_describe_indexes, sender=self)


def _describe_indexes(using: str, **_: Any) -> None:
    from tallystick.financials import sqlite_statistics

    sqlite_statistics.tell(using)
