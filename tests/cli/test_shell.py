"""What every command has in common: help, homes, companies, sentences instead of tracebacks."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home

from tallystick.cli.app import shared_options_first

COMMANDS = (
    *("demo", "serve", "worker", "sandbox", "status", "full-sync", "sync", "preview", "couple", "uncouple"),
    *("issues", "history", "undo", "fields", "import", "export", "connect", "experience", "user", "company", "migrate"),
    *(
        "mapping",
        "connection",
        "runs",
        "web-service",
        "availability",
        "statistics",
        "invoice-pdf",
        "solution",
        "secrets",
        "sign-in",
        "doctor",
        "setup",
    ),
)


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """An installation with one company."""
    tally = new_home(tmp_path_factory.mktemp("shell") / "home")
    tally.done("company", "add", "Acme & Sons")
    return tally


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (["status", "--home", "x"], ["--home", "x", "status"]),
        (["--home", "x", "status"], ["--home", "x", "status"]),
        (["sync", "CUSTOMER", "--company=acme", "--wait"], ["--company=acme", "sync", "CUSTOMER", "--wait"]),
        (["sandbox", "--", "--home", "x"], ["sandbox", "--", "--home", "x"]),
        (["status", "--home"], ["--home", "status"]),
    ],
    ids=" ".join,
)
def test_home_and_company_may_stand_before_or_after_the_command(typed: list[str], parsed: list[str]) -> None:
    assert shared_options_first(typed) == parsed


def test_help_names_every_command_and_loads_no_database(tmp_path: Path) -> None:
    said = Tally(tmp_path).apart("--help").out
    for name in COMMANDS:
        assert f" {name} " in said
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, tallystick.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"django", "dbos", "httpx2", "pydantic_settings", "sqlalchemy"} & set(loaded)
    assert not (tmp_path / "tally.sqlite3").exists()


def test_an_empty_home_is_made_ready_without_a_word(tmp_path: Path) -> None:
    answer = Tally(tmp_path / "new").done("company", "list", "--json")
    assert (answer.json, answer.err) == ([], "")


def test_two_commands_may_make_the_same_home_ready_at_once(tmp_path: Path) -> None:
    both = [subprocess.Popen(Tally(tmp_path).command("company", "list")) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]


def test_the_home_can_come_from_the_environment(tally: Tally) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tallystick.cli", "company", "list", "--json"],
        env={"TALLY_HOME": str(tally.home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "acme-sons" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], "No such command"),
        (["fields", "invoices"], "There is no table invoices. There are: customer,"),
        (["import", "customer", "missing.csv"], "There is no file missing.csv."),
        (["export", "customer", "--format", "pdf"], "There is no format pdf. Choose csv or xlsx."),
        (["experience", "nobody", "Suite"], "There is no company nobody. There are: acme-sons."),
        (["experience", "acme-sons", "Deluxe"], "There is no experience 'Deluxe'."),
        (["--company", "nobody", "export", "customer"], "There is no company nobody."),
        (["user", "add", "not an address"], "is no e-mail address"),
        (["user", "add", "a@b.example", "--set", "king"], "There is no permission set 'king'."),
        (["user", "grant", "nobody@b.example", "sales-viewer"], "There is no user nobody@b.example."),
        (["audit", "--area", "weather"], "--area 'weather' is not known."),
        (["user", "sign-in-link", "nobody@b.example"], "There is no user nobody@b.example who may sign in."),
        (["company", "add", "Other", "--currency", "TOO-LONG-A-CODE"], "is longer than 10 characters"),
        (["user", "key", "change", "nobody@b.example"], "There is no user nobody@b.example."),
        (
            ["web-service", "publish", "Invoices"],
            "There is no web service Invoices. There are: ProductItemAvailability,",
        ),
        (["status"], "is not connected to Dynamics CRM"),
        (["full-sync"], "is not connected to Dynamics CRM"),
        (["sync", "NONSENSE"], "There is no integration table mapping 'NONSENSE'. There are SALESPEOPLE,"),
        (["connect", "ftp://example", "--tenant", "t", "--client-id", "c"], "https"),
        (["serve", "--port", "0"], "--port"),
        (["mapping", "NONSENSE"], "There is no integration table mapping 'NONSENSE'. There are SALESPEOPLE,"),
        (["mapping", "--off"], "Say which mapping to change."),
        (["mapping", "CUSTOMER", "--conflicts", "newest"], "is not known. Choose ask, 'finance wins', 'sales wins' or"),
        (["mapping", "CUSTOMER", "--deletions", "delete"], "Choose 'delete coupling' or 'delete the counterpart'."),
        (["connection", "--on"], "is not connected to Dynamics CRM"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_gets_a_sentence_and_exit_status_2(tally: Tally, arguments: list[str], sentence: str) -> None:
    said = tally.refused(*arguments, stdin="a secret\n")
    assert sentence in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["nonsense"], "No such command"), (["status"], "is not connected to Dynamics CRM")],
    ids=["unknown", "not connected"],
)
def test_a_process_of_its_own_says_the_same(tally: Tally, arguments: list[str], sentence: str) -> None:
    answer = tally.apart(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err
    assert (answer.err, answer.status) == ((forked := tally(*arguments)).err, forked.status)


def test_a_refused_command_changes_nothing(tally: Tally) -> None:
    before = tally.done("company", "list", "--json").out
    tally.refused("company", "add", "Other", "--experience", "Deluxe")
    assert tally.done("company", "list", "--json").out == before


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file. Name a folder with --home." in Tally(tmp_path / "file").refused("company", "list")


def test_an_unusable_setting_is_named(tmp_path: Path) -> None:
    said = Tally(tmp_path, {"TALLY_LOG_FORMAT": "pretty"}).refused("company", "list")
    assert "The setting TALLY_LOG_FORMAT is not usable" in said
    said = Tally(tmp_path, {"TALLY_LOG_LEVEL": "silly"}).refused("company", "list")
    assert "The setting TALLY_LOG_LEVEL is not usable" in said
    said = Tally(tmp_path, {"DATABASE_URL": "mysql://x/y"}).refused("company", "list")
    assert "The setting DATABASE_URL is not usable" in said


def test_with_several_companies_the_command_asks_which(tmp_path: Path) -> None:
    tally = new_home(tmp_path / "home")
    tally.done("company", "add", "Acme")
    tally.done("company", "add", "Beta", "--experience", "Basic")
    assert "Say which one with --company: acme, beta." in tally.refused("export", "customer")
    assert tally.done("export", "customer", "--company", "BETA").out.startswith("no,")
    assert "needs the Suite experience" in tally.refused("status", "--company", "beta")


def test_experience_switches_what_a_company_sees(tally: Tally) -> None:
    tally.done("experience", "acme-sons", "basic")
    assert tally.done("company", "list", "--json").json[0]["experience"] == "Basic"
    tally.done("experience", "Acme & Sons", "Suite")
    assert tally.done("company", "list", "--json").json[0]["experience"] == "Suite"


def test_a_sign_in_link_is_made_for_a_user(tally: Tally) -> None:
    tally.done("user", "add", "Ada@Acme.example", "--set", "finance-clerk")
    link = tally.done("user", "sign-in-link", "ada@acme.example", "--address", "http://here:1/", "--json").json["link"]
    assert link.startswith("http://here:1/sign-in/link/")


def test_a_client_secret_is_no_argument(tally: Tally) -> None:
    said = tally.refused("connect", "https://x.example", "--tenant", "t", "--client-id", "c", "--client-secret", "s")
    assert "No such option" in said
    said = tally.refused("connect", "https://x.example", "--tenant", "t", "--client-id", "c", stdin="")
    assert "There is no client secret." in said
