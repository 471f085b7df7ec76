"""What customers pay closes what they owe: in full, in part, with a discount, at another rate; and all of it is undone.

To see these tests fail: leave out the discount or the difference of `applying._applied`, or a side of `counter_entries`."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.financials.ledger_shop import DAY, Line, Shop, open_shop, set_rate, terms

from tallystick.financials.models import (
    Company,
    Customer,
    CustomerLedgerEntry,
    CustomerPayment,
    CustomerPostingGroup,
    DetailedCustomerLedgerEntry,
    LedgerTransaction,
    SalesOrder,
    SalesSetup,
)
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services import postings
from tallystick.financials.services.postings import PaymentEntry, Posted

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def shop(company: Company) -> Shop:
    return open_shop(company)


def invoice(shop: Shop, customer: Customer, net: object = 100, **header: Any) -> int:
    """Post an invoice of 19 % VAT; return the number of its customer ledger entry."""
    line = Line(shop.account("4200"), D(1), D(str(net)))
    return shop.owed(shop.sell(customer, line, **header).invoice_no).entry_no


def pay(shop: Shop, customer: Customer, amount: object, *to: tuple[int, object], **more: Any) -> Posted:
    wanted = tuple((number, None if part is None else D(str(part))) for number, part in to)
    entry = PaymentEntry(customer.pk, D(str(amount)), more.pop("on", DAY), apply_to=wanted, **more)
    return postings.post_payment(shop.company, entry)


def left(shop: Shop, entry_no: int | None) -> tuple[Decimal, Decimal, bool]:
    entry = CustomerLedgerEntry.objects.get(company=shop.company, entry_no=entry_no)
    return entry.remaining_amount, entry.remaining_amount_lcy, entry.open


def test_a_payment_closes_an_invoice(shop: Shop) -> None:
    customer = shop.customer()
    owed = invoice(shop, customer)
    posted = pay(shop, customer, 119, (owed, None), external_document_no="BANK 5")
    assert left(shop, owed) == left(shop, posted.entry_no) == (0, 0, False)
    document = CustomerPayment.objects.get(no=posted.payment_no)
    assert (document.amount, document.customer_name, document.external_document_no) == (119, "Customer C1", "BANK 5")
    assert (document.bank_account, document.currency_factor) == (shop.account("1800"), 1)
    assert (shop.balance("1800"), shop.balance("1300")) == (119, 0)
    applied = LedgerTransaction.objects.get(transaction_no=posted.application_no)
    assert applied.source == "Application"
    for no in (posted.payment_no, "PSI000001"):
        assert applied.pk in postings.navigate(shop.company, no)["ledger-transaction"]
    shop.agrees()


def test_a_payment_is_shared_out_over_invoices_in_their_order(shop: Shop) -> None:
    customer = shop.customer()
    first, second, third = (invoice(shop, customer) for _ in range(3))
    posted = pay(shop, customer, 200, (second, "19"), (first, None), (third, None))
    assert [left(shop, no)[0] for no in (first, second, third)] == [0, 100, 57]
    assert left(shop, posted.entry_no)[0] == 0
    postings.apply(shop.company, third, [(pay(shop, customer, 60).entry_no or 0, D(7))])
    assert left(shop, third)[0] == 50
    shop.agrees()


def test_a_payment_into_another_account_and_on_account_of_an_order(shop: Shop) -> None:
    customer = shop.customer()
    order = shop.order(
        customer, Line(shop.item()), status="Pending Prepayment", prepayment_percent=D(50), currency="USD"
    )
    kasse = shop.account("1810").pk
    usd = shop.currencies["USD"].pk
    pay(shop, customer, 59, bank_account=kasse, order_no=order.no, currency=usd)
    assert SalesOrder.objects.get().status == "Pending Prepayment"
    with pytest.raises(InvalidRecord, match=r"waits for its prepayment: 59\.00 of 59\.50 came in"):
        postings.post_order(shop.company, order.pk, ship=True, invoice=True)
    paid = pay(shop, customer, "0.50", bank_account=kasse, order_no=order.no, currency=usd)
    assert SalesOrder.objects.get().status == "Released"
    assert shop.balance("1810") == D("53.55")
    assert CustomerPayment.objects.get(no=paid.payment_no).order_no == order.no
    postings.post_order(shop.company, order.pk, ship=True, invoice=True)
    with pytest.raises(InvalidRecord, match="Customer C1 has no order SO999"):
        pay(shop, customer, 1, order_no="so999")
    shop.agrees()


@pytest.mark.parametrize(
    ("paid", "on", "discount"),
    [
        ("116.62", DAY.replace(day=9), "2.38"),  # the last day
        ("116.62", DAY.replace(day=10), "0"),  # too late
        ("117.00", DAY, "2.38"),  # more than needed, less than all: the rest stays with the customer
        ("119.00", DAY, "0"),  # all of it
        ("116.61", DAY, "0"),  # a cent short
    ],
)
def test_who_pays_in_time_keeps_the_discount(shop: Shop, paid: str, on: date, discount: str) -> None:
    customer = shop.customer(payment_terms=terms(shop, "2%8D", "30D", "8D", 2))
    owed = invoice(shop, customer)
    posted = pay(shop, customer, paid, (owed, None), on=on)
    assert shop.balance("4310") == D(discount)
    closed = D(discount) > 0 or D(paid) == 119
    assert left(shop, owed)[2] is not closed
    assert left(shop, posted.entry_no)[0] == (D("116.62") - D(paid) if D(discount) else 0)
    shop.agrees()


def test_a_discount_held_back_closes_the_invoice(shop: Shop) -> None:
    customer = shop.customer(payment_terms=terms(shop, "2%8D", "30D", "8D", 2))
    first, second = invoice(shop, customer), invoice(shop, customer)
    posted = pay(shop, customer, "233.24", (first, None), (second, None))
    assert left(shop, first)[2] is left(shop, second)[2] is left(shop, posted.entry_no)[2] is False
    assert shop.balance("4310") == D("4.76")
    third = invoice(shop, customer)
    pay(shop, customer, 118, (third, "118"))
    assert (left(shop, third)[2], shop.balance("4310")) == (False, D("5.76"))


def test_a_payment_at_another_rate_realizes_a_gain_or_a_loss(shop: Shop) -> None:
    customer, usd = shop.customer(), shop.currencies["USD"].pk
    owed = [invoice(shop, customer, currency="USD") for _ in range(2)]
    set_rate(shop, "USD", date(2025, 3, 5), "0.95")
    set_rate(shop, "USD", date(2025, 3, 10), "0.85")
    pay(shop, customer, 119, (owed[0], None), on=date(2025, 3, 6), currency=usd)
    assert (shop.balance("4900"), shop.balance("6900")) == (D("-5.95"), 0)
    pay(shop, customer, "59.50", (owed[1], None), on=date(2025, 3, 12), currency=usd)
    assert shop.balance("6900") == D("2.97")
    assert left(shop, owed[1]) == (D("59.50"), D("53.55"), True)
    pay(shop, customer, "59.50", (owed[1], None), on=date(2025, 3, 12), currency=usd)
    assert shop.balance("6900") == D("5.94"), "53.55 less 50.58, twice"
    assert (left(shop, owed[1]), shop.balance("1300")) == ((0, 0, False), 0)
    shop.agrees()


def test_what_parts_leave_over_in_the_local_currency_is_rounding(shop: Shop) -> None:
    customer, jpy = shop.customer(), shop.currencies["JPY"].pk
    owed = invoice(shop, customer, 100, currency="JPY")
    for amount in (50, 50, 19):
        pay(shop, customer, amount, (owed, None), currency=jpy)
    assert left(shop, owed) == (0, 0, False)
    assert (shop.balance("4900"), shop.balance("6900"), shop.balance("1300")) == (0, 0, 0)
    shop.agrees()


def test_two_receivables_accounts_are_both_cleared(shop: Shop) -> None:
    abroad = CustomerPostingGroup.objects.get(code="FOREIGN")
    customer = shop.customer(customer_posting_group=abroad)
    owed = invoice(shop, customer)
    Customer.objects.filter(pk=customer.pk).update(customer_posting_group=None)
    pay(shop, customer, 119, (owed, None))
    assert (shop.balance("1300"), shop.balance("1310")) == (0, 0)
    shop.agrees()


def test_an_application_is_undone_and_done_again(shop: Shop) -> None:
    customer = shop.customer(payment_terms=terms(shop, "2%8D", "30D", "8D", 2))
    owed = invoice(shop, customer, currency="USD")
    set_rate(shop, "USD", date(2025, 3, 5), "0.95")
    posted = pay(shop, customer, "116.62", (owed, None), on=date(2025, 3, 6), currency=shop.currencies["USD"].pk)
    number = posted.application_no or 0
    before = shop.balance("1300")
    assert shop.balance("4310") == D("2.14")
    undone = postings.unapply(shop.company, number)
    assert left(shop, owed) == (119, D("107.10"), True)
    assert left(shop, posted.entry_no) == (D("-116.62"), D("-110.79"), True)
    assert (shop.balance("4310"), shop.balance("4900")) == (0, 0)
    of_it = DetailedCustomerLedgerEntry.objects.filter(application_no=number)
    assert of_it.count() == 2 * of_it.filter(reverses=None).count() == 8
    shop.agrees()
    for no, message in ((number, "is reversed already"), (undone.transaction_no, "is itself a reversal")):
        with pytest.raises(InvalidRecord, match=message):
            postings.unapply(shop.company, no)
    postings.apply(shop.company, posted.entry_no or 0, [(owed, None)])
    assert (left(shop, owed), shop.balance("1300")) == ((0, 0, False), before)
    shop.agrees()


def test_a_payment_is_reversed_once_its_application_is_undone(shop: Shop) -> None:
    customer = shop.customer()
    owed = invoice(shop, customer)
    posted = pay(shop, customer, 119, (owed, None))
    with pytest.raises(InvalidRecord, match=r"has been applied\. Undo its applications first"):
        postings.reverse(shop.company, posted.transaction_no)
    postings.unapply(shop.company, posted.application_no or 0)
    with pytest.raises(InvalidRecord, match="was posted on 2025-03-01"):
        postings.reverse(shop.company, posted.transaction_no, posting_date=date(2025, 2, 1))
    back = postings.reverse(shop.company, posted.transaction_no)
    assert LedgerTransaction.objects.get(transaction_no=back.transaction_no).reverses is not None
    assert (shop.balance("1800"), shop.balance("1300"), left(shop, owed)[0]) == (0, 119, 119)
    assert left(shop, posted.entry_no) == (0, 0, False)
    assert "customer-ledger-entry" in postings.navigate(shop.company, posted.payment_no)
    with pytest.raises(RecordMissing):
        postings.reverse(shop.company, 999)
    shop.agrees()


def test_what_cannot_be_applied_is_told(shop: Shop) -> None:
    customer, other = shop.customer(), shop.customer("C2")
    owed, theirs = invoice(shop, customer), invoice(shop, other)
    dollars = invoice(shop, customer, currency="USD")
    later = invoice(shop, customer, posting_date=date(2025, 4, 1))
    paid = pay(shop, customer, 50).entry_no or 0
    used = pay(shop, customer, 1, (owed, None)).entry_no or 0
    cases = (
        (paid, [(theirs, None)], "is of another customer"),
        (paid, [(dollars, None)], "is in another currency"),
        (owed, [(later, None)], "owes just as"),
        (paid, [(owed, D(0))], "not above zero"),
        (paid, [(owed, D(119))], r"118\.00 is left of Customer Ledger Entry"),
        (paid, [(owed, D(60))], r"50\.00 is left of Customer Ledger Entry"),
        (paid, [(owed, D(1)), (owed, D(1))], "applied twice to the same"),
        (used, [(owed, None)], "Nothing is left of"),
        (paid, [], "is applied to nothing"),
    )
    for applying, to, message in cases:
        with pytest.raises(InvalidRecord, match=message):
            postings.apply(shop.company, applying, to)
    with pytest.raises(InvalidRecord, match="before it was posted"):
        postings.apply(shop.company, paid, [(later, None)], posting_date=DAY)
    with pytest.raises(RecordMissing, match="Entry 77, 78"):
        postings.apply(shop.company, paid, [(77, None), (78, None)])
    shop.agrees()


@pytest.mark.parametrize(
    ("amount", "more", "message"),
    [
        ("0", {}, "A payment of 0 cannot be"),
        ("NaN", {}, "cannot be"),
        ("1.005", {}, "more than 2 decimal places"),
        ("1", {"on": date(2026, 1, 1)}, "is not a day"),
        ("1", {"account": "2300"}, "2300 is not for direct posting"),
        ("1", {"description": "x" * 101}, "longer than 100"),
        ("1", {"currency": "USD", "on": date(2024, 1, 1)}, "no exchange rate"),
    ],
)
def test_a_payment_that_cannot_be_is_told(shop: Shop, amount: str, more: dict[str, Any], message: str) -> None:
    SalesSetup.objects.update(allow_posting_to=date(2025, 12, 31))
    more = dict(more)
    if "account" in more:
        more["bank_account"] = shop.account(more.pop("account")).pk
    if "currency" in more:
        more["currency"] = shop.currencies[more["currency"]].pk
    customer = shop.customer()
    entry = PaymentEntry(customer.pk, D(amount), more.pop("on", DAY), **more)
    assert not postings.preview_payment(shop.company, entry).ok
    with pytest.raises(InvalidRecord, match=message):
        postings.post_payment(shop.company, entry)
    assert not LedgerTransaction.objects.exists()


def test_a_payment_and_its_application_are_posted_together_or_not_at_all(shop: Shop) -> None:
    customer = shop.customer()
    with pytest.raises(RecordMissing):
        pay(shop, customer, 5, (77, None))
    assert not CustomerPayment.objects.exists()
    assert pay(shop, customer, 5).payment_no == "PAY000001"
    Customer.objects.update(blocked="All")
    with pytest.raises(InvalidRecord, match="is blocked"):
        pay(shop, customer, 5)
