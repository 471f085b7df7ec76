"""The page of the integration solution, and what becomes of the administrator's secret that is entered there."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.serializers import serialize
from django.db import connections as databases
from django.test import Client
from tests.integration.crm import Crm
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox
from tests.web_crm.conftest import page, post

from tallystick.dataverse.solution import VERSION
from tallystick.financials.models import Company
from tallystick.integration import solution_imports
from tallystick.integration.models import Connection
from tallystick.integration.solution import Administrator
from tallystick.integration.solution_imports import Standing

pytestmark = pytest.mark.django_db

CANARY = "canary-administrator-secret-2207"


@pytest.fixture(autouse=True)
def _no_import_of_another_test() -> None:
    """Connections of different tests have the same number."""
    solution_imports._STANDING.clear()


@pytest.fixture
def staff(sandbox: Sandbox) -> Iterator[Staff]:
    with sandbox.client() as api, closing(Staff(sandbox, api)) as staff:
        yield staff


@pytest.fixture
def account(sandbox: Sandbox, staff: Staff) -> dict[str, str]:
    """What is typed about an administrator whose secret is found wherever it is left."""
    client_id = str(uuid4())
    sandbox.register(client_id, CANARY)
    body = {"applicationid": client_id, "businessunitid@odata.bind": f"/businessunits({staff.root_unit()})"}
    user = staff.api.post("systemusers", json=body).headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
    for role in ("System Administrator", "System Customizer"):
        assert staff.assign(user, staff.role_in(role)).status_code == 204
    return {"client_id": client_id, "client_secret": CANARY, "again": "on"}


def ended(connection: Connection) -> Standing:
    """How the import ended that was begun last."""
    for _ in range(600):
        standing = solution_imports.standing(connection)
        if standing is not None and standing.finished:
            return standing
        time.sleep(0.05)
    raise AssertionError(f"the import did not end: {standing}")


def test_the_solution_is_imported_and_its_administrator_forgotten(
    administrator: Client, crm: Crm, url: str, account: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [post(administrator, url + "connection/solution/import", **account)]
    assert ended(crm.connection).problem == ""
    shown.append(page(administrator, url + "connection/solution/"))
    assert f"Version {VERSION} of the solution was imported." in shown[-1]
    assert "The connection&#x27;s user may do all it needs." in shown[-1]
    shown.append(page(administrator, url + "connection/solution/status"))
    assert f"imported in version {VERSION}" in shown[-1]
    last = administrator.get(url + "connection/solution/", headers={"HX-Request": "true"})
    assert last.status_code == 286, "nothing asks any more"
    assert [text for text in shown if CANARY in text] == []
    assert CANARY not in caplog.text
    stored = _everything_stored()
    assert crm.connection.client_id in stored, "what is stored is found this way"
    assert CANARY not in stored
    assert account["client_id"] not in stored
    assert CANARY not in serialize("json", Session.objects.all())
    assert CANARY not in repr(solution_imports._STANDING)
    assert CANARY not in repr(Administrator("a", "t", "c", CANARY))
    home = Path(os.environ["TALLY_HOME"])
    assert [file for file in home.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()] == []


def _everything_stored() -> str:
    """Every value of every row of every table of the database."""
    with databases["default"].cursor() as cursor:
        found = []
        for table in databases["default"].introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(repr(cursor.fetchall()))
    return "".join(found)


def test_an_account_that_does_not_do_is_told(
    administrator: Client, crm: Crm, url: str, account: dict[str, str], staff: Staff
) -> None:
    post(administrator, url + "connection/solution/import", **{**account, "client_secret": f"{CANARY}-wrong"})
    assert "secret is wrong" in ended(crm.connection).problem
    staff.application("Salesperson")
    entered = {"client_id": staff.last_client_id, "client_secret": "secret"}
    post(administrator, url + "connection/solution/import", **entered)
    ended(crm.connection)
    text = page(administrator, url + "connection/solution/")
    assert "The import did not succeed" in text
    assert "is not a System Administrator; it has Salesperson" in text
    assert CANARY not in text


def test_a_form_that_is_not_filled_in_begins_nothing(administrator: Client, crm: Crm, url: str) -> None:
    answer = administrator.post(url + "connection/solution/import", {"client_id": "", "client_secret": CANARY})
    assert answer.status_code == 422
    assert CANARY not in answer.content.decode()
    assert solution_imports.standing(crm.connection) is None


def test_two_imports_are_not_begun_at_once(administrator: Client, crm: Crm, url: str, account: dict[str, str]) -> None:
    """Broken once by leaving out the look at the one before: two threads ran."""
    crm.sandbox.fault("latency", 1500, path="/api/")
    first = administrator.post(url + "connection/solution/import", account)
    second = administrator.post(url + "connection/solution/import", account)
    assert (first.status_code, second.status_code) == (302, 422)
    assert "being imported already" in second.content.decode()
    assert CANARY not in second.content.decode()
    running = administrator.get(url + "connection/solution/", headers={"HX-Request": "true"})
    assert (running.status_code, "every 1s" in running.content.decode()) == (200, True)
    assert ended(crm.connection).problem == ""


def test_an_environment_that_does_not_answer_leaves_the_page_there(administrator: Client, crm: Crm, url: str) -> None:
    crm.sandbox.fault("503", path="/api/", times=None)
    try:
        text = page(administrator, url + "connection/solution/")
        assert "could not do it now" in text
        assert "Import Solution" in text
        assert "could not do it now" in page(administrator, url + "connection/solution/status")
    finally:
        crm.sandbox.clear_faults()


def test_a_clerk_sees_how_it_stands_and_imports_nothing(
    clerk: Client, crm: Crm, company: Company, url: str, account: dict[str, str]
) -> None:
    text = page(clerk, url + "connection/solution/")
    assert "An administrator of this company can import the solution." in text
    assert clerk.post(url + "connection/solution/import", account).status_code == 403
    assert solution_imports.standing(crm.connection) is None
    assert 'hx-get="' + url + 'connection/solution/status"' in page(clerk, url + "connection/")
