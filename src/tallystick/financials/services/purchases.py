"""What follows for purchase orders from their lines, and for the lines from their orders."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField

from tallystick.financials import database
from tallystick.financials.models import PurchaseOrderLine
from tallystick.financials.services.planning import Planned

STATUS = """coalesce((SELECT CASE WHEN sum(l.quantity_received) = 0 THEN 'Open'
    WHEN max(l.outstanding_qty_base) > 0 THEN 'Partially Received' ELSE 'Received' END
    FROM financials_purchaseorderline l WHERE l.purchase_order_id = financials_purchaseorder.id), 'Open')"""


def refresh_statuses(orders: Collection[UUID], now: datetime) -> None:
    """Set the status of purchase orders to what their lines say; one statement, which touches no order that has it.

    For whoever changes lines other than through `save_many`: a receipt does."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE financials_purchaseorder SET status = {STATUS}, modified_at = %s
            WHERE {database.any_of("id")} AND status <> {STATUS}""",
            [DateTimeField().get_db_prep_value(now, connection), database.list_parameter(orders)],
        )


def orders_of(lines: Iterable[UUID]) -> set[UUID]:
    """Return the purchase orders that these lines are a part of; one query."""
    return set(PurchaseOrderLine.objects.filter(pk__in=list(lines)).values_list("purchase_order_id", flat=True))


def move_expected_receipts(changed: Sequence[Planned], now: datetime) -> None:
    """Let the lines follow the expected receipt date of their order, but for those that have another of their own.

    A statement for each pair of dates, old and new: an order card moves one."""
    moved: dict[tuple[date | None, date | None], list[UUID]] = {}
    for entry in changed:
        if entry.before is not None and entry.before["expected_receipt_date"] != entry.after["expected_receipt_date"]:
            dates = (entry.before["expected_receipt_date"], entry.after["expected_receipt_date"])
            moved.setdefault(dates, []).append(entry.id)
    for (old, new), orders in moved.items():
        lines = PurchaseOrderLine.objects.filter(purchase_order__in=orders, outstanding_qty_base__gt=0)
        lines.filter(expected_receipt_date=old).update(expected_receipt_date=new, modified_at=now)
