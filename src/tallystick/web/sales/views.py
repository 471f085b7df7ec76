"""The page of a document: begun for a customer, looked at, its header changed."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.financials.problems import InvalidRecord, RecordMissing, StaleRecord
from tallystick.financials.queries import Record
from tallystick.web.records import editing
from tallystick.web.records.card import list_crumb
from tallystick.web.records.conflict import Reconciled
from tallystick.web.records.forms import RecordForm
from tallystick.web.records.reading import heading_of, record_or_404
from tallystick.web.sales.actions import ACTIONS, offered
from tallystick.web.sales.forms import NewDocumentForm
from tallystick.web.sales.grid import GridLine, grid_of, with_row
from tallystick.web.sales.header import create_document, header_form, header_sections, on_page, save_header
from tallystick.web.sales.kinds import DocumentKind, kind_or_404
from tallystick.web.sales.page import document_page, document_url
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import show


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.WRITE)
def new(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """Begin a document: choose the customer; the rest is entered on its page."""
    kind = kind_or_404(table)
    given = {name: text_asked(request.GET, name) for name in ("customer_no", "opportunity_no")}
    form = NewDocumentForm(desk, request.POST if request.method == "POST" else None, initial=given)
    if form.is_valid():
        try:
            made = create_document(desk, kind, form.cleaned_data["customer_no"], _more(kind, form))
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            return redirect(document_url(desk, kind, made) + "#write")
    return show(
        request,
        desk,
        "sales/new.html",
        title=f"New {kind.table.label.lower()}",
        breadcrumbs=[list_crumb(desk, kind.table)],
        form=form,
        kind=kind,
        list_url=list_crumb(desk, kind.table).url,
        status=422 if form.errors else 200,
    )


def _more(kind: DocumentKind, form: NewDocumentForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("opportunity_no",) if name in kind.table.by_name}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def document(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Look at a document; a clerk changes its header, and its lines through `line_views`."""
    kind = kind_or_404(table)
    if request.method != "POST":
        record = record_or_404(desk, kind.table, record_id)
        return show_document(request, desk, kind, record, header_form(desk, record))
    if not desk.may_edit:
        raise PermissionDenied
    return _save(request, desk, kind, record_id)


def _save(request: HttpRequest, desk: Desk, kind: DocumentKind, record_id: UUID) -> HttpResponse:
    record = record_or_404(desk, kind.table, record_id)
    form = on_page(RecordForm(kind.table, desk, request.POST), record)
    try:
        saved = form.is_valid() and save_header(form, desk, record_id)
    except StaleRecord:
        record = record_or_404(desk, kind.table, record_id)
        fresh, reconciled = editing.reconciled_form(form, desk, record)
        return show_document(request, desk, kind, record, on_page(fresh, record), reconciled, status=409)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    record = record_or_404(desk, kind.table, record_id)
    if not saved:
        return show_document(request, desk, kind, record, form, status=422)
    then = request.POST.get("then", "")
    if then in ACTIONS:
        return ACTIONS[then](request, desk, kind, record)
    messages.success(request, f"{kind.table.label} {record.key} is saved.")
    return redirect(document_url(desk, kind, record_id))


def show_document(
    request: HttpRequest,
    desk: Desk,
    kind: DocumentKind,
    record: Record,
    form: RecordForm,
    reconciled: Reconciled | None = None,
    entered: GridLine | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page: the header as the form has it, and `entered` as one row was sent and could not be saved."""
    asked = text_asked(request.GET, "lines")
    page = int(asked) if asked.isdecimal() and len(asked) < 7 else 0
    grid = grid_of(desk, kind, record, page=page, may_edit=desk.may_edit)
    if entered is not None:
        grid = with_row(grid, entered)
    shown = header_sections(form, reconciled.conflicts if reconciled else {})
    return show(
        request,
        desk,
        "sales/document.html",
        title=heading_of(record),
        breadcrumbs=[list_crumb(desk, kind.table)],
        page=document_page(desk, kind, record, shown, grid, offered(kind, record)),
        form=form,
        conflict=reconciled and editing.conflict_notice(kind.table, reconciled),
        status=status,
    )
