"""A company that is offered the integration and connected to a real sandbox process, and its people's clients."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.integration.crm import BY, Crm
from tests.sandbox_process import Sandbox, running_sandbox
from tests.web.conftest import person, signed_in
from tests.web.guard import _no_page_acts_as_the_operator  # noqa: F401 - a fixture for every test here

from tallystick.engine import Reach
from tallystick.financials.models import Company
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import companies
from tallystick.integration import connections

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def _hash_passwords_fast(settings: Any) -> None:
    """The real hash is slow on purpose, a tenth of a second for each sign-in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox process for all tests of this folder; each works with names of its own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def company(request: pytest.FixtureRequest) -> Company:
    """A company of the experience Suite that is not connected yet; in tests with real transactions too."""
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker and marker.kwargs.get("transaction") else "db")
    return companies.create_company("Alder", local_currency="EUR", experience="Suite")


@pytest.fixture
def crm(company: Company, sandbox: Sandbox) -> Iterator[Crm]:
    """The company, connected to the sandbox and switched on, with its local currency coupled."""
    connection = connections.connect(
        company, sandbox.url, sandbox.url, sandbox.tenant, sandbox.client_id, sandbox.client_secret, by=BY
    )
    made = Crm(company, connections.enable(connection), sandbox)
    made.synchronise("CURRENCY", Reach.FULL)
    yield made
    connections.close_clients()


@pytest.fixture
def url(company: Company) -> str:
    """Where the integration's pages of the company begin."""
    return f"/c/{company.slug}/crm/"


@pytest.fixture
def administrator(company: Company) -> Client:
    return signed_in(person(company, PermissionSet.ADMINISTRATOR))


@pytest.fixture
def clerk(company: Company) -> Client:
    return signed_in(person(company, PermissionSet.FINANCE_CLERK))


@pytest.fixture
def viewer(company: Company) -> Client:
    return signed_in(person(company, PermissionSet.SALES_VIEWER))


def page(client: Client, address: str, status: int = 200) -> str:
    """The text of a page that has to be shown."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def post(client: Client, address: str, /, **values: Any) -> str:
    """Send a form, and return the page that the person sees next."""
    answer = client.post(address, values, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()
