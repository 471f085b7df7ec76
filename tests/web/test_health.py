"""Alive, and ready."""

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client


def test_alive_needs_no_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"ok": True}


def test_ready_when_every_migration_is_applied(client: Client, db: None) -> None:
    assert client.get("/readyz").json() == {"ok": True}


def test_not_ready_while_a_migration_is_missing(client: Client, db: None) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "not applied" in answer.json()["reason"]


def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise DatabaseError("password=secret")

    monkeypatch.setattr("tallystick.web.health.views.unapplied_migrations", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()
