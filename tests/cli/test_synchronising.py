"""The commands of the synchronisation, from the demonstration to undoing an edit, against a real sandbox."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.cli.command import Tally, new_home
from tests.jobs.stage import Stage, Template, the_template

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def template() -> Template:
    return the_template()


@pytest.fixture(scope="module")
def stage(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A stage that was synchronised in full, twice; the tests of this module share it."""
    with template.copied_to(tmp_path_factory.mktemp("stage")) as stage:
        for _ in range(2):
            stage.tally.done("full-sync", "--wait")
        yield stage


def some_customers(stage: Stage, count: int, offset: int) -> list[tuple[str, str, str]]:
    """Number, name and account id of coupled customers; each test takes others."""
    return stage.finance(
        "SELECT f.no, f.name, c.sales_id FROM financials_customer f JOIN integration_couplingrow c"
        f" ON replace(c.finance_id, '-', '') = f.id ORDER BY f.no LIMIT {count} OFFSET {offset}"
    )


def edit_customer(stage: Stage, number: str, field: str, value: str) -> None:
    file = stage.tally.home / "edit.csv"
    file.write_text(f"no,{field}\n{number},{value}\n", encoding="utf-8")
    stage.tally.done("import", "customer", str(file))


def edit_account(stage: Stage, account: str, **fields: str) -> None:
    with stage.sandbox.client() as client:
        client.patch(f"accounts({account})", json=fields).raise_for_status()


def customer(stage: Stage, number: str, field: str) -> Any:
    return stage.finance(f"SELECT {field} FROM financials_customer WHERE no = '{number}'")[0][0]


def account(stage: Stage, account_id: str, field: str) -> Any:
    return stage.sales(f"SELECT {field} FROM account WHERE accountid = '{account_id}'")[0][0]


def test_a_demonstration_says_in_json_that_everything_is_in_step(tmp_path: Path) -> None:
    answer = Tally(tmp_path / "home").done("demo", "--once", "--json")
    told = answer.json
    assert list(told) == ["ok", "seconds", "requests", "second_run_writes", "mappings"]
    assert (told["ok"], told["second_run_writes"]) == (True, 0)
    assert 0 < told["requests"] < 120
    counts = {line["mapping"]: line for line in told["mappings"]}
    for line in told["mappings"]:
        assert list(line) == [
            "mapping",
            *("finance_rows", "sales_rows", "coupled", "in_sync", "excluded", "waiting", "conflicts", "failed"),
        ]
        rows = line["finance_rows"] + line["sales_rows"] - line["coupled"]
        assert rows == sum(line[state] for state in ("in_sync", "excluded", "waiting", "conflicts", "failed"))
        assert line["waiting"] == line["conflicts"] == line["failed"] == 0
    assert counts["CUSTOMER"]["finance_rows"] >= 500
    assert counts["CONTACT"]["finance_rows"] >= 800
    with_the_same_name = "SELECT count(*) - count(DISTINCT name) FROM account"
    data = tmp_path / "home" / "sandbox" / "sandbox.sqlite3"
    assert subprocess.check_output(["sqlite3", str(data), with_the_same_name], text=True).strip() == "0"


def test_a_demonstration_that_cannot_be_given_says_so_in_json(tmp_path: Path) -> None:
    tally = new_home(tmp_path / "home")
    (tally.home / "sandbox").write_text("in the way", encoding="utf-8")
    answer = tally("demo", "--once", "--json")
    assert answer.status == 1
    assert answer.json["ok"] is False
    assert "sandbox" in answer.json["error"]


