"""Companies to write in."""

import pytest
from django.db import connection
from tests.financials.demo_company import demo_company
from tests.financials.shop import Shop, open_shop

from tallystick.financials.models import Company
from tallystick.financials.services import companies

NEEDS_A_DATABASE = {"db", "transactional_db", "company", "demo", "shop"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What reaches no database says nothing new on another one: on PostgreSQL it is not repeated."""
    if connection.vendor != "postgresql":
        return
    kept = [item for item in items if _reaches_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _reaches_a_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool(NEEDS_A_DATABASE & set(fixtures))


@pytest.fixture(autouse=True)
def _only_on_its_database(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; test_on_postgresql runs it there")


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Company:
    """A company; in tests with real transactions too."""
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker and marker.kwargs.get("transaction") else "db")
    return companies.create_company("Alder & Sons", local_currency="EUR")


@pytest.fixture
def demo(db: None) -> Company:
    """The demo company."""
    return demo_company()


@pytest.fixture
def shop(company: Company) -> Shop:
    """A small business to write documents in."""
    return open_shop(company)
