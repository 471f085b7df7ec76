"""What became of what a document says is owed: what is left of it, and what it was applied to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from tallystick.financials.models import CustomerLedgerEntry, DetailedCustomerLedgerEntry
from tallystick.financials.queries import Record
from tallystick.financials.tables import CUSTOMER_LEDGER_ENTRY
from tallystick.web.posted.kinds import PostedKind
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk

SHOWN = 100
AMOUNT = CUSTOMER_LEDGER_ENTRY.field("amount")


@dataclass(frozen=True, slots=True)
class Applied:
    """One application: with which entry, how much, and whether it was undone. `application_no` undoes it."""

    posting_date: date
    words: str
    url: str
    amount: str
    application_no: int | None
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """The customer ledger entry of a document: what is left of it, since when it is overdue, its applications."""

    entry_id: UUID
    entry_no: int
    remaining: str
    is_open: bool
    due_date: date
    is_overdue: bool
    url: str
    applied: Sequence[Applied]


def settlement_of(desk: Desk, kind: PostedKind, record: Record) -> Settlement | None:
    """The settlement of a posted document, or None where nothing is owed. Two queries."""
    if not kind.entry_types:
        return None
    entry = CustomerLedgerEntry.objects.filter(
        company=desk.company, document_no=record.key, document_type__in=kind.entry_types
    ).first()
    return settlement_of_entry(desk, entry) if entry else None


def settlement_of_entry(desk: Desk, entry: CustomerLedgerEntry) -> Settlement:
    """The settlement of a customer ledger entry. One query."""
    return Settlement(
        entry.pk,
        entry.entry_no,
        AMOUNT.number_text(entry.remaining_amount, grouped=True),
        entry.open,
        entry.due_date,
        entry.open and entry.remaining_amount > 0 and entry.due_date < timezone.localdate(),
        card_url(desk, "customer-ledger-entry", entry.pk),
        _applied(desk, entry),
    )


def _applied(desk: Desk, entry: CustomerLedgerEntry) -> Sequence[Applied]:
    details = (
        DetailedCustomerLedgerEntry.objects.filter(
            customer_ledger_entry=entry, application_no__isnull=False, reverses=None, applied_entry__isnull=False
        )
        .select_related("applied_entry", "reversed_by")
        .order_by("-entry_no")[:SHOWN]
    )
    return [_application(desk, detail) for detail in details]


def _application(desk: Desk, detail: DetailedCustomerLedgerEntry) -> Applied:
    other = detail.applied_entry
    words = f"{other.document_type} {other.document_no}".strip() if other else ""
    url = card_url(desk, "customer-ledger-entry", other.pk) if other else ""
    amount: Decimal = detail.amount
    is_undone = hasattr(detail, "reversed_by")
    return Applied(
        detail.posting_date, words, url, AMOUNT.number_text(amount, grouped=True), detail.application_no, is_undone
    )
