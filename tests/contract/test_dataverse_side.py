"""The Dataverse side keeps what every side promises: against a sandbox process, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.side_contract import SideContract, Workplace
from tests.dataverse.sandboxed import ACCOUNTS, PEOPLE, client_of, customer, delete, inserts, patch
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse import DataverseClient, DataverseSide
from tallystick.engine import Fields


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    data: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(data) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[DataverseClient]:
    with client_of(sandbox) as client:
        yield client


class TestAccounts(SideContract):
    @pytest.fixture
    def place(self, sandbox: Sandbox, client: DataverseClient) -> Workplace:
        return Workplace(
            DataverseSide(client),
            ACCOUNTS,
            customer,
            "address1_city",
            edit=lambda row, fields: patch(client, f"accounts({row})", dict(fields)),
            remove=lambda row: delete(client, f"accounts({row})"),
            refused={"name": "x" * 161},
            expire=lambda: sandbox.fault("expired-token", times=1),
            decimal="creditlimit",
        )


class TestContacts(SideContract):
    """A table whose reference may lead to two others."""

    @pytest.fixture
    def place(self, client: DataverseClient) -> Workplace:
        side = DataverseSide(client)
        (account,) = inserts(1)
        side.write(ACCOUNTS, [account])

        def person(number: int) -> Fields:
            return {
                "firstname": "Zoë",
                "lastname": f"Nº {number}",
                "address1_city": None,
                "parentcustomerid": account.id,
            }

        return Workplace(
            side,
            PEOPLE,
            person,
            "address1_city",
            edit=lambda row, fields: patch(client, f"contacts({row})", dict(fields)),
            remove=lambda row: delete(client, f"contacts({row})"),
            refused={"parentcustomerid": "00000000-0000-4000-8000-000000000000"},
        )
