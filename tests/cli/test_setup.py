"""`tally setup` as people and machines run it: from an empty Financials and an empty environment to matching halves."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.command import Answer, Tally, new_home
from tests.integration.certificates import certificate_and_key
from tests.sandbox.staff import Staff, id_in
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse.solution import VERSION

pytestmark = pytest.mark.slow

SECRET, CANARY = "canary-of-the-user-1907", "canary-of-the-administrator-4471"


@dataclass(frozen=True)
class Environment:
    """An environment without the solution: an application whose user has no role, and an administrator."""

    sandbox: Sandbox
    staff: Staff
    client_id: str
    administrator: str

    @property
    def toml(self) -> str:
        return f"""
[company]
name = "Alder & Sons"
create = true
local_currency = "EUR"

[environment]
address = "{self.sandbox.url}"
tenant = "{self.sandbox.tenant}"
client_id = "{self.client_id}"
authority = "{self.sandbox.url}"
secret = {{ environment = "CRM_SECRET" }}

[administrator]
client_id = "{self.administrator}"
secret = {{ file = "administrator.txt" }}
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with (
        running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox,
        sandbox.client() as api,
        closing(Staff(sandbox, api)) as staff,
    ):
        client_id, administrator = str(uuid4()), str(uuid4())
        for application, secret, roles in (
            (client_id, SECRET, ()),
            (administrator, CANARY, ("System Administrator", "System Customizer")),
        ):
            sandbox.register(application, secret)
            body = {"applicationid": application, "businessunitid@odata.bind": f"/businessunits({staff.root_unit()})"}
            user = id_in(api.post("systemusers", json=body))
            for role in roles:
                staff.assign(user, staff.role_in(role)).raise_for_status()
        for number in range(3):
            api.post("accounts", json={"name": f"Customer {number}", "customertypecode": 3}).raise_for_status()
        yield Environment(sandbox, staff, client_id, administrator)


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    """An installation in which there is nothing yet."""
    made = new_home(tmp_path / "home")
    (tmp_path / "administrator.txt").write_text(f"{CANARY}\n", encoding="utf-8")
    return Tally(made.home, {"CRM_SECRET": SECRET})


