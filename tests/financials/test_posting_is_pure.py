"""What decides a posting loads without Django: it can neither read nor write.

To see it fail: import a model in `posting`."""

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from tallystick.financials.documents.kinds import ORDERS
from tallystick.financials.services.documents.totals import worked_out

MODULES = ("applying", "books", "credits", "entries", "goods", "journal", "payments", "revenue", "reversing", "sales")
D = Decimal


def test_the_core_of_posting_needs_no_django() -> None:
    imports = "; ".join(f"import tallystick.financials.posting.{name}" for name in MODULES)
    loaded = f"import sys; {imports}; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ("Not Shipped", "Not Invoiced", 0, 0)),
        ([(3, 0, 0)], ("Not Shipped", "Not Invoiced", D("10.00"), 0)),
        ([(3, 1, 0)], ("Partially Shipped", "Not Invoiced", D("6.67"), D("3.33"))),
        ([(3, 3, 1), (0, 0, 0)], ("Shipped", "Partially Invoiced", 0, D("6.67"))),
        ([(3, 3, 3), (2, 0, 0)], ("Partially Shipped", "Partially Invoiced", D("10.00"), 0)),
        ([(3, 3, 3)], ("Shipped", "Invoiced", 0, 0)),
    ],
)
def test_how_far_an_order_has_come(lines: list[tuple[int, int, int]], expected: tuple[object, ...]) -> None:
    header = {"currency_id": None, "prices_including_vat": False, "invoice_discount_percent": D(0)}
    rows = [_row(*map(D, line)) for line in lines]
    found, after = worked_out(ORDERS, header, rows, {None: 2})
    assert (
        found["shipping_status"],
        found["invoicing_status"],
        found["outstanding_amount"],
        found["shipped_not_invoiced_amount"],
    ) == expected
    assert [line["outstanding_qty_base"] for line in after] == [
        (row["quantity"] - row["quantity_shipped"]) * 4 for row in rows
    ]


def _row(quantity: Decimal, shipped: Decimal, invoiced: Decimal) -> dict[str, Any]:
    """A line of an order that comes to 10 in all."""
    return {
        "g_l_account_id": None,
        "quantity": quantity,
        "quantity_shipped": shipped,
        "quantity_invoiced": invoiced,
        "qty_per_unit_of_measure": D(4),
        "unit_price": D(10) / quantity if quantity else D(10),
        "line_discount_percent": D(0),
        "vat_product_posting_group_id": None,
        "vat_percent": D(0),
    }
