"""How far an order has come: what is still to be shipped, what is shipped and not invoiced, and its two statuses. Pure.

Whatever changes quantities of an order's lines works these out anew: postings, and whoever edits a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tallystick.financials.rounding import rounded

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineProgress:
    """A line of an order; quantities count its unit. `amount_including_vat` is that of the whole quantity."""

    quantity: Decimal
    shipped: Decimal
    invoiced: Decimal
    factor: Decimal
    amount_including_vat: Decimal

    @property
    def outstanding_base(self) -> Decimal:
        """Base units that are still to be shipped."""
        return (self.quantity - self.shipped) * self.factor


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """What an order shows of how far it has come; the amounts include VAT, in its currency."""

    shipping_status: str
    invoicing_status: str
    outstanding_amount: Decimal
    shipped_not_invoiced_amount: Decimal


def order_progress(lines: Sequence[LineProgress], places: int) -> OrderProgress:
    """Return how far an order with these lines has come. Lines of no quantity do not count."""
    counted = [line for line in lines if line.quantity]
    return OrderProgress(
        _status("Shipped", [(line.shipped, line.quantity) for line in counted]),
        _status("Invoiced", [(line.invoiced, line.quantity) for line in counted]),
        _amount(((line, line.quantity - line.shipped) for line in counted), places),
        _amount(((line, line.shipped - line.invoiced) for line in counted), places),
    )


def _status(done: str, parts: Sequence[tuple[Decimal, Decimal]]) -> str:
    if not any(part for part, _ in parts):
        return f"Not {done}"
    return done if all(part >= whole for part, whole in parts) else f"Partially {done}"


def _amount(parts: Iterable[tuple[LineProgress, Decimal]], places: int) -> Decimal:
    shares = (line.amount_including_vat * quantity / line.quantity for line, quantity in parts)
    return sum((rounded(share, places) for share in shares), ZERO)
