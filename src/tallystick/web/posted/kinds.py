"""The kinds of posted documents: which lines they have, and under which type their ledger entries are found."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404

from tallystick.financials.tables import TABLES, Table

QUANTITIES = ("description", "unit_of_measure_code", "quantity")
AMOUNTS = (*QUANTITIES, "unit_price", "line_discount_percent", "vat_percent", "amount")


@dataclass(frozen=True, slots=True)
class PostedKind:
    """A kind of posted document. `columns` are the fields its lines show; `entry_types` name its customer entries."""

    table: Table
    noun: str
    lines: Table | None = None
    columns: tuple[str, ...] = ()
    entry_types: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("posting_date", "document_date")


SHIPMENT = PostedKind(TABLES["sales-shipment"], "shipment", TABLES["sales-shipment-line"], QUANTITIES)
INVOICE = PostedKind(
    TABLES["sales-invoice"],
    "invoice",
    TABLES["sales-invoice-line"],
    AMOUNTS,
    ("Invoice",),
    ("posting_date", "document_date", "due_date", "shipment_date"),
)
CREDIT_MEMO = PostedKind(
    TABLES["posted-credit-memo"],
    "credit memo",
    TABLES["posted-credit-memo-line"],
    AMOUNTS,
    ("Credit Memo",),
    ("posting_date", "document_date", "due_date"),
)
PAYMENT = PostedKind(TABLES["customer-payment"], "payment", entry_types=("Payment", "Refund"), dates=("posting_date",))
KINDS: Mapping[str, PostedKind] = {kind.table.name: kind for kind in (SHIPMENT, INVOICE, CREDIT_MEMO, PAYMENT)}


def kind_or_404(table: str) -> PostedKind:
    """The kind of posted document of that table; `Http404` when it is none."""
    try:
        return KINDS[table]
    except KeyError:
        raise Http404(f"{table} holds no posted documents") from None
