"""What workers promise: once is once, order is kept, a brake asks, and what one leaves behind is taken up."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.jobs.stage import Stage, Template

pytestmark = [pytest.mark.slow]


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it did not come about in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def synchronised(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A stage that was synchronised in full, twice: the second time read back what the first had written."""
    folder = tmp_path_factory.mktemp("synchronised")
    with template.copied_to(folder) as stage:
        for _ in range(2):
            stage.tally.done("full-sync", "--wait")
        stage.sandbox.stop()
    return Template(folder / "home", folder / "sandbox")


def city_of(stage: Stage, account: str) -> str:
    return str(stage.sales(f"SELECT address1_city FROM account WHERE name = '{account}'")[0][0])


def import_customers(stage: Stage, text: str) -> None:
    file = stage.tally.home / "edit.csv"
    file.write_text(text, encoding="utf-8")
    stage.tally.done("import", "customer", str(file))


def test_pressing_start_twice_starts_it_once(template: Template, tmp_path: Path) -> None:
    with template.copied_to(tmp_path) as stage:
        pressed = [subprocess.Popen(stage.tally.command("full-sync")) for _ in range(2)]
        assert [process.wait(60) for process in pressed] == [0, 0]
        stage.tally.done("full-sync", "--wait")
        assert stage.finance("SELECT count(*) FROM integration_fullsync") == [(1,)]
        assert stage.log().count("started full synchronization") == 1
        assert stage.log().count("started CUSTOMER") == 1


def test_a_mapping_that_does_not_finish_blocks_what_depends_on_it_and_nothing_else(
    template: Template, tmp_path: Path
) -> None:
    with template.copied_to(tmp_path) as stage:
        requested = stage.tally.done("full-sync", "--json").json
        currency = next(line["run"] for line in requested["lines"] if line["mapping"] == "CURRENCY")
        stage.tally.done("runs", "stop", str(currency))
        answer = stage.tally("full-sync", "--wait", "--json")
        assert answer.status == 1
        told = {line["mapping"]: (line["status"], line["message"]) for line in answer.json["lines"]}
        assert told["CURRENCY"][0] == "stopped"
        assert told["CUSTOMER"] == ("error", "Not started, because CURRENCY did not finish.")
        assert told["CONTACT"] == ("error", "Not started, because CUSTOMER did not finish.")
        assert told["SALESPEOPLE"][0] == told["PAYMENT TERMS"][0] == "success"
        stage.tally.done("runs", "restart", str(currency))
        again = stage.tally.done("full-sync", "--wait", "--json").json
        statuses = {line["mapping"]: line["status"] for line in again["lines"]}
        assert statuses == dict.fromkeys(("CURRENCY", "CUSTOMER", "CONTACT"), "success")


def test_two_workers_on_one_home_are_refused(synchronised: Template, tmp_path: Path) -> None:
    with synchronised.copied_to(tmp_path) as stage, stage.tally.running("worker", log=tmp_path / "log") as worker:
        until(lambda: "is ready" in (tmp_path / "log").read_text(encoding="utf-8"))
        said = stage.tally.refused("worker")
        assert "A worker is already running for" in said
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def test_an_edit_on_either_side_arrives_on_the_other_within_a_cycle(synchronised: Template, tmp_path: Path) -> None:
    with synchronised.copied_to(tmp_path) as stage, stage.tally.running("worker", log=tmp_path / "log"):
        number, name = stage.finance(
            "SELECT f.no, f.name FROM financials_customer f JOIN integration_couplingrow c"
            " ON replace(c.finance_id, '-', '') = f.id WHERE f.name NOT LIKE '%''%' ORDER BY f.no LIMIT 1"
        )[0]
        import_customers(stage, f"no,city\n{number},Neustadt\n")
        until(lambda: city_of(stage, name) == "Neustadt", 20)
        account = stage.sales(f"SELECT accountid FROM account WHERE name = '{name}'")[0][0]
        with stage.sandbox.client() as client:
            client.patch(f"accounts({account})", json={"telephone1": "+49 30 1"}).raise_for_status()
        until(
            lambda: stage.finance(f"SELECT phone_no FROM financials_customer WHERE no = '{number}'") == [("+49 30 1",)],
            20,
        )
        # An edit is never answered by a write on the side it was made.
        written = stage.sandbox.stats()["rows_written"]
        time.sleep(3)
        assert stage.sandbox.stats()["rows_written"] == written


