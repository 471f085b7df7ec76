"""The open entries of a customer, to tick, and what was ticked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from tallystick.financials.models import Company, CustomerLedgerEntry
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.tables import CUSTOMER_LEDGER_ENTRY
from tallystick.financials.values import Unacceptable, clean

SHOWN = 200  # the ones due first; more than that nobody ticks
AMOUNT = CUSTOMER_LEDGER_ENTRY.field("amount")


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry that is not settled: how much is left of it, whether it is ticked, and how much of it is to be applied."""

    entry_no: int
    words: str
    posting_date: date
    due_date: date
    is_overdue: bool
    currency: str
    remaining: str
    plain: str
    is_ticked: bool
    amount: str


def owed_by(company: Company, customer: UUID, ticked: Mapping[int, str]) -> Sequence[OpenEntry]:
    """What a customer owes, due first first. One query."""
    rows = CustomerLedgerEntry.objects.filter(company=company, customer=customer, open=True, remaining_amount__gt=0)
    return _entries(company, rows, ticked)


def counterparts_of(entry: CustomerLedgerEntry, ticked: Mapping[int, str]) -> Sequence[OpenEntry]:
    """What an entry may be applied to: the customer's open entries of the other side, in its currency. One query."""
    rows = CustomerLedgerEntry.objects.filter(
        company=entry.company, customer=entry.customer_id, currency=entry.currency_id, open=True
    )
    other_side = (
        rows.filter(remaining_amount__gt=0) if entry.remaining_amount < 0 else rows.filter(remaining_amount__lt=0)
    )
    return _entries(entry.company, other_side, ticked)


def _entries(company: Company, rows: QuerySet[CustomerLedgerEntry], ticked: Mapping[int, str]) -> Sequence[OpenEntry]:
    found = rows.select_related("currency").order_by("due_date", "entry_no")[:SHOWN]
    return [_shown(company, row, ticked) for row in found]


def _shown(company: Company, entry: CustomerLedgerEntry, ticked: Mapping[int, str]) -> OpenEntry:
    return OpenEntry(
        entry.entry_no,
        f"{entry.document_type} {entry.document_no}".strip(),
        entry.posting_date,
        entry.due_date,
        entry.remaining_amount > 0 and entry.due_date < timezone.localdate(),
        entry.currency.code if entry.currency else company.local_currency,
        AMOUNT.number_text(entry.remaining_amount, grouped=True),
        AMOUNT.number_text(abs(entry.remaining_amount)),
        entry.entry_no in ticked,
        ticked.get(entry.entry_no, ""),
    )


def ticked_in(posted: QueryDict) -> dict[int, str]:
    """The numbers of the ticked entries, each with the amount typed beside it ('' for all that is left)."""
    numbers = [int(text) for text in posted.getlist("apply") if text.isdecimal() and len(text) < 18]
    return {number: str(posted.get(f"amount_{number}", "")).strip() for number in numbers}


def amounts_of(ticked: Mapping[int, str]) -> list[tuple[int, Decimal | None]]:
    """What was ticked as the services take it. Raises `InvalidRecord` for an amount that is none."""
    problems, amounts = [], []
    for number, text in ticked.items():
        try:
            amount = clean(AMOUNT, text) if text else None
        except Unacceptable as refused:
            problems.append(Problem(CUSTOMER_LEDGER_ENTRY.name, str(number), "", refused.message, refused.hint))
            continue
        amounts.append((number, amount if isinstance(amount, Decimal) else None))
    if problems:
        raise InvalidRecord(problems)
    return amounts
