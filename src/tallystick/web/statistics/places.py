"""Where statistics are shown besides their own pages: on Home and beside a customer's card."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from tallystick.financials import statistics
from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.extensions import CardAction, Fragment


def home_cards(desk: Desk) -> Sequence[Fragment]:
    """A place for the charts, which come after the page: they sum a year of invoices."""
    if not desk.may(Permission.READ_DOCUMENTS):
        return ()
    url = reverse("home-charts", args=(desk.company.slug,))
    page_url = reverse("sales-statistics", args=(desk.company.slug,))
    return (Fragment("statistics/_home.html", {"url": url, "page_url": page_url, "wide": True}),)


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On a customer's card: the page."""
    if table.name != "customer" or not desk.may(Permission.READ_DOCUMENTS):
        return ()
    return (CardAction("Statistics", url_of(desk, record_id), "chart-bar", "get"),)


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """Beside a customer's card: the figures."""
    if table.name != "customer" or not desk.may(Permission.READ_DOCUMENTS):
        return ()
    found = statistics.customer_statistics(desk.company, [record_id], today=timezone.localdate()).get(record_id)
    if found is None:
        return ()
    return (Fragment("statistics/_fact_box.html", {"found": found, "url": url_of(desk, record_id)}),)


def url_of(desk: Desk, customer: UUID) -> str:
    """The address of a customer's statistics."""
    return reverse("customer-statistics", args=(desk.company.slug, customer))
