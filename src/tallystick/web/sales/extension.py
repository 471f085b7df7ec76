"""What sales documents add to the pages of customers: a document for this one, in one step."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Extension


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On a customer's card: begin an order. One query."""
    if table.name != "customer" or not desk.may_edit:
        return ()
    number = queries.codes_by_id(desk.company, "customer", [record_id]).get(record_id, "")
    url = reverse("document-new", args=(desk.company.slug, "sales-order"))
    return (CardAction("New Order", f"{url}?{urlencode({'customer_no': number})}", "shopping-cart", method="get"),)


SALES = Extension(card_actions=card_actions)
