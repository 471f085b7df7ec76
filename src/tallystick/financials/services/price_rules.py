"""What must hold for active price lists together: complete lines, and one price for one thing on one day.

Checked when a list becomes active, when an active list changes, and when one of its lines is written. All such writes
of a company take their turns, so that two that contradict each other cannot both be right at their time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from tallystick.financials.models import Company, PriceList
from tallystick.financials.pricing.offers import active_offers, incomplete_lines, offers_of, source_of
from tallystick.financials.pricing.rule import Offer, rivals
from tallystick.financials.services.complaints import Complaint

PRICED = ("price-list", "price-list-line")
HEADER = ("source_type", "customer_id", "customer_price_group_id", "currency_id", "starting_date", "ending_date")


class Row(NamedTuple):
    """A row that is about to be written: as it was (None: it is new) and as it will be, by column."""

    id: UUID
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


def check(company: Company, table: str, rows: Sequence[Row], *, lock: bool) -> list[tuple[UUID, Complaint]]:
    """Return what is wrong with rows of a page, by row id. A fixed number of queries."""
    if table not in PRICED or not rows:
        return []
    if lock:
        # NO KEY: records of the company can be written meanwhile, only prices wait.
        list(Company.objects.select_for_update(no_key=True).filter(pk=company.pk).values_list("pk"))
    return list(_check_lists(company, rows) if table == "price-list" else _check_lines(company, rows))


def _check_lists(company: Company, rows: Sequence[Row]) -> Iterator[tuple[UUID, Complaint]]:
    active = {row.id: row.after for row in rows if row.after["status"] == "Active" and _moved(row)}
    if not active:
        return
    wanting = incomplete_lines(company, active)
    for id, line_no in wanting.items():
        message = f"Line {line_no} states no price: it needs an item or resource, a unit and a unit price."
        yield id, Complaint("status", message, "Complete the line or delete it, then make the list active.")
    offers = {id: [_under(offer, active[id]) for offer in found] for id, found in offers_of(company, active).items()}
    of_list = {offer.line: id for id, found in offers.items() for offer in found}
    said: set[UUID] = set()
    for line, rival in _rivals(company, [offer for found in offers.values() for offer in found]):
        if of_list[line.line] not in said:
            said.add(of_list[line.line])
            yield of_list[line.line], Complaint("status", *_contradiction(line, rival))


def _moved(row: Row) -> bool:
    return row.before is None or any(row.before[column] != row.after[column] for column in ("status", *HEADER))


def _under(offer: Offer, header: Mapping[str, Any]) -> Offer:
    """The line of a list with the header it is about to get."""
    closeness, source = source_of(header["source_type"], header["customer_id"], header["customer_price_group_id"])
    return replace(
        offer,
        closeness=closeness,
        source=source,
        currency=header["currency_id"],
        starting_date=header["starting_date"],
        ending_date=header["ending_date"],
    )


def _check_lines(company: Company, rows: Sequence[Row]) -> Iterator[tuple[UUID, Complaint]]:
    lists = {row.after["price_list_id"] for row in rows}
    headers = {
        header["id"]: header
        for header in PriceList.objects.filter(company=company, pk__in=lists, status="Active").values(
            "id", "code", *HEADER
        )
    }
    offers = []
    for row in rows:
        header = headers.get(row.after["price_list_id"])
        if header is None:
            continue
        problem = _incomplete(row.after)
        if problem:
            yield row.id, problem
        else:
            offers.append(_offer(row, header))
    for line, rival in _rivals(company, offers):
        yield line.line, Complaint("minimum_quantity", *_contradiction(line, rival))


def _incomplete(line: Mapping[str, Any]) -> Complaint | None:
    hint = "The price list is active. Complete the line, or make the list a draft first."
    if line["item_id"] is None and line["resource_id"] is None:
        return Complaint("item_no", "The line names neither item nor resource.", hint)
    if line["unit_of_measure_id"] is None:
        return Complaint("unit_of_measure_code", "The line names no unit.", hint)
    return None if line["unit_price"] else Complaint("unit_price", "The line states no unit price.", hint)


def _offer(row: Row, header: Mapping[str, Any]) -> Offer:
    closeness, source = source_of(header["source_type"], header["customer_id"], header["customer_price_group_id"])
    return Offer(
        row.id,
        header["code"],
        row.after["line_no"] or 0,
        closeness,
        source,
        header["currency_id"],
        row.after["item_id"] or row.after["resource_id"],
        row.after["unit_of_measure_id"],
        row.after["minimum_quantity"],
        row.after["unit_price"],
        row.after["line_discount_percent"],
        header["starting_date"],
        header["ending_date"],
    )


def _rivals(company: Company, coming: Sequence[Offer]) -> Iterator[tuple[Offer, Offer]]:
    """Each coming offer that contradicts another, coming or active, with that other."""
    if not coming:
        return
    replaced = {offer.line for offer in coming}
    standing: Iterable[Offer] = (
        offer for offer in active_offers(company, {offer.asset for offer in coming}) if offer.line not in replaced
    )
    found = rivals([*coming, *standing])
    for offer in coming:
        if offer.line in found:
            yield offer, found[offer.line]


def _contradiction(line: Offer, rival: Offer) -> tuple[str, str]:
    where = f"line {rival.line_no} of price list {rival.price_list}" if rival.line_no else "another new line"
    which = f"Line {line.line_no}" if line.line_no else "The line"
    return (
        f"{which} and {where} state a price for the same customers, unit, minimum quantity and days.",
        "Change one of them, or make the other list inactive.",
    )
