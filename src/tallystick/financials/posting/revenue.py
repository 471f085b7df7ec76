"""What an invoice or a credit memo enters: what the customer owes, what was earned, and the VAT of it.

1. Sums are made in the currency of the document, account by account, and each is converted by itself. What the conversion
   leaves over goes to the rounding account, so that every transaction sums to zero.
2. Where the product posting group has an account for discounts, the sale is booked before them and they are booked there;
   else it is booked net of them. Charges on G/L accounts are booked net, on the account of the line.
3. There is a VAT entry for each VAT product posting group and rate, also for those of 0 %.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.documents.amounts import HUNDRED, LineAmounts
from tallystick.financials.posting.books import ROUNDING, SALES, SALES_CREDIT_MEMO, SALES_DISCOUNT, Books
from tallystick.financials.posting.entries import ZERO, Document, Entries, GLLine, Receivable, VATLine, initial, summed
from tallystick.financials.posting.goods import Thing
from tallystick.financials.posting.kinds import DocumentType, SubLedger
from tallystick.financials.posting.money import Money
from tallystick.financials.rounding import rounded


@dataclass(frozen=True, slots=True)
class Charge:
    """A line as it is charged or credited: of what, at which VAT, and what it comes to. `vat_group` None: the setup's."""

    thing: Thing
    vat_group: UUID | None
    vat_percent: Decimal
    amounts: LineAmounts


@dataclass(frozen=True, slots=True)
class Bill:
    """Who is charged or credited, and on which terms. `entry` is the id of the customer ledger entry to be."""

    entry: UUID
    document: Document
    customer: UUID
    description: str
    posting_date: date
    document_date: date
    due_date: date
    customer_group: UUID | None
    vat_business_group: UUID | None
    prices_including_vat: bool
    money: Money
    external_document_no: str = ""
    order_no: str = ""

    @property
    def sign(self) -> int:
        """1 when the customer owes it, -1 when it is given back."""
        return -1 if self.document.type is DocumentType.CREDIT_MEMO else 1


def revenue(books: Books, bill: Bill, charges: Sequence[Charge]) -> Entries:
    """Return what the document enters besides goods; sums to zero in the local currency."""
    gross = bill.sign * sum((charge.amounts.amount_including_vat for charge in charges), ZERO)
    group = books.customer_group(bill.customer_group, bill.description)
    receivable = Receivable(
        bill.entry,
        bill.document,
        bill.customer,
        bill.description,
        bill.document_date,
        bill.due_date,
        bill.money.currency,
        group,
        gross,
        bill.money.lcy(gross),
        bill.external_document_no,
        bill.order_no,
    )
    taxes = _vat(books, bill, charges)
    owed = _line(bill, books.receivables(group), receivable.amount_lcy, SubLedger.CUSTOMER)
    earned = summed(line for charge in charges for line in _earned(books, bill, charge))
    converted = [replace(line, amount=bill.money.lcy(line.amount)) for line in earned]
    lines = [owed, *converted, *(line for _, line in taxes)]
    left = sum((line.amount for line in lines), ZERO)
    if left:
        lines.append(_line(bill, books.setup(ROUNDING), -left))
    return Entries(
        summed(lines), tuple(entry for entry, _ in taxes), receivables=(receivable,), details=(initial(receivable),)
    )


def _line(bill: Bill, account: UUID, amount: Decimal, ledger: SubLedger = SubLedger.NONE) -> GLLine:
    return GLLine(account, amount, bill.document, bill.description, customer=bill.customer, ledger=ledger)


def _earned(books: Books, bill: Bill, charge: Charge) -> Iterator[GLLine]:
    net = bill.sign * charge.amounts.amount
    if charge.thing.table == "g-l-account":
        yield _line(bill, charge.thing.id, -net)
        return
    group = books.product_group(charge.thing.group, charge.thing.called)
    if group is None:
        return
    purpose = SALES if bill.sign > 0 or group.accounts.get(SALES_CREDIT_MEMO) is None else SALES_CREDIT_MEMO
    account = books.product(charge.thing.group, purpose, charge.thing.called)
    discount = bill.sign * _discount(charge, bill)
    if discount and group.accounts.get(SALES_DISCOUNT) is not None:
        yield _line(bill, account, -net - discount)
        yield _line(bill, books.product(charge.thing.group, SALES_DISCOUNT, charge.thing.called), discount)
    else:
        yield _line(bill, account, -net)


def _discount(charge: Charge, bill: Bill) -> Decimal:
    """What the discounts of a line come to without VAT."""
    amounts = charge.amounts
    discounts = amounts.line_discount_amount + amounts.invoice_discount_amount
    if not bill.prices_including_vat or not discounts:
        return discounts
    before = (amounts.amount_including_vat + discounts) * HUNDRED / (HUNDRED + charge.vat_percent)
    return rounded(before, bill.money.places) - amounts.amount


def _vat(books: Books, bill: Bill, charges: Sequence[Charge]) -> list[tuple[VATLine, GLLine]]:
    """The VAT entries, each with its line in the general ledger."""
    business = bill.vat_business_group or books.chart.vat_business_group
    if business is None:
        books.refuse(f"{bill.description} has no VAT business posting group.", "Enter one, or in the sales setup.")
        return []
    sums: dict[tuple[UUID, Decimal], tuple[Decimal, Decimal]] = {}
    for charge in charges:
        product = charge.vat_group or books.chart.vat_product_group
        if product is None:
            what = f"{charge.thing.called} has no VAT product posting group."
            books.refuse(what, "Enter one on its card, or in the sales setup.")
            continue
        base, tax = sums.get((product, charge.vat_percent), (ZERO, ZERO))
        amounts = charge.amounts
        sums[product, charge.vat_percent] = base + amounts.amount, tax + amounts.vat_amount
    found = []
    for (product, percent), (base, tax) in sums.items():
        account = books.vat_account(business, product, bool(tax))
        base_lcy, tax_lcy = (-bill.sign * bill.money.lcy(amount) for amount in (base, tax))
        entry = VATLine(bill.document, bill.customer, bill.description, business, product, percent, base_lcy, tax_lcy)
        found.append((entry, _line(bill, account, tax_lcy, SubLedger.VAT)))
    return found
