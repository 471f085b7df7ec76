"""Goods that are brought in or taken out without a sale: receipts, adjustments, opening stock."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tallystick.financials.posting.books import (
    COST_OF_GOODS_SOLD,
    INVENTORY_ADJUSTMENT,
    PURCHASE_ACCRUAL,
    Books,
)
from tallystick.financials.posting.entries import Entries, Movement
from tallystick.financials.posting.goods import Thing, booked
from tallystick.financials.posting.kinds import EntryType

AGAINST = {
    EntryType.PURCHASE: PURCHASE_ACCRUAL,
    EntryType.SALE: COST_OF_GOODS_SOLD,
    EntryType.POSITIVE_ADJUSTMENT: INVENTORY_ADJUSTMENT,
    EntryType.NEGATIVE_ADJUSTMENT: INVENTORY_ADJUSTMENT,
}


def plan_journal(movements: Sequence[Movement], things: Mapping[UUID, Thing], books: Books) -> Entries:
    """Return the movements with what they cost in the general ledger: two lines each, so that each can be taken back."""
    lines = [
        line
        for movement in movements
        for line in booked(books, movement, things[movement.item], AGAINST[movement.entry_type])
    ]
    entries = Entries(gl=tuple(lines), movements=tuple(movements))
    books.check_size(entries)
    return entries
