"""Posts documents, payments and movements of stock, takes them back, and checks that the ledgers agree.

Each posting takes the company's turn, reads what it needs with a fixed number of queries, has `posting` decide what is
entered, and stores all of it in one transaction. What cannot be posted raises `InvalidRecord` with every problem."""

from tallystick.financials.services.postings.applications import apply, unapply
from tallystick.financials.services.postings.checking import Difference, LedgerCheck, check_ledgers
from tallystick.financials.services.postings.credit_memos import post_credit_memo, preview_credit_memo
from tallystick.financials.services.postings.journals import (
    post_item_journal_lines,
    preview_item_journal_lines,
)
from tallystick.financials.services.postings.navigating import navigate
from tallystick.financials.services.postings.orders import post_order, preview_order
from tallystick.financials.services.postings.payments import PaymentEntry, post_payment, preview_payment
from tallystick.financials.services.postings.previews import PostingPreview, PreviewEntry
from tallystick.financials.services.postings.receipts import preview_purchase_order, receive_purchase_order
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.reversals import reverse

__all__ = [
    "Difference",
    "LedgerCheck",
    "PaymentEntry",
    "Posted",
    "PostingPreview",
    "PreviewEntry",
    "apply",
    "check_ledgers",
    "navigate",
    "post_credit_memo",
    "post_item_journal_lines",
    "post_order",
    "post_payment",
    "preview_credit_memo",
    "preview_item_journal_lines",
    "preview_order",
    "preview_payment",
    "preview_purchase_order",
    "receive_purchase_order",
    "reverse",
    "unapply",
]
