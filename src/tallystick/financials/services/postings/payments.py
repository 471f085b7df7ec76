"""Posts money that customers pay or get back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.identifiers import new_id
from tallystick.financials.models import (
    Company,
    Customer,
    CustomerLedgerEntry,
    CustomerPayment,
    LedgerTransaction,
    SalesOrder,
)
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.books import Books
from tallystick.financials.posting.entries import Entries, numbered
from tallystick.financials.posting.kinds import Source
from tallystick.financials.posting.payments import Payment, plan_payment
from tallystick.financials.problems import RecordMissing
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings.applications import apply
from tallystick.financials.services.postings.documents import buyer_of
from tallystick.financials.services.postings.previews import PostingPreview, shown
from tallystick.financials.services.postings.reading import read_chart, read_money
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.storing import new_number, refuse_problems, store_entries
from tallystick.financials.services.sales.status import release_prepaid

LONGEST = {"external_document_no": 35, "description": 100, "order_no": 20}


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """Money that a customer paid (above zero) or got back, in `currency` (None: the local one).

    `bank_account` None is that of the sales setup; `order_no` says what it is paid on account of; `apply_to` which customer
    ledger entries it pays, by number, and how much of each (None: all there is)."""

    customer: UUID
    amount: Decimal
    posting_date: date
    currency: UUID | None = None
    bank_account: UUID | None = None
    description: str = ""
    external_document_no: str = ""
    order_no: str = ""
    apply_to: Sequence[tuple[int, Decimal | None]] = ()


def preview_payment(company: Company, entry: PaymentEntry, *, by: Actor = OPERATOR) -> PostingPreview:
    """Return what `post_payment` would enter before it is applied, or what stands in its way. Writes nothing."""
    by.require(Permission.POST)
    _, payment, books = _read(company, entry)
    entries = plan_payment(payment, new_id(), books)
    buyer = payment.buyer
    return shown(books.problems, entries, books.chart, {buyer.id: f"{buyer.no} {buyer.name}"})


def post_payment(company: Company, entry: PaymentEntry, *, by: Actor = OPERATOR) -> Posted:
    """Post a payment or refund, and apply it to the entries it names; all of it or nothing.

    The application is a transaction of its own, so that it can be undone by itself. Raises `RecordMissing`, or
    `InvalidRecord` with every problem."""
    by.require(Permission.POST)
    return in_transaction(lambda: _post(take_turn(company), entry, by))


def _post(company: Company, entry: PaymentEntry, by: Actor) -> Posted:
    customer, payment, books = _read(company, entry)
    entries = plan_payment(payment, new_id(), books)
    refuse_problems(books)
    no = new_number(company, "customer-payment")
    entries = numbered(entries, {payment.type: no})
    transaction = begin_transaction(
        company,
        source=Source.PAYMENT,
        posting_date=entry.posting_date,
        document_no=no,
        description=entries.receivables[0].description,
        by=by,
    )
    _store_document(transaction, customer, payment, entries)
    store_entries(company, transaction, entries)
    if payment.order_no:
        release_prepaid(company, payment.order_no)
    number = _entry_no(entries)
    applied = apply(company, number, entry.apply_to, by=by).application_no if entry.apply_to else None
    return Posted(transaction.transaction_no, payment_no=no, entry_no=number, application_no=applied)


def _entry_no(entries: Entries) -> int:
    return CustomerLedgerEntry.objects.values_list("entry_no", flat=True).get(pk=entries.receivables[0].id)


def _read(company: Company, entry: PaymentEntry) -> tuple[Customer, Payment, Books]:
    customer = Customer.objects.filter(company=company, pk=entry.customer).first()
    if customer is None:
        raise RecordMissing("Customer", str(entry.customer))
    chart = read_chart(company)
    books = Books(chart, "customer-payment", customer.no)
    payment = Payment(
        buyer_of(customer),
        entry.posting_date,
        entry.amount,
        read_money(company, entry.currency, entry.posting_date, chart),
        customer.customer_posting_group_id,
        entry.bank_account,
        entry.description.strip(),
        entry.external_document_no.strip(),
        entry.order_no.strip().upper(),
    )
    _check_texts(payment, books)
    if payment.order_no and not SalesOrder.objects.filter(company=company, no=payment.order_no, customer=customer):
        what = f"Customer {customer.no} has no order {payment.order_no}."
        books.refuse(what, "Enter the number of an order of the customer, or none.", field="order_no")
    return customer, payment, books


def _check_texts(payment: Payment, books: Books) -> None:
    for name, longest in LONGEST.items():
        value: str = getattr(payment, name)
        if len(value) > longest:
            books.refuse(f"{value[:20]}… is longer than {longest} characters.", "Shorten it.", field=name)


def _store_document(transaction: LedgerTransaction, customer: Customer, payment: Payment, entries: Entries) -> None:
    owed, bank = entries.receivables[0], entries.gl[0].account
    if payment.money is None:
        raise AssertionError("checked before")
    CustomerPayment.objects.create(
        company_id=transaction.company_id,
        transaction=transaction,
        no=owed.document.no,
        customer=customer,
        customer_name=customer.name,
        posting_date=transaction.posting_date,
        external_document_no=payment.external_document_no,
        description=owed.description,
        order_no=payment.order_no,
        currency_id=owed.currency,
        currency_factor=payment.money.factor,
        amount=payment.amount,
        bank_account_id=bank,
    )
