"""Which rights a user lacks, told by the names that the service itself has for them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from tests.dataverse.sandboxed import client_of
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse import DataverseClient
from tallystick.dataverse.privileges import TO_WRITE, MissingPrivilege, Right, missing_privileges, privilege_names
from tallystick.engine import SetupError

ALL = dict.fromkeys(("Read", "Create", "Write", "Append", "AppendTo"), "Global")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[DataverseClient]:
    with client_of(sandbox) as client:
        yield client


@pytest.fixture
def staff(sandbox: Sandbox) -> Iterator[Staff]:
    with sandbox.client() as api, closing(Staff(sandbox, api)) as staff:
        yield staff


@pytest.mark.parametrize(
    ("table", "right", "name"),
    [
        ("account", "Read", "prvReadAccount"),
        ("systemuser", "Read", "prvReadUser"),
        ("pricelevel", "Write", "prvWriteProduct"),
        ("productpricelevel", "Create", "prvCreateProduct"),
        ("uom", "Read", "prvReadProduct"),
        ("uomschedule", "Read", "prvReadProduct"),
        ("salesorderdetail", "Write", "prvWriteSalesOrder"),
        ("invoicedetail", "Create", "prvCreateInvoice"),
        ("transactioncurrency", "AppendTo", "prvAppendToTransactionCurrency"),
    ],
)
def test_a_privilege_is_called_what_the_service_calls_it(
    client: DataverseClient, table: str, right: str, name: str
) -> None:
    assert privilege_names(client.api, [table])[table][right] == name


def test_what_is_lacking_is_named_with_its_depth(sandbox: Sandbox, staff: Staff) -> None:
    role = staff.role({"prvReadUser": "Global", "prvReadAccount": "Local", "prvCreateAccount": "Global"})
    staff.application(role)
    with _client(sandbox, staff) as client:
        wanted = {"account": (Right.READ, Right.CREATE, Right.WRITE), "systemuser": (Right.READ,)}
        found = missing_privileges(client.api, client.metadata, client.user_id, wanted)
    assert found == [
        MissingPrivilege("account", Right.READ, "prvReadAccount", "Local"),
        MissingPrivilege("account", Right.WRITE, "prvWriteAccount"),
    ]
    assert [str(one) for one in found] == [
        "Read on account (prvReadAccount, only to the depth Local)",
        "Write on account (prvWriteAccount)",
    ]


def test_the_rights_on_products_are_good_for_price_lists_and_units(sandbox: Sandbox, staff: Staff) -> None:
    """Broken once by building the names from the tables': every one of these was called missing."""
    staff.application(
        staff.role({**{f"prv{right}Product": depth for right, depth in ALL.items()}, "prvReadUser": "Global"})
    )
    with _client(sandbox, staff) as client:
        wanted = dict.fromkeys(("product", "pricelevel", "productpricelevel", "uom", "uomschedule"), TO_WRITE)
        assert missing_privileges(client.api, client.metadata, client.user_id, wanted) == []


def test_a_right_that_a_table_does_not_know_is_not_lacking(sandbox: Sandbox, staff: Staff) -> None:
    staff.application(staff.role({"prvReadProduct": "Global", "prvReadUser": "Global"}))
    with _client(sandbox, staff) as client:
        wanted = {"product": (Right.READ, Right.ASSIGN)}
        assert missing_privileges(client.api, client.metadata, client.user_id, wanted) == []


def test_a_table_that_is_not_there_is_named(client: DataverseClient) -> None:
    with pytest.raises(SetupError, match="no table incident"):
        missing_privileges(client.api, client.metadata, client.user_id, {"incident": (Right.READ,)})


def test_a_connection_test_names_rights_and_privileges(sandbox: Sandbox, staff: Staff) -> None:
    grants = {"prvReadUser": "Global", "prvReadOrganization": "Global", "prvReadTransactionCurrency": "Global"}
    staff.application(staff.role({**grants, "prvReadAccount": "Global"}))
    with _client(sandbox, staff) as client:
        report = client.test_connection(reads=["systemuser", "pricelevel"], writes=["account"])
    told = [str(problem) for problem in report.problems]
    assert len(told) == 2, told
    assert "all rows of pricelevel: Read." in told[0]
    assert "prvReadProduct" in told[0]
    assert "all rows of account: Create, Write, Append, AppendTo." in told[1]


def _client(sandbox: Sandbox, staff: Staff) -> DataverseClient:
    return client_of(replace(sandbox, client_id=staff.last_client_id, client_secret="secret"), attempts=1)


def test_the_administrator_sees_what_another_user_lacks(
    sandbox: Sandbox, staff: Staff, client: DataverseClient
) -> None:
    user, other = staff.application(staff.role({"prvReadAccount": "Global"}))
    other.get("WhoAmI").raise_for_status()
    found = missing_privileges(client.api, client.metadata, user, {"account": (Right.READ, Right.ASSIGN)})
    assert [one.name for one in found] == ["prvAssignAccount"]
