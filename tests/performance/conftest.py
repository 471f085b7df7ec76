"""Companies of two sizes, connected to a sandbox process, whose work is counted and never timed."""

from collections.abc import Callable, Iterator

import pytest
from tests.integration.crm import BY, Crm
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.engine import Reach
from tallystick.financials.services import companies
from tallystick.integration import connections

Connected = Callable[[str], Crm]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox process for all tests of this folder; what it holds already is no news to a connection's cycles."""
    with running_sandbox(tmp_path_factory.mktemp("performance")) as running:
        yield running


@pytest.fixture
def connected(db: None, sandbox: Sandbox) -> Iterator[Connected]:
    """Return what makes a company that is connected to the sandbox, with its local currency coupled."""

    def connect(name: str) -> Crm:
        company = companies.create_company(name, local_currency="EUR", experience="Suite")
        made = connections.connect(
            company, sandbox.url, sandbox.url, sandbox.tenant, sandbox.client_id, sandbox.client_secret, by=BY
        )
        crm = Crm(company, connections.enable(made), sandbox)
        crm.synchronise("CURRENCY", Reach.FULL)
        return crm

    yield connect
    connections.close_clients()