def test_the_demonstration_says_where_to_look_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    tally = new_home(tmp_path / "home")
    log = tmp_path / "said"
    with tally.running("demo", "--port", "0", log=log) as process:
        give_up = time.monotonic() + 120
        while "Ctrl-C stops everything" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < give_up, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        said = log.read_text(encoding="utf-8")
        addresses = [word for word in said.split() if word.startswith("http://")]
        financials, link, sales = addresses
        assert httpx2.get(f"{financials}healthz").status_code == 200
        assert httpx2.get(link).status_code == 200
        assert httpx2.get(sales, follow_redirects=True).status_code == 200
        pids = children_of(process.pid)
        assert len(pids) >= 3
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert "Everything has stopped." in log.read_text(encoding="utf-8")
    assert tally.done("status", "--json").json["schedule_seconds"] == 5
    worker = (tally.home / "logs" / "worker.log").read_text(encoding="utf-8")
    assert "is ready" in worker
    assert "finished full synchronization" in worker
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{financials}healthz")


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [descendant for child in map(int, found) for descendant in (child, *children_of(child))]


def test_status_adds_up_and_names_every_mapping(stage: Stage) -> None:
    told = stage.tally.done("status", "--json").json
    assert [line["mapping"] for line in told["mappings"]][:2] == ["SALESPEOPLE", "CURRENCY"]
    assert "CUSTOMER" in stage.tally.done("status").out


def test_a_preview_names_what_would_be_written_and_writes_nothing(stage: Stage) -> None:
    [(number, _, account_id)] = some_customers(stage, 1, 10)
    edit_customer(stage, number, "city", "Vorschau")
    before = stage.sandbox.stats()["rows_written"], account(stage, account_id, "address1_city")
    told = stage.tally.done("preview", "CUSTOMER", "--json").json
    [write] = told["writes"]
    assert (write["kind"], write["side"], write["sales_id"]) == ("update", "sales", account_id)
    assert [field["after"] for field in write["fields"]] == ["Vorschau"]
    assert write["why"]
    assert (stage.sandbox.stats()["rows_written"], account(stage, account_id, "address1_city")) == before
    assert "Vorschau" in stage.tally.done("preview", "customer").out
    report = stage.tally.done("sync", "CUSTOMER", "--wait", "--json").json
    assert (report["status"], report["to_sales"]["modified"]) == ("success", 1)
    assert account(stage, account_id, "address1_city") == "Vorschau"


def test_edits_to_different_fields_on_both_sides_both_survive(stage: Stage) -> None:
    [(number, _, account_id)] = some_customers(stage, 1, 11)
    edit_customer(stage, number, "city", "Hier")
    edit_account(stage, account_id, telephone1="+49 1")
    stage.tally.done("sync", "CUSTOMER", "--wait")
    assert (customer(stage, number, "city"), customer(stage, number, "phone_no")) == ("Hier", "+49 1")
    assert (account(stage, account_id, "address1_city"), account(stage, account_id, "telephone1")) == ("Hier", "+49 1")


def test_a_conflict_names_both_values_and_is_settled(stage: Stage) -> None:
    [(number, _, account_id)] = some_customers(stage, 1, 12)
    edit_customer(stage, number, "city", "Finanzstadt")
    edit_account(stage, account_id, address1_city="Salesville")
    stage.tally.done("sync", "CUSTOMER", "--wait")
    counts = {line["mapping"]: line for line in stage.tally.done("status", "--json").json["mappings"]}
    assert counts["CUSTOMER"]["conflicts"] == 1
    [issue] = stage.tally.done("issues", "--mapping", "CUSTOMER", "--json").json["issues"]
    [conflict] = issue["conflicts"]
    assert (conflict["finance"], conflict["sales"]) == ("Finanzstadt", "Salesville")
    shown = " ".join(stage.tally.done("issues").out.split())
    assert "Finanzstadt in Financials" in shown
    assert "Salesville" in shown
    assert "Say whose values are taken." in stage.tally.refused("issues", "--settle", issue["id"])
    assert stage.tally.done("issues", "--settle", issue["id"], "--winner", "sales", "--json").json["settled"]
    assert customer(stage, number, "city") == account(stage, account_id, "address1_city") == "Salesville"
    assert "Nothing needs attention." in stage.tally.done("issues").out


