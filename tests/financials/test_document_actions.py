"""Releasing, reopening, archiving, and new documents out of old ones.

To see these fail: leave `_prepayment_due`, `archive_locked` in `_reopen`, or the second `save_all` of `_copy` out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.financials.shop import DAY, Shop

from tallystick.financials import queries
from tallystick.financials.models import (
    Customer,
    CustomerLedgerEntry,
    Item,
    LedgerTransaction,
    SalesInvoice,
    SalesInvoiceLine,
    SalesOrderLine,
)
from tallystick.financials.permissions import Actor, NotPermitted, Permission
from tallystick.financials.services import InvalidRecord, RecordMissing, delete, sales, update
from tallystick.financials.services.sales_setup import update_sales_setup

pytestmark = pytest.mark.django_db
READER = Actor("eve@example.com", frozenset({Permission.READ}))


def paid(shop: Shop, order_no: str, amount: str, currency: UUID | None = None, lcy: str | None = None) -> None:
    """Book a payment on account of an order in the ledger, as the postings do."""
    count = LedgerTransaction.objects.count() + 1
    booked = LedgerTransaction.objects.create(company=shop.company, transaction_no=count, posting_date=DAY)
    CustomerLedgerEntry.objects.create(
        company=shop.company,
        transaction=booked,
        entry_no=count,
        posting_date=DAY,
        document_date=DAY,
        due_date=DAY,
        document_type="Payment",
        customer_id=shop["ALPHA"],
        order_no=order_no,
        currency_id=currency,
        amount=-Decimal(amount),
        amount_lcy=-Decimal(lcy or amount),
    )


def test_an_order_is_released_and_reopened_and_kept_as_it_was(shop: Shop) -> None:
    order = shop.order()
    shop.line(order, "CHAIR", 2)
    assert sales.release(shop.company, "sales-order", order).status == "Released"
    assert sales.release(shop.company, "sales-order", order).status == "Released", "twice is once"
    sales.reopen(shop.company, "sales-order", order)
    assert shop.read("sales-order", order)["status"] == "Open"
    [version] = sales.archived_versions(shop.company, "sales-order", "so000001")
    assert (version.version_no, version.reason, version.amount_including_vat) == (1, "Reopened", Decimal("23.8"))
    assert version.document["header"]["customer_no"] == "ALPHA"
    assert version.document["lines"][0]["item_no"] == "CHAIR"
    update_sales_setup(shop.company, {"archive_orders": False})
    sales.release(shop.company, "sales-order", order)
    sales.reopen(shop.company, "sales-order", order)
    assert len(sales.archived_versions(shop.company, "sales-order", "SO000001")) == 1


def test_what_cannot_be_released(shop: Shop) -> None:
    order = shop.order()
    with pytest.raises(InvalidRecord, match="Sales Order SO000001 sells nothing"):
        sales.release(shop.company, "sales-order", order)
    shop.line(order, "CHAIR", 0)
    with pytest.raises(InvalidRecord, match="Line 10000 has none"):
        sales.release(shop.company, "sales-order", order)
    Customer.objects.filter(pk=shop["ALPHA"]).update(blocked="Ship")
    with pytest.raises(InvalidRecord, match=r"Customer ALPHA Alpha is blocked \(Ship\)"):
        sales.release(shop.company, "sales-order", order)
    with pytest.raises(RecordMissing):
        sales.release(shop.company, "sales-order", shop["ALPHA"])
    assert shop.read("sales-order", order)["status"] == "Open"


def test_an_order_waits_for_its_prepayment(shop: Shop) -> None:
    order = shop.order(prepayment_percent=50)
    shop.line(order, "CHAIR", 2)
    assert sales.release(shop.company, "sales-order", order).status == "Pending Prepayment"
    assert sales.prepayment_due(shop.company, order) == Decimal("11.9")
    paid(shop, "SO000001", "11.00")
    paid(shop, "SO000002", "50")
    assert not sales.release_prepaid(shop.company, "SO000001")
    assert sales.prepayment_due(shop.company, order) == Decimal("0.9")
    paid(shop, "SO000001", "1.12", shop["USD"], "0.9")
    assert sales.release_prepaid(shop.company, "SO000001")
    assert shop.read("sales-order", order)["status"] == "Released"


def test_over_the_credit_limit(shop: Shop) -> None:
    update(shop.company, "customer", shop["ALPHA"], {"credit_limit": 100})
    order = shop.order(currency_code=shop["USD"])
    shop.line(order, "CHAIR", 5, unit_price=25)  # 148.75 dollars, 119 euros
    warning = sales.credit_warning(shop.company, shop["ALPHA"])
    assert "comes to 119.00 EUR (0.00 owed, 119.00 on order); the credit limit is 100.00" in warning
    released = sales.release(shop.company, "sales-order", order)
    assert released == sales.Release("Released", warning), "a warning stops nobody"
    sales.reopen(shop.company, "sales-order", order)
    update_sales_setup(shop.company, {"credit_warning": "Refuse"})
    with pytest.raises(InvalidRecord, match="Ask for a payment, or raise the limit"):
        sales.release(shop.company, "sales-order", order)
    update_sales_setup(shop.company, {"credit_warning": "Ignore"})
    assert sales.release(shop.company, "sales-order", order) == sales.Release("Released")
    assert sales.credit_warning(shop.company, shop["ALPHA"]) == ""
    assert sales.credit_warning(shop.company, shop["BETA"], Decimal(10**6)) == "", "no limit"


def test_a_quote_becomes_an_order_at_the_prices_that_were_offered(shop: Shop) -> None:
    quote = shop.add(
        "sales-quote", customer_no=shop["BETA"], currency_code=shop["EUR"], your_reference="R", document_date=DAY
    )
    shop.add("sales-quote-line", quote_no=quote, item_no=shop["CHAIR"], quantity=3, unit_price="8.5")
    shop.add("sales-quote-line", quote_no=quote, description="Mind the gap")
    sales.release(shop.company, "sales-quote", quote)
    Item.objects.filter(pk=shop["CHAIR"]).update(unit_price=99)
    before = shop.read("sales-quote", quote)
    order = sales.make_order(shop.company, quote)
    values = shop.read("sales-order", order)
    same = ("customer_name", "your_reference", "currency_code", "invoice_discount_percent", "amount_including_vat")
    assert {name: values[name] for name in same} == {name: before[name] for name in same}
    assert (values["quote_no"], values["status"]) == ("SQ000001", "Open")
    assert values["document_date"] == datetime.now(UTC).date()
    lines = list(SalesOrderLine.objects.filter(order=order).order_by("line_no"))
    assert [(line.description, line.qty_to_ship) for line in lines] == [("Chair", 3), ("Mind the gap", 0)]
    with pytest.raises(RecordMissing):
        queries.get_record(shop.company, "sales-quote", quote)
    [version] = sales.archived_versions(shop.company, "sales-quote", "SQ000001")
    assert version.reason == "Made into order SO000001"


def test_a_quote_of_what_is_blocked_stays_a_quote(shop: Shop) -> None:
    quote = shop.add("sales-quote", customer_no=shop["ALPHA"])
    shop.add("sales-quote-line", quote_no=quote, item_no=shop["CHAIR"], quantity=3)
    Item.objects.filter(pk=shop["CHAIR"]).update(blocked=True)
    with pytest.raises(InvalidRecord, match="Item CHAIR is blocked"):
        sales.make_order(shop.company, quote)
    assert queries.count_records(shop.company, "sales-order") == 0
    assert shop.read("sales-quote", quote)["status"] == "Open"


def test_a_version_comes_back_also_when_the_order_is_gone(shop: Shop) -> None:
    order = shop.order("BETA", currency_code=shop["EUR"])
    shop.line(order, "CHAIR", 2, unit_price="7")
    version = sales.archive(shop.company, "sales-order", order, reason="before the change")
    shop.line(order, "BOOK", 1)
    update(shop.company, "sales-order", order, {"contact": "Somebody else", "currency_code": shop["USD"]})
    assert sales.restore(shop.company, version) == order
    values = shop.read("sales-order", order)
    assert (values["contact"], values["currency_code"], values["amount"]) == ("", None, Decimal("12.6"))
    assert [one.reason for one in sales.archived_versions(shop.company, "sales-order", "SO000001")] == [
        "Version 1 restored",
        "before the change",
    ]
    delete(shop.company, "sales-order", order)
    again = sales.restore(shop.company, version)
    assert again != order
    assert shop.read("sales-order", again) == {**values, "no": "SO000001"}
    sales.release(shop.company, "sales-order", again)
    with pytest.raises(InvalidRecord, match=r"SO000001 is released\. Reopen it first"):
        sales.restore(shop.company, version)


@pytest.mark.parametrize(
    ("percent", "vat"), [("10", "19"), ("0", "19"), ("2.5", "7.5"), ("33.33333", "0")], ids=lambda value: value
)
def test_a_credit_memo_takes_an_invoice_back_to_the_cent(shop: Shop, percent: str, vat: str) -> None:
    """Also when the VAT rate is another one meanwhile: the invoice here has rates that the setup never had."""
    source = shop.order("BETA", currency_code=shop["EUR"], invoice_discount_percent=percent)
    shop.line(source, "CHAIR", 7, unit_price="13.37", line_discount_percent=3)
    shop.line(source, "BOOK", 3, unit_price="19.99")
    shop.line(source, g_l_account_no=shop["FREIGHT"], quantity=1, unit_price="4.9")
    SalesOrderLine.objects.filter(order=source).update(vat_percent=vat)
    sales.recompute(shop.company, "sales-order", [source])
    invoice = posted(shop, source)
    memo = sales.make_credit_memo(shop.company, invoice)
    values, was = shop.read("sales-credit-memo", memo), shop.read("sales-invoice", invoice)
    same = ("invoice_discount_amount", "amount", "amount_including_vat", "currency_code")
    assert {name: values[name] for name in same} == {name: was[name] for name in same}
    assert values["applies_to_invoice_no"] == invoice
    assert abs(values["invoice_discount_percent"] - Decimal(percent)) < Decimal("0.01"), "the roundest that does so"


def posted(shop: Shop, order: UUID) -> UUID:
    """Write a posted invoice with what the order comes to, as the postings do."""
    booked = LedgerTransaction.objects.create(company=shop.company, transaction_no=1, posting_date=DAY)
    header = queries.get_record(shop.company, "sales-order", order)
    invoice = SalesInvoice.objects.create(
        **_columns(header, SalesInvoice),
        company=shop.company,
        transaction=booked,
        order_no=header.key,
    )
    lines = queries.iterate_records(shop.company, "sales-order-line")
    SalesInvoiceLine.objects.bulk_create(
        SalesInvoiceLine(
            **_columns(line, SalesInvoiceLine),
            company=shop.company,
            invoice=invoice,
            order_line_no=line.values["line_no"],
        )
        for line in lines
    )
    return invoice.pk


def _columns(record: queries.Record, model: Any) -> dict[str, Any]:
    wanted = {field.column for field in model._meta.local_concrete_fields}
    return {field.column: record.values[field.name] for field in record.table.fields if field.column in wanted}


COPIES = ["sales-quote", "sales-order", "sales-credit-memo"]


@pytest.mark.parametrize("to_table", COPIES)
def test_a_copy_says_the_same_on_another_day(shop: Shop, to_table: str) -> None:
    order = shop.order("BETA", shipment_date=date(2025, 7, 1), external_document_no="PO 7")
    line = shop.line(order, "CHAIR", 5, qty_to_ship=1)
    SalesOrderLine.objects.filter(pk=line).update(quantity_shipped=2)
    copy = sales.copy_document(shop.company, "sales-order", order, to_table)
    values, was = shop.read(to_table, copy), shop.read("sales-order", order)
    same = ("customer_no", "currency_code", "amount_including_vat", "invoice_discount_percent")
    assert {name: values[name] for name in same} == {name: was[name] for name in same}
    assert (values["external_document_no"], values["document_date"]) == ("", datetime.now(UTC).date())
    if to_table == "sales-order":
        copied = SalesOrderLine.objects.get(order=copy)
        assert (copied.qty_to_ship, copied.quantity_shipped) == (5, 0)


def test_only_who_may_write_does_any_of_it(shop: Shop) -> None:
    order = shop.order()
    for refused in (
        lambda: sales.release(shop.company, "sales-order", order, by=READER),
        lambda: sales.reopen(shop.company, "sales-order", order, by=READER),
        lambda: sales.archive(shop.company, "sales-order", order, reason="", by=READER),
        lambda: sales.copy_document(shop.company, "sales-order", order, "sales-quote", by=READER),
        lambda: sales.make_order(shop.company, order, by=READER),
        lambda: sales.make_credit_memo(shop.company, order, by=READER),
        lambda: sales.restore(shop.company, order, by=READER),
        lambda: update_sales_setup(shop.company, {}, by=READER),
    ):
        with pytest.raises(NotPermitted):
            refused()
