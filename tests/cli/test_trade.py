"""What the commands say about goods and customers."""

from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """A company with chairs in pieces and boxes, ten of them ordered from a vendor."""
    folder = tmp_path_factory.mktemp("trade")
    tally = new_home(folder / "home")
    tally.done("company", "add", "Acme")
    for table, rows in (
        ("unit-of-measure", "code\nPCS\nBOX\n"),
        ("item", "no,description,base_unit_of_measure\nCHAIR,Chair,PCS\nFIT,Fitting,\n"),
        ("item-unit-of-measure", "item_no,unit_of_measure_code,qty_per_unit_of_measure\nCHAIR,BOX,4\n"),
        ("customer", "no,name,credit_limit\nC1,Ash,500\n"),
        ("purchase-order", "no,vendor_name,expected_receipt_date\nP1,Ash,2099-05-01\n"),
        ("purchase-order-line", "purchase_order_no,line_no,item_no,quantity\nP1,,CHAIR,10\n"),
    ):
        file = folder / f"{table}.csv"
        file.write_text(rows, encoding="utf-8")
        tally.done("import", table, str(file))
    return tally


def test_what_is_available_is_told_in_every_unit(tally: Tally) -> None:
    said = tally.done("availability", "chair", "--json").json
    assert (said["item"], said["on_hand"], said["on_purchase_order"], said["available"]) == (
        "CHAIR",
        "0.00000",
        "10.00000",
        "10.00000",
    )
    assert [movement["date"] for movement in said["projected"]] == ["2099-05-01"]
    assert [(unit["unit"], unit["available"]) for unit in said["units"]] == [("PCS", "10.00000"), ("BOX", "2.50000")]
    shown = tally.done("availability", "CHAIR").out
    assert "BOX" in shown
    assert "2.5" in shown
    assert "2099-05-01" in shown


def test_an_item_that_is_not_there_is_named(tally: Tally) -> None:
    assert "Item TABLE does not exist in Acme" in tally.refused("availability", "TABLE")


def test_files_that_were_exported_are_nothing_new(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    tally.done("export", "purchase-order-line", "--output", str(file))
    assert "1 unchanged" in tally.done("import", "purchase-order-line", str(file)).out


def test_the_figures_of_a_customer_are_told(tally: Tally) -> None:
    said = tally.done("statistics", "c1", "--json").json
    assert (said["customer"], said["balance"], said["credit_left"], said["last_payment"]) == (
        "C1",
        "0.00",
        "500.00",
        None,
    )
    assert tally.done("statistics", "C1", "--as-of", "2025-03-12", "--json").json["aging"]["as_of"] == "2025-03-12"
    assert "500.00" in tally.done("statistics", "C1").out
    assert "Customer C9 does not exist in Acme" in tally.refused("statistics", "C9")
