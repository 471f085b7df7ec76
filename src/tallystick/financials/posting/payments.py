"""Enters money that a customer paid, or got back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.posting.books import BANK, Books
from tallystick.financials.posting.entries import PENDING, Document, Entries, GLLine, Receivable, initial, summed
from tallystick.financials.posting.kinds import DocumentType, SubLedger
from tallystick.financials.posting.money import Money
from tallystick.financials.posting.sales import Buyer
from tallystick.financials.rounding import rounded

LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Payment:
    """Money on a bank account (None: that of the sales setup); below zero it was paid back. `money` None: no rate."""

    buyer: Buyer
    posting_date: date
    amount: Decimal
    money: Money | None
    customer_group: UUID | None
    bank_account: UUID | None = None
    description: str = ""
    external_document_no: str = ""
    order_no: str = ""

    @property
    def type(self) -> DocumentType:
        """A payment, or a refund."""
        return DocumentType.PAYMENT if self.amount > 0 else DocumentType.REFUND


def plan_payment(payment: Payment, entry: UUID, books: Books) -> Entries:
    """Return what the payment enters; the problems stand in `books`, and then nothing is to be entered."""
    _check(payment, books)
    group = books.customer_group(payment.customer_group, f"Customer {payment.buyer.no}")
    receivables = books.receivables(group)
    bank = _bank(payment, books)
    if books.problems or payment.money is None:
        return Entries()
    document = Document(payment.type, PENDING)
    text = payment.description or f"{payment.type.value} of {payment.buyer.name}"[:100]
    lcy = payment.money.lcy(payment.amount)
    receivable = Receivable(
        entry,
        document,
        payment.buyer.id,
        text,
        payment.posting_date,
        payment.posting_date,
        payment.money.currency,
        group,
        -payment.amount,
        -lcy,
        payment.external_document_no,
        payment.order_no,
    )
    lines = (
        GLLine(bank, lcy, document, text, customer=payment.buyer.id),
        GLLine(receivables, -lcy, document, text, customer=payment.buyer.id, ledger=SubLedger.CUSTOMER),
    )
    entries = Entries(summed(lines), receivables=(receivable,), details=(initial(receivable),))
    books.check_size(entries)
    return entries


def _bank(payment: Payment, books: Books) -> UUID:
    return books.setup(BANK) if payment.bank_account is None else books.direct(payment.bank_account, "Bank account")


def _check(payment: Payment, books: Books) -> None:
    books.check_date(payment.posting_date)
    if payment.buyer.blocked == "All":
        what = f"Customer {payment.buyer.no} is blocked (All)."
        books.refuse(what, "Unblock the customer first.", field="customer_no")
    amount = payment.amount
    if not amount.is_finite() or not amount or abs(amount) >= LARGEST:
        books.refuse(f"A payment of {amount} cannot be.", "Enter what was paid; below zero, paid back.", field="amount")
    elif payment.money and amount != rounded(amount, payment.money.places):
        what = f"{amount} has more than {payment.money.places} decimal places."
        books.refuse(what, "Enter it as the currency has it.", field="amount")
    if payment.money is None:
        what = f"There is no exchange rate of the currency of the payment on {payment.posting_date}."
        books.refuse(what, "Enter one that starts earlier.", field="currency_code")
