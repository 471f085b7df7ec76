"""Takes back an invoice, in whole or in part, or gives a customer something back.

- A line that takes back lines of the invoice (the same thing, unit, price, discount and VAT) comes to its share of what
  those came to, so that all parts together come to the whole. Other lines are worked out as in any document.
- Of an item or resource no more is credited than was invoiced, and in all no more than the invoice came to.
- Goods come back at what they had cost when they left; without an invoice, at the unit cost of the card.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from uuid import UUID

from tallystick.financials.documents.amounts import LineAmounts, Terms, document_amounts, total
from tallystick.financials.posting.books import COST_OF_GOODS_SOLD, Books
from tallystick.financials.posting.entries import PENDING, ZERO, Document, Entries, Movement
from tallystick.financials.posting.goods import Thing, booked, stock_problems
from tallystick.financials.posting.kinds import DocumentType, EntryType
from tallystick.financials.posting.money import Money, share, told
from tallystick.financials.posting.revenue import Bill, Charge, revenue
from tallystick.financials.posting.sales import Sale, SaleLine, Taken, priced
from tallystick.financials.problems import Problem
from tallystick.financials.rounding import rounded

UNIT_COST_PLACES = 5


@dataclass(frozen=True, slots=True)
class PostedPart:
    """A line of the invoice, or of a credit memo that took back a part of it before."""

    thing: UUID
    unit: UUID | None
    factor: Decimal
    quantity: Decimal
    unit_price: Decimal
    line_discount_percent: Decimal
    vat_group: UUID | None
    vat_percent: Decimal
    amounts: LineAmounts

    @property
    def alike(self) -> Hashable:
        """What a line must have in common with it to take it back."""
        return (self.thing, self.unit, self.unit_price, self.line_discount_percent, self.vat_group, self.vat_percent)


@dataclass(frozen=True, slots=True)
class Invoiced:
    """The invoice that is taken back, what was credited of it before, and the goods of it that are still out, by item."""

    no: str
    customer: UUID | None
    currency: UUID | None
    lines: Sequence[PostedPart]
    credited: Sequence[PostedPart] = ()
    out: Mapping[UUID, tuple[Decimal, Decimal]] = field(default_factory=dict)  # base units, and what they cost


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """What posting a credit memo comes to; with problems, nothing is entered."""

    problems: Sequence[Problem] = ()
    entries: Entries = field(default_factory=Entries)
    credited: Sequence[Taken] = ()


def plan_credit(
    memo: Sale, returned: frozenset[int], invoice: Invoiced | None, entry: UUID, books: Books
) -> CreditPlan:
    """Return what the credit memo enters, or every problem there is. `returned` are the lines whose goods came back."""
    lines = [line for line in memo.lines if line.thing and line.quantity]
    _check(memo, lines, books)
    if books.problems or memo.buyer is None or memo.posting_date is None or memo.money is None:
        return CreditPlan(tuple(books.problems))
    amounts = _amounts(memo, lines, invoice, memo.money)
    if invoice is not None:
        _check_against(memo, lines, amounts, invoice, books)
    charges = [
        Charge(line.thing, line.vat_group, line.vat_percent, found)
        for line, found in zip(lines, amounts, strict=True)
        if line.thing
    ]
    document = Document(DocumentType.CREDIT_MEMO, PENDING)
    movements = _returns([line for line in lines if line.line_no in returned], invoice, document, books)
    things = {line.thing.id: line.thing for line in lines if line.thing}
    costs = [line for one in movements for line in booked(books, one, things[one.item], COST_OF_GOODS_SOLD)]
    bill = Bill(
        entry,
        document,
        memo.buyer.id,
        f"Credit Memo {memo.no}",
        memo.posting_date,
        memo.document_date or memo.posting_date,
        memo.posting_date,
        memo.customer_group,
        memo.vat_business_group,
        memo.prices_including_vat,
        memo.money,
        memo.external_document_no,
    )
    entries = Entries(gl=tuple(costs), movements=tuple(movements)) + revenue(books, bill, charges)
    books.check_size(entries)
    problems = [*books.problems, *stock_problems(movements, things, may_be_negative=True)]
    if problems:
        return CreditPlan(tuple(problems))
    taken = {line.line_no: Taken(line, line.quantity, found) for line, found in zip(lines, amounts, strict=True)}
    comments = (line for line in memo.lines if line.thing is None)
    return CreditPlan((), entries, tuple(taken.get(line.line_no, Taken(line, ZERO)) for line in [*comments, *lines]))


def _check(memo: Sale, lines: Sequence[SaleLine], books: Books) -> None:
    if memo.buyer is None:
        books.refuse(f"{memo.called} has no customer.", "Enter one.", field="customer_no")
    elif memo.buyer.blocked == "All":
        books.refuse(f"Customer {memo.buyer.no} is blocked (All).", "Unblock the customer first.", field="customer_no")
    if memo.posting_date is None:
        books.refuse(f"{memo.called} has no posting date.", "Enter one.", field="posting_date")
    else:
        books.check_date(memo.posting_date)
    if memo.money is None:
        what = f"There is no exchange rate of the currency of {memo.called} on {memo.posting_date}."
        books.refuse(what, "Enter one that starts earlier.", field="currency_code")
    if not lines:
        books.refuse(f"There is nothing to credit in {memo.called}.", "Enter a line with a quantity.")
    for line in lines:
        name = f"Line {line.line_no} of {memo.called}"
        if line.thing and line.thing.table == "g-l-account":
            books.direct(line.thing.id, name)
        elif line.thing and line.thing.blocked:
            books.refuse(f"{name}: {line.thing.called} is blocked.", "Unblock it first.")
        if line.thing and line.thing.stocked and (line.unit is None or line.factor <= 0):
            books.refuse(f"{name}: {line.thing.called} has no unit of measure.", "Enter one.")


# Amounts


def _alike(line: SaleLine) -> Hashable:
    thing = line.thing.id if line.thing else None
    return (thing, line.unit, line.unit_price, line.line_discount_percent, line.vat_group, line.vat_percent)


def _amounts(memo: Sale, lines: Sequence[SaleLine], invoice: Invoiced | None, money: Money) -> list[LineAmounts]:
    whole = _by_likeness(invoice.lines if invoice else ())
    before = {alike: quantity for alike, (quantity, _) in _by_likeness(invoice.credited if invoice else ()).items()}
    terms = Terms(money.places, memo.prices_including_vat, memo.invoice_discount_percent)
    others = [line for line in lines if _alike(line) not in whole]
    computed = iter(document_amounts([priced(line, line.quantity) for line in others], terms))
    found = []
    for line in lines:
        alike = _alike(line)
        if alike not in whole:
            found.append(next(computed))
            continue
        quantity, amounts = whole[alike]
        begun = before.get(alike, ZERO)
        before[alike] = begun + line.quantity
        found.append(_between(amounts, begun, before[alike], quantity, money.places))
    return found


def _by_likeness(parts: Iterable[PostedPart]) -> dict[Hashable, tuple[Decimal, LineAmounts]]:
    found: dict[Hashable, tuple[Decimal, LineAmounts]] = {}
    for part in parts:
        if not part.quantity:
            continue
        quantity, amounts = found.get(part.alike, (ZERO, total(())))
        found[part.alike] = quantity + part.quantity, total((amounts, part.amounts))
    return found


def _between(whole: LineAmounts, begun: Decimal, done: Decimal, quantity: Decimal, places: int) -> LineAmounts:
    """The part of what a line came to that its quantity from `begun` to `done` has."""
    return LineAmounts(
        *(
            share(amount, done, quantity, places) - share(amount, begun, quantity, places)
            for amount in (getattr(whole, one.name) for one in fields(LineAmounts))
        )
    )


# Against the invoice


def _check_against(
    memo: Sale, lines: Sequence[SaleLine], amounts: Sequence[LineAmounts], invoice: Invoiced, books: Books
) -> None:
    name = f"Posted Sales Invoice {invoice.no}"
    if memo.buyer and invoice.customer != memo.buyer.id:
        books.refuse(f"{name} is not of Customer {memo.buyer.no}.", "Choose an invoice of the customer.")
    if memo.money and invoice.currency != memo.money.currency:
        books.refuse(f"{name} is in another currency than {memo.called}.", "Use the currency of the invoice.")
    invoiced, credited = _base_units(invoice.lines), _base_units(invoice.credited)
    now: dict[UUID, Decimal] = {}
    things: dict[UUID, Thing] = {}
    for line in lines:
        if line.thing and line.thing.table != "g-l-account":
            things[line.thing.id] = line.thing
            now[line.thing.id] = now.get(line.thing.id, ZERO) + line.quantity * line.factor
    for id, quantity in now.items():
        left = invoiced.get(id, ZERO) - credited.get(id, ZERO)
        if quantity > left:
            what = f"{memo.called} takes back {quantity.normalize():f} of {things[id].called}, but {name} has "
            books.refuse(f"{what}{left.normalize():f} left of it.", "Credit no more than was invoiced.")
    left = _gross(part.amounts for part in invoice.lines) - _gross(part.amounts for part in invoice.credited)
    if _gross(amounts) > left:
        what = f"{memo.called} comes to {told(_gross(amounts))}, but {told(left)} of {name} is left to credit."
        books.refuse(what, "Credit no more than was invoiced.")


def _base_units(parts: Iterable[PostedPart]) -> dict[UUID, Decimal]:
    found: dict[UUID, Decimal] = {}
    for part in parts:
        found[part.thing] = found.get(part.thing, ZERO) + part.quantity * part.factor
    return found


def _gross(amounts: Iterable[LineAmounts]) -> Decimal:
    return total(amounts).amount_including_vat


# Goods


def _returns(lines: Sequence[SaleLine], invoice: Invoiced | None, document: Document, books: Books) -> list[Movement]:
    out = dict(invoice.out) if invoice else {}
    found = []
    for line in lines:
        if line.thing is None or not line.thing.stocked or line.unit is None:
            continue
        quantity = line.quantity * line.factor
        left, worth = out.get(line.thing.id, (ZERO, ZERO))
        places = books.chart.local_places
        known = quantity <= left
        cost = share(worth, quantity, left, places) if known else rounded(quantity * line.thing.cost, places)
        unit_cost = rounded(cost / quantity, UNIT_COST_PLACES) if known else line.thing.cost
        if known:
            out[line.thing.id] = left - quantity, worth - cost
        found.append(
            Movement(
                EntryType.SALE,
                document,
                line.thing.id,
                line.description,
                quantity,
                line.unit,
                line.factor,
                unit_cost,
                cost,
            )
        )
    return found
