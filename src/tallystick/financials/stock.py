"""Reads the item ledger: what is on hand, and what moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from tallystick.financials.models import Company, Item, ItemLedgerEntry, ItemUnitOfMeasure
from tallystick.financials.problems import RecordMissing

PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class UnitOnHand:
    """How many of one unit the stock makes; parts of a unit count."""

    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Availability:
    """What there is of an item, in base units and in each of its units, the base unit first."""

    item: UUID
    on_hand: Decimal
    units: tuple[UnitOnHand, ...]


def on_hand(company: Company, items: Iterable[UUID], *, on: date | None = None) -> dict[UUID, Decimal]:
    """Return the sum of the ledger entries of items, at the end of a day or of all; one indexed query."""
    found = dict.fromkeys(items, Decimal(0))
    entries = ItemLedgerEntry.objects.filter(company=company, item__in=list(found))
    if on is not None:
        entries = entries.filter(posting_date__lte=on)
    # SQLite adds decimals as binary numbers.
    sums = entries.order_by().values_list("item_id").annotate(Sum("quantity"))
    return found | {item: total.quantize(PLACES) for item, total in sums}


def availability(company: Company, item: UUID) -> Availability:
    """Return what there is of an item now. Raises `RecordMissing`."""
    if not Item.objects.filter(company=company, pk=item).exists():
        raise RecordMissing("Item", str(item))
    total = on_hand(company, [item])[item]
    units = ItemUnitOfMeasure.objects.filter(company=company, item=item).values_list(
        "unit_of_measure__code", "qty_per_unit_of_measure", "unit_of_measure_id", "item__base_unit_of_measure_id"
    )
    rows = sorted(units, key=lambda row: (row[2] != row[3], row[1], row[0]))
    return Availability(
        item, total, tuple(UnitOnHand(code, (total / factor).quantize(PLACES)) for code, factor, *_ in rows)
    )


def entries_of(company: Company, item: UUID, *, limit: int = 50) -> list[ItemLedgerEntry]:
    """Return the newest entries of an item, newest first; one query."""
    entries = ItemLedgerEntry.objects.filter(company=company, item=item).select_related("unit_of_measure")
    return list(entries.order_by("-entry_no")[:limit])
