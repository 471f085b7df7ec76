"""Import: choose a file, look through its preview, import it or let it be."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.financials import access
from tallystick.financials.exchange import (
    Format,
    ImportPreview,
    ImportRefused,
    ImportRow,
    RowOutcome,
    UnreadableFile,
    export_template,
    preview_import,
    run_import,
)
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.tables import TABLES, Field
from tallystick.web.imports.forms import UploadForm
from tallystick.web.imports.uploads import Upload, discard_upload, find_upload, keep_upload
from tallystick.web.records.reading import table_or_404
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import crumb, show

ROWS_SHOWN = 200
TONES = {
    RowOutcome.NEW: "green",
    RowOutcome.CHANGED: "blue",
    RowOutcome.UNCHANGED: "secondary",
    RowOutcome.ERROR: "red",
}


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.WRITE)
def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose a table and a file. The file is kept until it is imported or discarded; nothing else happens yet."""
    form = UploadForm(
        desk, request.POST or None, request.FILES or None, initial={"table": request.GET.get("table", "")}
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        upload = keep_upload(desk, TABLES[form.cleaned_data["table"]], file.name, file.chunks())
        return redirect("import-preview", desk.company.slug, upload.id)
    return _show_form(request, desk, form)


def _show_form(request: HttpRequest, desk: Desk, form: UploadForm, unreadable: str = "") -> HttpResponse:
    return show(
        request,
        desk,
        "imports/choose.html",
        title="Import",
        form=form,
        tables=[table for table in TABLES.values() if desk.may_enter(table)],
        unreadable=unreadable,
        status=422 if form.errors or unreadable else 200,
    )


@require_safe
@at_desk(Permission.WRITE)
def template(request: HttpRequest, desk: Desk, table: str, format: str) -> HttpResponse:
    """A file with the field names of a table, to fill in."""
    described = table_or_404(desk, table)
    access.require_writing(desk.actor, described)
    if format not in tuple(Format):
        raise Http404(f"no format {format}")
    kind = Format(format)
    headers = {"Content-Disposition": f'attachment; filename="{described.name}.{kind}"'}
    return HttpResponse(export_template(described.name, kind), content_type=kind.content_type, headers=headers)


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of the preview: its text, what was there before when that differs, and what is wrong with it."""

    text: str
    before: str | None
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownRow:
    line: int
    outcome: str
    tone: str
    cells: Sequence[ShownCell]
    problems: Sequence[str]


@dataclass(frozen=True, slots=True)
class OutcomeTab:
    """One of the kinds of rows, and the address that shows only these."""

    label: str
    count: int
    url: str
    active: bool


@require_safe
@never_cache
@at_desk(Permission.WRITE)
def preview(request: HttpRequest, desk: Desk, upload_id: str) -> HttpResponse:
    """What importing the file would do, row by row. Writes nothing."""
    upload = find_upload(desk, upload_id)
    if upload is None:
        return _gone(request, desk)
    try:
        found = preview_import(desk.company, upload.table.name, upload.path, by=desk.actor)
    except UnreadableFile as unreadable:
        return _show_unreadable(request, desk, upload, unreadable)
    return _show_preview(request, desk, upload, found)


def _show_unreadable(request: HttpRequest, desk: Desk, upload: Upload, problem: UnreadableFile) -> HttpResponse:
    discard_upload(upload)
    form = UploadForm(desk, initial={"table": upload.table.name})
    return _show_form(request, desk, form, unreadable=f"{upload.name} cannot be read. {problem}")


def _show_preview(
    request: HttpRequest, desk: Desk, upload: Upload, found: ImportPreview, status: int = 200
) -> HttpResponse:
    asked = request.GET.get("show", "")
    only = RowOutcome(asked) if asked in tuple(RowOutcome) else None
    # Rows with problems come first: they are what somebody has to look at.
    rows = [row for row in found.rows if row.outcome is only] if only else sorted(found.rows, key=_problems_first)
    return show(
        request,
        desk,
        "imports/preview.html",
        title=f"Import {found.table.label_plural.lower()}",
        breadcrumbs=[crumb("Import", "import", desk)],
        upload=upload,
        preview=found,
        to_write=found.count(RowOutcome.NEW) + found.count(RowOutcome.CHANGED),
        errors=found.count(RowOutcome.ERROR),
        tabs=_tabs(desk, upload, found, only),
        rows=[_shown_row(found.fields, row) for row in rows[:ROWS_SHOWN]],
        hidden=max(0, len(rows) - ROWS_SHOWN),
        status=status,
    )


def _problems_first(row: ImportRow) -> tuple[bool, int]:
    return row.outcome is not RowOutcome.ERROR, row.line


def _tabs(desk: Desk, upload: Upload, found: ImportPreview, only: RowOutcome | None) -> Sequence[OutcomeTab]:
    url = reverse("import-preview", args=(desk.company.slug, upload.id))
    kinds = [(outcome, found.count(outcome)) for outcome in RowOutcome]
    return [
        OutcomeTab("All rows", len(found.rows), url, only is None),
        *(
            OutcomeTab(outcome.value.capitalize(), count, f"{url}?show={outcome.value}", only is outcome)
            for outcome, count in kinds
        ),
    ]


def _shown_row(fields: Sequence[Field], row: ImportRow) -> ShownRow:
    changes = {change.field.name: change for change in row.changes}
    cells = [
        ShownCell(
            row.cells.get(field.name, ""),
            changes[field.name].before if field.name in changes else None,
            [str(problem) for problem in row.problems if problem.field == field.name],
        )
        for field in fields
    ]
    # A field that has no column here can be wrong too: a required one that is missing.
    shown = {field.name for field in fields}
    others = [str(problem) for problem in row.problems if problem.field not in shown]
    return ShownRow(row.line, row.outcome.value, TONES[row.outcome], cells, others)


@require_POST
@at_desk(Permission.WRITE)
def run(request: HttpRequest, desk: Desk, upload_id: str) -> HttpResponse:
    """Import the file: all rows, or none when one of them has a problem meanwhile."""
    upload = find_upload(desk, upload_id)
    if upload is None:
        return _gone(request, desk)
    try:
        result = run_import(desk.company, upload.table.name, upload.path, by=desk.actor)
    except ImportRefused as refused:
        messages.error(request, str(refused))
        return _show_preview(request, desk, upload, refused.preview, status=409)
    except (InvalidRecord, UnreadableFile) as refused:
        messages.error(request, f"Nothing was imported. {refused}")
        return redirect("import-preview", desk.company.slug, upload.id)
    discard_upload(upload)
    messages.success(
        request,
        f"{upload.name} is imported: {result.created:,} new, {result.changed:,} changed, {result.unchanged:,} unchanged.",
    )
    return redirect("record-list", desk.company.slug, upload.table.name)


@require_POST
@at_desk(Permission.WRITE)
def discard(request: HttpRequest, desk: Desk, upload_id: str) -> HttpResponse:
    """Delete the kept file without importing it."""
    upload = find_upload(desk, upload_id)
    if upload is not None:
        discard_upload(upload)
        messages.info(request, f"{upload.name} is discarded. Nothing was imported.")
    return redirect("import", desk.company.slug)


def _gone(request: HttpRequest, desk: Desk) -> HttpResponse:
    messages.warning(
        request, "This file is not here any more: it was imported, discarded, or left for a day. Choose it again."
    )
    return redirect("import", desk.company.slug)
