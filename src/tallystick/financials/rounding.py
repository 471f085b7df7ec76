"""How amounts are rounded, everywhere. Standard library only."""

from decimal import ROUND_HALF_UP, Decimal


def rounded(amount: Decimal, places: int) -> Decimal:
    """Return an amount with that many decimal places, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
