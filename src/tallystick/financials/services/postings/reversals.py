"""Takes back what was posted, by counter entries. Invoices and shipments are taken back by a credit memo instead."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import F

from tallystick.financials.identifiers import new_id
from tallystick.financials.models import (
    Company,
    CustomerLedgerEntry,
    DetailedCustomerLedgerEntry,
    GLEntry,
    ItemLedgerEntry,
    LedgerTransaction,
)
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.books import Books
from tallystick.financials.posting.entries import Detail, Document, Entries, GLLine, Movement, Receivable
from tallystick.financials.posting.goods import stock_problems
from tallystick.financials.posting.kinds import DetailedEntryType, DocumentType, EntryType, Source, SubLedger
from tallystick.financials.posting.reversing import REVERSIBLE, PostedBefore, PostedReceivable, counter_entries
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings import purchases
from tallystick.financials.services.postings.reading import filled, may_be_negative, read_chart, read_things
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.storing import refuse_problems, store_entries

LABEL = "Ledger Transaction"
HINTS = {Source.SALES: "Post a credit memo for the invoice.", Source.REVERSAL: "Post the document again instead."}


def reverse(company: Company, transaction_no: int, *, posting_date: date | None = None, by: Actor = OPERATOR) -> Posted:
    """Take back a payment, an application, a receipt or a posting of the item journal; on its own day unless one is given.

    Raises `RecordMissing`, or `InvalidRecord`: it is a sale, is reversed already, has been applied, or what came in has
    left stock meanwhile."""
    by.require(Permission.POST)
    return in_transaction(lambda: _reverse(take_turn(company), transaction_no, posting_date, by))


def reverse_item_entry(company: Company, entry_no: int, *, posting_date: date, by: Actor = OPERATOR) -> ItemLedgerEntry:
    """Return the counter entry of one line of the item journal. Raises as `reverse` does."""
    by.require(Permission.POST)
    return in_transaction(lambda: _reverse_item_entry(take_turn(company), entry_no, posting_date, by))


def _reverse(company: Company, transaction_no: int, posting_date: date | None, by: Actor) -> Posted:
    before = LedgerTransaction.objects.filter(company=company, transaction_no=transaction_no).first()
    if before is None:
        raise RecordMissing(LABEL, str(transaction_no))
    day = posting_date or before.posting_date
    books = Books(read_chart(company), "ledger-transaction", f"{LABEL} {transaction_no}")
    _check(before, day, books)
    refuse_problems(books)
    found = _read(before)
    _check_entries(found, books)
    refuse_problems(books)
    transaction = _begin(company, before, day, by, whole=True)
    entries = counter_entries(found, day, transaction.transaction_no)
    _store(company, transaction, entries, books)
    if before.source == Source.PURCHASE_RECEIPT:
        purchases.take_back(company, entries.movements)
    return Posted(transaction.transaction_no)


def _begin(company: Company, before: LedgerTransaction, day: date, by: Actor, *, whole: bool) -> LedgerTransaction:
    return begin_transaction(
        company,
        source=Source.REVERSAL,
        posting_date=day,
        document_no=before.document_no,
        description=f"Reverses transaction {before.transaction_no}",
        by=by,
        reverses=before if whole else None,
    )


def _check(before: LedgerTransaction, day: date, books: Books) -> None:
    books.check_date(day)
    if before.source not in REVERSIBLE:
        what = "is itself a reversal" if before.source == Source.REVERSAL else "is not taken back by a reversal"
        books.refuse(f"{books.record} ({before.source}) {what}.", HINTS.get(Source(before.source), ""))
    elif LedgerTransaction.objects.filter(reverses=before).exists():
        books.refuse(f"{books.record} is reversed already.", "Look for its counter entries.")
    if day < before.posting_date:
        books.refuse(f"{books.record} was posted on {before.posting_date}.", "Choose that day or a later one.")


def _check_entries(found: PostedBefore, books: Books) -> None:
    ids = [id for id, _ in found.movements]
    if ids and ItemLedgerEntry.objects.filter(reverses__in=ids).exists():
        what = f"Item ledger entries of {books.record} are reversed already."
        books.refuse(what, "Reverse the others one by one.")
    entries = [one.receivable.id for one in found.receivables]
    applied = CustomerLedgerEntry.objects.filter(pk__in=entries).exclude(remaining_amount=F("amount"))
    if entries and applied.exists():
        books.refuse(f"{books.record} has been applied.", "Undo its applications first.")
    for line in found.gl:
        books.account(line.account, "account", books.record)


def _store(company: Company, transaction: LedgerTransaction, entries: Entries, books: Books) -> list[ItemLedgerEntry]:
    things = read_things(company, books.chart, items={one.item for one in entries.movements}, lock=True)
    problems = stock_problems(entries.movements, things, may_be_negative=may_be_negative(company))
    if problems:
        raise InvalidRecord(problems)
    return store_entries(company, transaction, entries)


# One line of the item journal


def _reverse_item_entry(company: Company, entry_no: int, day: date, by: Actor) -> ItemLedgerEntry:
    entry = ItemLedgerEntry.objects.select_related("transaction").filter(company=company, entry_no=entry_no).first()
    if entry is None:
        raise RecordMissing("Item Ledger Entry", str(entry_no))
    books = Books(read_chart(company), "item-ledger-entry", str(entry_no))
    name = f"Item Ledger Entry {entry_no}"
    books.check_date(day)
    if entry.reverses_id is not None:
        books.refuse(f"{name} is itself a reversal.", "Post the movement again instead.")
    elif ItemLedgerEntry.objects.filter(reverses=entry).exists():
        books.refuse(f"{name} is reversed already.", "Look for its counter entry.")
    elif entry.transaction.source != Source.ITEM_JOURNAL:
        books.refuse(f"{name} is not of the item journal.", "Reverse its transaction, or post a credit memo.")
    if day < entry.posting_date:
        books.refuse(f"{name} was posted on {entry.posting_date}.", "Choose that day or a later one.")
    refuse_problems(books)
    alone = not ItemLedgerEntry.objects.filter(transaction=entry.transaction).exclude(pk=entry.pk).exists()
    found = PostedBefore(_lines_of(entry), [(entry.pk, _movement(entry))])
    for line in found.gl:
        books.account(line.account, "account", name)
    refuse_problems(books)
    transaction = _begin(company, entry.transaction, day, by, whole=alone)
    return _store(company, transaction, counter_entries(found, day, transaction.transaction_no), books)[0]


def _lines_of(entry: ItemLedgerEntry) -> list[GLLine]:
    """The two general ledger entries of a movement; where two movements are alike, so are theirs."""
    rows = GLEntry.objects.filter(transaction=entry.transaction_id, item=entry.item_id)
    both = [
        rows.filter(amount=amount).order_by("entry_no").first() for amount in (entry.cost_amount, -entry.cost_amount)
    ]
    return [_gl(row) for row in both if row is not None]


# What was posted, as `posting` sees it


def _read(before: LedgerTransaction) -> PostedBefore:
    details = list(DetailedCustomerLedgerEntry.objects.filter(transaction=before).order_by("entry_no"))
    first: Mapping[UUID, UUID] = {
        row.customer_ledger_entry_id: row.pk for row in details if row.entry_type == DetailedEntryType.INITIAL
    }
    owed: Iterable[CustomerLedgerEntry] = CustomerLedgerEntry.objects.filter(pk__in=first).order_by("entry_no")
    return PostedBefore(
        [_gl(row) for row in GLEntry.objects.filter(transaction=before).order_by("entry_no")],
        [(row.pk, _movement(row)) for row in ItemLedgerEntry.objects.filter(transaction=before).order_by("entry_no")],
        [PostedReceivable(_receivable(row), first[row.pk], new_id()) for row in owed],
        [(row.pk, _detail(row)) for row in details if row.entry_type != DetailedEntryType.INITIAL],
    )


def _document(row: GLEntry | ItemLedgerEntry | CustomerLedgerEntry | DetailedCustomerLedgerEntry) -> Document:
    return Document(DocumentType(row.document_type), row.document_no)


def _gl(row: GLEntry) -> GLLine:
    account = filled(row.g_l_account_id)
    ledger = SubLedger(row.sub_ledger)
    return GLLine(account, row.amount, _document(row), row.description, row.customer_id, row.item_id, ledger)


def _movement(row: ItemLedgerEntry) -> Movement:
    return Movement(
        EntryType(row.entry_type),
        _document(row),
        row.item_id,
        row.description,
        row.quantity,
        row.unit_of_measure_id,
        row.qty_per_unit_of_measure,
        row.unit_cost,
        row.cost_amount,
    )


def _receivable(row: CustomerLedgerEntry) -> Receivable:
    return Receivable(
        row.pk,
        _document(row),
        filled(row.customer_id),
        row.description,
        row.document_date,
        row.due_date,
        row.currency_id,
        filled(row.customer_posting_group_id),
        row.amount,
        row.amount_lcy,
        row.external_document_no,
        row.order_no,
    )


def _detail(row: DetailedCustomerLedgerEntry) -> Detail:
    return Detail(
        row.customer_ledger_entry_id,
        DetailedEntryType(row.entry_type),
        _document(row),
        filled(row.customer_id),
        row.amount,
        row.amount_lcy,
        row.application_no,
        row.applied_entry_id,
    )
