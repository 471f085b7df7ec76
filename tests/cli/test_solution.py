"""`tally solution` as people run it, against a real sandbox; the administrator's secret is nowhere afterwards."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse.solution import VERSION, build

CANARY = "canary-administrator-secret-8312"
ADMIN_ID = "aaaaaaaa-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module")
def staff(sandbox: Sandbox) -> Iterator[Staff]:
    with sandbox.client() as api, closing(Staff(sandbox, api)) as staff:
        yield staff


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, staff: Staff) -> Tally:
    """A company that is connected by an application user without any role but the one to look at solutions."""
    tally = new_home(tmp_path_factory.mktemp("solution") / "home")
    tally.done("company", "add", "Acme")
    staff.application(staff.role({"prvReadSolution": "Global", "prvReadUser": "Global"}))
    entered = ["--tenant", sandbox.tenant, "--client-id", staff.last_client_id, "--authority", sandbox.url]
    answer = tally("connect", sandbox.url, *entered, stdin="secret\n")
    assert answer.status == 2, answer.err  # stored and switched off: it lacks nearly everything
    sandbox.register(ADMIN_ID, CANARY)
    body = {"applicationid": ADMIN_ID, "businessunitid@odata.bind": f"/businessunits({staff.root_unit()})"}
    user = staff.api.post("systemusers", json=body).headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
    for role in ("System Administrator", "System Customizer"):
        assert staff.assign(user, staff.role_in(role)).status_code == 204
    return tally


def test_a_package_is_written_that_is_the_same_each_time(tally: Tally, tmp_path: Path) -> None:
    said = tally.done("solution", "build", "--out", str(tmp_path / "one.zip")).out
    assert f"TallystickIntegration {VERSION}, managed" in said
    tally.done("solution", "build", "--out", str(tmp_path / "two.zip"))
    digests = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("one.zip", "two.zip")}
    assert digests == {hashlib.sha256(build()).hexdigest()}
    tally.done("solution", "build", "--unmanaged", "--out", str(tmp_path / "open.zip"))
    assert (tmp_path / "open.zip").read_bytes() == build(managed=False)
    assert "no-such-folder" in tally.refused("solution", "build", "--out", str(tmp_path / "no-such-folder" / "x.zip"))


def test_the_solution_is_looked_at_imported_and_looked_at_again(
    tally: Tally, sandbox: Sandbox, staff: Staff, tmp_path: Path
) -> None:
    before = tally.done("solution", "status", "--json").json
    assert (before["state"], before["version"], before["missing"]) == ("not imported", "", None)

    answer = tally.done("solution", "import", "--client-id", ADMIN_ID, "--json", stdin=f"{CANARY}\n")
    assert answer.json == {
        "address": sandbox.url, "version": VERSION, "managed": True, "changed": True, "remarks": [],
    }  # fmt: skip
    after = tally.done("solution", "status", "--json").json
    assert (after["state"], after["version"], after["managed"]) == ("current", VERSION, True)
    assert {"table": "account", "right": "Create", "privilege": "prvCreateAccount", "depth": ""} in after["missing"]
    assert "give it the role Tallystick Integration User" in tally.done("solution", "status").out

    again = tally.done("solution", "import", "--client-id", ADMIN_ID, stdin=f"{CANARY}\n")
    assert "was there already" in again.out

    said = json.dumps(after) + answer.out + answer.err + again.out + again.err
    assert CANARY not in said
    assert _files_with(tally.home, sandbox.tenant), "what is stored is found this way"
    assert _files_with(tally.home, CANARY) == []


def test_an_account_that_is_no_administrator_is_told_which_roles_it_needs(
    tally: Tally, sandbox: Sandbox, staff: Staff
) -> None:
    staff.application("Salesperson")
    said = tally.refused("solution", "import", "--client-id", staff.last_client_id, stdin="secret\n")
    assert "is not a System Administrator; it has Salesperson" in said
    assert "System Customizer" in said


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (f"{CANARY}-wrong\n", "client secret"),
        ("\n", "There is no client secret."),
    ],
)
def test_a_secret_that_does_not_fit_is_told_and_not_repeated(tally: Tally, typed: str, told: str) -> None:
    said = tally.refused("solution", "import", "--client-id", ADMIN_ID, stdin=typed)
    assert told in said
    assert CANARY not in said
    assert _files_with(tally.home, CANARY) == []


def test_an_environment_may_be_named_before_the_company_is_connected(
    tmp_path: Path, sandbox: Sandbox, tally: Tally
) -> None:
    other = new_home(tmp_path / "home")
    other.done("company", "add", "Beta")
    entered = ["--address", sandbox.url, "--tenant", sandbox.tenant, "--authority", sandbox.url]
    done = other.done("solution", "import", "--client-id", ADMIN_ID, *entered, stdin=f"{CANARY}\n")
    assert f"Version {VERSION}" in done.out
    assert "is not connected" in other.refused("solution", "status")
    assert "is not connected" in other.refused("solution", "import", "--client-id", ADMIN_ID, stdin="x\n")
    assert _files_with(other.home, CANARY) == []


def _files_with(home: Path, text: str) -> list[str]:
    """The files of a home that hold a text: database, logs, all of them."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if text.encode() in path.read_bytes()]
