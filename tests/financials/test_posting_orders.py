"""What is shipped and invoiced stands in the ledgers, in full or in part, and everything agrees.

To see these tests fail: leave out a side of `goods.booked`, the rounding line of `revenue`, or `before` of `priced`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from tests.financials.ledger_shop import DAY, Line, Shop, open_shop, set_rate, terms

from tallystick.financials.models import (
    Company,
    CustomerPostingGroup,
    GLAccount,
    GLEntry,
    ItemLedgerEntry,
    LedgerTransaction,
    NumberSeries,
    ProductPostingGroup,
    SalesInvoice,
    SalesOrder,
    SalesSetup,
    SalesShipment,
    VATEntry,
    VATPostingSetup,
)
from tallystick.financials.permissions import Actor, NotPermitted, Permission
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services import companies, postings

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def shop(company: Company) -> Shop:
    return open_shop(company)


def post(shop: Shop, order: SalesOrder, *, ship: bool = True, invoice: bool = True, **more: Any) -> postings.Posted:
    posted = postings.post_order(shop.company, order.pk, ship=ship, invoice=invoice, **more)
    order.refresh_from_db()
    return posted


def test_an_order_is_shipped_and_invoiced(shop: Shop) -> None:
    chair = shop.item(cost=40, stock=10)
    order = shop.order(shop.customer(), Line(chair, D(3), D(100), D(10)), external_document_no="THEIRS 7")
    posted = post(shop, order)
    assert posted == postings.Posted(2, "PSS000001", "PSI000001")
    invoice = SalesInvoice.objects.get(no=posted.invoice_no)
    assert (invoice.amount, invoice.amount_including_vat, invoice.order_no) == (270, D("321.30"), order.no)
    assert (invoice.external_document_no, invoice.customer_name, invoice.shipment_date) == (
        "THEIRS 7",
        "Customer C1",
        DAY,
    )
    assert invoice.lines.get().line_discount_amount == 30
    assert SalesShipment.objects.get(no=posted.shipment_no).lines.get().quantity == 3
    balances = {no: shop.balance(no) for no in ("1200", "1300", "2300", "4100", "4300", "5100")}
    assert balances == {
        "1200": 400 - 120,
        "1300": D("321.30"),
        "2300": D("-51.30"),
        "4100": -300,
        "4300": 30,
        "5100": 120,
    }
    entry = shop.owed(posted.invoice_no)
    assert (entry.remaining_amount, entry.open, entry.due_date) == (D("321.30"), True, DAY)
    tax = VATEntry.objects.get()
    assert (tax.base, tax.amount, tax.vat_percent) == (-270, D("-51.30"), 19)
    moved = ItemLedgerEntry.objects.get(document_no=posted.shipment_no)
    assert (moved.quantity, moved.unit_cost, moved.cost_amount) == (-3, 40, -120)
    assert (order.shipping_status, order.invoicing_status, order.status) == ("Shipped", "Invoiced", "Released")
    assert (order.outstanding_amount, order.shipped_not_invoiced_amount) == (0, 0)
    shop.agrees()


def test_an_order_is_shipped_first_and_invoiced_in_parts(shop: Shop) -> None:
    chair = shop.item()
    order = shop.order(shop.customer(), Line(chair, D(3), D("0.335"), ship=D(2), invoice=D(1)), Line("Thank you"))
    assert post(shop, order, invoice=False).invoice_no == ""
    line = order.lines.get(item=chair)
    assert (line.quantity_shipped, line.qty_to_ship, line.outstanding_qty_base) == (2, 1, 1)
    assert (order.shipping_status, order.invoicing_status) == ("Partially Shipped", "Not Invoiced")
    assert (order.outstanding_amount, order.shipped_not_invoiced_amount, order.last_shipment_date) == (
        D("0.40"),
        D("0.80"),
        DAY,
    )
    order.lines.filter(item=chair).update(qty_to_invoice=1)
    nets = [post(shop, order, ship=False).invoice_no]
    nets.append(post(shop, order, ship=False).invoice_no)
    nets.append(post(shop, order).invoice_no)
    amounts = [SalesInvoice.objects.get(no=no).amount for no in nets]
    assert amounts == [D("0.34"), D("0.33"), D("0.34")], "parts add up to what the order came to"
    assert sum(amounts) == order.amount
    assert order.invoicing_status == "Invoiced"
    assert [row.description for row in SalesInvoice.objects.get(no=nets[0]).lines.order_by("line_no")][1] == "Thank you"
    shop.agrees()


def test_what_is_not_shipped_is_not_invoiced(shop: Shop) -> None:
    order = shop.order(shop.customer(), Line(shop.item(), D(2)))
    with pytest.raises(InvalidRecord, match="There is nothing to invoice in Sales Order"):
        post(shop, order, ship=False)
    assert not SalesInvoice.objects.exists()


def test_services_freight_and_comments_are_invoiced_with_the_goods(shop: Shop) -> None:
    freight = shop.account("4200")
    order = shop.order(
        shop.customer(),
        Line(shop.resource(), D(2), D(80), vat="REDUCED"),
        Line(freight, D(1), D(10)),
        Line("Mind the dog"),
        invoice_discount_percent=D(10),
    )
    posted = post(shop, order)
    assert {no: shop.balance(no) for no in ("4100", "4200", "4300", "5100")} == {
        "4100": -160,
        "4200": -10,
        "4300": 16,
        "5100": 0,
    }
    rates = VATEntry.objects.order_by("vat_percent").values_list("vat_percent", "base", "amount")
    assert list(rates) == [(7, -144, D("-10.08")), (19, -10, D("-1.90"))]
    assert not ItemLedgerEntry.objects.exists()
    assert SalesInvoice.objects.get(no=posted.invoice_no).lines.count() == 3
    shop.agrees()


def test_prices_that_include_vat_are_booked_without_it(shop: Shop) -> None:
    line = Line(shop.item(), D(1), D(119), D(10))
    post(shop, shop.order(shop.customer(), line, prices_including_vat=True))
    assert {no: shop.balance(no) for no in ("1300", "2300", "4100", "4300")} == {
        "1300": D("107.10"),
        "2300": D("-17.10"),
        "4100": D(-100),
        "4300": D(10),
    }
    shop.agrees()


def test_without_an_account_for_discounts_the_sale_is_booked_net(shop: Shop) -> None:
    ProductPostingGroup.objects.filter(company=shop.company).update(sales_discount_account=None)
    post(shop, shop.order(shop.customer(), Line(shop.item(), D(1), D(100), D(25))))
    assert (shop.balance("4100"), shop.balance("4300")) == (-75, 0)


def test_an_invoice_in_dollars_is_booked_at_the_rate_of_its_posting_date(shop: Shop) -> None:
    set_rate(shop, "USD", date(2025, 3, 10), "0.9333")
    set_rate(shop, "USD", date(2025, 3, 20), "5")
    order = shop.order(shop.customer(), Line(shop.item(), D(1), D("33.33")), currency="USD")
    posted = post(shop, order, posting_date=date(2025, 3, 15))
    entry = shop.owed(posted.invoice_no)
    assert (entry.amount, entry.amount_lcy) == (D("39.66"), D("37.01"))
    assert (entry.currency_id, SalesInvoice.objects.get().currency_factor) == (
        shop.currencies["USD"].pk,
        D("1.071467"),
    )
    sold, owed = shop.balance("4100") + shop.balance("2300"), shop.balance("1300")
    assert owed == D("37.01")
    assert shop.balance("6910") == -(sold + owed), "what the conversion leaves over is a rounding difference"
    shop.agrees()


def test_a_currency_without_a_rate_is_refused(shop: Shop) -> None:
    order = shop.order(shop.customer(), Line(shop.item()), currency="USD")
    with pytest.raises(InvalidRecord, match="no exchange rate of the currency of Sales Order SO000001 on 2024-12-31"):
        post(shop, order, posting_date=date(2024, 12, 31))


def test_the_due_date_follows_from_the_payment_terms(shop: Shop) -> None:
    customer = shop.customer(payment_terms=terms(shop, "1M8D", "1M+8D"))
    assert shop.owed(shop.sell(customer, Line(shop.item())).invoice_no).due_date == date(2025, 4, 9)


def test_a_unit_of_several_pieces_takes_several_pieces(shop: Shop) -> None:
    chair = shop.item(cost="2.505", stock=10)
    shop.sell(shop.customer(), Line(chair, D(2), D(9), unit="BOX"))
    moved = ItemLedgerEntry.objects.get(entry_type="Sale")
    assert (moved.quantity, moved.cost_amount, moved.qty_per_unit_of_measure) == (-8, D("-20.04"), 4)


def test_an_open_order_is_released_by_its_posting(shop: Shop) -> None:
    order = shop.order(shop.customer(), Line(shop.item()), status="Open")
    post(shop, order)
    assert order.status == "Released"


def test_nothing_is_posted_twice(shop: Shop) -> None:
    order = shop.order(shop.customer(), Line(shop.item()))
    post(shop, order)
    with pytest.raises(InvalidRecord, match="nothing to ship and invoice"):
        post(shop, order)
    with pytest.raises(RecordMissing):
        postings.post_order(companies.create_company("Other"), order.pk, ship=True, invoice=True)
    with pytest.raises(InvalidRecord, match="neither shipping nor invoicing"):
        post(shop, order, ship=False, invoice=False)


def test_who_may_not_post_does_not(shop: Shop) -> None:
    order = shop.order(shop.customer(), Line(shop.item()))
    reader = Actor("r@example.com", frozenset({Permission.READ}))
    with pytest.raises(NotPermitted):
        post(shop, order, by=reader)
    with pytest.raises(NotPermitted):
        postings.preview_order(shop.company, order.pk, ship=True, invoice=True, by=reader)


Spoil = Callable[[Shop, SalesOrder], object]
SPOILED: dict[str, tuple[Spoil, str]] = {
    # case → what is wrong, what the message says
    "customer blocked": (lambda s, o: type(o.customer).objects.update(blocked="Ship"), "C1 is blocked"),
    "item blocked": (lambda s, o: o.lines.get().item.__class__.objects.update(blocked=True), "CHAIR is blocked"),
    "account blocked": (lambda s, o: GLAccount.objects.filter(no="4100").update(blocked=True), "4100 is blocked"),
    "heading": (
        lambda s, o: CustomerPostingGroup.objects.update(receivables_account=s.account("1000")),
        "1000 is a heading",
    ),
    "no account": (
        lambda s, o: ProductPostingGroup.objects.update(inventory_account=None),
        "Product Posting Group GOODS has no inventory account",
    ),
    "no group": (
        lambda s, o: SalesSetup.objects.update(product_posting_group=None),
        "CHAIR has no product posting group",
    ),
    "no customer group": (
        lambda s, o: SalesSetup.objects.update(customer_posting_group=None),
        "has no customer posting group",
    ),
    "no VAT setup": (
        lambda s, o: VATPostingSetup.objects.all().delete(),
        "no VAT posting setup for DOMESTIC and STANDARD",
    ),
    "a closed month": (
        lambda s, o: SalesSetup.objects.update(allow_posting_from=date(2025, 4, 1)),
        "2025-03-01 is not a day",
    ),
    "too much": (lambda s, o: o.lines.update(qty_to_ship=7), "is to ship 7, but 3 is left"),
    "too much to invoice": (lambda s, o: o.lines.update(qty_to_invoice=4), "is to invoice 4, but 3 is left"),
    "no stock": (lambda s, o: o.lines.update(quantity=200, qty_to_ship=200), "has 100 in stock, not the 200"),
    "no customer": (lambda s, o: SalesOrder.objects.update(customer=None), "has no customer"),
    "no date": (lambda s, o: SalesOrder.objects.update(posting_date=None, document_date=None), "no posting date"),
    "no prepayment": (lambda s, o: SalesOrder.objects.update(prepayment_percent=50), "waits for its prepayment: 0"),
    "more than there is": (
        lambda s, o: o.lines.update(
            unit_price=D(10) ** 9, quantity=10**4, qty_to_invoice=10**4, quantity_shipped=10**4, qty_to_ship=0
        ),
        "more than the ledgers can hold",
    ),
    "no series": (lambda s, o: NumberSeries.objects.filter(code="S-INV").delete(), "no number series"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_cannot_be_posted_is_told_and_nothing_is_written(shop: Shop, case: str) -> None:
    order = shop.order(shop.customer(), Line(shop.item(), D(3)))
    spoil, message = SPOILED[case]
    spoil(shop, order)
    before = LedgerTransaction.objects.count(), GLEntry.objects.count()
    with pytest.raises(InvalidRecord, match=message):
        post(shop, order)
    assert (LedgerTransaction.objects.count(), GLEntry.objects.count()) == before
    assert not SalesShipment.objects.exists()
    series = NumberSeries.objects.filter(code="S-SHPT").values_list("last_no_used", flat=True)
    assert list(series) == [""], "a number that was not used is free again"
    assert case == "no series" or not postings.preview_order(shop.company, order.pk, ship=True, invoice=True).ok


def test_every_problem_is_listed_at_once(shop: Shop) -> None:
    order = shop.order(shop.customer(blocked="All"), Line(shop.item(blocked=True, stock=0)), currency="USD")
    with pytest.raises(InvalidRecord) as refusal:
        post(shop, order, posting_date=date(2020, 1, 1))
    assert len(refusal.value.problems) == 3


def test_stock_may_go_below_zero_where_the_company_allows_it(shop: Shop) -> None:
    companies.update_company(shop.company, negative_inventory="Allow")
    shop.sell(shop.customer(), Line(shop.item(stock=0), D(5)))
    shop.agrees()


def test_the_preview_is_what_is_posted(shop: Shop) -> None:
    order = shop.order(shop.customer(), Line(shop.item(), D(3), D("9.99"), D(5)), Line(shop.account("4200")))
    shown = postings.preview_order(shop.company, order.pk, ship=True, invoice=True)
    assert shown.ok
    assert not SalesInvoice.objects.exists()
    posted = post(shop, order)
    transaction = LedgerTransaction.objects.get(transaction_no=posted.transaction_no)
    amounts = sorted(one.amount_lcy for one in shown.entries if one.ledger == "g-l-entry" and one.amount_lcy)
    assert amounts == sorted(transaction.gl_entries.values_list("amount", flat=True))
    assert {one.document_no for one in shown.entries} == {"***"}
    assert {one.of for one in shown.entries if one.ledger == "item-ledger-entry"} == {"CHAIR Chair"}


def test_all_that_was_posted_with_a_document_is_found(shop: Shop) -> None:
    posted = shop.sell(shop.customer(), Line(shop.item()))
    found = postings.navigate(shop.company, posted.invoice_no.lower())
    assert {table: len(ids) for table, ids in found.items()} == {
        "ledger-transaction": 1,
        "sales-shipment": 1,
        "sales-invoice": 1,
        "g-l-entry": 5,
        "vat-entry": 1,
        "customer-ledger-entry": 1,
        "detailed-customer-ledger-entry": 1,
        "item-ledger-entry": 1,
    }
    assert postings.navigate(shop.company, "NONE") == {}


def test_an_order_takes_a_fixed_number_of_queries(shop: Shop, django_assert_max_num_queries: Any) -> None:
    chair = shop.item(stock=1000)
    orders = [shop.order(shop.customer(f"C{n}"), *[Line(chair)] * n) for n in (1, 40)]
    for order in orders:
        with django_assert_max_num_queries(60):
            post(shop, order)
    assert GLEntry.objects.aggregate(total=Sum("amount"))["total"] == 0
    shop.agrees()
