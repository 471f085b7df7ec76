"""Where availability is shown besides its own pages: on the list and the card of items."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from tallystick.financials import stock
from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.extensions import CardAction, Fragment, ListAction

ICON = "chart-bar"


def url_of(desk: Desk, item: UUID) -> str:
    """The address of an item's page."""
    return reverse("availability", args=(desk.company.slug, item))


def list_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    """Over the list of items: the availability of those chosen."""
    if table.name != "item" or not desk.may(Permission.READ_AVAILABILITY):
        return ()
    url = reverse("availability-list", args=(desk.company.slug,))
    return (ListAction("Item Availability", url, ICON, method="get"),)


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On an item's card: its page."""
    if table.name != "item" or not desk.may(Permission.READ_AVAILABILITY):
        return ()
    return (CardAction("Item Availability", url_of(desk, record_id), ICON, method="get"),)


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """Beside an item's card: its figures, in base units and in every other."""
    if table.name != "item" or not desk.may(Permission.READ_AVAILABILITY):
        return ()
    found = stock.availability(desk.company, [record_id], today=timezone.localdate()).get(record_id)
    if found is None:
        return ()
    return (Fragment("availability/_fact_box.html", {"found": found, "url": url_of(desk, record_id)}),)
