"""A price book: all that is needed to price any number of sales, read in five queries at most, and the pricing itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model

from tallystick.financials.models import (
    Company,
    Currency,
    Item,
    ItemUnitOfMeasure,
    Resource,
    ResourceUnitOfMeasure,
)
from tallystick.financials.pricing.offers import active_offers
from tallystick.financials.pricing.rule import Offer, Sale, best_offer, rounded
from tallystick.financials.problems import FinancialsError

ONE = Decimal(1)
TABLES: Mapping[str, tuple[type[Model], type[Model]]] = {
    "item": (Item, ItemUnitOfMeasure),
    "resource": (Resource, ResourceUnitOfMeasure),
}


class Card(NamedTuple):
    """What the card of an item or resource says: the price of a base unit, and which unit that is."""

    unit_price: Decimal
    base_unit: UUID | None


class Rate(NamedTuple):
    """From a day on, so much foreign currency is so much local currency."""

    starting_date: date
    foreign: Decimal
    local: Decimal


@dataclass(frozen=True, slots=True)
class ForeignCurrency:
    """A currency with its exchange rates, the newest first. `places`: decimal places of prices and of amounts."""

    code: str
    unit_places: int
    places: int
    rates: tuple[Rate, ...]

    def rate(self, on: date) -> Rate:
        """Return the rate of a day. Raises `FinancialsError` where there is none yet."""
        found = next((rate for rate in self.rates if rate.starting_date <= on), None)
        if found is None:
            raise FinancialsError(
                f"There is no exchange rate of {self.code} on {on}.", hint="Enter one that starts earlier."
            )
        return found

    def from_local(self, amount: Decimal, on: date, places: int) -> Decimal:
        """Return an amount of local currency in this one."""
        rate = self.rate(on)
        return rounded(amount * rate.foreign / rate.local, places)

    def to_local(self, amount: Decimal, on: date, places: int) -> Decimal:
        """Return an amount of this currency in the local one."""
        rate = self.rate(on)
        return rounded(amount * rate.local / rate.foreign, places)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one `unit` in `currency` (None: the local one), before the discount, and where it is stated.

    `price_list` and `line_no` name the line; '' and 0 the card of the item or resource."""

    unit_price: Decimal
    discount_percent: Decimal
    currency: UUID | None
    unit: UUID
    price_list: str = ""
    line_no: int = 0

    @property
    def net(self) -> Decimal:
        """What one unit costs after the discount, not rounded."""
        return self.unit_price * (100 - self.discount_percent) / 100


@dataclass(frozen=True, slots=True)
class PriceBook:
    """What is needed to price sales of the assets it was read for. Pure."""

    offers: Mapping[UUID, tuple[Offer, ...]]
    cards: Mapping[UUID, Card]
    factors: Mapping[tuple[UUID, UUID], Decimal]  # by asset and unit
    currencies: Mapping[UUID, ForeignCurrency]  # the local one is none of them

    def price(self, sale: Sale) -> Price:
        """Return what one unit costs, converted and rounded to the decimal places of prices in its currency.

        Raises `FinancialsError`: the asset is not counted in this unit, or a rate that is needed is missing."""
        factor = self.factor(sale.asset, sale.unit)
        if factor is None:
            raise FinancialsError("It is not counted in this unit.", hint="Add the unit to its units of measure first.")
        offer = best_offer(self.offers.get(sale.asset, ()), sale)
        if offer is None:
            amount = self._converted(self.cards[sale.asset].unit_price * factor, None, sale)
            return Price(amount, Decimal(0), sale.currency, sale.unit)
        amount = self._converted(offer.unit_price, offer.currency, sale)
        return Price(amount, offer.discount_percent, sale.currency, sale.unit, offer.price_list, offer.line_no)

    def factor(self, asset: UUID, unit: UUID) -> Decimal | None:
        """Return how many base units the unit holds; None when the asset is not counted in it."""
        card = self.cards.get(asset)
        return ONE if card is not None and card.base_unit == unit else self.factors.get((asset, unit))

    def _converted(self, amount: Decimal, stated: UUID | None, sale: Sale) -> Decimal:
        if sale.currency is None or stated == sale.currency:
            return amount
        currency = self.currencies[sale.currency]
        return currency.from_local(amount, sale.on, currency.unit_places)


EMPTY = PriceBook({}, {}, {}, {})


def read_price_book(
    company: Company, assets: Mapping[str, Iterable[UUID]], currencies: Iterable[UUID] = ()
) -> PriceBook:
    """Return the prices of items and resources (ids by "item" and "resource") in these currencies.

    Two queries for items, two for resources, one for all offers, one for currencies; none where nothing is asked."""
    wanted = {table: set(ids) for table, ids in assets.items() if ids}
    cards: dict[UUID, Card] = {}
    factors: dict[tuple[UUID, UUID], Decimal] = {}
    for table, ids in wanted.items():
        _read_assets(company, table, ids, cards, factors)
    offers: dict[UUID, list[Offer]] = {}
    for offer in active_offers(company, cards) if cards else ():
        offers.setdefault(offer.asset, []).append(offer)
    return PriceBook(
        {asset: tuple(found) for asset, found in offers.items()}, cards, factors, read_currencies(company, currencies)
    )


def _read_assets(
    company: Company, table: str, ids: set[UUID], cards: dict[UUID, Card], factors: dict[tuple[UUID, UUID], Decimal]
) -> None:
    owners, units = TABLES[table]
    rows: Any = owners._default_manager.filter(company_id=company.pk, pk__in=ids)
    cards.update(
        (id, Card(price, base)) for id, price, base in rows.values_list("pk", "unit_price", "base_unit_of_measure_id")
    )
    counted: Any = units._default_manager.filter(**{f"{table}__in": ids})
    found = counted.values_list(f"{table}_id", "unit_of_measure_id", "qty_per_unit_of_measure")
    factors.update(((asset, unit), factor) for asset, unit, factor in found)


def read_currencies(company: Company, ids: Iterable[UUID]) -> dict[UUID, ForeignCurrency]:
    """Return those of the currencies that are foreign, with all their rates; one query."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = (
        Currency.objects.filter(company=company, pk__in=wanted)
        .exclude(code=company.local_currency)
        .order_by("pk", "-rates__starting_date")
        .values_list(
            "pk",
            "code",
            "unit_amount_decimal_places",
            "amount_decimal_places",
            "rates__starting_date",
            "rates__exchange_rate_amount",
            "rates__relational_exch_rate_amount",
        )
    )
    found: dict[UUID, ForeignCurrency] = {}
    for id, code, unit_places, places, starting_date, foreign, local in rows:
        known = found.get(id)
        rates = known.rates if known else ()
        if starting_date is not None:
            rates = (*rates, Rate(starting_date, foreign, local))
        found[id] = ForeignCurrency(code, unit_places, places, rates)
    return found