def write(tally: Tally, text: str) -> str:
    path = tally.home.parent / "setup.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def hold(home: Path, text: str) -> list[str]:
    return [path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_file_leads_from_nothing_to_a_finished_full_synchronization(tally: Tally, environment: Environment) -> None:
    file = write(tally, environment.toml)
    foreseen = tally.done("setup", "--file", file, "--dry-run")
    assert "The company Alder & Sons is made, with the local currency EUR." in foreseen.out
    assert "The application can sign in to" in foreseen.out
    assert tally.done("company", "list", "--json").json == [], "a dry run changes nothing"
    assert environment.staff.api.get("solutions?$filter=uniquename eq 'TallystickIntegration'").json()["value"] == []

    answer = tally("setup", "--file", file, "--json")
    assert answer.status == 0, answer.err + answer.out
    said = answer.json
    assert [one["step"] for one in said["steps"]] == [
        *("experience", "address", "solution", "user", "availability", "orders", "data", "finish"),
    ]
    assert f"Version {VERSION} of the solution is imported." in said["steps"][2]["sentences"][0]
    run = said["full_synchronization"]
    assert run["ok"]
    assert run["status"] == "success"
    customers = [row for row in tally.done("export", "customer").out.splitlines() if "Customer" in row]
    assert len(customers) == 3
    [connection] = environment.staff.api.get("tstick_connections").json()["value"]
    assert connection["tstick_name"] == "Alder & Sons"

    again = tally.done("setup", "--file", file)
    assert "was finished before" in again.out
    assert "of the solution is there." in again.out
    assert environment.staff.api.get("importjobs").json()["value"][1:] == [], "it is not imported a second time"
    for told in (foreseen, answer, again):
        assert CANARY not in told.out + told.err
        assert SECRET not in told.out + told.err
    assert hold(tally.home, environment.client_id), "what is stored is found this way"
    assert hold(tally.home, CANARY) == []
    assert hold(tally.home, SECRET) == []
    assert hold(tally.home, environment.administrator) == []


def test_what_was_begun_is_gone_on_with(tally: Tally, environment: Environment) -> None:
    file = write(tally, environment.toml)
    environment.sandbox.fault("503", path="tstick_", times=None)
    try:
        stopped = tally("setup", "--file", file)
    finally:
        environment.sandbox.clear_faults()
    assert stopped.status == 1
    assert "Summary could not be done." in stopped.err
    assert "run the same command again" in stopped.err
    assert tally.done("setup", "--file", file, "--json").json["full_synchronization"]["ok"]


Change = Callable[[str], str]
BAD: dict[str, tuple[Change, str]] = {
    "an unknown setting": (
        lambda t: t.replace("tenant =", "tennant ="),
        "There is no setting environment.tennant. Did you mean tenant?",
    ),
    "an unknown table": (
        lambda t: t + "\n[environmint]\n",
        "There is no table [environmint]. Did you mean environment?",
    ),
    "a setting that is missing": (lambda t: re.sub("(?m)^tenant.*$", "", t), "environment.tenant is missing."),
    "a secret in the file": (
        lambda t: t.replace('{ environment = "CRM_SECRET" }', '"plain"'),
        "environment.secret must not be in the file itself",
    ),
    "a variable that is not set": (
        lambda t: t.replace("CRM_SECRET", "CRM_SECRETS"),
        "environment.secret: the environment variable CRM_SECRETS is not set.",
    ),
    "a file that is not there": (
        lambda t: t.replace("administrator.txt", "nowhere.txt"),
        "nowhere.txt cannot be read: No such file or directory.",
    ),
    "a text for a number": (
        lambda t: t.replace("[administrator]", 'seconds = "ten"\n[administrator]'),
        "environment.seconds has to be a whole number.",
    ),
    "a table that is none": (lambda t: 'data = "all"\n' + t, "data has to be a table: [data]."),
    "a broken file": (lambda t: t + "\n[company", "is no TOML file"),
    "an address that is none": (
        lambda t: re.sub("(?m)^address.*$", 'address = "contoso"', t),
        "environment.address: 'contoso' is not an address.",
    ),
    "an address in the open": (
        lambda t: re.sub("(?m)^address.*$", 'address = "http://contoso.example"', t),
        "is not encrypted",
    ),
    "no certificate": (
        lambda t: t.replace("[administrator]", 'sign_in = "certificate"\n[administrator]'),
        "environment.secret: The certificate cannot be read.",
    ),
    "another way to sign in": (
        lambda t: t.replace("[administrator]", 'sign_in = "password"\n[administrator]'),
        "environment.sign_in cannot be 'password'; choose secret, certificate.",
    ),
    "an unknown mapping": (
        lambda t: t + '\n[data]\nmappings = ["CUSTOMERS"]\n',
        "there is no integration table mapping CUSTOMERS.",
    ),
    "no mapping": (lambda t: t + "\n[data]\nmappings = []\n", "data.mappings names no mapping"),
    "a direction that cannot be": (
        lambda t: t + '\n[data.directions]\nSALESPEOPLE = "to sales"\n',
        "SALESPEOPLE cannot go 'to sales'; it can go to finance",
    ),
    "a direction of what takes no part": (
        lambda t: t + '\n[data]\nmappings = ["CURRENCY"]\ndirections = { CUSTOMER = "both" }\n',
        "CUSTOMER is not among data.mappings",
    ),
    "availability without its user": (
        lambda t: t + "\n[item_availability]\non = true\n",
        "item_availability.user is missing",
    ),
    "availability without the solution": (
        lambda t: t + '\n[item_availability]\non = true\nuser = "a@b.example"\n[solution]\nimport = false\n',
        "Item availability needs the solution",
    ),
    "a user that is not there": (
        lambda t: t + '\n[sales_orders]\nintegration = "legacy"\nhandled_by = "a@b.example"\n',
        "sales_orders.handled_by: a@b.example is no user of Alder & Sons",
    ),
    "orders in another way": (
        lambda t: t + '\n[sales_orders]\nintegration = "both"\n',
        "sales_orders.integration cannot be 'both'",
    ),
    "a company that is not there": (
        lambda t: t.replace("create = true", ""),
        "There is no company Alder & Sons. With company.create = true it is made.",
    ),
    "seconds out of all bounds": (
        lambda t: t.replace("[administrator]", "seconds = 0\n[administrator]"),
        "environment.seconds has to be from 1 to",
    ),
    "half an administrator": (
        lambda t: re.sub(r"(?s)\[administrator\]\nclient_id[^\n]*", "[administrator]", t),
        "[administrator] needs both client_id and secret",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_is_told_and_changes_nothing(
    tally: Tally, environment: Environment, change: Change, sentence: str
) -> None:
    file = write(tally, change(environment.toml))
    environment.sandbox.reset_stats()
    for more in ((), ("--dry-run",)):
        said = tally.refused("setup", "--file", file, *more)
        assert sentence in said, said
        assert SECRET not in said
        assert CANARY not in said
    assert tally.done("company", "list", "--json").json == []
    assert environment.sandbox.stats()["requests"] == 0


def test_everything_that_is_wrong_is_told_at_once(tally: Tally, environment: Environment) -> None:
    text = environment.toml.replace("tenant =", "tennant =").replace("administrator.txt", "nowhere.txt")
    said = tally.refused("setup", "--file", write(tally, text))
    for part in ("environment.tennant", "environment.tenant is missing", "nowhere.txt"):
        assert part in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.replace('client_id = "', 'client_id = "9', 1), "has no application 9"),
        (lambda t: re.sub("(?m)^address.*$", 'address = "http://127.0.0.1:9"', t), "Nothing answers at 127.0.0.1:9."),
        (lambda t: t.replace("contoso.example", "elsewhere.example"), "There is no tenant elsewhere.example."),
    ],
    ids=["client id", "address", "tenant"],
)
def test_who_cannot_sign_in_is_told_before_anything_is_changed(
    tally: Tally, environment: Environment, change: Change, sentence: str
) -> None:
    file = write(tally, change(environment.toml))
    answer = tally("setup", "--file", file)
    assert answer.status == 1
    assert "Nothing was changed" in answer.err
    assert sentence in answer.err
    assert tally.done("company", "list", "--json").json == []
    foreseen = tally("setup", "--file", file, "--dry-run")
    assert foreseen.status == 1
    assert sentence in foreseen.out


