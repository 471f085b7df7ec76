"""A company that is offered the integration, and its connection."""

from collections.abc import Iterator

import pytest
from django.db import connection as database
from tests.integration.crm import BY, Crm
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.engine import Reach
from tallystick.financials.models import Company
from tallystick.financials.permissions import operator
from tallystick.financials.services import companies
from tallystick.integration import connections
from tallystick.integration.models import Connection

SECRET = "canary-7f3a-client-secret"


@pytest.fixture(autouse=True)
def _only_on_its_database(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and database.vendor != "postgresql":
        pytest.skip("needs PostgreSQL; test_on_postgresql runs it there")


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Company:
    """A company; in tests with real transactions too."""
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker and marker.kwargs.get("transaction") else "db")
    return companies.create_company("Alder & Sons", local_currency="EUR", experience="Suite")


@pytest.fixture
def connection(company: Company) -> Connection:
    """A connection that is switched on, to an environment that no test may call."""
    made = connections.connect(
        company,
        "https://alder.crm4.dynamics.com",
        None,
        "alder.example",
        "client-1",
        SECRET,
        by=operator("ada@alder.example"),
    )
    Connection.objects.filter(pk=made.pk).update(enabled=True, base_currency="EUR")
    made.refresh_from_db()
    return made


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox process for all tests of this folder; each works with names of its own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def crm(company: Company, sandbox: Sandbox) -> Iterator[Crm]:
    """The company, connected to the sandbox, with its local currency coupled."""
    connection = connections.connect(
        company, sandbox.url, sandbox.url, sandbox.tenant, sandbox.client_id, sandbox.client_secret, by=BY
    )
    made = Crm(company, connections.enable(connection), sandbox)
    made.synchronise("CURRENCY", Reach.FULL)
    yield made
    connections.close_clients()
