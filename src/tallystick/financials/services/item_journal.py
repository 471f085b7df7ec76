"""Posts movements of stock: all lines of a journal, or none.

Postings of a company take their turns, so that entry numbers have no gaps and no two take the last piece."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.models import (
    Company,
    Currency,
    EntryType,
    Item,
    ItemLedgerEntry,
    ItemUnitOfMeasure,
    LedgerTransaction,
)
from tallystick.financials.models.people import NegativeInventory
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, number_entries, take_turn

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


@dataclass(frozen=True, slots=True)
class _Stock:
    """What the checks need to know, read after everybody else's postings ended."""

    company: Company
    local_places: int  # decimal places of amounts in the local currency
    items: Mapping[UUID, Item]
    factors: Mapping[tuple[UUID, UUID], Decimal]


def post_item_journal(
    company: Company, lines: Sequence[JournalLine], *, posting_date: date, by: Actor = OPERATOR
) -> list[ItemLedgerEntry]:
    """Return the entries posted, one per line. Raises `InvalidRecord` with every problem of every line, and posts none.

    Stock below zero is refused unless the company allows it. A fixed number of statements, however many lines."""
    by.require(Permission.POST)
    return in_transaction(lambda: _post(company, lines, posting_date, by))


def reverse_item_entry(company: Company, entry_no: int, *, posting_date: date, by: Actor = OPERATOR) -> ItemLedgerEntry:
    """Return the counter entry of a posted one. Raises `RecordMissing`, or `InvalidRecord`: reversed already, is itself
    a reversal, or what came in has left stock meanwhile."""
    by.require(Permission.POST)
    return in_transaction(lambda: _reverse(company, entry_no, posting_date, by))


def _post(company: Company, lines: Sequence[JournalLine], posting_date: date, by: Actor) -> list[ItemLedgerEntry]:
    stock = _read_stock(company, {line.item for line in lines})
    problems = [problem for place, line in enumerate(lines, start=1) for problem in _problems(stock, place, line)]
    if problems:
        raise InvalidRecord(problems)
    transaction = begin_transaction(
        company, source="Item Journal", posting_date=posting_date, document_no=_document_no(lines), by=by
    )
    return _store(stock, [_entry(stock, line, transaction) for line in lines])


def _document_no(lines: Sequence[JournalLine]) -> str:
    """The document all lines were posted from; '' when there are several."""
    numbers = {line.document_no for line in lines}
    return numbers.pop() if len(numbers) == 1 else ""


def _reverse(company: Company, entry_no: int, posting_date: date, by: Actor) -> ItemLedgerEntry:
    take_turn(company)
    entry = ItemLedgerEntry.objects.filter(company=company, entry_no=entry_no).first()
    if entry is None:
        raise RecordMissing("Item Ledger Entry", str(entry_no))
    if entry.reverses_id is not None:
        raise InvalidRecord([_refusal(entry_no, "is itself a reversal.", "Post the movement again instead.")])
    if ItemLedgerEntry.objects.filter(reverses=entry).exists():
        raise InvalidRecord([_refusal(entry_no, "is reversed already.", "Look for its counter entry.")])
    stock = _read_stock(company, {entry.item_id})
    transaction = begin_transaction(
        company,
        source="Reversal",
        posting_date=posting_date,
        document_no=entry.document_no,
        by=by,
        reverses=entry.transaction,
    )
    counter = ItemLedgerEntry(
        company=company,
        transaction=transaction,
        posting_date=posting_date,
        document_type=entry.document_type,
        entry_type=entry.entry_type,
        document_no=entry.document_no,
        description=entry.description,
        item=stock.items[entry.item_id],
        quantity=-entry.quantity,
        unit_of_measure_id=entry.unit_of_measure_id,
        qty_per_unit_of_measure=entry.qty_per_unit_of_measure,
        unit_cost=entry.unit_cost,
        cost_amount=-entry.cost_amount,
        reverses=entry,
    )
    return _store(stock, [counter])[0]


def _refusal(entry_no: int, message: str, hint: str) -> Problem:
    return Problem("item-ledger-entry", str(entry_no), "", f"Item Ledger Entry {entry_no} {message}", hint)


