"""What the card of a purchase order shows besides its fields: its lines, and what may be done."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.queries import Filter, Query
from tallystick.financials.tables import Table
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Fragment

ORDER, LINE = "purchase-order", "purchase-order-line"
LINES = 200


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On the card of an order or a line."""
    if table.name == ORDER and desk.may_post:
        return (CardAction("Receive", reverse("purchase-receive", args=(desk.company.slug, record_id)), "send", "get"),)
    if table.name != LINE:
        return ()
    order = queries.get_record(desk.company, LINE, record_id, by=desk.actor).values["purchase_order_no"]
    return (CardAction("Purchase Order", card_url(desk, ORDER, order), "truck-delivery", method="get"),)


def related_lists(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """Below the card of an order: its lines."""
    if table.name != ORDER:
        return ()
    query = Query(filters=(Filter("purchase_order_no", value=record_id),))
    found = queries.list_records(desk.company, LINE, query, page_size=LINES, exact=True, by=desk.actor)
    no = queries.codes_by_id(desk.company, ORDER, [record_id]).get(record_id, "")
    named = urlencode({"purchase_order_no": no})
    context = {
        "lines": [(line, card_url(desk, LINE, line.id)) for line in found.records],
        "more": max(0, found.total - LINES),
        "list_url": f"{reverse('record-list', args=(desk.company.slug, LINE))}?{named}",
        "new_url": f"{reverse('record-new', args=(desk.company.slug, LINE))}?{named}" if desk.may_edit else "",
    }
    return (Fragment("purchasing/_lines.html", context),)
