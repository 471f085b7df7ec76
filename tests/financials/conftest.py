"""Companies to write in."""

import pytest
from django.db import connection
from tests.financials.shop import Shop, open_shop

from tallystick.financials.demo import build_demo_company
from tallystick.financials.models import Company
from tallystick.financials.services import companies


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
    return build_demo_company()


@pytest.fixture
def shop(company: Company) -> Shop:
    """A small business to write documents in."""
    return open_shop(company)
