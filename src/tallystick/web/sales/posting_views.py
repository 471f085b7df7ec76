"""Posting a document: what is to be posted and when, all entries it would make, and then it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.financials import queries
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.queries import Record
from tallystick.financials.services import postings
from tallystick.financials.services.postings import Posted, PostingPreview, PreviewEntry
from tallystick.financials.tables import CUSTOMER_LEDGER_ENTRY, ITEM_LEDGER_ENTRY, TABLES
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, heading_of, record_or_404
from tallystick.web.sales.forms import PostingForm
from tallystick.web.sales.kinds import CREDIT_MEMO, ORDER, DocumentKind, kind_or_404
from tallystick.web.sales.page import document_url
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import Crumb, show

QUANTITY, AMOUNT = ITEM_LEDGER_ENTRY.field("quantity"), CUSTOMER_LEDGER_ENTRY.field("amount")


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry as the preview shows it."""

    document: str
    of: str
    description: str
    quantity: str
    amount: str
    amount_lcy: str


@dataclass(frozen=True, slots=True)
class LedgerPreview:
    """The entries of one ledger, and in the general ledger their sum, which is zero."""

    label: str
    entries: Sequence[ShownEntry]
    has_quantity: bool
    has_amount: bool
    total: str


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def post(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Look at what posting would enter; post it. What stands in the way is said, and nothing is posted."""
    kind = kind_or_404(table)
    if kind not in (ORDER, CREDIT_MEMO):
        raise Http404("a quote is not posted")
    record = record_or_404(desk, kind.table, record_id)
    asked = request.POST if request.method == "POST" else request.GET
    form = PostingForm(kind is ORDER, {**_usual(record), **asked.dict()})
    preview = PostingPreview((), ())
    refused: Sequence[Problem] = ()
    if form.is_valid():
        if request.method == "POST":
            try:
                return _done(request, desk, kind, record, _post(desk, kind, record, form))
            except InvalidRecord as problem:
                refused = problem.problems
        preview = _preview(desk, kind, record, form)
    fragment = bool(request.headers.get("HX-Request"))
    return show(
        request,
        desk,
        "sales/_posting_preview.html" if fragment else "sales/post.html",
        title=f"Post {kind.noun} {record.key}",
        breadcrumbs=[list_crumb(desk, kind.table), Crumb(heading_of(record), document_url(desk, kind, record.id))],
        form=form,
        kind=kind,
        document_url=document_url(desk, kind, record.id),
        problems=refused or preview.problems,
        ledgers=ledgers_of(preview.entries),
        local_currency=desk.company.local_currency,
        status=422 if refused or form.errors else 200,
    )


def _usual(record: Record) -> dict[str, str]:
    """What is most likely to be posted: both, or the invoice of what was shipped."""
    shipped = record.values.get("shipping_status") == "Shipped"
    day: date | None = record.values["posting_date"] or record.values["document_date"]
    return {"what": "invoice" if shipped else "both", "posting_date": day.isoformat() if day else ""}


def _preview(desk: Desk, kind: DocumentKind, record: Record, form: PostingForm) -> PostingPreview:
    day = form.cleaned_data["posting_date"]
    if kind is CREDIT_MEMO:
        return postings.preview_credit_memo(desk.company, record.id, posting_date=day, by=desk.actor)
    return postings.preview_order(
        desk.company, record.id, ship=form.ships, invoice=form.invoices, posting_date=day, by=desk.actor
    )


def _post(desk: Desk, kind: DocumentKind, record: Record, form: PostingForm) -> Posted:
    day = form.cleaned_data["posting_date"]
    if kind is CREDIT_MEMO:
        return postings.post_credit_memo(desk.company, record.id, posting_date=day, by=desk.actor)
    return postings.post_order(
        desk.company, record.id, ship=form.ships, invoice=form.invoices, posting_date=day, by=desk.actor
    )


def _done(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record, posted: Posted) -> HttpResponse:
    """Go to what was posted: the invoice or credit memo before the shipment."""
    documents = (
        ("sales-invoice", posted.invoice_no),
        ("posted-credit-memo", posted.credit_memo_no),
        ("sales-shipment", posted.shipment_no),
    )
    made = [(table, number) for table, number in documents if number]
    words = " and ".join(
        f"{TABLES[table].label.removeprefix('Posted Sales ').lower()} {number}" for table, number in made
    )
    messages.success(request, f"{kind.table.label} {record.key} is posted: {words}.")
    if posted.warning:
        messages.warning(request, posted.warning)
    table, number = made[0]
    found = queries.find_record(desk.company, table, number)
    return redirect(card_url(desk, table, found.id)) if found else redirect(document_url(desk, kind, record.id))


def ledgers_of(entries: Sequence[PreviewEntry]) -> Sequence[LedgerPreview]:
    """The entries by ledger, in the order in which they come."""
    by_ledger: dict[str, list[PreviewEntry]] = {}
    for entry in entries:
        by_ledger.setdefault(entry.ledger, []).append(entry)
    return [_ledger(table, found) for table, found in by_ledger.items()]


def _ledger(table: str, entries: Sequence[PreviewEntry]) -> LedgerPreview:
    total = sum((entry.amount_lcy or Decimal(0) for entry in entries), Decimal(0))
    return LedgerPreview(
        TABLES[table].label_plural,
        [_shown(entry) for entry in entries],
        any(entry.quantity is not None for entry in entries),
        any(entry.amount is not None for entry in entries),
        AMOUNT.number_text(total, grouped=True) if table == "g-l-entry" else "",
    )


def _shown(entry: PreviewEntry) -> ShownEntry:
    quantity = "" if entry.quantity is None else QUANTITY.number_text(entry.quantity, grouped=True)
    amount = "" if entry.amount is None else AMOUNT.number_text(entry.amount, grouped=True)
    local = "" if entry.amount_lcy is None else AMOUNT.number_text(entry.amount_lcy, grouped=True)
    number = "" if entry.document_no.startswith("*") else f" {entry.document_no}"
    return ShownEntry(f"{entry.document_type}{number}", entry.of, entry.description, quantity, amount, local)
