"""What a customer pays: `best_price` reads what there is and charges by the rule of `pricing.rule`.

For many sales at once, `read_price_book` reads all there is and the book prices each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from tallystick.financials.models import Company, Customer
from tallystick.financials.pricing.book import Price, PriceBook, read_price_book
from tallystick.financials.pricing.rule import Sale
from tallystick.financials.problems import FinancialsError, RecordMissing

__all__ = ["Asset", "Price", "PriceBook", "best_price", "read_price_book"]


@dataclass(frozen=True, slots=True)
class Asset:
    """What is sold: an item or a resource."""

    table: Literal["item", "resource"]
    id: UUID


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
    book = read_price_book(company, {asset.table: [asset.id]}, [currency] if currency else [])
    card = book.cards.get(asset.id)
    if card is None:
        raise RecordMissing(asset.table.capitalize(), str(asset.id))
    unit = unit or card.base_unit
    if unit is None or book.factor(asset.id, unit) is None:
        raise FinancialsError(
            f"The {asset.table} is not counted in this unit.", hint="Add the unit to its units of measure first."
        )
    foreign = currency if currency in book.currencies else None  # the local currency may be named or left out
    return book.price(Sale(customer, _group_of(company, customer), asset.id, unit, quantity, foreign, on))


def _group_of(company: Company, customer: UUID | None) -> UUID | None:
    if customer is None:
        return None
    found = Customer.objects.filter(company=company, pk=customer).values_list("customer_price_group_id", flat=True)
    if not found:
        raise RecordMissing("Customer", str(customer))
    return found[0]
