"""Applies payments and credit memos to what customers owe, and undoes that."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from tallystick.financials.documents.dates import after
from tallystick.financials.models import Company, Currency, CustomerLedgerEntry, SalesInvoice
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.applying import OpenEntry, Target, plan_application
from tallystick.financials.posting.books import Books, Chart
from tallystick.financials.posting.entries import ZERO, Document
from tallystick.financials.posting.kinds import DocumentType, Source
from tallystick.financials.posting.money import places_of
from tallystick.financials.problems import RecordMissing
from tallystick.financials.rounding import rounded
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings.reading import filled, read_chart
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.reversals import reverse
from tallystick.financials.services.postings.storing import refuse_problems, store_entries

LABEL = "Customer Ledger Entry"
Wanted = Sequence[tuple[int, Decimal | None]]  # numbers of entries, and how much of each: None is all there is


def apply(
    company: Company, entry_no: int, to: Wanted, *, posting_date: date | None = None, by: Actor = OPERATOR
) -> Posted:
    """Apply an entry to others of the same customer and currency, in their order: a payment to invoices, say.

    On the day of the newest of them unless another is given. Raises `RecordMissing`, or `InvalidRecord` with every
    problem. Eighteen queries, however many entries."""
    by.require(Permission.POST)
    return in_transaction(lambda: _apply(take_turn(company), entry_no, to, posting_date, by))


def unapply(company: Company, application_no: int, *, posting_date: date | None = None, by: Actor = OPERATOR) -> Posted:
    """Undo an application by counter entries: what was applied is open again."""
    return reverse(company, application_no, posting_date=posting_date, by=by)


def _apply(company: Company, entry_no: int, to: Wanted, posting_date: date | None, by: Actor) -> Posted:
    found = _read(company, {entry_no, *(number for number, _ in to)})
    applying = found[entry_no]
    targets = [Target(found[number], amount) for number, amount in to]
    chart = read_chart(company)
    return apply_entries(company, chart, applying, targets, posting_date, by)


def apply_entries(
    company: Company,
    chart: Chart,
    applying: OpenEntry,
    targets: Sequence[Target],
    posting_date: date | None,
    by: Actor,
) -> Posted:
    """Store an application as a transaction of its own. The caller has the turn."""
    day = posting_date or max([applying.posting_date, *(target.entry.posting_date for target in targets)])
    transaction = begin_transaction(
        company,
        source=Source.APPLICATION,
        posting_date=day,
        document_no=applying.document.no,
        description=f"{applying.document.type} {applying.document.no} applied"[:100],
        by=by,
    )
    books = Books(chart, "customer-ledger-entry", str(applying.entry_no))
    number = transaction.transaction_no
    entries = plan_application(applying, targets, day, number, books)
    refuse_problems(books)
    store_entries(company, transaction, entries)
    return Posted(number, entry_no=applying.entry_no, application_no=number)


def _read(company: Company, numbers: Iterable[int]) -> dict[int, OpenEntry]:
    wanted = set(numbers)
    rows = list(CustomerLedgerEntry.objects.filter(company=company, entry_no__in=wanted))
    if missing := wanted - {row.entry_no for row in rows}:
        raise RecordMissing(LABEL, ", ".join(str(number) for number in sorted(missing)))
    return {entry.entry_no: entry for entry in open_entries(company, rows)}


def open_entries(company: Company, rows: Sequence[CustomerLedgerEntry]) -> list[OpenEntry]:
    """Return stored entries as `posting` sees them, with the discounts of their invoices; at most two queries."""
    invoices = {row.document_no for row in rows if row.document_type == DocumentType.INVOICE}
    found = SalesInvoice.objects.filter(company=company, no__in=invoices).select_related("payment_terms")
    terms = {invoice.no: invoice for invoice in found} if invoices else {}
    local = Q(code=company.local_currency)
    currencies = Currency.objects.filter(local | Q(pk__in={row.currency_id for row in rows}), company=company)
    places = {
        None if code == company.local_currency else id: places_of(places)
        for id, code, places in currencies.values_list("pk", "code", "amount_decimal_places")
    }
    return [_open(row, terms.get(row.document_no), places[row.currency_id]) for row in rows]


def _open(row: CustomerLedgerEntry, invoice: SalesInvoice | None, places: int) -> OpenEntry:
    discount, until = _discount(row, invoice, places)
    return OpenEntry(
        row.pk,
        row.entry_no,
        Document(DocumentType(row.document_type), row.document_no),
        filled(row.customer_id),
        row.currency_id,
        filled(row.customer_posting_group_id),
        row.posting_date,
        row.remaining_amount,
        row.remaining_amount_lcy,
        discount,
        until,
    )


def _discount(row: CustomerLedgerEntry, invoice: SalesInvoice | None, places: int) -> tuple[Decimal, date | None]:
    if row.document_type != DocumentType.INVOICE or invoice is None or invoice.payment_terms is None:
        return ZERO, None
    terms = invoice.payment_terms
    if not terms.discount_percent or not terms.discount_date_calculation:
        return ZERO, None
    until = after(row.document_date, terms.discount_date_calculation)
    return rounded(row.amount * terms.discount_percent / 100, places), until
