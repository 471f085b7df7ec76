"""Ships and invoices an order, in full or in part.

- Shipped is what the lines offer (`qty_to_ship`); invoiced is what they offer of what is shipped by then. A line on a
  resource or a G/L account is shipped as well, so that it is invoiced with the goods; only items kept in stock move.
- Goods leave at the unit cost of the item's card; stock goes down by that, cost of goods sold goes up.
- An invoice of a part charges what the whole comes to up to then, less what earlier invoices charged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.documents.amounts import HUNDRED, LineAmounts, PricedLine, Terms, document_amounts
from tallystick.financials.posting.books import COST_OF_GOODS_SOLD, Books
from tallystick.financials.posting.entries import PENDING, ZERO, Document, Entries, Movement
from tallystick.financials.posting.goods import Thing, booked, stock_problems
from tallystick.financials.posting.kinds import DocumentType, EntryType
from tallystick.financials.posting.money import Money, told
from tallystick.financials.posting.revenue import Bill, Charge, revenue
from tallystick.financials.problems import Problem
from tallystick.financials.rounding import rounded


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer of a document."""

    id: UUID
    no: str
    name: str
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A line of an order; a comment has no `thing`. Quantities count its unit, of `factor` base units."""

    line_no: int
    thing: Thing | None
    description: str
    quantity: Decimal
    unit: UUID | None = None
    factor: Decimal = Decimal(1)
    unit_price: Decimal = ZERO
    line_discount_percent: Decimal = ZERO
    vat_group: UUID | None = None
    vat_percent: Decimal = ZERO
    qty_to_ship: Decimal = ZERO
    qty_to_invoice: Decimal = ZERO
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Sale:
    """An order, or a credit memo, as it stands. `paid` is what came in on account of it, in its currency."""

    no: str
    buyer: Buyer | None
    posting_date: date | None
    document_date: date | None
    due_date: date | None
    lines: Sequence[SaleLine]
    money: Money | None  # None: there is no exchange rate on the posting date
    customer_group: UUID | None = None
    vat_business_group: UUID | None = None
    prices_including_vat: bool = False
    invoice_discount_percent: Decimal = ZERO
    external_document_no: str = ""
    prepayment_percent: Decimal = ZERO
    amount_including_vat: Decimal = ZERO
    paid: Decimal = ZERO
    may_be_negative: bool = False
    label: str = "Sales Order"

    @property
    def called(self) -> str:
        """What people call it."""
        return f"{self.label} {self.no}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A line of a posted document: of which line of the order, and how much. Comments go along, of no quantity."""

    line: SaleLine
    quantity: Decimal
    amounts: LineAmounts | None = None


@dataclass(frozen=True, slots=True)
class SalePlan:
    """What posting an order comes to; with problems, nothing is entered."""

    problems: Sequence[Problem] = ()
    entries: Entries = field(default_factory=Entries)
    shipped: Sequence[Taken] = ()
    invoiced: Sequence[Taken] = ()


def plan_sale(sale: Sale, entry: UUID, books: Books, *, ship: bool, invoice: bool) -> SalePlan:
    """Return what shipping and/or invoicing the order enters, or every problem there is.

    `entry` is the id that the customer ledger entry of the invoice is to have."""
    _check_order(sale, books, ship=ship, invoice=invoice)
    shipped = [Taken(line, line.qty_to_ship) for line in sale.lines if line.thing and line.qty_to_ship and ship]
    invoiced = [
        Taken(line, quantity) for line in sale.lines if invoice and (quantity := _to_invoice(line, ship=ship)) > 0
    ]
    for line in sale.lines:
        _check_line(line, sale, books)
    if not shipped and not invoiced:
        books.refuse(*_nothing(sale, ship=ship, invoice=invoice))
    if books.problems or sale.buyer is None or sale.posting_date is None or (invoiced and sale.money is None):
        return SalePlan(tuple(books.problems))
    goods = [taken for taken in shipped if taken.line.thing and taken.line.thing.stocked]
    movements = [_movement(taken, books.chart.local_places) for taken in goods]
    things = {line.thing.id: line.thing for line in sale.lines if line.thing}
    cost = [line for one in movements for line in booked(books, one, things[one.item], COST_OF_GOODS_SOLD)]
    entries = Entries(gl=tuple(cost), movements=tuple(movements))
    if invoiced and sale.money:
        invoiced = _charged(sale, invoiced, sale.money)
        entries += revenue(books, _bill(sale, entry, sale.buyer, sale.posting_date, sale.money), _charges(invoiced))
    books.check_size(entries)
    problems = [*books.problems, *stock_problems(movements, things, may_be_negative=sale.may_be_negative)]
    if problems:
        return SalePlan(tuple(problems))
    return SalePlan((), entries, _with_comments(sale, shipped), _with_comments(sale, invoiced))


def _to_invoice(line: SaleLine, *, ship: bool) -> Decimal:
    there = line.shipped - line.invoiced + (line.qty_to_ship if ship else ZERO)
    return min(line.qty_to_invoice, there) if line.thing else ZERO


