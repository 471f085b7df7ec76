"""The solution imported into a sandbox over HTTP, as into the real service; what it brings; and what stops it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from tests.dataverse.played import answer, error, played
from tests.dataverse.sandboxed import client_of
from tests.sandbox.packages import import_now
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse import DataverseClient, MissingPrivilege, Right, SolutionState, SolutionStatus
from tallystick.dataverse.installing import (
    ImportFailed,
    MissingDependency,
    NewerSolution,
    NotAnAdministrator,
    OtherSolution,
    Progress,
    Step,
)
from tallystick.dataverse.solution import AVAILABILITY, SOLUTION, VERSION, build
from tallystick.engine import SetupError, SideUnavailable


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module")
def api(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with sandbox.client() as api:
        yield api


@pytest.fixture(scope="module")
def told(sandbox: Sandbox) -> list[Progress]:
    """Import the solution once for all tests of this module; what was told meanwhile."""
    told: list[Progress] = []
    with client_of(sandbox) as client:
        assert client.solution_status() == SolutionStatus()
        assert client.solution_status().state is SolutionState.ABSENT
        imported = client.import_solution(progress=told.append)
        assert (imported.changed, imported.remarks) == (
            True, ("The account does not have the role System Customizer; System Administrator alone was enough.",),
        )  # fmt: skip
        assert imported.status == SolutionStatus(VERSION, managed=True)
    return told


@pytest.fixture
def client(sandbox: Sandbox, told: list[Progress]) -> Iterator[DataverseClient]:
    with client_of(sandbox) as client:
        yield client


@pytest.fixture
def staff(sandbox: Sandbox, api: httpx2.Client) -> Iterator[Staff]:
    with closing(Staff(sandbox, api)) as staff:
        yield staff


def other_client(sandbox: Sandbox, staff: Staff) -> DataverseClient:
    return client_of(replace(sandbox, client_id=staff.last_client_id, client_secret="secret"), attempts=1)


# What it brings


def test_an_import_tells_how_far_it_is(told: list[Progress]) -> None:
    assert list(dict.fromkeys(one.step for one in told)) == list(Step)
    percents = [one.percent for one in told if one.step is Step.IMPORTING]
    assert percents == sorted(percents, key=lambda one: one or 0.0)
    assert percents[-1] == 100.0


def test_the_service_says_what_was_imported(client: DataverseClient, api: httpx2.Client) -> None:
    (row,) = api.get("solutions?$filter=uniquename eq 'TallystickIntegration'&$expand=publisherid").json()["value"]
    publisher = row["publisherid"]
    assert (publisher["customizationprefix"], publisher["customizationoptionvalueprefix"]) == ("tstick", 47261)
    (job,) = api.get("importjobs?$filter=solutionname eq 'TallystickIntegration'").json()["value"]
    assert 'result="failure"' not in job["data"]
    assert 'result="warning"' not in job["data"], job["data"]


def test_its_tables_take_rows(client: DataverseClient, api: httpx2.Client) -> None:
    company = _made(api, "tstick_companies", {"tstick_name": "CRONUS", "tstick_externalid": "ext-1"})
    account = _made(api, "accounts", {"name": "A", "tstick_CompanyId@odata.bind": f"/tstick_companies({company})"})
    amounts = {
        "tstick_balance": 1, "tstick_outstandingorders": 2, "tstick_shippednotinvoiced": 3, "tstick_outstandinginvoices": 4,
        "tstick_total": 5, "tstick_creditlimit": 6, "tstick_overdue": 7, "tstick_totalsales": 8,
        "tstick_invoicedprepayment": 9.5,
    }  # fmt: skip
    statistics = _made(
        api, "tstick_accountstatisticses",
        {"tstick_name": "A", "tstick_customerno": "C1", "tstick_overdueasof": "2026-02-01", **amounts},
    )  # fmt: skip
    api.patch(
        f"accounts({account})",
        json={"tstick_AccountStatisticsId@odata.bind": f"/tstick_accountstatisticses({statistics})"},
    ).raise_for_status()
    row = api.get(f"accounts({account})?$expand=tstick_AccountStatisticsId,tstick_CompanyId").json()
    assert row["tstick_CompanyId"]["tstick_externalid"] == "ext-1"
    found = row["tstick_AccountStatisticsId"]
    assert {name: Decimal(str(found[f"{name}_base"])) for name in amounts} == {
        n: Decimal(str(v)) for n, v in amounts.items()
    }
    assert found["tstick_overdueasof"] == "2026-02-01"
    twice = api.post("tstick_companies", json={"tstick_name": "B", "tstick_externalid": "EXT-1"})
    assert twice.status_code == 412
    api.patch(f"tstick_accountstatisticses({statistics})", json={"tstick_total_base": 1}).raise_for_status()
    assert api.get(f"tstick_accountstatisticses({statistics})").json()["tstick_total_base"] == 5  # not for us to say


def test_documents_carry_the_stamp_and_the_number_in_financials(client: DataverseClient) -> None:
    for extension in SOLUTION.extensions:
        columns = client.metadata.table(extension.name).columns
        assert {column.name for column in extension.columns} <= set(columns), extension.name
        assert client.metadata.name(extension.name).tracked, extension.name
    order = client.metadata.table("salesorder").columns
    assert (order["tstick_ordernumber"].type, order["tstick_ordernumber"].max_length) == ("String", 20)
    assert order["tstick_occurrence"].type == "Integer"
    assert client.metadata.table("salesorderdetail").columns["tstick_linenumber"].type == "Integer"


def test_the_integration_role_is_enough_for_what_the_integration_does(
    sandbox: Sandbox, client: DataverseClient, staff: Staff
) -> None:
    staff.application()
    assert client.assign_role(staff.last_client_id)
    assert not client.assign_role(staff.last_client_id)  # again is no error, and no news
    assert client.verify_privileges(client_id=staff.last_client_id) == []
    with other_client(sandbox, staff) as user:
        tables = [
            "account",
            "contact",
            "opportunity",
            "salesorder",
            "invoice",
            "product",
            "pricelevel",
            "productpricelevel",
        ]
        writes = [*tables, "uom", "uomschedule", "salesorderdetail", "invoicedetail", "transactioncurrency"]
        report = user.test_connection(reads=["systemuser", "quote"], writes=writes)
        assert report.ok, [str(problem) for problem in report.problems]
        assert user.verify_privileges() == []
        assert user.solution_status().state is SolutionState.CURRENT


def test_a_user_gets_the_copy_of_its_own_business_unit(client: DataverseClient, staff: Staff) -> None:
    """Broken once by asking for the role by its id alone: the service refuses the one of another unit."""
    unit = staff.unit()
    user, _ = staff.application(unit=unit)
    assert client.assign_role(staff.last_client_id, AVAILABILITY)
    held = staff.api.get(f"systemusers({user})/systemuserroles_association").json()["value"]
    assert [(one["name"], one["_businessunitid_value"]) for one in held] == [(AVAILABILITY.name, unit)]


def test_what_was_taken_from_the_role_is_named(sandbox: Sandbox, client: DataverseClient, staff: Staff) -> None:
    role = staff.role({"prvReadAccount": "Global", "prvWriteAccount": "Basic"})
    staff.application(role)
    wanted = {"account": (Right.READ, Right.WRITE), "tstick_company": (Right.READ,)}
    assert client.verify_privileges(wanted, client_id=staff.last_client_id) == [
        MissingPrivilege("account", Right.WRITE, "prvWriteAccount", "Basic"),
        MissingPrivilege("tstick_company", Right.READ, "prvReadtstick_Company"),
    ]


def test_a_seller_reads_connections_and_nothing_more_of_ours(
    sandbox: Sandbox, staff: Staff, told: list[Progress]
) -> None:
    _, seller = staff.application(AVAILABILITY.name)
    assert seller.get("tstick_connections").status_code == 200
    assert seller.get("webresourceset?$filter=name eq 'tstick_/availability/availability.html'").status_code == 200
    assert seller.post("tstick_connections", json={"tstick_name": "x"}).status_code == 403
    assert seller.get("tstick_accountstatisticses").status_code == 403
    assert seller.get("accounts").status_code == 403


@pytest.mark.parametrize(
    ("client_id", "told"),
    [("99999999-1111-4111-8111-111111111111", "is not a user"), ("' or 1 eq 1", "not the id of an application")],
)
def test_an_application_that_is_no_user_is_named(client: DataverseClient, client_id: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        client.assign_role(client_id)


# Once more, and what stops it


def test_what_is_there_is_not_imported_again(client: DataverseClient, api: httpx2.Client) -> None:
    before = len(api.get("importjobs").json()["value"])
    imported = client.import_solution()
    assert not imported.changed
    assert len(api.get("importjobs").json()["value"]) == before
    assert client.import_solution(again=True, sleep=lambda _s: None).changed
    assert len(api.get("importjobs").json()["value"]) == before + 1


def test_an_older_version_is_brought_up_to_date_and_a_newer_one_left_alone(
    client: DataverseClient, api: httpx2.Client
) -> None:
    _set_version(api, "0.9.0.0")
    assert client.solution_status().state is SolutionState.OLDER
    assert client.import_solution().status == SolutionStatus(VERSION, managed=True)
    _set_version(api, "99.0")
    try:
        assert client.solution_status().state is SolutionState.NEWER
        with pytest.raises(NewerSolution, match=r"has version 99\.0"):
            client.import_solution()
    finally:
        _set_version(api, VERSION)


def test_an_account_that_is_no_administrator_imports_nothing(
    sandbox: Sandbox, staff: Staff, told: list[Progress]
) -> None:
    staff.application("System Customizer")
    with (
        other_client(sandbox, staff) as client,
        pytest.raises(NotAnAdministrator, match="it has System Customizer") as found,
    ):
        client.import_solution(again=True)
    assert "System Administrator" in found.value.hint


def test_an_unmanaged_solution_is_not_imported_over(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_sandbox(tmp_path_factory.mktemp("unmanaged")) as other, other.client() as api:
        assert import_now(api, build(managed=False)).status_code == 204
        with client_of(other) as client, pytest.raises(OtherSolution, match="unmanaged"):
            client.import_solution()


ROLES = [
    {"name": "Systemadministrator", "roleid": "r", "_roletemplateid_value": "627090FF-40A3-4053-8790-584EDC5BE201"}
]
TABLES = [
    {"LogicalName": table.name, "EntitySetName": f"{table.name}s", "ChangeTrackingEnabled": True}
    for table in SOLUTION.extensions
]


def service(**answers: object) -> Any:
    """An environment that answers as told, by the first word of the path, and otherwise as one that is ready."""
    usual: dict[str, object] = {
        "WhoAmI": {"UserId": "u", "BusinessUnitId": "b", "OrganizationId": "o"}, "systemusers": {"value": ROLES},
        "solutions": {"value": []}, "EntityDefinitions": {"value": TABLES}, "importjobs": {"progress": 40.0},
        "ImportSolutionAsync": {"AsyncOperationId": "a", "ImportJobKey": "j"}, "PublishAllXml": None,
    }  # fmt: skip

    def play(request: httpx2.Request) -> httpx2.Response:
        word = request.url.path.rpartition("/v9.2/")[2].partition("(")[0].partition("/")[0]
        found = {**usual, **answers}[word]
        found = found.pop(0) if isinstance(found, list) else found
        return found if isinstance(found, httpx2.Response) else answer(200, found)

    return play


def test_without_dynamics_365_sales_nothing_is_imported() -> None:
    few = {"value": [one for one in TABLES if one["LogicalName"] in ("account", "contact")]}
    with (
        played(service(EntityDefinitions=few)) as client,
        pytest.raises(MissingDependency, match="product, pricelevel"),
    ):
        client.import_solution()


def test_a_failed_import_tells_what_the_job_says() -> None:
    row = {
        "statecode": 3,
        "statuscode": 31,
        "friendlymessage": "It needs\n components.",
        "errorcode": 0x80048033 - 2**32,
    }
    with played(service(asyncoperations=row)) as client, pytest.raises(ImportFailed) as found:
        client.import_solution()
    assert "(0x80048033): It needs components." in found.value.what
    assert found.value.hint


def test_an_import_that_does_not_end_is_left_to_the_service() -> None:
    slept: list[float] = []
    row = {"statecode": 0, "statuscode": 0}
    play = service(asyncoperations=row, importjobs=error(403, "0x80040220"))
    with played(play) as client, pytest.raises(SideUnavailable, match="goes on with it"):
        client.import_solution(sleep=slept.append, clock=lambda: sum(slept))
    assert sum(slept) > 1799


def test_another_import_at_the_same_time_is_told() -> None:
    busy = error(400, "0x80071151", "Cannot start another operation.")
    with played(service(ImportSolutionAsync=busy)) as client, pytest.raises(SideUnavailable, match="another operation"):
        client.import_solution()


def test_the_template_and_not_the_translated_name_makes_an_administrator() -> None:
    done = {"statecode": 3, "statuscode": 30}
    solutions = [{"value": []}, {"value": [{"version": VERSION, "ismanaged": True}]}]
    with played(service(asyncoperations=done, solutions=solutions)) as client:
        assert client.import_solution().status.state is SolutionState.CURRENT


def _made(api: httpx2.Client, entity_set: str, body: dict[str, Any]) -> str:
    reply = api.post(entity_set, json=body)
    assert reply.status_code == 204, reply.text
    return str(reply.headers["OData-EntityId"]).rpartition("(")[2].rstrip(")")


def _set_version(api: httpx2.Client, version: str) -> None:
    (row,) = api.get("solutions?$filter=uniquename eq 'TallystickIntegration'").json()["value"]
    api.patch(f"solutions({row['solutionid']})", json={"version": version}).raise_for_status()
