"""`tally post`, `pay` and `check`: from files to a paid invoice, at the terminal."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home

pytestmark = pytest.mark.slow

FILES = {
    "unit-of-measure": "code\nPCS\n",
    "customer": "no,name\nC1,Miller\n",
    "item": "no,description,base_unit_of_measure,unit_cost\nCHAIR,Chair,PCS,40\n",
    "sales-order": "no,customer_no,customer_name,document_date\nA1,C1,Miller,2024-02-01\nA2,C1,Miller,2024-03-01\n",
    "sales-order-line": "order_no,line_no,item_no,description,unit_of_measure_code,quantity,unit_price,qty_to_ship,"
    "qty_to_invoice\nA1,10000,CHAIR,Chair,PCS,4,100,4,4\nA2,10000,CHAIR,Chair,PCS,7,100,7,7\n",
    "purchase-order": "no,vendor_name,order_date\nP1,Maker,2024-01-02\nP2,Maker,2024-01-03\n",
    "purchase-order-line": "purchase_order_no,line_no,item_no,unit_of_measure_code,quantity,direct_unit_cost,"
    "qty_to_receive\nP1,10000,CHAIR,PCS,10,38,10\nP2,10000,CHAIR,PCS,5,38,5\n",
}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """The company before anything is posted."""
    tmp_path = tmp_path_factory.mktemp("before")
    tally = new_home(tmp_path / "home")
    tally.done("company", "add", "Acme")
    for table, text in FILES.items():
        file = tmp_path / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        tally.done("import", table, str(file))
    with sqlite3.connect(tally.home / "tally.sqlite3") as database:
        for table in ("salesorderline", "purchaseorderline"):  # what the unit holds follows from the unit
            database.execute(
                f"UPDATE financials_{table} SET qty_per_unit_of_measure = 1, outstanding_qty_base = quantity"
            )
    database.close()
    return tally


@pytest.fixture
def tally(before: Tally, tmp_path: Path) -> Tally:
    shutil.copytree(before.home, tmp_path / "home")
    return Tally(tmp_path / "home")


def test_orders_are_posted_each_on_its_own_day_and_what_is_refused_stops_no_other(tally: Tally) -> None:
    assert "P1 is posted" in tally.done("post", "purchase-order", "P1", "--date", "2024-01-05").out
    shown = tally.done("post", "sales-order", "a1", "--preview", "--json").json
    assert (shown["ok"], shown["documents"][0]["no"]) == (True, "A1")
    assert {one["ledger"] for one in shown["documents"][0]["entries"]} > {"g-l-entry", "item-ledger-entry"}
    answer = tally("post", "sales-order", "--all", "--json")
    assert answer.status == 1
    assert answer.json["posted"] == [
        {"no": "A1", "transaction_no": 2, "shipment_no": "PSS000001", "invoice_no": "PSI000001"}
    ]
    assert [one["no"] for one in answer.json["refused"]] == ["A2"]
    assert "has 6 in stock, not the 7" in answer.json["refused"][0]["message"]
    assert "2024-02-01" in tally.done("export", "sales-invoice").out
    tally.done("post", "purchase-order", "--all")
    assert "PSI000002" in tally.done("post", "sales-order", "--all", "--date", "2024-03-05").out
    assert "2024-03-05" in tally.done("export", "sales-invoice").out
    assert tally.done("post", "sales-order", "--all", "--json").json == {"ok": True, "posted": [], "refused": []}
    answer = tally.done("check", "ledgers", "--json")
    assert answer.json == {"balanced": True, "postings": 4, "differences": []}


def test_who_posts_an_order_over_the_credit_limit_is_warned(tally: Tally, tmp_path: Path) -> None:
    limits = tmp_path / "limits.csv"
    limits.write_text("no,credit_limit\nC1,500\n", encoding="utf-8")
    tally.done("import", "customer", str(limits))
    tally.done("post", "purchase-order", "--all")
    answer = tally.done("post", "sales-order", "A1")
    assert "A1 is posted" in answer.out
    assert "A1: Customer C1 Miller comes to 1,100.00 EUR" in answer.err
    assert "the credit limit is 500.00" in answer.err
    posted = tally.done("post", "sales-order", "A2", "--json").json["posted"]
    assert "comes to 1,100.00" in posted[0]["warning"]


def test_an_invoice_is_paid(tally: Tally) -> None:
    tally.done("post", "purchase-order", "P1")
    tally.done("post", "sales-order", "A1")
    gross = tally.done("export", "sales-invoice").out
    assert "Miller" in gross
    assert tally.done("pay", "C1", "100", "--invoice", "PSI000001", "--date", "2024-03-01", "--preview").status == 0
    paid = tally.done("pay", "c1", "100", "--invoice", "psi000001", "--date", "2024-03-01", "--json").json
    assert (paid["payment_no"], paid["entry_no"], paid["application_no"]) == ("PAY000001", 2, 4)
    assert "PAY000002" in tally.done("pay", "C1", "5", "--refund", "--bank", "1810").out
    assert tally.done("check", "ledgers").out == "The ledgers agree: 5 postings.\n"


def test_what_cannot_be_asked_is_told(tally: Tally) -> None:
    assert "Which documents?" in tally.refused("post", "sales-order")
    assert "Which documents?" in tally.refused("post", "sales-order", "A1", "--all")
    assert "Sales Order A9 does not exist" in tally.refused("post", "sales-order", "A9")
    assert "tomorrow is not a date" in tally.refused("post", "sales-order", "A1", "--date", "tomorrow")
    assert "has 0 in stock" in tally.refused("post", "sales-order", "A1")
    answer = tally("post", "sales-order", "A1", "--preview")
    assert (answer.status, "has 0 in stock" in answer.out) == (2, True)
    assert "nothing to post in the item journal" in tally.refused("post", "item-journal")
    assert "much is not an amount" in tally.refused("pay", "C1", "much")
    assert "PSI000009 is not in the customer ledger" in tally.refused("pay", "C1", "5", "--invoice", "PSI000009")


def test_a_difference_ends_with_one(tally: Tally) -> None:
    tally.done("post", "purchase-order", "P1")
    with sqlite3.connect(tally.home / "tally.sqlite3") as database:
        database.execute("DROP TRIGGER financials_glentry_stays")
        database.execute("UPDATE financials_glentry SET amount = 379 WHERE entry_no = 1")
    database.close()
    answer = tally("check", "ledgers", "--json")
    assert (answer.status, answer.json["balanced"]) == (1, False)
    assert {one["ledger"] for one in answer.json["differences"]} == {"g-l-entry", "item-ledger-entry"}
    assert "do not sum to zero" in tally("check", "ledgers").out
