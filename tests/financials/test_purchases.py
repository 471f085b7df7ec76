"""Purchase orders and journal lines are completed from the item, and say what cannot be.

To see these tests fail: leave `purchase_rules.RULES` out of `rules.RULES`, or a case out of `following.follow`."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tallystick.financials import change_feed, queries
from tallystick.financials.exchange import run_import
from tallystick.financials.models import Company, PurchaseOrderLine
from tallystick.financials.services import Insert, InvalidRecord, Saved, create, delete, save_many, update

pytestmark = pytest.mark.django_db
MAY = date(2025, 5, 1)


class Desk:
    """A buyer's desk: chairs that cost 3 apiece, in boxes of four."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.units = {code: create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX", "KG")}
        self.chair = self.item("CHAIR")
        box = {"item_no": self.chair, "unit_of_measure_code": self.units["BOX"], "qty_per_unit_of_measure": 4}
        create(company, "item-unit-of-measure", box)
        self.order = create(company, "purchase-order", {"vendor_name": "Ash", "expected_receipt_date": MAY}).id

    def item(self, no: str, **more: object) -> UUID:
        values = {"no": no, "description": no.title(), "base_unit_of_measure": self.units["PCS"], "unit_cost": 3}
        return create(self.company, "item", values | more).id

    def line(self, **values: object) -> Saved:
        given = {"purchase_order_no": self.order, "item_no": self.chair, "quantity": 10, **values}
        return create(self.company, "purchase-order-line", given)

    def values(self, table: str, id: UUID) -> dict[str, Any]:
        return dict(queries.get_record(self.company, table, id).values)

    def receive(self, line: UUID, quantity: int) -> None:
        """As a receipt leaves the line."""
        row = PurchaseOrderLine.objects.get(pk=line)
        row.quantity_received += quantity
        row.outstanding_qty_base -= quantity * row.qty_per_unit_of_measure
        row.qty_to_receive = row.quantity - row.quantity_received
        row.save()

    @property
    def status(self) -> str:
        return str(self.values("purchase-order", self.order)["status"])


@pytest.fixture
def desk(company: Company) -> Desk:
    return Desk(company)


def test_an_order_is_numbered_dated_and_open(desk: Desk) -> None:
    values = desk.values("purchase-order", desk.order)
    assert values["no"]
    assert values["order_date"] is not None
    assert values["status"] == "Open"


def test_a_line_takes_what_it_can_from_item_and_order(desk: Desk) -> None:
    values = desk.values("purchase-order-line", desk.line().id)
    assert values["line_no"] == 10000
    assert (values["description"], values["unit_of_measure_code"]) == ("Chair", desk.units["PCS"])
    assert (values["direct_unit_cost"], values["expected_receipt_date"]) == (3, MAY)
    assert (values["qty_per_unit_of_measure"], values["qty_to_receive"], values["outstanding_qty_base"]) == (1, 10, 10)


def test_what_is_entered_stays(desk: Desk) -> None:
    mine = {"description": "Mine", "unit_of_measure_code": desk.units["BOX"], "qty_to_receive": 2}
    values = desk.values("purchase-order-line", desk.line(**mine).id)
    assert {name: values[name] for name in mine} == mine
    assert (values["qty_per_unit_of_measure"], values["direct_unit_cost"], values["outstanding_qty_base"]) == (
        4,
        12,
        40,
    )