def test_an_application_signs_in_with_a_certificate(tally: Tally, environment: Environment) -> None:
    pem = certificate_and_key()
    (tally.home.parent / "certificate.pem").write_text(pem, encoding="ascii")
    environment.sandbox.control.post(
        "/_sandbox/applications", json={"client_id": environment.client_id, "certificate": pem}
    ).raise_for_status()
    text = environment.toml.replace('{ environment = "CRM_SECRET" }', '{ file = "certificate.pem" }')
    text = text.replace("[administrator]", 'sign_in = "certificate"\n[administrator]', 1)
    file = write(tally, text + "\n[finish]\nfull_synchronization = false\n")
    assert "the application signs in." in tally.done("setup", "--file", file).out
    assert tally.done("connection", "--json").json["enabled"] is True


def test_a_company_below_suite_is_switched_only_where_the_file_says_so(tally: Tally, environment: Environment) -> None:
    tally.done("company", "add", "Alder & Sons", "--experience", "Essential")
    assert "company.switch_to_suite = true" in tally.refused("setup", "--file", write(tally, environment.toml))
    text = (
        environment.toml.replace("create = true", "switch_to_suite = true")
        + "\n[finish]\nfull_synchronization = false\n"
    )
    assert "Alder & Sons has the Suite experience now." in tally.done("setup", "--file", write(tally, text)).out
    assert tally.done("connection", "--json").json["enabled"] is True
    assert tally.done("runs", "list", "--json").json == [], "and nothing is synchronised"
    assert hold(tally.home, environment.client_id)
    assert hold(tally.home, environment.administrator) == [], "the account that was used once is kept nowhere"