def _read_stock(company: Company, items: Iterable[UUID]) -> _Stock:
    take_turn(company)
    wanted = list(items)
    # Locked, so that nobody takes an item's unit away, blocks it or deletes it before the posting is done.
    rows = Item.objects.select_for_update(no_key=True).filter(company=company, pk__in=wanted).order_by("pk")
    units = ItemUnitOfMeasure.objects.filter(company=company, item__in=wanted)
    fresh = Company.objects.get(pk=company.pk)
    local = Currency.objects.filter(company=company, code=fresh.local_currency)
    return _Stock(
        fresh,
        local.values_list("amount_decimal_places", flat=True).get(),
        {item.pk: item for item in rows},
        {
            (item, unit): factor
            for item, unit, factor in units.values_list("item_id", "unit_of_measure_id", "qty_per_unit_of_measure")
        },
    )


def _problems(stock: _Stock, place: int, line: JournalLine) -> Iterator[Problem]:
    item = stock.items.get(line.item)

    def problem(field: str, message: str, hint: str) -> Problem:
        return Problem("item-journal", f"line {place}", field, f"Line {place}: {message}", hint)

    if item is None:
        yield problem("item_no", f"this company has no item {line.item}.", "Create the item first.")
        return
    if item.type != "Inventory":
        yield problem("item_no", f"item {item.no} is {item.type} and not kept in stock.", "Leave the line out.")
    if item.blocked:
        yield problem("item_no", f"item {item.no} is blocked.", "Unblock it first.")
    unit = line.unit or item.base_unit_of_measure_id
    factor = stock.factors.get((item.pk, unit)) if unit else None
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


def _entry(stock: _Stock, line: JournalLine, transaction: LedgerTransaction) -> ItemLedgerEntry:
    item = stock.items[line.item]
    unit = line.unit or item.base_unit_of_measure_id
    if unit is None:
        raise AssertionError("checked before")
    factor = stock.factors[item.pk, unit]
    quantity = line.quantity * factor * line.entry_type.sign
    unit_cost = item.unit_cost if line.unit_cost is None else line.unit_cost
    return ItemLedgerEntry(
        company=stock.company,
        transaction=transaction,
        posting_date=transaction.posting_date,
        entry_type=line.entry_type,
        document_no=line.document_no,
        description=line.description or item.description,
        item=item,
        quantity=quantity,
        unit_of_measure_id=unit,
        qty_per_unit_of_measure=factor,
        unit_cost=unit_cost,
        cost_amount=rounded(quantity * unit_cost, stock.local_places),
    )


def _store(stock: _Stock, entries: Sequence[ItemLedgerEntry]) -> list[ItemLedgerEntry]:
    _check_stock(stock, entries)
    number_entries(stock.company, entries)
    return ItemLedgerEntry.objects.bulk_create(entries)


def _check_stock(stock: _Stock, entries: Iterable[ItemLedgerEntry]) -> None:
    """What counts is the stock after all entries: goods may go out in a line before the one they come in with."""
    moved: dict[UUID, Decimal] = {}
    for entry in entries:
        moved[entry.item_id] = moved.get(entry.item_id, Decimal(0)) + entry.quantity
    problems = [problem for id, change in moved.items() if (problem := _refused(stock, stock.items[id], change))]
    if problems:
        raise InvalidRecord(problems)


def _refused(stock: _Stock, item: Item, change: Decimal) -> Problem | None:
    left = item.inventory + change
    if abs(left) >= LARGEST:
        message = f"Item {item.no} would have {left.normalize():f} in stock, which is too much to count."
        return Problem("item", item.no, "quantity", message, "Count it in a larger base unit.")
    if change >= 0 or left >= 0 or stock.company.negative_inventory == NegativeInventory.ALLOW:
        return None
    message = (
        f"Item {item.no} has {item.inventory.normalize():f} in stock, not the {-change.normalize():f} to be taken."
    )
    return Problem("item", item.no, "quantity", message, "Take fewer, or bring goods in first.")
