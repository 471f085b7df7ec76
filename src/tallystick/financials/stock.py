"""Reads the item ledger: what is on hand, and what moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import DecimalField, F, Func, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Round

from tallystick.financials.descriptions.availability import DIGITS
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


def quantities_per_unit() -> dict[str, Combinable]:
    """Return the quantities of `Availability` as SQL over `ItemUnitOfMeasure`, each counted in the unit of the row.

    They are what `descriptions.availability` names. Triggers keep the sums: nothing is added up to read them."""
    in_base_units = {"on_hand": F("item__inventory")}
    return {
        name: Round(_Quotient(total, F("qty_per_unit_of_measure")), precision=5)
        for name, total in in_base_units.items()
    }


class _Quotient(Func):
    """One number through another. SQLite keeps a decimal that is whole as an integer, and divides two without a rest."""

    template = "(%(expressions)s)"
    arg_joiner = " * 1.0 / "
    output_field = DecimalField(max_digits=DIGITS, decimal_places=5)


def entries_of(company: Company, item: UUID, *, limit: int = 50) -> list[ItemLedgerEntry]:
    """Return the newest entries of an item, newest first; one query."""
    entries = ItemLedgerEntry.objects.filter(company=company, item=item).select_related("unit_of_measure")
    return list(entries.order_by("-entry_no")[:limit])
