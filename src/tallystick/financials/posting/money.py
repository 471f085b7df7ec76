"""Amounts in two currencies: that of a document, and the local one the books are kept in."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tallystick.financials.rounding import rounded

FACTOR_PLACES = 6
MOST_PLACES = 3  # what the columns of amounts hold
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Money:
    """A currency (None: the local one), the decimal places of both, and the rate: so much `foreign` is so much `local`."""

    currency: UUID | None
    places: int
    local_places: int
    foreign: Decimal = ONE
    local: Decimal = ONE

    def lcy(self, amount: Decimal) -> Decimal:
        """Return an amount of the currency in the local one, rounded as that is."""
        return rounded(amount * self.local / self.foreign, self.local_places)

    @property
    def factor(self) -> Decimal:
        """How much of the currency one unit of the local currency is."""
        return rounded(self.foreign / self.local, FACTOR_PLACES)


def told(amount: Decimal) -> str:
    """Return an amount as a message tells it: with two decimal places, or three where it has them."""
    text = f"{amount:.{MOST_PLACES}f}"
    return text.removesuffix("0")


def places_of(amount_decimal_places: int) -> int:
    """Return the decimal places that amounts of a currency are kept with."""
    return min(amount_decimal_places, MOST_PLACES)


def share(total: Decimal, part: Decimal, whole: Decimal, places: int) -> Decimal:
    """Return the part's share of a total; of the whole, exactly the total."""
    return total if part == whole else rounded(total * part / whole, places)
