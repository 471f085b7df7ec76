"""What goes wrong between two systems, through the whole product: nothing is lost and nothing is there twice."""

import signal
import time
from pathlib import Path

import pytest
from tests.sandbox_process import running_sandbox
from tests.scenarios.company import NAMES, Business, sales_of, until
from tests.scenarios.conftest import copied

pytestmark = [pytest.mark.slow]


def test_a_reply_lost_after_the_write_creates_no_second_account(business: Business) -> None:
    business.sales.sandbox.fault("lost-reply", method="POST", path="CreateMultiple")
    business.sales.sandbox.fault("lost-reply", method="POST", path="$batch")
    business.import_("customer", "no,name", "K5,Elster Energie", "K6,Falke Feinkost")
    report = business.full_sync()
    assert report["ok"], report
    assert any(fault["met"] for fault in business.sales.sandbox.faults())
    assert business.sales.names() == sorted([*NAMES, "Elster Energie", "Falke Feinkost"])
    assert business.counts()["coupled"] == 6
    business.sales.sandbox.clear_faults()
    assert business.full_sync()["writes"] == 0


def test_too_many_requests_are_waited_out_as_long_as_the_service_says(business: Business) -> None:
    business.sales.sandbox.fault("429", 2, times=2)
    business.import_("customer", "no,city", "K1,Potsdam")
    started = time.monotonic()
    assert business.sync("CUSTOMER")["ok"]
    assert time.monotonic() - started > 2
    assert business.sales.account("Adler Apotheke")["address1_city"] == "Potsdam"


def test_an_expired_delta_token_loses_no_edit_and_no_deletion(business: Business) -> None:
    account = business.sales.account("Adler Apotheke")["accountid"]
    business.sales.edit("accounts", account, address1_city="Potsdam")
    business.sales.delete("accounts", business.sales.account("Bäckerei Schäfer")["accountid"])
    business.sales.sandbox.fault("expired-token", path="accounts")
    assert business.sync("CUSTOMER")["ok"]
    assert any(fault["met"] for fault in business.sales.sandbox.faults())
    assert business.customer("K1")["city"] == "Potsdam"
    counts = business.counts()
    assert (counts["sales_rows"], counts["coupled"], counts["in_sync"]) == (3, 3, 3)


def test_somebody_who_saves_while_we_write_is_not_overwritten(business: Business) -> None:
    """A 412 from the real precondition: the CRM answers slowly, and its salesperson is quicker."""
    account = business.sales.account("Adler Apotheke")["accountid"]
    business.import_("customer", "no,city", "K1,Potsdam")
    business.sales.sandbox.fault("latency", 3000, method="POST")
    business.sales.sandbox.fault("latency", 3000, method="PATCH", path=account)
    with business.tally.running("sync", "CUSTOMER", "--wait", log=business.folder / "said.txt") as process:
        give_up = time.monotonic() + 30
        while not any(fault["met"] for fault in business.sales.sandbox.faults()):
            assert time.monotonic() < give_up, "nothing was sent"
            time.sleep(0.02)
        business.sales.edit("accounts", account, address1_city="Bernau", telephone1="+49 3338 5")
        process.wait(60)
    business.sales.sandbox.clear_faults()
    assert business.sales.account("Adler Apotheke")["address1_city"] == "Bernau"
    business.sync("CUSTOMER")
    (issue,) = business.issues()
    assert [(one["finance"], one["sales"]) for one in issue["conflicts"]] == [("Potsdam", "Bernau")]
    assert business.customer("K1")["phone_no"] == "+49 3338 5"


def test_while_the_service_is_down_a_run_says_so_and_goes_on_when_it_is_back(business: Business) -> None:
    port = int(business.sales.sandbox.url.rpartition(":")[2])
    said = business.folder / "said.txt"
    business.import_("customer", "no,city", "K1,Potsdam")
    business.sales.sandbox.stop()
    with business.tally.running("sync", "CUSTOMER", "--wait", "--json", log=said) as process:
        until(lambda: "CUSTOMER: Waiting: Nothing answers at" in said.read_text(encoding="utf-8"), "the run said so")
        assert process.poll() is None
        with running_sandbox(business.folder / "crm", port=port) as sandbox, sales_of(sandbox) as sales:
            assert process.wait(60) == 0, said.read_text(encoding="utf-8")
            assert sales.account("Adler Apotheke")["address1_city"] == "Potsdam"


def test_a_mapping_that_asks_does_not_keep_the_others_from_their_cycles(business: Business) -> None:
    """Seen to fail when cycles rest for as long as a full synchronization is open: it is, until a person has answered."""
    numbers = [f"N{number}" for number in range(20)]
    business.import_("customer", "no,name,city", *(f"{number},Neukunde {number},Kiel" for number in numbers))
    business.import_("currency", "code,description", "NOK,Norwegian crown")
    rate = "currency_code,starting_date,exchange_rate_amount,relational_exch_rate_amount"
    business.import_("exchange-rate", rate, "NOK,2025-01-01,100,8.5")
    assert business.full_sync()["ok"]
    business.import_("customer", "no,city", *(f"{number}," for number in numbers))
    asked = business.tally("full-sync", "--wait", "--json")
    assert asked.status == 1
    statuses = {line["mapping"]: line["status"] for line in asked.json["lines"]}
    assert (statuses["CUSTOMER"], statuses["CONTACT"]) == ("asks", "queued")

    with business.tally.running("worker", log=business.folder / "worker.log"):
        business.import_("currency", "code,description", "NOK,Krone")
        currency = "transactioncurrencies?$select=currencyname&$filter=isocurrencycode eq 'NOK'"
        until(lambda: business.sales.rows(currency)[0]["currencyname"] == "Krone", "the currency was synchronized", 20)
        (run,) = [line["run"] for line in asked.json["lines"] if line["mapping"] == "CUSTOMER"]
        business.tally.done("runs", "approve", str(run))
        blank = "accounts?$select=name&$filter=startswith(name,'Neukunde') and address1_city eq null"
        until(lambda: len(business.sales.rows(blank)) == len(numbers), "what was allowed was done")


def test_killed_in_the_middle_it_says_so_and_ends_as_if_nothing_had_happened(
    template: tuple[Path, int], tmp_path: Path
) -> None:
    with copied(template, tmp_path) as business:
        rows = [f"N{number},Neukunde {number:03}" for number in range(300)]
        business.import_("customer", "no,name", *rows)
        business.sales.sandbox.fault("latency", 700, method="POST", times=None)
        with business.tally.running("full-sync", "--wait", log=business.folder / "said.txt") as process:
            give_up = time.monotonic() + 60
            while not any(fault["met"] for fault in business.sales.sandbox.faults()):
                assert time.monotonic() < give_up
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        business.sales.sandbox.clear_faults()
        under_way = business.tally.done("status", "--json").json
        assert under_way["full_sync_running"]
        report = business.full_sync()
        assert report["ok"], report
        assert business.sales.names() == sorted([*NAMES, *(f"Neukunde {number:03}" for number in range(300))])
        assert business.counts()["in_sync"] == 304
        assert "resumed" in (business.tally.home / "logs" / "worker.log").read_text(encoding="utf-8")