def test_an_edit_is_taken_back(stage: Stage) -> None:
    [(number, _, account_id)] = some_customers(stage, 1, 13)
    city = account(stage, account_id, "address1_city")
    edit_customer(stage, number, "city", "Irrtum")
    stage.tally.done("sync", "CUSTOMER", "--wait")
    newest = stage.tally.done("history", "--mapping", "CUSTOMER", "--json").json["items"][0]
    assert [field["after"] for field in newest["fields"]] == ["Irrtum"]
    assert "Irrtum" in stage.tally.done("history", "--mapping", "CUSTOMER").out
    assert stage.tally.done("undo", str(newest["id"]), "--json").json[0]["done"]
    assert account(stage, account_id, "address1_city") == customer(stage, number, "city") == city
    again = stage.tally("undo", str(newest["id"]))
    assert (again.status, "taken back already" in again.out) == (1, True)


def test_a_coupling_is_deleted_and_made_again_by_name(stage: Stage) -> None:
    [(number, name, account_id)] = some_customers(stage, 1, 14)
    assert stage.tally.done("uncouple", "CUSTOMER", number, "--json").json == {"uncoupled": 1}
    edit_customer(stage, number, "city", "Getrennt")
    stage.tally.done("sync", "CUSTOMER", "--wait")
    assert account(stage, account_id, "address1_city") != "Getrennt"
    coupled = stage.tally.done("couple", "CUSTOMER", number, name, "--first", "finance", "--json").json
    assert coupled["sales_id"] == account_id
    assert account(stage, account_id, "address1_city") == "Getrennt"


def test_new_customers_are_created_over_there_when_asked_for(stage: Stage) -> None:
    edit_customer(stage, "X1", "name", "Ganz Neu GmbH")
    report = stage.tally.done("couple", "CUSTOMER", "--match", "X1", "--create", "--wait", "--json").json
    assert report["to_sales"]["inserted"] == 1
    assert stage.sales("SELECT count(*) FROM account WHERE name = 'Ganz Neu GmbH'") == [(1,)]


def test_one_record_is_synchronised_at_once(stage: Stage) -> None:
    [(number, _, account_id)] = some_customers(stage, 1, 15)
    edit_customer(stage, number, "city", "Sofort")
    assert stage.tally.done("sync", "CUSTOMER", number, "--json").json["status"] == "success"
    assert account(stage, account_id, "address1_city") == "Sofort"


