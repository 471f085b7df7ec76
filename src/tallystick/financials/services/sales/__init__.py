"""What one does with sales documents: release, reopen, make an order of a quote, credit an invoice, copy, archive.

What happens when a header or line is written is in `services.documents`; shipping and invoicing are postings."""

from tallystick.financials.services.documents.totals import recompute
from tallystick.financials.services.sales.archiving import archive, archived_versions, restore
from tallystick.financials.services.sales.copying import copy_document, make_credit_memo, make_order
from tallystick.financials.services.sales.credit import credit_warning
from tallystick.financials.services.sales.status import Release, prepayment_due, release, release_prepaid, reopen

__all__ = [
    "Release",
    "archive",
    "archived_versions",
    "copy_document",
    "credit_warning",
    "make_credit_memo",
    "make_order",
    "prepayment_due",
    "recompute",
    "release",
    "release_prepaid",
    "reopen",
    "restore",
]
