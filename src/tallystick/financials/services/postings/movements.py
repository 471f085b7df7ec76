"""Posts movements of stock: all lines of a journal, or none.

Postings of a company take their turns, so that entry numbers have no gaps and no two take the last piece."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.models import Company, ItemLedgerEntry, ItemUnitOfMeasure
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.books import Books, Chart
from tallystick.financials.posting.entries import Document, Entries, Movement
from tallystick.financials.posting.goods import Thing, stock_problems
from tallystick.financials.posting.journal import plan_journal
from tallystick.financials.posting.kinds import DocumentType, EntryType, Source
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.rounding import rounded
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings.reading import may_be_negative, read_chart, read_things
from tallystick.financials.services.postings.storing import store_entries

PLACES = Decimal("0.00001")
LARGEST = Decimal(10) ** 10
LONGEST_DOCUMENT_NO = 20
LONGEST_DESCRIPTION = 100


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Goods that come in or go out, as `entry_type` says; `quantity`, above zero, counts `unit` (None: the base unit).

    Without `unit_cost` (of one base unit) the cost of the item's card is taken; without a description, its own."""

    item: UUID
    entry_type: EntryType
    quantity: Decimal
    unit: UUID | None = None
    unit_cost: Decimal | None = None
    document_no: str = ""
    description: str = ""
    name: str = ""  # what problems call it; '' is its place


@dataclass(frozen=True, slots=True)
class Stock:
    """What the checks need to know; while somebody posts, read after everybody else's postings ended."""

    company: Company
    chart: Chart
    things: Mapping[UUID, Thing]
    base_units: Mapping[UUID, UUID | None]
    factors: Mapping[tuple[UUID, UUID], Decimal]


def post_item_journal(
    company: Company, lines: Sequence[JournalLine], *, posting_date: date, by: Actor = OPERATOR
) -> list[ItemLedgerEntry]:
    """Return the entries posted, one per line. Raises `InvalidRecord` with every problem of every line, and posts none.

    Stock below zero is refused unless the company allows it. A fixed number of statements, however many lines."""
    by.require(Permission.POST)
    return in_transaction(lambda: _post(take_turn(company), lines, posting_date, by))


def _post(company: Company, lines: Sequence[JournalLine], posting_date: date, by: Actor) -> list[ItemLedgerEntry]:
    stock = read_stock(company, {line.item for line in lines}, lock=True)
    entries, problems = plan(stock, lines, posting_date)
    if problems:
        raise InvalidRecord(problems)
    return store(stock, entries, posting_date, by)


def plan(
    stock: Stock, lines: Sequence[JournalLine], posting_date: date, *, check_stock: bool = True
) -> tuple[Entries, Sequence[Problem]]:
    """Return what the lines enter, or every problem of every line."""
    books = Books(stock.chart, "item-journal", "Item Journal")
    books.check_date(posting_date)
    books.problems.extend(
        problem for place, line in enumerate(lines, start=1) for problem in _problems(stock, place, line)
    )
    if books.problems:
        return Entries(), books.problems
    entries = plan_journal([_movement(stock, line) for line in lines], stock.things, books)
    if check_stock:
        allowed = may_be_negative(stock.company)
        books.problems.extend(stock_problems(entries.movements, stock.things, may_be_negative=allowed))
    return entries, books.problems


def store(stock: Stock, entries: Entries, posting_date: date, by: Actor) -> list[ItemLedgerEntry]:
    """Store what was planned as one transaction. The caller has the turn."""
    documents = {movement.document.no for movement in entries.movements}
    transaction = begin_transaction(
        stock.company,
        source=Source.ITEM_JOURNAL,
        posting_date=posting_date,
        document_no=documents.pop() if len(documents) == 1 else "",
        by=by,
    )
    return store_entries(stock.company, transaction, entries)


def read_stock(company: Company, items: Iterable[UUID], *, lock: bool) -> Stock:
    """Return what is known of the items; nine queries. With `lock`, nobody changes them before the posting is done."""
    wanted = list(items)
    chart = read_chart(company)
    things = read_things(company, chart, items=wanted, lock=lock)
    units = ItemUnitOfMeasure.objects.filter(company=company, item__in=wanted).values_list(
        "item_id", "item__base_unit_of_measure_id", "unit_of_measure_id", "qty_per_unit_of_measure"
    )
    bases, factors = {}, {}
    for item, base, unit, factor in units:
        bases[item], factors[item, unit] = base, factor
    return Stock(company, chart, things, bases, factors)


def _problems(stock: Stock, place: int, line: JournalLine) -> Iterator[Problem]:
    item = stock.things.get(line.item)

    def problem(field: str, message: str, hint: str) -> Problem:
        name = line.name or f"Line {place}"
        return Problem("item-journal", name.lower(), field, f"{name}: {message}", hint)

    if item is None:
        yield problem("item_no", f"this company has no item {line.item}.", "Create the item first.")
        return
    if not item.stocked:
        yield problem("item_no", f"item {item.no} is not kept in stock.", "Leave the line out.")
    if item.blocked:
        yield problem("item_no", f"item {item.no} is blocked.", "Unblock it first.")
    unit = line.unit or stock.base_units.get(line.item)
    factor = stock.factors.get((item.id, unit)) if unit else None
    if factor is None:
        yield problem("unit_of_measure_code", f"item {item.no} is not counted in this unit.", "Add the unit first.")
    elif not line.quantity.is_finite() or line.quantity <= 0:
        yield problem("quantity", f"a quantity of {line.quantity} is not above zero.", "The entry type says the way.")
    elif (moved := line.quantity * factor) >= LARGEST or moved != moved.quantize(PLACES):
        hint = "At most ten digits before and five after the point."
        yield problem("quantity", f"{line.quantity:f} in this unit is {moved:f} base units.", hint)
    if line.unit_cost is not None and not (
        line.unit_cost.is_finite()
        and 0 <= line.unit_cost < LARGEST
        and line.unit_cost == line.unit_cost.quantize(PLACES)
    ):
        yield problem("unit_cost", f"a unit cost of {line.unit_cost} cannot be.", "Zero or more, five decimal places.")
    for name, value, longest in (
        ("document_no", line.document_no, LONGEST_DOCUMENT_NO),
        ("description", line.description, LONGEST_DESCRIPTION),
    ):
        if len(value) > longest:
            yield problem(name, f"{value[:20]}… is longer than {longest} characters.", "Shorten it.")


def _movement(stock: Stock, line: JournalLine) -> Movement:
    item = stock.things[line.item]
    unit = line.unit or stock.base_units[line.item]
    if unit is None:
        raise AssertionError("checked before")
    factor = stock.factors[item.id, unit]
    quantity = line.quantity * factor * line.entry_type.sign
    unit_cost = item.cost if line.unit_cost is None else line.unit_cost
    return Movement(
        line.entry_type,
        Document(DocumentType.ADJUSTMENT, line.document_no),
        item.id,
        line.description or item.description,
        quantity,
        unit,
        factor,
        unit_cost,
        rounded(quantity * unit_cost, stock.chart.local_places),
    )
