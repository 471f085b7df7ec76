"""Posted documents to read, what corrects them, and all entries of a document number."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.financials import queries
from tallystick.financials.models import LedgerTransaction
from tallystick.financials.posting.reversing import REVERSIBLE
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services import postings, sales
from tallystick.financials.services.postings.navigating import LEDGERS
from tallystick.financials.tables import TABLES
from tallystick.web import extensions
from tallystick.web.posted.forms import ReversalForm
from tallystick.web.posted.kinds import INVOICE, kind_or_404
from tallystick.web.posted.navigating import found_tables
from tallystick.web.posted.paper import paper_of
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, heading_of, record_or_404
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import Crumb, show

TRANSACTION = "ledger-transaction"


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def document(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """A posted document as it is read on paper, and what became of it."""
    kind = kind_or_404(table)
    record = record_or_404(desk, kind.table, record_id)
    asked = text_asked(request.GET, "lines")
    before, after = queries.neighbours(desk.company, table, record_id, by=desk.actor)
    return show(
        request,
        desk,
        "posted/document.html",
        title=heading_of(record),
        breadcrumbs=[list_crumb(desk, kind.table)],
        paper=paper_of(desk, kind, record, int(asked) if asked.isdecimal() and len(asked) < 7 else 1),
        previous_url=card_url(desk, table, before) if before else "",
        next_url=card_url(desk, table, after) if after else "",
        actions=[action for one in extensions.EXTENSIONS for action in one.card_actions(desk, kind.table, record_id)],
        fact_boxes=[box for one in extensions.EXTENSIONS for box in one.fact_boxes(desk, kind.table, record_id)],
    )


@require_POST
@at_desk(Permission.WRITE)
def correct(request: HttpRequest, desk: Desk, record_id: UUID) -> HttpResponse:
    """Write a credit memo that takes back an invoice, and go there: it can be reduced before it is posted."""
    try:
        made = sales.make_credit_memo(desk.company, record_id, by=desk.actor)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    except InvalidRecord as refused:
        for problem in refused.problems:
            messages.error(request, str(problem))
        return redirect(card_url(desk, INVOICE.table.name, record_id))
    messages.success(request, "This credit memo takes back the whole invoice. Change what is less, then post it.")
    return redirect(card_url(desk, "sales-credit-memo", made))


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def navigate(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All entries of a document number, whatever the ledger."""
    number = text_asked(request.GET, "no")
    found = postings.navigate(desk.company, number) if number else {}
    transactions = LedgerTransaction.objects.filter(pk__in=found.get(TRANSACTION, ())).order_by("transaction_no")
    return show(
        request,
        desk,
        "posted/navigate.html",
        title=f"Entries of {number}" if number else "Find entries",
        number=number,
        tables=found_tables(desk, found),
        transactions=transactions,
    )


@require_safe
@never_cache
@at_desk(Permission.READ_LEDGER)
def transaction(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """One posting: all its entries, and what the general ledger's sum to."""
    posting = _transaction_or_404(desk, table, record_id)
    ledgers = {TRANSACTION: [record_id], **{name: [] for name in LEDGERS}}
    tables = [table for table in found_tables(desk, ledgers) if table.count]
    undo = LedgerTransaction.objects.filter(reverses=posting).first()
    return show(
        request,
        desk,
        "posted/transaction.html",
        title=f"Transaction {posting.transaction_no}",
        breadcrumbs=[list_crumb(desk, TABLES[TRANSACTION])],
        posting=posting,
        reversed_by=undo,
        may_reverse=desk.may_post and undo is None and posting.source in REVERSIBLE,
        tables=tables,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def reverse(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Ask on which day, then take a posting back by counter entries."""
    posting = _transaction_or_404(desk, table, record_id)
    form = ReversalForm(
        request.POST if request.method == "POST" else None, initial={"posting_date": posting.posting_date}
    )
    if form.is_valid():
        try:
            day = form.cleaned_data["posting_date"]
            made = postings.reverse(desk.company, posting.transaction_no, posting_date=day, by=desk.actor)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, f"Transaction {posting.transaction_no} is taken back by {made.transaction_no}.")
            undo = LedgerTransaction.objects.get(company=desk.company, transaction_no=made.transaction_no)
            return redirect(card_url(desk, TRANSACTION, undo.pk))
    here = card_url(desk, TRANSACTION, record_id)
    return show(
        request,
        desk,
        "shell/form_page.html",
        title=f"Reverse transaction {posting.transaction_no}",
        breadcrumbs=[Crumb(f"Transaction {posting.transaction_no}", here)],
        form=form,
        submit_label="Reverse",
        cancel_url=here,
        explanation="Counter entries take back every entry of the transaction. Both stay in the ledgers.",
        status=422 if form.errors else 200,
    )


def _transaction_or_404(desk: Desk, table: str, record_id: UUID) -> LedgerTransaction:
    if table != TRANSACTION:
        raise Http404(f"{table} holds no transactions")
    found = LedgerTransaction.objects.filter(company=desk.company, pk=record_id).first()
    if found is None:
        raise Http404(f"no transaction {record_id}")
    return found
