"""Where the item journal is led to: from the card of an item, and from the list of its lines."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, ListAction


def list_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    """Over the list of journal lines."""
    if table.name != "item-journal-line" or not desk.may_post:
        return ()
    url = reverse("item-journal-post", args=(desk.company.slug,))
    return (ListAction("Post", url, "send", needs_selection=False, method="get"),)


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On an item's card: adjust what is on hand."""
    if table.name != "item" or not desk.may_post:
        return ()
    url = reverse("adjust-inventory", args=(desk.company.slug, record_id))
    return (CardAction("Adjust Inventory", url, "adjustments", method="get"),)
