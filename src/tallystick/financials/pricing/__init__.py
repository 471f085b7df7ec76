"""What a customer pays: `best_price` reads what there is and charges by the rule of `pricing.rule`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Model

from tallystick.financials.models import (
    Company,
    Currency,
    Customer,
    ExchangeRate,
    Item,
    ItemUnitOfMeasure,
    Resource,
    ResourceUnitOfMeasure,
)
from tallystick.financials.pricing.offers import active_offers
from tallystick.financials.pricing.rule import Offer, Sale, best_offer
from tallystick.financials.problems import FinancialsError, RecordMissing
from tallystick.financials.rounding import rounded

__all__ = ["Asset", "Price", "best_price"]


@dataclass(frozen=True, slots=True)
class Asset:
    """What is sold: an item or a resource."""

    table: Literal["item", "resource"]
    id: UUID


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


def best_price(
    company: Company,
    customer: UUID | None,
    asset: Asset,
    unit: UUID | None,
    quantity: Decimal,
    currency: UUID | None,
    on: date,
) -> Price:
    """Return what the customer pays for one unit (None: the base unit) when so many are sold on that day.

    At most five queries. Converted prices are rounded to the currency's decimal places of unit amounts. Raises
    `FinancialsError`: the asset is not counted in this unit, or a rate that is needed is missing."""
    card_price, base, factor = _card(company, asset, unit)
    unit = unit or base
    if unit is None or factor is None:
        raise FinancialsError(
            f"The {asset.table} is not counted in this unit.", hint="Add the unit to its units of measure first."
        )
    currency = _foreign(company, currency)
    sale = Sale(customer, _group_of(company, customer), asset.id, unit, quantity, currency, on)
    offer = best_offer(active_offers(company, [asset.id]), sale)
    if offer is None:
        return Price(_converted(company, card_price * factor, None, currency, on), Decimal(0), currency, unit)
    return _offered(company, offer, sale)


def _offered(company: Company, offer: Offer, sale: Sale) -> Price:
    amount = _converted(company, offer.unit_price, offer.currency, sale.currency, sale.on)
    return Price(amount, offer.discount_percent, sale.currency, sale.unit, offer.price_list, offer.line_no)


def _group_of(company: Company, customer: UUID | None) -> UUID | None:
    if customer is None:
        return None
    found = Customer.objects.filter(company=company, pk=customer).values_list("customer_price_group_id", flat=True)
    if not found:
        raise RecordMissing("Customer", str(customer))
    return found[0]


def _card(company: Company, asset: Asset, unit: UUID | None) -> tuple[Decimal, UUID | None, Decimal | None]:
    """Return the price of the card, the base unit, and how many base units `unit` holds (None: it is no unit of it)."""
    owner: type[Model] = {"item": Item, "resource": Resource}[asset.table]
    units: type[Model] = {"item": ItemUnitOfMeasure, "resource": ResourceUnitOfMeasure}[asset.table]
    rows: Any = owner._default_manager.filter(company_id=company.pk, pk=asset.id)
    card = rows.values_list("unit_price", "base_unit_of_measure_id").first()
    if card is None:
        raise RecordMissing(asset.table.capitalize(), str(asset.id))
    price, base = card
    if unit is None or unit == base:
        return price, base, Decimal(1)
    factors: Any = units._default_manager.filter(**{f"{asset.table}_id": asset.id}, unit_of_measure_id=unit)
    return price, base, factors.values_list("qty_per_unit_of_measure", flat=True).first()


def _foreign(company: Company, currency: UUID | None) -> UUID | None:
    """The local currency may be named or left out; the rule knows it as None."""
    if currency is None:
        return None
    local = Currency.objects.filter(company=company, code=company.local_currency, pk=currency)
    return None if local.exists() else currency


def _converted(company: Company, amount: Decimal, stated: UUID | None, wanted: UUID | None, on: date) -> Decimal:
    if wanted is None or stated == wanted:
        return amount
    rates = ExchangeRate.objects.filter(company=company, currency=wanted, starting_date__lte=on)
    newest = rates.order_by("-starting_date").values_list(
        "exchange_rate_amount", "relational_exch_rate_amount", "currency__unit_amount_decimal_places"
    )
    rate = newest.first()
    if rate is None:
        code = Currency.objects.filter(company=company, pk=wanted).values_list("code", flat=True).first()
        raise FinancialsError(
            f"There is no exchange rate of {code or wanted} on {on}.", hint="Enter one that starts earlier."
        )
    foreign, local, places = rate
    return rounded(amount * foreign / local, places)
