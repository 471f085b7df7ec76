"""The button on posted invoices and credit memos that opens their PDF."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction

PAPERS = ("sales-invoice", "posted-credit-memo")


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On what is sent to customers."""
    if table.name not in PAPERS:
        return ()
    url = reverse("invoice-pdf", args=(desk.company.slug, table.name, record_id))
    return (CardAction("PDF", url, "file-type-pdf", method="get"),)
