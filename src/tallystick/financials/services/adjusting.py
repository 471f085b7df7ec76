"""Adjusts what is on hand of one item: to what was counted, or by what was found or lost."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials import stock
from tallystick.financials.models import Company, EntryType, Item, ItemLedgerEntry, ItemUnitOfMeasure
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing
from tallystick.financials.services.item_journal import JournalLine, post_item_journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What is to become of an item's stock: either `new_quantity`, or `change` (below zero: less), in one of its units.

    Without `unit` both count base units; without `unit_cost` (of a base unit) the cost of the card is taken."""

    item: UUID
    new_quantity: Decimal | None = None
    change: Decimal | None = None
    unit: UUID | None = None
    unit_cost: Decimal | None = None
    document_no: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AdjustmentPlan:
    """What an adjustment would do, in the unit it was entered in; `line` is what is posted."""

    no: str
    description: str
    unit: str
    before: Decimal
    after: Decimal
    line: JournalLine

    @property
    def change(self) -> Decimal:
        """How much comes in, or below zero goes out."""
        return self.after - self.before


def plan_adjustment(company: Company, adjustment: Adjustment, *, by: Actor = OPERATOR) -> AdjustmentPlan:
    """Return what would be posted. Writes nothing. Raises `RecordMissing`, or `InvalidRecord` when that is nothing."""
    by.require(Permission.POST)
    item = Item.objects.filter(company=company, pk=adjustment.item).first()
    if item is None:
        raise RecordMissing("Item", str(adjustment.item))
    unit, factor = _unit(item, adjustment)
    before = stock.on_hand(company, [item.pk])[item.pk] / factor
    after = _after(item, adjustment, before)
    change = after - before
    kind = EntryType.POSITIVE_ADJUSTMENT if change > 0 else EntryType.NEGATIVE_ADJUSTMENT
    line = JournalLine(
        item.pk,
        kind,
        abs(change),
        adjustment.unit,
        adjustment.unit_cost if change > 0 else None,
        adjustment.document_no,
        adjustment.reason or item.description,
    )
    return AdjustmentPlan(item.no, item.description, unit, before, after, line)


def adjust_inventory(
    company: Company,
    adjustment: Adjustment,
    *,
    posting_date: date,
    expected: Decimal | None = None,
    by: Actor = OPERATOR,
) -> ItemLedgerEntry:
    """Return the entry that was posted. Raises as `plan_adjustment` and `post_item_journal` do.

    With `expected`, what was on hand when somebody looked (in the same unit), nothing is posted when that changed."""
    planned = plan_adjustment(company, adjustment, by=by)
    if expected is not None and planned.before != expected:
        now, then = f"{planned.before.normalize():f}", f"{expected.normalize():f}"
        raise _refusal(
            planned.no, "", f"There are {now} on hand now, no longer {then}.", "Look at it again, then post."
        )
    return post_item_journal(company, [planned.line], posting_date=posting_date, by=by)[0]


def _unit(item: Item, adjustment: Adjustment) -> tuple[str, Decimal]:
    if item.type != "Inventory":
        raise _refusal(item.no, "", f"Item {item.no} is {item.type} and not kept in stock.", "Choose another item.")
    wanted = adjustment.unit or item.base_unit_of_measure_id
    unit = ItemUnitOfMeasure.objects.filter(item=item, unit_of_measure=wanted).select_related("unit_of_measure").first()
    if unit is None:
        raise _refusal(item.no, "unit", f"Item {item.no} is not counted in this unit.", "Add the unit first.")
    return unit.unit_of_measure.code, unit.qty_per_unit_of_measure


def _after(item: Item, adjustment: Adjustment, before: Decimal) -> Decimal:
    given = [one for one in (adjustment.new_quantity, adjustment.change) if one is not None]
    if len(given) != 1:
        raise _refusal(item.no, "new_quantity", "Enter the new quantity or the change, one of them.", "")
    after = given[0] if adjustment.change is None else before + adjustment.change
    if after == before:
        what = f"There are {before.normalize():f} on hand already, so there is nothing to post."
        raise _refusal(item.no, "new_quantity" if adjustment.change is None else "change", what, "")
    return after


def _refusal(no: str, field: str, message: str, hint: str) -> InvalidRecord:
    return InvalidRecord([Problem("item", no, field, message, hint)])
