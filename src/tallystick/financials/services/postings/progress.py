"""Brings what an order shows of its progress up to its lines: outstanding quantities, amounts, statuses."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tallystick.financials import database
from tallystick.financials.documents.progress import LineProgress, order_progress
from tallystick.financials.models import SalesOrder, SalesOrderLine
from tallystick.financials.services.postings.storing import fields_of

LINE_FIELDS = fields_of(
    SalesOrderLine,
    "quantity_shipped",
    "quantity_invoiced",
    "qty_to_ship",
    "qty_to_invoice",
    "outstanding_qty_base",
    "modified_at",
)
HEADER_FIELDS = (
    "status",
    "shipping_status",
    "invoicing_status",
    "last_shipment_date",
    "outstanding_amount",
    "shipped_not_invoiced_amount",
    "modified_at",
)


def recompute(order: SalesOrder, lines: Sequence[SalesOrderLine], places: int) -> None:
    """Work out anew, in memory, what follows from the quantities of the order's lines (all of them).

    `places`: decimal places of its currency."""
    found = {line.pk: _progress(line) for line in lines}
    for line in lines:
        line.outstanding_qty_base = found[line.pk].outstanding_base
    progress = order_progress(list(found.values()), places)
    order.shipping_status = progress.shipping_status
    order.invoicing_status = progress.invoicing_status
    order.outstanding_amount = progress.outstanding_amount
    order.shipped_not_invoiced_amount = progress.shipped_not_invoiced_amount


def save(order: SalesOrder, lines: Sequence[SalesOrderLine], now: datetime) -> None:
    """Store what a posting and `recompute` changed of an order and its lines; two statements."""
    rows = [[*(getattr(line, field.attname) for field in LINE_FIELDS[:-1]), now, line.pk] for line in lines]
    with connection.cursor() as cursor:
        database.update_rows(cursor, SalesOrderLine._meta.db_table, LINE_FIELDS, rows)
    order.save(update_fields=HEADER_FIELDS)


def _progress(line: SalesOrderLine) -> LineProgress:
    counted = line.item_id or line.resource_id or line.g_l_account_id
    return LineProgress(
        line.quantity if counted else line.quantity * 0,
        line.quantity_shipped,
        line.quantity_invoiced,
        line.qty_per_unit_of_measure,
        line.amount_including_vat,
    )
