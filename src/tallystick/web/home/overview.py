"""The figures and the recent changes on Home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.queries import EVERYTHING, Filter, Operator, Query, Record
from tallystick.web.records.listing import ANY, OR
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk

RECENT = 8
ONE_DAY = timedelta(days=1)
BLOCKED = Query(filters=(Filter("blocked", Operator.NOT_BLANK),))


@dataclass(frozen=True, slots=True)
class Cue:
    """One figure, and the list that shows what it counts."""

    label: str
    figure: int
    url: str


@dataclass(frozen=True, slots=True)
class RecentChange:
    """One record that changed lately."""

    record: Record
    url: str


def cues(desk: Desk) -> Sequence[Cue]:
    """How many records there are of what matters. One count per figure."""
    return [
        _orders(desk, "Orders not released", status="Open"),
        _orders(desk, "Orders to ship", status="Released", shipping_status="Not Shipped|Partially Shipped"),
        _orders(
            desk,
            "Orders to invoice",
            status="Released",
            shipping_status="Partially Shipped|Shipped",
            invoicing_status="Not Invoiced|Partially Invoiced",
        ),
        _overdue(desk),
        _cue(desk, "Customers", "customer"),
        _cue(desk, "Blocked customers", "customer", BLOCKED, blocked=ANY),
        _cue(desk, "Contacts", "contact"),
    ]


def _orders(desk: Desk, label: str, **filters: str) -> Cue:
    """How many orders are in these statuses; an index knows them."""
    query = Query(filters=tuple(Filter(name, value=tuple(value.split(OR))) for name, value in filters.items()))
    return _cue(desk, label, "sales-order", query, **filters)


def _overdue(desk: Desk) -> Cue:
    """How many entries should have been paid, and the list of what is open, with them on top."""
    yesterday = timezone.localdate() - ONE_DAY
    owed = (Filter("open", value=True), Filter("due_date", Operator.AT_MOST, yesterday))
    return _cue(desk, "Overdue entries", "customer-ledger-entry", Query(filters=owed), open="yes", sort="due_date")


def _cue(desk: Desk, label: str, table: str, query: Query = EVERYTHING, **filters: str) -> Cue:
    url = reverse("record-list", args=(desk.company.slug, table))
    figure = queries.count_records(desk.company, table, query)
    return Cue(label, figure, f"{url}?{urlencode(filters)}" if filters else url)


def recent_changes(desk: Desk) -> Sequence[RecentChange]:
    """The records changed last, newest first."""
    records = queries.recently_changed(desk.company, limit=RECENT)
    return [RecentChange(record, card_url(desk, record.table.name, record.id)) for record in records]
