"""What a document takes from its customer, and when its header may change.

To see these fail: leave `_take_from_customer`, `_changes_after_moves` or `_reprice` out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.financials.shop import DAY, Shop

from tallystick.financials.models import SalesOrder, SalesOrderLine
from tallystick.financials.services import InvalidRecord, update

pytestmark = pytest.mark.django_db

TABLES = ("sales-quote", "sales-order", "sales-credit-memo")


@pytest.mark.parametrize("table", TABLES)
def test_a_new_document_takes_what_was_left_empty_from_its_customer(shop: Shop, table: str) -> None:
    id = shop.add(table, customer_no=shop["ALPHA"], salesperson_code=None, contact="Bert", customer_name="")
    values = shop.read(table, id)
    taken = ("customer_name", "contact", "salesperson_code", "payment_terms_code", "bill_to_name", "ship_to_city")
    assert [values[name] for name in taken] == ["Alpha", "Bert", shop["PETRA"], shop["30D"], "Alpha", "Berlin"]
    assert values["vat_business_posting_group"] == shop["DOMESTIC"], "the sales setup says what a blank means"
    assert values["document_date"] == datetime.now(UTC).date()
    assert values["status"] == "Open"


def test_an_address_is_taken_whole_or_not_at_all(shop: Shop) -> None:
    values = shop.read("sales-order", shop.order(ship_to_name="Site", ship_to_city="Bremen", bill_to_name=""))
    assert (values["ship_to_name"], values["ship_to_address"], values["ship_to_city"]) == ("Site", "", "Bremen")
    assert (values["bill_to_name"], values["bill_to_address"], values["bill_to_city"]) == (
        "Alpha",
        "Main Street 1",
        "Berlin",
    )


def test_the_local_currency_may_be_named_where_the_customer_has_another(shop: Shop) -> None:
    assert shop.read("sales-order", shop.order("BETA"))["currency_code"] == shop["USD"]
    assert shop.read("sales-order", shop.order("BETA", currency_code=shop["EUR"]))["currency_code"] is None


DATES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, date]]] = {
    # case → at first, then, dates
    "terms": ({}, {}, {"posting_date": DAY, "due_date": date(2025, 7, 16), "shipment_date": DAY}),
    "all follow the document date": (
        {},
        {"document_date": date(2025, 1, 31)},
        {"posting_date": date(2025, 1, 31), "due_date": date(2025, 3, 2), "shipment_date": date(2025, 1, 31)},
    ),
    "but not what was given": (
        {"posting_date": date(2025, 6, 1), "shipment_date": date(2025, 6, 2)},
        {"document_date": date(2025, 1, 31)},
        {"posting_date": date(2025, 6, 1), "shipment_date": date(2025, 6, 2)},
    ),
    "other terms, another due date": ({}, {"payment_terms_code": "CM"}, {"due_date": date(2025, 6, 30)}),
    "no terms: at once": ({}, {"payment_terms_code": None}, {"due_date": DAY}),
    "a due date that is given stays": (
        {},
        {"payment_terms_code": "CM", "due_date": date(2026, 1, 1)},
        {"due_date": date(2026, 1, 1)},
    ),
    "goods leave as promised": (
        {"requested_delivery_date": date(2025, 7, 1)},
        {"promised_delivery_date": date(2025, 7, 3)},
        {"shipment_date": date(2025, 7, 3)},
    ),
}


@pytest.mark.parametrize(("first", "then", "expected"), DATES.values(), ids=DATES)
def test_dates_follow(shop: Shop, first: dict[str, Any], then: dict[str, Any], expected: dict[str, date]) -> None:
    id = shop.order(**first)
    if then.get("payment_terms_code"):
        then = then | {"payment_terms_code": shop[then["payment_terms_code"]]}
    update(shop.company, "sales-order", id, then)
    values = shop.read("sales-order", id)
    assert {name: values[name] for name in expected} == expected


BLOCKED = {
    # (customer, table) → refused
    ("STOPPED", "sales-quote"): True,
    ("STOPPED", "sales-order"): True,
    ("STOPPED", "sales-credit-memo"): True,
    ("UNSHIPPED", "sales-order"): True,
    ("UNSHIPPED", "sales-credit-memo"): False,
}


@pytest.mark.parametrize(("case", "refused"), BLOCKED.items(), ids=str)
def test_a_blocked_customer_gets_no_document(shop: Shop, case: tuple[str, str], refused: bool) -> None:
    customer, table = case
    if not refused:
        shop.add(table, customer_no=shop[customer])
        return
    with pytest.raises(InvalidRecord, match=f"Customer {customer} .* is blocked"):
        shop.add(table, customer_no=shop[customer])


def test_another_customer_brings_its_own_terms_and_prices(shop: Shop) -> None:
    order = shop.order()
    listed, typed = shop.line(order, "CHAIR", 2), shop.line(order, "BOOK", 1, unit_price="7.77")
    update(shop.company, "sales-order", order, {"customer_no": shop["BETA"], "contact": "Me"})
    values = shop.read("sales-order", order)
    assert (values["customer_name"], values["contact"], values["currency_code"]) == ("Beta", "Me", shop["USD"])
    assert (values["salesperson_code"], values["bill_to_name"]) == (None, "Beta")
    assert shop.read("sales-order-line", listed)["unit_price"] == Decimal("12.5"), "ten euros in dollars"
    assert shop.read("sales-order-line", typed)["unit_price"] == Decimal("7.77"), "somebody said so"
    assert values["invoice_discount_amount"] == Decimal("3.28"), "ten per cent of 25.00 and of 7.77, each rounded"


def test_prices_with_vat_are_those_of_the_list_plus_vat(shop: Shop) -> None:
    order = shop.order("GROSS")
    line = shop.line(order, "CHAIR", 1)
    assert shop.read("sales-order-line", line)["unit_price"] == Decimal("11.9")
    assert shop.read("sales-order", order)["amount_including_vat"] == Decimal("11.9")
    update(shop.company, "sales-order", order, {"prices_including_vat": False})
    assert shop.read("sales-order-line", line)["unit_price"] == Decimal(10)
    assert shop.read("sales-order", order)["amount"] == Decimal(10)


def test_another_vat_group_changes_the_vat_of_the_lines(shop: Shop) -> None:
    order = shop.order()
    line = shop.line(order, "CHAIR", 1)
    update(shop.company, "sales-order", order, {"vat_business_posting_group": shop["EXPORT"]})
    assert shop.read("sales-order-line", line)["vat_percent"] == 0
    assert shop.read("sales-order", order)["amount_including_vat"] == Decimal(10)


@pytest.mark.parametrize(
    "values",
    [
        {"customer_no": "BETA"},
        {"currency_code": "USD"},
        {"prices_including_vat": True},
        {"invoice_discount_percent": 5},
    ],
    ids=lambda values: next(iter(values)),
)
def test_what_was_shipped_holds_the_terms(shop: Shop, values: dict[str, Any]) -> None:
    order = shop.order()
    line = shop.line(order, "CHAIR", 5)
    SalesOrderLine.objects.filter(pk=line).update(quantity_shipped=1)
    given = {name: shop.ids.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
    with pytest.raises(InvalidRecord, match="stays: something of order SO000001 was shipped or invoiced"):
        update(shop.company, "sales-order", order, given)
    update(shop.company, "sales-order", order, {"your_reference": "fine"})


def test_a_released_document_is_reopened_first(shop: Shop) -> None:
    order = shop.order()
    line = shop.line(order, "CHAIR", 5)
    SalesOrder.objects.filter(pk=order).update(status="Released")
    for refused in (
        lambda: update(shop.company, "sales-order", order, {"contact": "Eve"}),
        lambda: update(shop.company, "sales-order-line", line, {"quantity": 6}),
        lambda: shop.line(order, "BOOK", 1),
    ):
        with pytest.raises(InvalidRecord, match=r"Order SO000001 is released\. Reopen it"):
            refused()
    update(shop.company, "sales-order", order, {"posting_date": DAY, "external_document_no": "X"})
    update(shop.company, "sales-order-line", line, {"qty_to_ship": 2})
    assert shop.read("sales-order-line", line)["qty_to_invoice"] == 2


def test_a_foreign_currency_needs_a_rate_on_the_day(shop: Shop) -> None:
    with pytest.raises(InvalidRecord, match="There is no exchange rate of USD on 2024-12-31"):
        shop.order("BETA", document_date=date(2024, 12, 31))
