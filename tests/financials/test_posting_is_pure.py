"""What decides a posting loads without Django: it can neither read nor write.

To see it fail: import a model in `posting`."""

import subprocess
import sys
from decimal import Decimal

import pytest

from tallystick.financials.documents.progress import LineProgress, order_progress

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
    found = order_progress([LineProgress(D(q), D(s), D(i), D(4), D(10)) for q, s, i in lines], 2)
    assert (
        found.shipping_status,
        found.invoicing_status,
        found.outstanding_amount,
        found.shipped_not_invoiced_amount,
    ) == expected
    assert LineProgress(D(3), D(1), D(0), D(4), D(10)).outstanding_base == 8