def _check_order(sale: Sale, books: Books, *, ship: bool, invoice: bool) -> None:
    if sale.buyer is None:
        books.refuse(f"{sale.called} has no customer.", "Enter one.", field="customer_no")
    elif sale.buyer.blocked in ("All", "Invoice") or (sale.buyer.blocked == "Ship" and ship):
        what = f"Customer {sale.buyer.no} is blocked ({sale.buyer.blocked})."
        books.refuse(what, "Unblock the customer first.", field="customer_no")
    if sale.posting_date is None:
        books.refuse(f"{sale.called} has no posting date.", "Enter one.", field="posting_date")
    else:
        books.check_date(sale.posting_date)
    if sale.money is None and invoice:
        what = f"There is no exchange rate of the currency of {sale.called} on {sale.posting_date}."
        books.refuse(what, "Enter one that starts earlier.", field="currency_code")
    needed = sale.amount_including_vat * sale.prepayment_percent / HUNDRED
    if ship and sale.prepayment_percent and sale.money and sale.paid < (needed := rounded(needed, sale.money.places)):
        what = f"{sale.called} waits for its prepayment: {told(sale.paid)} of {told(needed)} came in."
        books.refuse(what, "Post the payment with the number of the order, then ship.", field="status")


def _check_line(line: SaleLine, sale: Sale, books: Books) -> None:
    thing = line.thing
    if thing is None:
        return
    name = f"Line {line.line_no} of {sale.called}"
    if line.qty_to_ship < 0 or line.qty_to_ship > line.quantity - line.shipped:
        left = line.quantity - line.shipped
        what = f"{name} is to ship {line.qty_to_ship.normalize():f}, but {left.normalize():f} is left."
        books.refuse(what, "Correct Qty. to Ship.", field="qty_to_ship")
    if line.qty_to_invoice < 0 or line.qty_to_invoice > line.quantity - line.invoiced:
        left = line.quantity - line.invoiced
        what = f"{name} is to invoice {line.qty_to_invoice.normalize():f}, but {left.normalize():f} is left."
        books.refuse(what, "Correct Qty. to Invoice.", field="qty_to_invoice")
    if not line.qty_to_ship and not line.qty_to_invoice:
        return
    if thing.table == "g-l-account":
        books.direct(thing.id, name)
    elif thing.blocked:
        books.refuse(f"{name}: {thing.called} is blocked.", "Unblock it first.")
    if thing.stocked and line.factor <= 0:
        books.refuse(f"{name}: nothing is known of how many base units its unit holds.", "Enter the unit again.")
    if thing.stocked and line.unit is None:
        books.refuse(f"{name}: {thing.called} has no unit of measure.", "Enter one.", field="unit_of_measure_code")


def _nothing(sale: Sale, *, ship: bool, invoice: bool) -> tuple[str, str]:
    if not ship and not invoice:
        return f"{sale.called}: neither shipping nor invoicing was asked for.", "Choose one of them, or both."
    what = "ship and invoice" if ship and invoice else "ship" if ship else "invoice"
    hint = "Enter Qty. to Ship or Qty. to Invoice in its lines; what is not shipped cannot be invoiced."
    return f"There is nothing to {what} in {sale.called}.", hint


def _movement(taken: Taken, local_places: int) -> Movement:
    line, thing = taken.line, taken.line.thing
    if thing is None or line.unit is None:
        raise AssertionError("checked before")
    quantity = -taken.quantity * line.factor
    return Movement(
        EntryType.SALE,
        Document(DocumentType.SHIPMENT, PENDING),
        thing.id,
        line.description,
        quantity,
        line.unit,
        line.factor,
        thing.cost,
        rounded(quantity * thing.cost, local_places),
    )


def _charged(sale: Sale, invoiced: Sequence[Taken], money: Money) -> list[Taken]:
    terms = Terms(money.places, sale.prices_including_vat, sale.invoice_discount_percent)
    amounts = document_amounts([priced(taken.line, taken.quantity, taken.line.invoiced) for taken in invoiced], terms)
    return [Taken(taken.line, taken.quantity, found) for taken, found in zip(invoiced, amounts, strict=True)]


def priced(line: SaleLine, quantity: Decimal, before: Decimal = ZERO) -> PricedLine:
    """Return what the amounts of so much of a line are worked out of; what charges come to, no invoice discount takes."""
    return PricedLine(
        quantity,
        line.unit_price,
        line.line_discount_percent,
        line.vat_percent,
        (line.vat_group, line.vat_percent),
        takes_invoice_discount=line.thing is not None and line.thing.table != "g-l-account",
        before=before,
    )


def _charges(invoiced: Sequence[Taken]) -> list[Charge]:
    return [
        Charge(taken.line.thing, taken.line.vat_group, taken.line.vat_percent, taken.amounts)
        for taken in invoiced
        if taken.line.thing and taken.amounts
    ]


def _bill(sale: Sale, entry: UUID, buyer: Buyer, posting_date: date, money: Money) -> Bill:
    document_date = sale.document_date or posting_date
    return Bill(
        entry,
        Document(DocumentType.INVOICE, PENDING),
        buyer.id,
        f"Order {sale.no}",
        posting_date,
        document_date,
        sale.due_date or document_date,
        sale.customer_group,
        sale.vat_business_group,
        sale.prices_including_vat,
        money,
        sale.external_document_no,
        sale.no,
    )


def _with_comments(sale: Sale, taken: Sequence[Taken]) -> tuple[Taken, ...]:
    """The lines in the order of the document, with its comments between them."""
    if not taken:
        return ()
    comments = [Taken(line, ZERO) for line in sale.lines if line.thing is None]
    return tuple(sorted([*taken, *comments], key=lambda one: one.line.line_no))
