"""Reads what price lists offer."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q, QuerySet

from tallystick.financials.models import Company, PriceListLine
from tallystick.financials.pricing.rule import Closeness, Offer

CLOSENESS = {
    "All Customers": Closeness.ALL_CUSTOMERS,
    "Customer Price Group": Closeness.GROUP,
    "Customer": Closeness.CUSTOMER,
}
COLUMNS = (
    "pk",
    "price_list_id",
    "price_list__code",
    "line_no",
    "price_list__source_type",
    "price_list__customer_id",
    "price_list__customer_price_group_id",
    "price_list__currency_id",
    "item_id",
    "resource_id",
    "unit_of_measure_id",
    "minimum_quantity",
    "unit_price",
    "line_discount_percent",
    "price_list__starting_date",
    "price_list__ending_date",
)


def active_offers(company: Company, assets: Iterable[UUID]) -> list[Offer]:
    """Return what active price lists of the company offer for these items and resources; one query."""
    wanted = list(assets)
    lines = PriceListLine.objects.filter(company=company, price_list__status="Active")
    return [offer for _, offer in _read(lines.filter(Q(item__in=wanted) | Q(resource__in=wanted)))]


def offers_of(company: Company, price_lists: Iterable[UUID]) -> dict[UUID, list[Offer]]:
    """Return the lines of price lists that name an item or resource, by list, whatever its status; one query."""
    lines = PriceListLine.objects.filter(company=company, price_list__in=list(price_lists))
    found: dict[UUID, list[Offer]] = {}
    for price_list, offer in _read(lines.filter(Q(item__isnull=False) | Q(resource__isnull=False))):
        found.setdefault(price_list, []).append(offer)
    return found


def incomplete_lines(company: Company, price_lists: Iterable[UUID]) -> dict[UUID, int]:
    """Return by list the number of its first line that states no price; lists whose lines all do are left out."""
    lines = PriceListLine.objects.filter(company=company, price_list__in=list(price_lists))
    wanting = lines.filter(Q(item=None, resource=None) | Q(unit_of_measure=None) | Q(unit_price=0))
    return dict(wanting.order_by("-line_no").values_list("price_list_id", "line_no"))


def source_of(source_type: str, customer: UUID | None, group: UUID | None) -> tuple[Closeness, UUID | None]:
    """Return whom a price list is for."""
    closeness = CLOSENESS[source_type]
    return closeness, {Closeness.CUSTOMER: customer, Closeness.GROUP: group}.get(closeness)


def _read(lines: "QuerySet[PriceListLine]") -> Iterator[tuple[UUID, Offer]]:
    for row in lines.values_list(*COLUMNS):
        line, price_list, code, line_no, source_type, customer, group, currency, item, resource, *price = row
        closeness, source = source_of(source_type, customer, group)
        yield price_list, Offer(line, code, line_no, closeness, source, currency, item or resource, *price)