def test_without_a_file_options_of_the_file_are_refused(tally: Tally) -> None:
    assert "--dry-run goes with --file." in tally.refused("setup", "--dry-run")
    assert "There is no file" in tally.refused("setup", "--file", "nowhere.toml")


# Question by question


def test_questions_lead_to_the_same(tally: Tally, environment: Environment) -> None:
    """At a real terminal, so that what is shown of a secret is seen: nothing."""
    tally.done("company", "add", "Alder & Sons")
    sandbox = environment.sandbox
    answers = [
        ("Address of Dynamics CRM", sandbox.url),
        ("Tenant (directory) ID or domain", sandbox.tenant),
        ("Application (client) ID", environment.client_id),
        ("Where tokens come from", sandbox.url),
        ("Sign in with", ""),
        ("Client secret", "wrong"),
        ("Try again?", ""),
        ("Address of Dynamics CRM", ""),
        ("Tenant", ""),
        ("Application (client) ID", ""),
        ("Where tokens come from", ""),
        ("Sign in with", ""),
        ("Client secret (empty keeps the stored one)", SECRET),
    ]
    if not _imported(environment):
        answers += [
            ("Import it now?", "y"),
            ("Client ID of the administrator", environment.administrator),
            ("Client secret of the administrator", CANARY),
        ]
    first = at_a_terminal(tally, [*answers, ("Sales orders (none, legacy, two-way)", "some"), ("Try again?", "n")])
    assert first.status == 1
    assert "The client secret is wrong." in first.out
    assert "'some' is none of none, legacy, two-way." in first.out
    assert "run `tally setup` again to go on here" in first.out
    for secret in (SECRET, CANARY, "wrong\r"):
        assert secret not in first.out, "what is typed of a secret is not shown"

    rest = [
        ("Sales orders", ""),
        ("Which, with commas in between", "contact"),
        ("Switch the connection on?", ""),
        ("Run Full Synchronization now?", ""),
    ]
    second = at_a_terminal(tally, rest)
    assert second.status == 0, second.out
    assert "Alder & Sons is set up as far as Sales order integration." in second.out
    assert "CUSTOMER was added, because CONTACT" in second.out
    assert tally.done("connection", "--json").json["enabled"] is True
    assert hold(tally.home, CANARY) == []


def _imported(environment: Environment) -> bool:
    """Whether an earlier test imported the solution and gave the user its role."""
    found: list[Any] = environment.staff.api.get("solutions?$filter=uniquename eq 'TallystickIntegration'").json()[
        "value"
    ]
    return bool(found)


def at_a_terminal(tally: Tally, answers: list[tuple[str, str]], seconds: float = 180) -> Answer:
    """Run `tally setup` at a terminal of its own; answer each question once it is asked. Everything shown is returned."""
    ours, theirs = pty.openpty()
    environment = {**tally.environment_of_process(), "TERM": "dumb"}
    process = subprocess.Popen(
        tally.command("setup"), stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown, answered, left = "", 0, list(answers)
    give_up_at = time.monotonic() + seconds
    try:
        while time.monotonic() < give_up_at:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    data = os.read(ours, 4096)
                except OSError:  # the other end is closed: the process has ended
                    break
                if not data:
                    break
                shown += data.decode("utf-8", "replace")
            elif left and left[0][0] in shown[answered:] and re.search(r"[:\]?] ?$", shown):
                answered = len(shown)
                os.write(ours, f"{left.pop(0)[1]}\n".encode())
        assert not left, f"these were not asked: {left}\n{shown}"
        return Answer(process.wait(20), shown, "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
