"""A credit memo takes back what an invoice charged, never more, and its goods at what they had cost.

To see these tests fail: give lines that take back an invoice the amounts of any document, take the card's cost, or leave
`_check_against` out."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from tests.financials.ledger_shop import DAY, Line, Shop, open_shop, set_rate

from tallystick.financials.models import (
    Company,
    Item,
    ItemLedgerEntry,
    LedgerTransaction,
    PostedCreditMemo,
    SalesCreditMemo,
    SalesInvoice,
    SalesOrderLine,
)
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import postings

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def shop(company: Company) -> Shop:
    return open_shop(company)


def test_a_whole_invoice_is_taken_back(shop: Shop) -> None:
    customer, chair = shop.customer(), shop.item(cost=40, stock=10)
    lines = Line(chair, D(3), D(100), D(10)), Line(shop.account("4200"), D(1), D(9)), Line("Sorry")
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, *lines).invoice_no)
    memo = shop.memo(customer, *lines, invoice=invoice)
    assert postings.preview_credit_memo(shop.company, memo).ok
    posted = postings.post_credit_memo(shop.company, memo)
    document = PostedCreditMemo.objects.get(no=posted.credit_memo_no)
    assert document.amount_including_vat == invoice.amount_including_vat
    assert (document.applies_to_invoice_id, document.credit_memo_no) == (invoice.pk, "SC000001")
    assert document.lines.count() == 3
    assert not SalesCreditMemo.objects.exists(), "what is posted stands with the posted documents"
    balances = {no: shop.balance(no) for no in ("1200", "1300", "2300", "4100", "4200", "4300", "4400", "5100")}
    assert balances == {
        "1200": 400,
        "1300": 0,
        "2300": 0,
        "4100": -300,
        "4200": 0,
        "4300": 0,
        "4400": 300,
        "5100": 0,
    }
    for no in (invoice.no, posted.credit_memo_no):
        assert (shop.owed(no).open, shop.owed(no).remaining_amount) == (False, 0)
    assert Item.objects.get(pk=chair.pk).inventory == 10
    shop.agrees()


def test_goods_come_back_at_what_they_had_cost(shop: Shop) -> None:
    customer, chair = shop.customer(), shop.item(cost="33.335", stock=10)
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, Line(chair, D(3))).invoice_no)
    Item.objects.filter(pk=chair.pk).update(unit_cost=50)
    costs = []
    for quantity in (1, 2):
        posted = postings.post_credit_memo(shop.company, shop.memo(customer, Line(chair, D(quantity)), invoice=invoice))
        costs.append(ItemLedgerEntry.objects.get(document_no=posted.credit_memo_no).cost_amount)
    assert costs == [D("33.34"), D("66.67")]
    assert ItemLedgerEntry.objects.filter(entry_type="Sale").aggregate(Sum("cost_amount"))["cost_amount__sum"] == 0
    shop.agrees()


def test_goods_that_did_not_come_back_are_credited_alone(shop: Shop) -> None:
    customer, chair = shop.customer(), shop.item(stock=10)
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, Line(chair, D(2))).invoice_no)
    postings.post_credit_memo(shop.company, shop.memo(customer, Line(chair, D(2), returned=False), invoice=invoice))
    assert Item.objects.get(pk=chair.pk).inventory == 8
    assert shop.balance("5100") == 80


def test_the_parts_of_a_credit_come_to_the_whole_invoice(shop: Shop) -> None:
    customer, chair = shop.customer(), shop.item()
    line = Line(chair, D(3), D("0.335"))
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, line).invoice_no)
    assert invoice.amount_including_vat == D("1.20")
    for _ in range(3):
        memo = shop.memo(customer, Line(chair, D(1), D("0.335")), invoice=invoice)
        postings.post_credit_memo(shop.company, memo)
    sums = PostedCreditMemo.objects.aggregate(net=Sum("amount"), gross=Sum("amount_including_vat"))
    assert (sums["net"], sums["gross"]) == (invoice.amount, invoice.amount_including_vat)
    assert shop.owed(invoice.no).remaining_amount == 0
    with pytest.raises(InvalidRecord, match="has 0 left of it"):
        postings.post_credit_memo(shop.company, shop.memo(customer, Line(chair), invoice=invoice))


def test_no_more_is_credited_than_was_invoiced(shop: Shop) -> None:
    customer, chair, table = shop.customer(), shop.item(), shop.item("TABLE")
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, Line(chair, D(2), D(50))).invoice_no)
    cases = (
        ((Line(chair, D(3), D(1)),), r"takes back 3 of Item CHAIR, but .* has 2 left"),
        ((Line(table, D(1), D(1)),), r"takes back 1 of Item TABLE, but .* has 0 left"),
        ((Line(chair, D(1), D(101)),), r"comes to 120\.19, but 119\.00 of"),
        ((Line(chair, D(2), D(50)), Line(shop.account("4200"), D(1), D(1))), "is left to credit"),
        ((Line("Nothing"),), "nothing to credit"),
    )
    for lines, message in cases:
        with pytest.raises(InvalidRecord, match=message):
            postings.post_credit_memo(shop.company, shop.memo(customer, *lines, invoice=invoice))
    with pytest.raises(InvalidRecord, match="is not of Customer C2"):
        postings.post_credit_memo(shop.company, shop.memo(shop.customer("C2"), Line(chair), invoice=invoice))
    with pytest.raises(InvalidRecord, match="another currency"):
        memo = shop.memo(customer, Line(chair), invoice=invoice, currency="USD")
        postings.post_credit_memo(shop.company, memo)
    assert not PostedCreditMemo.objects.exists()


def test_an_allowance_is_credited_on_an_account(shop: Shop) -> None:
    customer = shop.customer()
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, Line(shop.item(), D(2), D(50))).invoice_no)
    memo = shop.memo(customer, Line(shop.account("4200"), D(1), D(10)), invoice=invoice)
    postings.post_credit_memo(shop.company, memo)
    assert shop.owed(invoice.no).remaining_amount == D("107.10")
    shop.agrees()


def test_a_credit_without_an_invoice_stays_open(shop: Shop) -> None:
    chair = shop.item(cost=40, stock=0)
    posted = postings.post_credit_memo(shop.company, shop.memo(shop.customer(), Line(chair, D(2))))
    assert posted.application_no is None
    entry = shop.owed(posted.credit_memo_no)
    assert (entry.open, entry.remaining_amount) == (True, -238)
    assert Item.objects.get(pk=chair.pk).inventory == 2
    assert shop.balance("1200") == 80
    shop.agrees()


def test_a_credit_at_another_rate_realizes_the_difference(shop: Shop) -> None:
    customer, chair = shop.customer(), shop.item()
    invoice = SalesInvoice.objects.get(no=shop.sell(customer, Line(chair), currency="USD").invoice_no)
    set_rate(shop, "USD", DAY.replace(day=10), "1.0")
    memo = shop.memo(customer, Line(chair), invoice=invoice, currency="USD", posting_date=DAY.replace(day=12))
    postings.post_credit_memo(shop.company, memo)
    assert shop.balance("4900") == D("-11.90")
    assert shop.balance("1300") == 0
    assert not shop.owed(invoice.no).open
    shop.agrees()


def test_a_paid_invoice_is_credited_and_the_customer_is_owed(shop: Shop) -> None:
    customer, chair = shop.customer(), shop.item()
    sold = shop.sell(customer, Line(chair))
    owed = shop.owed(sold.invoice_no)
    payment = postings.PaymentEntry(customer.pk, D(119), DAY, apply_to=((owed.entry_no, None),))
    postings.post_payment(shop.company, payment)
    invoice = SalesInvoice.objects.get(no=sold.invoice_no)
    posted = postings.post_credit_memo(shop.company, shop.memo(customer, Line(chair), invoice=invoice))
    assert shop.owed(posted.credit_memo_no).remaining_amount == -119
    refund = postings.PaymentEntry(customer.pk, D(-119), DAY, apply_to=((posted.entry_no or 0, None),))
    assert postings.post_payment(shop.company, refund).application_no
    assert not shop.owed(posted.credit_memo_no).open
    assert shop.balance("1800") == 0
    shop.agrees()


def test_sales_are_not_reversed_but_credited(shop: Shop) -> None:
    sold = shop.sell(shop.customer(), Line(shop.item()))
    with pytest.raises(InvalidRecord, match=r"is not taken back by a reversal. Post a credit memo"):
        postings.reverse(shop.company, sold.transaction_no)
    assert LedgerTransaction.objects.count() == 2
    assert SalesOrderLine.objects.get().quantity_invoiced == 1
