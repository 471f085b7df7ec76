"""What all postings share: their turn, their transaction, and entry numbers without gaps."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Max

from tallystick.financials.models import Company, LedgerTransaction
from tallystick.financials.models.ledgers import Entry
from tallystick.financials.permissions import Actor


def take_turn(company: Company) -> Company:
    """Wait until every other posting of the company has ended; the turn lasts as long as the caller's transaction.
    Returns the company as it is then.

    So entry numbers have no gaps, and no two postings take the last piece."""
    # NO KEY: records of the company can be written meanwhile, only postings wait. On SQLite we hold the write lock.
    return Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def begin_transaction(
    company: Company,
    *,
    source: str,
    posting_date: date,
    document_no: str = "",
    description: str = "",
    by: Actor,
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    """Return the stored transaction that the entries of one posting belong to. The caller has the turn."""
    last = LedgerTransaction.objects.filter(company=company).aggregate(last=Max("transaction_no"))["last"] or 0
    return LedgerTransaction.objects.create(
        company=company,
        transaction_no=last + 1,
        source=source,
        posting_date=posting_date,
        document_no=document_no,
        description=description,
        posted_by=by.name,
        reverses=reverses,
    )


def number_entries(company: Company, entries: Sequence[Entry]) -> None:
    """Give entries of one ledger, not stored yet, the numbers after its last. The caller has the turn; one query."""
    if not entries:
        return
    last = type(entries[0])._default_manager.filter(company=company).aggregate(last=Max("entry_no"))["last"] or 0
    for entry_no, entry in enumerate(entries, start=last + 1):
        entry.entry_no = entry_no
