"""What tells the three kinds of sales documents apart on their page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404

from tallystick.financials.tables import TABLES, Choice, Table

WHAT = ("item_no", "resource_no", "g_l_account_no")
"""The fields of a line of which one says what is sold; the page shows them as a type and a number."""
TYPES = (
    Choice("item_no", "Item"),
    Choice("resource_no", "Resource"),
    Choice("g_l_account_no", "G/L Account"),
    Choice("", "Comment"),
)
SOLD = ("description", "unit_of_measure_code", "quantity", "unit_price", "line_discount_percent", "amount")
HEADER_ELSEWHERE = frozenset({"status", "shipping_status", "invoicing_status", "amount", "amount_including_vat"})
"""What the badges and the totals show already."""


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of sales document. `columns` are the fields of its lines in the grid, behind type and number."""

    table: Table
    lines: Table
    columns: tuple[str, ...]

    @property
    def noun(self) -> str:
        """What people call one: quote, order, credit memo."""
        return self.table.label.removeprefix("Sales ").lower()

    @property
    def part_of(self) -> str:
        """The field of a line that names its document."""
        return self.lines.part_of


def _kind(table: str, *more: str) -> DocumentKind:
    return DocumentKind(TABLES[table], TABLES[f"{table}-line"], (*SOLD, *more))


QUOTE = _kind("sales-quote")
ORDER = _kind("sales-order", "qty_to_ship", "quantity_shipped", "qty_to_invoice", "quantity_invoiced")
CREDIT_MEMO = _kind("sales-credit-memo", "return_to_stock")
KINDS: Mapping[str, DocumentKind] = {kind.table.name: kind for kind in (QUOTE, ORDER, CREDIT_MEMO)}


def kind_or_404(table: str) -> DocumentKind:
    """The kind of document of that table; `Http404` when it is none."""
    try:
        return KINDS[table]
    except KeyError:
        raise Http404(f"{table} is no sales document") from None
