"""The lines of a document, one request each: saved when the row is left, deleted, entered again; and their look-ups.

The browser takes the rows these answer with into the grid. Without it they lead back to the page."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials import queries, services
from tallystick.financials.problems import InvalidRecord, RecordMissing, StaleRecord
from tallystick.financials.queries import Filter, Query, Record, Referable
from tallystick.financials.tables import TABLES
from tallystick.web.records.reading import record_or_404
from tallystick.web.sales.grid import GridLine, line_of
from tallystick.web.sales.header import header_form
from tallystick.web.sales.kinds import WHAT, DocumentKind, kind_or_404
from tallystick.web.sales.line_entry import kept_texts, line_of_document, restore_line, row_entry, save_row
from tallystick.web.sales.page import badges_of, currency_of, document_url, totals_of
from tallystick.web.sales.views import show_document
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk

SUGGESTIONS = 12
UNITS = {"item_no": "item-unit-of-measure", "resource_no": "resource-unit-of-measure"}


@require_POST
@never_cache
@at_desk(Permission.WRITE)
def save(request: HttpRequest, desk: Desk, table: str, record_id: UUID, line_id: UUID) -> HttpResponse:
    """Store a row: a new line, or what was changed of one. 422 or 409 with the row as it was entered when it cannot be."""
    kind = kind_or_404(table)
    document = record_or_404(desk, kind.table, record_id)
    saved = save_row(desk, kind, document, line_id, row_entry(kind, request.POST))
    if _is_scripted(request):
        return _rows(request, desk, kind, record_id, [saved.line], status=saved.status)
    if saved.ok:
        return redirect(document_url(desk, kind, record_id) + "#lines")
    return _page_with(request, desk, kind, record_id, saved.line, saved.status)


@require_POST
@never_cache
@at_desk(Permission.WRITE)
def delete(request: HttpRequest, desk: Desk, table: str, record_id: UUID, line_id: UUID) -> HttpResponse:
    """Delete a line, and offer to enter it again."""
    kind = kind_or_404(table)
    document = record_or_404(desk, kind.table, record_id)
    line = line_of_document(desk, kind, document, line_id)
    if line is None:
        return _rows(request, desk, kind, record_id, []) if _is_scripted(request) else _back(desk, kind, record_id)
    version = request.POST.get("version", "")
    try:
        services.delete(
            desk.company, kind.lines.name, line_id, version=int(version) if version.isdecimal() else None, by=desk.actor
        )
    except (InvalidRecord, StaleRecord) as refused:
        return _kept(request, desk, kind, document, line_id, refused)
    except RecordMissing:
        pass
    if _is_scripted(request):
        return _rows(request, desk, kind, record_id, [], deleted=line)
    messages.success(request, f"Line {line.values['line_no']} is deleted.")
    return _back(desk, kind, record_id)


def _kept(
    request: HttpRequest,
    desk: Desk,
    kind: DocumentKind,
    document: Record,
    line_id: UUID,
    refused: InvalidRecord | StaleRecord,
) -> HttpResponse:
    if not _is_scripted(request):
        messages.error(request, str(refused))
        return _back(desk, kind, document.id)
    line = line_of_document(desk, kind, document, line_id)
    rows = [line_of(desk, kind, document, line, may_edit=True)] if line else []
    return _rows(request, desk, kind, document.id, rows, status=409, notice=str(refused))


@require_POST
@never_cache
@at_desk(Permission.WRITE)
def restore(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Enter a line again that was deleted a moment ago."""
    kind = kind_or_404(table)
    document = record_or_404(desk, kind.table, record_id)
    try:
        texts = json.loads(request.POST.get("line", ""))
        made = restore_line(desk, kind, document, {str(k): str(v) for k, v in texts.items()})
    except (ValueError, AttributeError):
        return _rows(request, desk, kind, record_id, [], status=422, notice="The line cannot be read. Enter it again.")
    except InvalidRecord as refused:
        return _rows(request, desk, kind, record_id, [], status=422, notice=str(refused))
    line = queries.get_record(desk.company, kind.lines.name, made, by=desk.actor)
    return _rows(request, desk, kind, record_id, [line_of(desk, kind, document, line, may_edit=True)])


def _is_scripted(request: HttpRequest) -> bool:
    return request.headers.get("X-Rows") == "yes"


def _back(desk: Desk, kind: DocumentKind, record_id: UUID) -> HttpResponse:
    return redirect(document_url(desk, kind, record_id) + "#lines")


def _rows(
    request: HttpRequest,
    desk: Desk,
    kind: DocumentKind,
    record_id: UUID,
    lines: Sequence[GridLine],
    *,
    deleted: Record | None = None,
    status: int = 200,
    notice: str = "",
) -> HttpResponse:
    """The rows to take into the grid, and the totals as they are now."""
    document = record_or_404(desk, kind.table, record_id)
    context = {
        "desk": desk,
        "lines": lines,
        "deleted": deleted,
        "kept": json.dumps(kept_texts(kind, deleted)) if deleted else "",
        "restore_url": reverse("document-line-restore", args=(desk.company.slug, kind.table.name, record_id)),
        "span": len(kind.columns) + 3,
        "notice": notice,
        "totals": totals_of(document),
        "currency": currency_of(desk, document),
        "badges": badges_of(document),
    }
    return render(request, "sales/_answer.html", context, status=status)


def _page_with(
    request: HttpRequest, desk: Desk, kind: DocumentKind, record_id: UUID, line: GridLine, status: int
) -> HttpResponse:
    """The whole page, with this row as it was entered: for browsers without scripts."""
    document = record_or_404(desk, kind.table, record_id)
    return show_document(request, desk, kind, document, header_form(desk, document), entered=line, status=status)


@require_safe
@at_desk(Permission.READ_DOCUMENTS)
def lookup(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """Suggestions for a cell: what can be sold of the row's type, or the units of what it sells."""
    kind = kind_or_404(table)
    cell = text_asked(request.GET, "of")
    type_, typed = text_asked(request.GET, "type"), text_asked(request.GET, cell)
    if cell == "number":
        target = kind.lines.field(type_ if type_ in WHAT else WHAT[0]).references
        options: Sequence[Referable] = queries.look_up(
            desk.company, str(target), typed, limit=SUGGESTIONS, by=desk.actor
        )
    else:
        field = kind.lines.by_name.get(cell)
        target = field.references if field and field.references else "unit-of-measure"
        options = _options(desk, target, type_, text_asked(request.GET, "number"), typed)
    context = {"table": TABLES[str(target)], "options": options, "typed": typed, "box": text_asked(request.GET, "box")}
    return render(request, "records/_lookup_options.html", context)


def _options(desk: Desk, target: str, type_: str, number: str, typed: str) -> Sequence[Referable]:
    """The units of an item or resource that is named; else whatever there is."""
    if target == "unit-of-measure" and type_ in UNITS and number:
        of_it = Query(filters=(Filter(type_, value=number),))
        units = queries.list_records(
            desk.company, UNITS[type_], of_it, page_size=SUGGESTIONS * 4, by=desk.actor
        ).records
        codes = [(unit, str(unit.codes["unit_of_measure_code"])) for unit in units]
        shown = [
            Referable(unit.id, code, f"holds {unit.values['qty_per_unit_of_measure'].normalize():f}")
            for unit, code in codes
        ]
        narrowed = [option for option in shown if option.code.startswith(typed.upper())]
        return narrowed or shown
    return queries.look_up(desk.company, target, typed, limit=SUGGESTIONS, by=desk.actor)