def test_another_quantity_unit_or_item_is_followed(desk: Desk) -> None:
    line = desk.line().id
    update(desk.company, "purchase-order-line", line, {"quantity": 3})
    assert desk.values("purchase-order-line", line)["qty_to_receive"] == 3
    update(desk.company, "purchase-order-line", line, {"unit_of_measure_code": desk.units["BOX"]})
    values = desk.values("purchase-order-line", line)
    assert (values["direct_unit_cost"], values["outstanding_qty_base"]) == (12, 12)
    table = desk.item("TABLE", unit_cost=50)
    update(desk.company, "purchase-order-line", line, {"item_no": table})
    values = desk.values("purchase-order-line", line)
    assert (values["description"], values["direct_unit_cost"], values["outstanding_qty_base"]) == ("Table", 50, 3)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    # case → what differs from a good line, what the message says
    "a unit it has not": ({"unit_of_measure_code": "KG"}, "KG is no unit of item CHAIR"),
    "more to receive than ordered": ({"qty_to_receive": 11}, "only 10 are left"),
    "too much to count": ({"quantity": "9999999999", "unit_of_measure_code": "BOX"}, "ten digits before"),
    "less than nothing": ({"quantity": -1}, "Quantity"),
    "an outcome": ({"quantity_received": 5}, "follows from the receipts"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_line_that_cannot_be_is_refused(desk: Desk, case: str) -> None:
    values, message = REFUSED[case]
    unit = values.get("unit_of_measure_code")
    given = values | ({"unit_of_measure_code": desk.units[unit]} if unit else {})
    with pytest.raises(InvalidRecord, match=message):
        desk.line(**given)
    assert not PurchaseOrderLine.objects.exists()


@pytest.mark.parametrize(("values", "message"), [({"blocked": True}, "blocked"), ({"type": "Service"}, "not kept")])
def test_what_cannot_come_into_stock_is_not_ordered(desk: Desk, values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRecord, match=message):
        desk.line(item_no=desk.item("OTHER", **values))
    with pytest.raises(InvalidRecord, match=message):
        create(desk.company, "item-journal-line", {"item_no": desk.item("ELSE", **values), "quantity": 1})


def test_what_is_received_cannot_be_taken_back_by_editing(desk: Desk) -> None:
    line = desk.line().id
    desk.receive(line, 4)
    for values, message in (
        ({"quantity": 3}, "4 are received already"),
        ({"item_no": desk.item("TABLE")}, "so the Item No. stays"),
        ({"unit_of_measure_code": desk.units["BOX"]}, "so the Unit of Measure Code stays"),
    ):
        with pytest.raises(InvalidRecord, match=message):
            update(desk.company, "purchase-order-line", line, values)


def test_the_status_follows_from_the_lines(desk: Desk) -> None:
    one, other = desk.line().id, desk.line(quantity=1).id
    assert desk.status == "Open"
    desk.receive(one, 4)
    update(desk.company, "purchase-order-line", one, {"description": "Some came"})
    assert desk.status == "Partially Received"
    update(desk.company, "purchase-order-line", one, {"quantity": 4})
    assert desk.status == "Partially Received", "the other line is still to come"
    version = change_feed.versions(desk.company, "purchase-order", [desk.order])[desk.order]
    delete(desk.company, "purchase-order-line", other)
    assert desk.status == "Received"
    assert change_feed.versions(desk.company, "purchase-order", [desk.order])[desk.order] > version
    desk.line()
    assert desk.status == "Partially Received"


def test_lines_are_expected_with_their_order_unless_they_say_otherwise(desk: Desk) -> None:
    june, july = date(2025, 6, 1), date(2025, 7, 1)
    along, own = desk.line().id, desk.line(expected_receipt_date=july).id
    update(desk.company, "purchase-order", desk.order, {"expected_receipt_date": june})
    dates = [desk.values("purchase-order-line", id)["expected_receipt_date"] for id in (along, own)]
    assert dates == [june, july]


def test_journal_lines_are_numbered_in_their_company_and_completed(desk: Desk) -> None:
    lines = [Insert({"item_no": desk.chair, "quantity": n}) for n in (1, 2)]
    saved = [outcome.id for outcome in save_many(desk.company, "item-journal-line", lines) if outcome.id]
    values = [desk.values("item-journal-line", id) for id in saved]
    assert [row["line_no"] for row in values] == [10000, 20000]
    assert {(row["description"], row["unit_of_measure_code"], row["unit_cost"]) for row in values} == {
        ("Chair", desk.units["PCS"], None)
    }
    with pytest.raises(InvalidRecord, match="KG is no unit"):
        create(desk.company, "item-journal-line", {"item_no": desk.chair, "unit_of_measure_code": desk.units["KG"]})


def test_orders_are_imported_and_completed_like_on_a_card(desk: Desk) -> None:
    run_import(desk.company, "purchase-order", b"no,vendor_name,order_date\nP1,Ash,\n")
    file = (
        b"purchase_order_no,line_no,item_no,quantity,direct_unit_cost,description\nP1,,CHAIR,5,,\nP1,,CHAIR,6,0,Gift\n"
    )
    run_import(desk.company, "purchase-order-line", file)
    lines = PurchaseOrderLine.objects.filter(purchase_order__no="P1").order_by("line_no")
    assert [(line.direct_unit_cost, line.description) for line in lines] == [(3, "Chair"), (Decimal(0), "Gift")]


def test_many_lines_take_as_many_queries_as_one(desk: Desk, django_assert_max_num_queries: Any) -> None:
    line = {"purchase_order_no": desk.order, "item_no": desk.chair, "quantity": 1}
    with django_assert_max_num_queries(22):
        outcomes = save_many(desk.company, "purchase-order-line", [Insert(line) for _ in range(200)])
    assert all(isinstance(outcome, Saved) for outcome in outcomes)
