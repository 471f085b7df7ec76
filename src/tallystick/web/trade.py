"""What goods, opportunities and customer statistics add to the lists, cards and Home."""

from collections.abc import Sequence
from uuid import UUID

from tallystick.financials.tables import Table
from tallystick.web.availability import places as availability
from tallystick.web.invoice_pdf import places as invoice_pdf
from tallystick.web.item_journal import places as item_journal
from tallystick.web.opportunities import places as opportunities
from tallystick.web.purchasing import places as purchasing
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Extension, Fragment, ListAction
from tallystick.web.statistics import places as statistics


def list_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    """The actions over the lists of items, opportunities and journal lines."""
    return (
        *availability.list_actions(desk, table),
        *opportunities.list_actions(desk, table),
        *item_journal.list_actions(desk, table),
    )


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """The actions of the cards of items, opportunities, purchase orders and customers."""
    return (
        *availability.card_actions(desk, table, record_id),
        *item_journal.card_actions(desk, table, record_id),
        *opportunities.card_actions(desk, table, record_id),
        *purchasing.card_actions(desk, table, record_id),
        *statistics.card_actions(desk, table, record_id),
        *invoice_pdf.card_actions(desk, table, record_id),
    )


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """What is available, what a customer owes, what may come about."""
    return (
        *availability.fact_boxes(desk, table, record_id),
        *statistics.fact_boxes(desk, table, record_id),
        *opportunities.fact_boxes(desk, table, record_id),
    )


TRADE = Extension(
    home_cards=statistics.home_cards,
    list_actions=list_actions,
    card_actions=card_actions,
    fact_boxes=fact_boxes,
    related_lists=purchasing.related_lists,
)
