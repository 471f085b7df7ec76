"""Movements of stock without a sale: `post_item_journal`, and counter entries of its lines."""

from tallystick.financials.services.postings.movements import JournalLine, post_item_journal
from tallystick.financials.services.postings.reversals import reverse_item_entry

__all__ = ["JournalLine", "post_item_journal", "reverse_item_entry"]
