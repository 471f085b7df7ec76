"""Reads what there is of items: on hand, on order, available, and what moved."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Sum

from tallystick.financials import database
from tallystick.financials.models import (
    Company,
    Item,
    ItemLedgerEntry,
    ItemUnitOfMeasure,
    PurchaseOrderLine,
    SalesOrderLine,
)
from tallystick.financials.problems import RecordMissing
from tallystick.financials.projection import PLACES, ZERO, Availability, Figures, Unit, grouped, movements_of

# What orders still take, and still bring: the table, and the day that counts. Both have a partial index for this.
Outstanding = type[SalesOrderLine] | type[PurchaseOrderLine]
OUTSTANDING: Mapping[Outstanding, str] = {
    SalesOrderLine: "shipment_date",
    PurchaseOrderLine: "expected_receipt_date",
}


def on_hand(company: Company, items: Iterable[UUID], *, on: date | None = None) -> dict[UUID, Decimal]:
    """Return the sum of the ledger entries of items, at the end of a day or of all; one indexed query."""
    found = dict.fromkeys(items, ZERO)
    entries = ItemLedgerEntry.objects.filter(company=company, item__in=list(found))
    if on is not None:
        entries = entries.filter(posting_date__lte=on)
    # SQLite adds decimals as binary numbers.
    sums = entries.order_by().values_list("item_id").annotate(Sum("quantity"))
    return found | {item: total.quantize(PLACES) for item, total in sums}


def availability(company: Company, items: Collection[UUID], *, today: date) -> dict[UUID, Availability]:
    """Return what there is of items and will be, by item; four indexed queries, however many items.

    Items that this company has not are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, no, description, type, inventory, base_unit_of_measure_id FROM financials_item
            WHERE {database.any_of("id")} AND company_id = %s""",
            [database.list_parameter(items), database.id_parameter(company.pk)],
        )
        names = ("id", "no", "description", "type", "inventory", "base_unit_of_measure_id")
        rows = database.convert_rows(cursor.fetchall(), _readers(Item, names))
    found = [row[0] for row in rows]
    sales, purchases = (outstanding(model, found) for model in OUTSTANDING)
    units = _units(found)
    return {
        row[0]: _availability(row, sales.get(row[0], []), purchases.get(row[0], []), units.get(row[0], []), today)
        for row in rows
    }


def availability_of(company: Company, item: UUID, *, today: date) -> Availability:
    """Return what there is of one item. Raises `RecordMissing`."""
    found = availability(company, [item], today=today)
    if item not in found:
        raise RecordMissing("Item", str(item))
    return found[item]


def _availability(
    row: tuple[Any, ...],
    sales: list[tuple[date | None, Decimal]],
    purchases: list[tuple[date | None, Decimal]],
    units: list[tuple[str, Decimal, UUID]],
    today: date,
) -> Availability:
    id, no, description, type, inventory, base = row
    kept = type == "Inventory"
    if not kept:
        inventory, sales, purchases = ZERO, [], []
    figures = Figures(inventory, sum((n for _, n in sales), ZERO), sum((n for _, n in purchases), ZERO))
    ordered = sorted(units, key=lambda unit: (unit[2] != base, unit[1], unit[0]))
    return Availability(
        id,
        no,
        description,
        kept,
        figures,
        movements_of(inventory, sales, purchases, today),
        tuple(Unit(code, factor) for code, factor, _ in ordered),
    )


def outstanding(model: Outstanding, items: Iterable[UUID]) -> dict[UUID, list[tuple[date | None, Decimal]]]:
    """Return what the orders of one kind still take or bring of items, by item and day; one read of an index."""
    day = OUTSTANDING[model]
    with connection.cursor() as cursor:
        cursor.execute(outstanding_query(model), [database.list_parameter(items)])
        # The sum has the places of what is summed; SQLite adds decimals as binary numbers.
        readers = _readers(model, ("item_id", day, "outstanding_qty_base"))
        return grouped(database.convert_rows(cursor.fetchall(), readers))


def outstanding_query(model: Outstanding) -> str:
    """Return the SQL of `outstanding`. SQLite takes a partial index only for its very condition, as Django spells it."""
    day = OUTSTANDING[model]
    return f"""SELECT item_id, {day}, sum(outstanding_qty_base) FROM {model._meta.db_table}
        WHERE {database.any_of("item_id")} AND outstanding_qty_base > '0' GROUP BY item_id, {day} ORDER BY item_id, {day}"""


def _readers(model: Any, columns: Iterable[str]) -> list[Any]:
    fields: Mapping[str, Field[Any, Any]] = {field.column: field for field in model._meta.local_concrete_fields}
    return [database.reader_of(fields[column]) for column in columns]


def _units(items: Iterable[UUID]) -> dict[UUID, list[tuple[str, Decimal, UUID]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT i.item_id, u.code, i.qty_per_unit_of_measure, u.id FROM financials_itemunitofmeasure i
            JOIN financials_unitofmeasure u ON u.id = i.unit_of_measure_id WHERE {database.any_of("i.item_id")}""",
            [database.list_parameter(items)],
        )
        factor = database.reader_of(ItemUnitOfMeasure._meta.get_field("qty_per_unit_of_measure"))
        rows = database.convert_rows(cursor.fetchall(), [database.read_id, None, factor, database.read_id])
    found: dict[UUID, list[tuple[str, Decimal, UUID]]] = {}
    for item, *unit in rows:
        found.setdefault(item, []).append((unit[0], unit[1], unit[2]))
    return found


def entries_of(company: Company, item: UUID, *, limit: int = 50) -> list[ItemLedgerEntry]:
    """Return the newest entries of an item, newest first; one query."""
    entries = ItemLedgerEntry.objects.filter(company=company, item=item).select_related("unit_of_measure")
    return list(entries.order_by("-entry_no")[:limit])
