"""The best price rule. Pure: it sees offers, and says which one is charged.

1. An offer counts when its list is for the customer, for the customer's price group or for all customers, on the day of
   the sale, and when it is for the same item or resource, in the same unit, from a quantity that the sale reaches.
2. Offers in the currency of the sale go before offers in the local currency, which are converted. Offers in other
   currencies do not count.
3. Of these the one with the lowest price after its discount is charged.
4. Where two cost the same, the one closer to the customer (theirs, their group's, everybody's) is named, then the one
   for the larger quantity, then the first by list and line.
5. Without an offer, the price of the card is charged, times what the unit holds, converted into the currency.

So an offer that was made is kept even where the card has come to be cheaper.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from itertools import combinations
from typing import Any
from uuid import UUID

from tallystick.financials.rounding import rounded as rounded  # prices are rounded by whoever states them


class Closeness(IntEnum):
    """Whom a price list is for, from everybody to one customer."""

    ALL_CUSTOMERS = 0
    GROUP = 1
    CUSTOMER = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of an active price list. `source` is the id of the customer or group; `currency` None is the local one.

    Dates include their days; None is no bound."""

    line: UUID
    price_list: str
    line_no: int
    closeness: Closeness
    source: UUID | None
    currency: UUID | None
    asset: UUID
    unit: UUID | None
    minimum_quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    starting_date: date | None = None
    ending_date: date | None = None

    @property
    def net(self) -> Decimal:
        """The price of one unit after the discount, not rounded."""
        return self.unit_price * (100 - self.discount_percent) / 100

    @property
    def for_what(self) -> tuple[Any, ...]:
        """What must differ between two offers of one day."""
        return self.closeness, self.source, self.currency, self.asset, self.unit, self.minimum_quantity

    def overlaps(self, other: "Offer") -> bool:
        """Whether there is a day on which both hold."""
        starts, ends = self.starting_date or date.min, self.ending_date or date.max
        return starts <= (other.ending_date or date.max) and (other.starting_date or date.min) <= ends


@dataclass(frozen=True, slots=True)
class Sale:
    """What is to be priced. `currency` None is the local one."""

    customer: UUID | None
    price_group: UUID | None
    asset: UUID
    unit: UUID
    quantity: Decimal
    currency: UUID | None
    on: date


def best_offer(offers: Iterable[Offer], sale: Sale) -> Offer | None:
    """Return the offer that is charged, or None when the card's price is."""
    fitting = [offer for offer in offers if fits(offer, sale)]
    own = [offer for offer in fitting if offer.currency == sale.currency]
    return min(own or fitting, key=_rank, default=None)


def _rank(offer: Offer) -> tuple[Any, ...]:
    return offer.net, -offer.closeness, -offer.minimum_quantity, offer.price_list, offer.line_no


def fits(offer: Offer, sale: Sale) -> bool:
    """Whether an offer counts for a sale."""
    whose = {
        Closeness.ALL_CUSTOMERS: True,
        Closeness.GROUP: offer.source is not None and offer.source == sale.price_group,
        Closeness.CUSTOMER: offer.source is not None and offer.source == sale.customer,
    }
    return (
        whose[offer.closeness]
        and (offer.asset, offer.unit) == (sale.asset, sale.unit)
        and offer.minimum_quantity <= sale.quantity
        and offer.currency in (sale.currency, None)
        and (offer.starting_date or date.min) <= sale.on <= (offer.ending_date or date.max)
    )


def rivals(offers: Iterable[Offer]) -> dict[UUID, Offer]:
    """Return for each offer that another contradicts, by line, that other: both state a price for the same on a day."""
    alike: dict[tuple[Any, ...], list[Offer]] = {}
    for offer in offers:
        alike.setdefault(offer.for_what, []).append(offer)
    found: dict[UUID, Offer] = {}
    for same in alike.values():
        for one, other in combinations(same, 2):
            if one.overlaps(other):
                found.setdefault(one.line, other)
                found.setdefault(other.line, one)
    return found