def test_runs_and_their_errors_are_listed(stage: Stage) -> None:
    listed = stage.tally.done("runs", "list", "--mapping", "CUSTOMER", "--limit", "2", "--json").json
    assert [run["mapping"] for run in listed] == ["CUSTOMER", "CUSTOMER"]
    assert stage.tally.done("runs", "errors", str(listed[0]["run"]), "--json").json == []
    assert "There is no run 999999." in stage.tally.refused("runs", "approve", "999999")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["couple", "CUSTOMER", "NOBODY", "x"], "Customer NOBODY does not exist in"),
        (["couple", "CUSTOMER", "C00010"], "Name one record of each side."),
        (["couple", "CUSTOMER", "C00010", "No such account at all"], "Dynamics CRM has no Account"),
        (["history", "--kind", "bogus"], "There is no kind 'bogus' of change. Choose one of: created, updated"),
        (["couple", "CUSTOMER", "C00010", "x", "--first", "both"], "--first 'both' is not known."),
        (["couple", "CUSTOMER", "C00010", "x", "--all"], "--all and --create belong to --match."),
        (["couple", "CUSTOMER", "--match"], "Say which records to match."),
        (["uncouple", "CUSTOMER", "NOBODY"], "Customer NOBODY does not exist in"),
        (["issues", "--winner", "sales"], "belong to --settle"),
        (["issues", "--settle", "zzz", "--winner", "sales"], "'zzz' is no issue."),
        (["issues", "--state", "odd"], "There is no state 'odd' of an issue."),
        (["preview", "NONSENSE"], "There is no integration table mapping 'NONSENSE'."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_gets_a_sentence(stage: Stage, arguments: list[str], sentence: str) -> None:
    assert sentence in stage.tally.refused(*arguments)


def test_a_connection_is_made_tested_and_kept_off_while_something_is_wrong(stage: Stage, tmp_path: Path) -> None:
    tally = new_home(tmp_path / "home")
    tally.done("company", "add", "Acme")
    arguments = ["connect", stage.sandbox.url, "--authority", stage.sandbox.url, "--tenant", stage.sandbox.tenant]
    arguments += ["--client-id", stage.sandbox.client_id]
    said = tally.refused(*arguments, stdin="a wrong secret\n")
    assert "a wrong secret" not in said
    assert "is stored and switched off" in said
    assert "switched off" in tally.refused("full-sync")
    told = tally.done(*arguments, "--seconds", "60", "--json", stdin=f"{stage.sandbox.client_secret}\n").json
    assert (told["ok"], told["base_currency"]) == (True, "EUR")
    assert tally.done("status", "--json").json["schedule_seconds"] == 60
    assert "was not changed" in tally.refused(*arguments, stdin="a slip of the keyboard\n")
    assert tally.done("status", "--json").json["enabled"]
    assert stage.sandbox.client_secret.encode() not in (tally.home / "tally.sqlite3").read_bytes()


def test_a_mapping_is_shown_and_changed(stage: Stage) -> None:
    told = stage.tally.done("mapping", "customer", "--json").json
    assert (told["name"], told["conflicts"], told["enabled"], told["depends_on"][:1]) == (
        "CUSTOMER",
        "ask",
        True,
        ["SALESPEOPLE"],
    )
    assert {"finance": "name", "sales": "name"}.items() <= next(f for f in told["fields"] if f["match"] == 1).items()
    assert told["last_run"]["mapping"] == "CUSTOMER"
    changes = ["--conflicts", "Finance-Wins", "--deletions", "delete coupling", "--creates", "--max-share", "7"]
    shown = stage.tally.done("mapping", "CUSTOMER", *changes).out
    assert "7 % of the coupled records" in shown
    assert "Phone No." in shown
    told = stage.tally.done("mapping", "CUSTOMER", "--json").json
    assert [told[name] for name in ("conflicts", "deletions", "creates", "max_share")] == [
        "finance wins",
        "delete coupling",
        True,
        7,
    ]
    assert "101 is no share" in stage.tally.refused("mapping", "CUSTOMER", "--max-share", "101")
    stage.tally.done(
        "mapping", "CUSTOMER", "--conflicts", "ask", "--deletions", "ask", "--no-creates", "--max-share", "20"
    )


def test_a_mapping_that_is_switched_off_takes_no_part(stage: Stage) -> None:
    stage.tally.done("mapping", "PAYMENT TERMS", "--off")
    lines = stage.tally.done("full-sync", "--wait", "--json").json["lines"]
    assert "PAYMENT TERMS" not in {line["mapping"] for line in lines}
    assert "is switched off" in stage.tally.refused("full-sync", "PAYMENT TERMS")
    stage.tally.done("mapping", "PAYMENT TERMS", "--on")
    told = {line["name"]: line["enabled"] for line in stage.tally.done("mapping", "--json").json}
    assert told["PAYMENT TERMS"]


def test_the_connection_is_switched_off_and_on_again(stage: Stage) -> None:
    told = stage.tally.done("connection", "--off", "--seconds", "7", "--json").json
    assert (told["enabled"], told["schedule_seconds"]) == (False, 7)
    assert "Switched off by" in told["disabled_reason"]
    assert "is switched off: Switched off by" in stage.tally.refused("full-sync")
    shown = stage.tally.done("connection", "--on").out
    assert "it works" in shown
    assert "every 7 seconds" in shown
    assert stage.sandbox.client_secret not in shown
    assert stage.tally.done("connection", "--test", "--json").json["problems"] == []
