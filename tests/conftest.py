"""What all tests share: a database in a file of its own, and the profiles of Hypothesis."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser
from tests.browser import running_chromium
from tests.postgresql_cluster import Cluster, running_cluster

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("soak", parent=settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that the processes end at nearly the same time."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test on a SQLite file, as in real use: the database in memory that Django would take locks differently."""
    from django.conf import settings as django_settings

    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(Path(os.environ["TALLY_HOME"]) / "test.sqlite3")


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """A real PostgreSQL cluster, one per test process."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for all tests of a file."""
    with running_chromium() as chromium:
        yield chromium
