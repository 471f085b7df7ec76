"""What a line takes from what it sells and from its document, and what it must not say.

To see these fail: leave `_price`, `_vat` or `_quantities` out of the rule, or `recompute` out of the deletion."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.financials.shop import Shop

from tallystick.financials.models import SalesOrder, SalesOrderLine
from tallystick.financials.services import Insert, InvalidRecord, Saved, Update, delete, save_many, update

pytestmark = pytest.mark.django_db

LINES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # case → what is entered, what is stored; names in capitals are records of the shop
    "an item": (
        {"item_no": "CHAIR", "quantity": 2},
        {
            "description": "Chair",
            "unit_of_measure_code": "PCS",
            "unit_price": Decimal(10),
            "vat_percent": Decimal(19),
            "vat_product_posting_group": "STANDARD",
            "amount": Decimal(20),
            "amount_including_vat": Decimal("23.8"),
            "qty_to_ship": Decimal(2),
            "qty_to_invoice": Decimal(2),
            "outstanding_qty_base": Decimal(2),
        },
    ),
    "from ten on there is a price": (
        {"item_no": "CHAIR", "quantity": 10},
        {"unit_price": Decimal(9), "line_discount_percent": Decimal(5), "line_discount_amount": Decimal("4.5")},
    ),
    "another unit": (
        {"item_no": "CHAIR", "quantity": 2, "unit_of_measure_code": "BOX"},
        {"unit_price": Decimal(60), "qty_per_unit_of_measure": Decimal(6), "outstanding_qty_base": Decimal(12)},
    ),
    "a price that is given stays, without the list's discount": (
        {"item_no": "CHAIR", "quantity": 10, "unit_price": "8"},
        {"unit_price": Decimal(8), "line_discount_percent": Decimal(0)},
    ),
    "so does a discount": (
        {"item_no": "CHAIR", "quantity": 10, "line_discount_percent": "50"},
        {"unit_price": Decimal(9), "line_discount_percent": Decimal(50)},
    ),
    "nothing is a price too": ({"item_no": "CHAIR", "quantity": 1, "unit_price": 0}, {"unit_price": Decimal(0)}),
    "an empty price is none": ({"item_no": "CHAIR", "quantity": 1, "unit_price": None}, {"unit_price": Decimal(10)}),
    "the VAT group of the item": ({"item_no": "BOOK", "quantity": 1}, {"vat_percent": Decimal(7)}),
    "or the one that is given": (
        {"item_no": "BOOK", "quantity": 1, "vat_product_posting_group": "ZERO"},
        {"vat_percent": Decimal(0)},
    ),
    "a resource": (
        {"resource_no": "TIM", "quantity": "1.5"},
        {"description": "Tim", "unit_of_measure_code": "HOUR", "amount": Decimal(75)},
    ),
    "a G/L account": (
        {"g_l_account_no": "FREIGHT", "quantity": 1, "unit_price": "12.34"},
        {"description": "Freight charged", "amount": Decimal("12.34"), "unit_of_measure_code": None},
    ),
    "a comment": (
        {"description": "Thank you", "unit_price": 3},
        {"description": "Thank you", "quantity": Decimal(0), "unit_price": Decimal(0), "vat_percent": Decimal(0)},
    ),
    "less to ship, less to invoice": (
        {"item_no": "CHAIR", "quantity": 5, "qty_to_ship": 2},
        {"qty_to_ship": Decimal(2), "qty_to_invoice": Decimal(2), "outstanding_qty_base": Decimal(5)},
    ),
}


def named(shop: Shop, values: dict[str, Any]) -> dict[str, Any]:
    return {name: shop.ids.get(value, value) if isinstance(value, str) else value for name, value in values.items()}


@pytest.mark.parametrize(("entered", "expected"), LINES.values(), ids=LINES)
def test_a_line_takes_what_was_left_empty(shop: Shop, entered: dict[str, Any], expected: dict[str, Any]) -> None:
    line = shop.add("sales-order-line", order_no=shop.order(), **named(shop, entered))
    values = shop.read("sales-order-line", line)
    assert {name: values[name] for name in expected} == named(shop, expected)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two things": ({"item_no": "CHAIR", "resource_no": "TIM", "quantity": 1}, "A line sells one thing only"),
    "nothing of something": ({"quantity": 3}, "has a quantity and sells nothing"),
    "what is blocked": ({"item_no": "OLD", "quantity": 1}, "Item OLD is blocked"),
    "an account of posting groups": ({"g_l_account_no": "INVENTORY", "quantity": 1}, "by posting groups alone"),
    "a unit it has not": (
        {"item_no": "BOOK", "quantity": 1, "unit_of_measure_code": "BOX"},
        "not counted in this unit",
    ),
    "more to ship": ({"item_no": "CHAIR", "quantity": 1, "qty_to_ship": 2}, "At most 1 are still to be shipped"),
    "more to invoice": (
        {"item_no": "CHAIR", "quantity": 5, "qty_to_ship": 2, "qty_to_invoice": 3},
        "At most 2 can be invoiced",
    ),
    "less than nothing": ({"item_no": "CHAIR", "quantity": -1}, "the least is 0"),
    "more than fits": ({"item_no": "CHAIR", "quantity": 9_999_999_999, "unit_price": 9_999_999_999}, "too large"),
    "amounts are not entered": ({"item_no": "CHAIR", "quantity": 1, "amount": 5}, "Leave it out: it is not entered"),
}


@pytest.mark.parametrize(("entered", "message"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_cannot_be_is_refused(shop: Shop, entered: dict[str, Any], message: str) -> None:
    order = shop.order()
    with pytest.raises(InvalidRecord, match=message):
        shop.add("sales-order-line", order_no=order, **named(shop, entered))
    assert shop.read("sales-order", order)["amount"] == 0


def test_a_list_price_follows_the_quantity_and_a_typed_one_stays(shop: Shop) -> None:
    order = shop.order()
    listed, typed = shop.line(order, "CHAIR", 1), shop.line(order, "CHAIR", 1, unit_price="9.99")
    for line in (listed, typed):
        update(shop.company, "sales-order-line", line, {"quantity": 10})
    values = shop.read("sales-order-line", listed)
    assert (values["unit_price"], values["line_discount_percent"]) == (Decimal(9), Decimal(5))
    assert shop.read("sales-order-line", typed)["unit_price"] == Decimal("9.99")
    update(shop.company, "sales-order-line", typed, {"unit_price": None})
    assert shop.read("sales-order-line", typed)["unit_price"] == Decimal(9), "emptied, it is the best price again"


def test_another_item_brings_its_own_description_price_and_vat(shop: Shop) -> None:
    line = shop.line(shop.order(), "CHAIR", 1, unit_price="3")
    update(shop.company, "sales-order-line", line, {"item_no": shop["BOOK"]})
    values = shop.read("sales-order-line", line)
    assert (values["description"], values["unit_price"], values["vat_percent"]) == ("Book", Decimal(20), Decimal(7))


def test_dates_come_from_the_document(shop: Shop) -> None:
    order = shop.order(requested_delivery_date=date(2025, 8, 1))
    values = shop.read("sales-order-line", shop.line(order, promised_delivery_date=date(2025, 8, 4)))
    dates = [values[f"{name}_date"] for name in ("requested_delivery", "promised_delivery", "shipment")]
    assert dates == [date(2025, 8, 1), date(2025, 8, 4), date(2025, 8, 1)]


def test_what_was_shipped_stays(shop: Shop) -> None:
    line = shop.line(shop.order(), "CHAIR", 5)
    SalesOrderLine.objects.filter(pk=line).update(quantity_shipped=3, quantity_invoiced=1, qty_to_ship=2)
    for values, message in (
        ({"quantity": 2}, "3 were shipped or invoiced"),
        ({"item_no": shop["BOOK"]}, "Item No. stays"),
        ({"unit_price": 1}, "Unit Price stays"),
        ({"item_no": None}, "What was shipped or invoiced stays"),
    ):
        with pytest.raises(InvalidRecord, match=message):
            update(shop.company, "sales-order-line", line, values)
    with pytest.raises(InvalidRecord, match=r"was shipped or invoiced\. Reduce its quantity"):
        delete(shop.company, "sales-order-line", line)
    update(shop.company, "sales-order-line", line, {"quantity": 4})
    values = shop.read("sales-order-line", line)
    assert (values["qty_to_ship"], values["qty_to_invoice"], values["outstanding_qty_base"]) == (1, 3, 1)


def test_totals_follow_the_lines_also_when_some_are_deleted(shop: Shop) -> None:
    order = shop.order()
    chair, book = shop.line(order, "CHAIR", 3), shop.line(order, "BOOK", 1)
    assert shop.read("sales-order", order)["amount_including_vat"] == Decimal("57.1")
    delete(shop.company, "sales-order-line", chair)
    values = shop.read("sales-order", order)
    assert (values["amount"], values["amount_including_vat"]) == (Decimal(20), Decimal("21.4"))
    assert values["outstanding_amount"] == Decimal("21.4")
    delete(shop.company, "sales-order-line", book)
    assert shop.read("sales-order", order)["amount"] == 0
    delete(shop.company, "sales-order", order)


def test_an_order_goes_when_it_is_open_or_done_with(shop: Shop) -> None:
    order = shop.order()
    line = shop.line(order, "CHAIR", 5)
    SalesOrderLine.objects.filter(pk=line).update(quantity_shipped=5)
    with pytest.raises(InvalidRecord, match="was shipped and is not invoiced"):
        delete(shop.company, "sales-order", order)
    SalesOrderLine.objects.filter(pk=line).update(quantity_invoiced=5)
    delete(shop.company, "sales-order", order)


def test_a_page_takes_the_same_queries_however_long_it_is(shop: Shop) -> None:
    """Of lines and of headers, new and changed. To see it fail: price each line by `best_price`."""

    def queries_of(table: str, writes: list[Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            outcomes = save_many(shop.company, table, writes)
        assert all(isinstance(outcome, Saved) and outcome.changed for outcome in outcomes)
        return len(captured)

    def lines(count: int) -> list[Any]:
        orders = [shop.order() for _ in range(count)]
        sold = ({"item_no": shop["CHAIR"]}, {"item_no": shop["BOOK"]}, {"resource_no": shop["TIM"]})
        return [Insert({"order_no": order, **what, "quantity": 2}) for order in orders for what in sold]

    few, many = lines(1), lines(20)
    assert queries_of("sales-order-line", few) == queries_of("sales-order-line", many) <= 40
    ids = list(SalesOrderLine.objects.filter(company=shop.company).values_list("pk", flat=True))
    changes = [Update(id, {"quantity": 7}) for id in ids]
    assert queries_of("sales-order-line", changes[:3]) == queries_of("sales-order-line", changes[3:]) <= 40
    orders = list(SalesOrder.objects.filter(company=shop.company).values_list("pk", flat=True))
    terms = [Update(order, {"currency_code": shop["USD"]}) for order in orders]
    assert queries_of("sales-order", terms[:1]) == queries_of("sales-order", terms[1:]) <= 45
