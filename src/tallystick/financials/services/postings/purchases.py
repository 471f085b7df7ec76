"""How far purchase orders have come: what their lines have received; the status follows from that."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from tallystick.financials import database
from tallystick.financials.models import Company, PurchaseOrder, PurchaseOrderLine
from tallystick.financials.posting.entries import Movement
from tallystick.financials.services.postings.storing import fields_of
from tallystick.financials.services.purchases import refresh_statuses

LINE_FIELDS = fields_of(
    PurchaseOrderLine,
    "quantity_received",
    "qty_to_receive",
    "outstanding_qty_base",
    "modified_at",
)


def save_progress(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    """Store what was received of the lines of an order, and what follows from it; two statements."""
    for line in lines:
        left = line.quantity - line.quantity_received
        line.qty_to_receive, line.outstanding_qty_base = left, left * line.qty_per_unit_of_measure
    now = timezone.now()
    rows = [[*(getattr(line, field.attname) for field in LINE_FIELDS[:-1]), now, line.pk] for line in lines]
    with connection.cursor() as cursor:
        database.update_rows(cursor, PurchaseOrderLine._meta.db_table, LINE_FIELDS, rows)
    refresh_statuses([order.pk], now)


def take_back(company: Company, movements: Iterable[Movement]) -> None:
    """Bring the orders down by what a reversed receipt takes back; an order that is gone needs nothing."""
    moved = list(movements)
    numbers = {movement.document.no for movement in moved}
    for order in PurchaseOrder.objects.select_for_update(no_key=True).filter(company=company, no__in=numbers):
        lines = list(PurchaseOrderLine.objects.filter(purchase_order=order).order_by("line_no"))
        for movement in moved:
            if movement.document.no == order.no:
                _take_back(movement, lines)
        save_progress(order, lines)


def _take_back(movement: Movement, lines: Sequence[PurchaseOrderLine]) -> None:
    """From the last line of the item on: a receipt may stand on several lines."""
    left = -movement.quantity / movement.factor
    for line in reversed(lines):
        if line.item_id == movement.item and line.unit_of_measure_id == movement.unit and left > 0:
            part = min(left, line.quantity_received)
            line.quantity_received -= part
            left -= part