def test_the_brake_stops_a_run_asks_and_goes_on_when_it_is_allowed(synchronised: Template, tmp_path: Path) -> None:
    with synchronised.copied_to(tmp_path) as stage:
        numbers = stage.finance(
            "SELECT f.no FROM financials_customer f JOIN integration_couplingrow c"
            " ON replace(c.finance_id, '-', '') = f.id WHERE f.city <> '' ORDER BY f.no"
        )
        blanked = stage.sales("SELECT count(*) FROM account WHERE address1_city IS NULL")[0][0]
        import_customers(stage, "no,city\n" + "".join(f"{number},\n" for (number,) in numbers))
        answer = stage.tally("sync", "CUSTOMER", "--wait", "--json")
        assert answer.status == 1
        assert answer.json["status"] == "asks"
        assert "would delete, uncouple or blank" in answer.json["message"]
        assert (
            stage.sales("SELECT count(*) FROM account WHERE address1_city IS NULL")[0][0] < blanked + len(numbers) // 2
        )
        stage.tally.done("runs", "approve", str(answer.json["run"]))
        with stage.tally.running("worker", log=tmp_path / "log"):
            until(
                lambda: (
                    stage.sales("SELECT count(*) FROM account WHERE address1_city IS NULL")[0][0]
                    == blanked + len(numbers)
                )
            )
        assert f"resumed CUSTOMER (run {answer.json['run']})" in (tmp_path / "log").read_text(encoding="utf-8")


def test_an_expired_delta_token_reads_from_the_start_and_finds_what_was_deleted(
    synchronised: Template, tmp_path: Path
) -> None:
    with synchronised.copied_to(tmp_path) as stage:
        account = stage.sales("SELECT accountid FROM account ORDER BY name LIMIT 1")[0][0]
        with stage.sandbox.client() as client:
            client.delete(f"accounts({account})").raise_for_status()
        stage.sandbox.fault("expired-token", path="accounts")
        report = stage.tally("sync", "CUSTOMER", "--wait", "--json").json
        assert report["status"] == "success", report
        assert "reads Dynamics CRM from the start" in stage.log()
        issues = stage.tally.done("issues", "--mapping", "CUSTOMER", "--json").json
        assert [issue["deleted_on"] for issue in issues["issues"]] == ["sales"]
        assert stage.finance("SELECT count(*) FROM integration_seenmark") == [(0,)]


def test_a_secret_that_is_no_longer_good_switches_the_connection_off(synchronised: Template, tmp_path: Path) -> None:
    with synchronised.copied_to(tmp_path) as stage:
        user = stage.sales("SELECT systemuserid FROM systemuser WHERE applicationid IS NOT NULL")[0][0]
        stage.sandbox.disable_user(user)
        with stage.tally.running("worker", log=tmp_path / "log"):
            until(lambda: stage.finance("SELECT enabled FROM integration_connection") == [(0,)])
        reason = stage.finance("SELECT disabled_reason FROM integration_connection")[0][0]
        assert reason
        assert "switched off" in stage.tally.done("status").out
        assert "is switched off" in stage.tally.refused("full-sync")


def test_a_worker_that_is_asked_to_stop_finishes_its_page_and_the_next_one_goes_on(
    template: Template, tmp_path: Path
) -> None:
    with template.copied_to(tmp_path) as stage:
        stage.sandbox.fault("latency", 150, times=None)
        stage.tally.done("full-sync")
        with stage.tally.running("worker", log=tmp_path / "first") as worker:
            until(lambda: "started CUSTOMER" in (tmp_path / "first").read_text(encoding="utf-8"))
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0
        assert "Traceback" not in (tmp_path / "first").read_text(encoding="utf-8")
        stage.sandbox.clear_faults()
        report = stage.tally.done("full-sync", "--wait", "--json").json
        assert report["ok"]
        assert "resumed full synchronization 1 at its lines" in stage.log()
        assert stage.finance("SELECT count(*) FROM integration_fullsync") == [(1,)]


def test_work_goes_on_when_the_job_store_is_lost(template: Template, tmp_path: Path) -> None:
    with template.copied_to(tmp_path) as stage:
        stage.sandbox.fault("latency", 100, times=None)
        stage.tally.done("full-sync")
        with stage.tally.running("worker", log=tmp_path / "first") as worker:
            until(lambda: "started CUSTOMER" in (tmp_path / "first").read_text(encoding="utf-8"))
            worker.kill()
        for file in stage.tally.home.glob("jobs.sqlite3*"):
            file.unlink()
        stage.sandbox.clear_faults()
        report = stage.tally.done("full-sync", "--wait", "--json").json
        assert report["ok"], report
        assert "queued again CUSTOMER" in stage.log()
        assert stage.tally.done("full-sync", "--wait", "--json").json["writes"] == 0
