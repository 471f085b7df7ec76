"""The archive of a document: its versions, one of them compared with what the document says now, brought back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials import queries
from tallystick.financials.models import ArchivedDocument
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.services import sales
from tallystick.financials.tables import Table
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, texts_of
from tallystick.web.sales.actions import versions_url
from tallystick.web.sales.kinds import WHAT, DocumentKind, kind_or_404
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import Crumb, show

COMPARED = 500  # lines
YES = ("on", "true", "yes")


@dataclass(frozen=True, slots=True)
class Compared:
    """A field as the version has it and as the document has it now."""

    label: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        """Whether it was changed since."""
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line of the version and of the document now, by its number; blank where there is none."""

    number: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        """Whether it was changed since."""
        return self.then != self.now


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def versions(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """The versions of the document of a number, the newest first; the document itself may be gone."""
    kind = kind_or_404(table)
    no = text_asked(request.GET, "no")
    present = queries.find_record(desk.company, table, no) if no else None
    found = sales.archived_versions(desk.company, table, no)
    if present is None and not found:
        raise Http404(f"{table} {no} has no versions")
    return show(
        request,
        desk,
        "sales/versions.html",
        title=f"Versions of {kind.noun} {no}",
        breadcrumbs=_crumbs(desk, kind, present),
        kind=kind,
        versions=found,
        present=present,
        currency=desk.company.local_currency,
    )


@require_POST
@at_desk(Permission.WRITE)
def archive(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Keep the document as it is now."""
    kind = kind_or_404(table)
    try:
        reason = text_asked(request.POST, "reason")
        sales.archive(desk.company, table, record_id, reason=reason, by=desk.actor)
        record = queries.get_record(desk.company, table, record_id, by=desk.actor)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    messages.success(request, f"{kind.table.label} {record.key} is archived as it is now.")
    return redirect(versions_url(desk, kind, record.key))


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def version(request: HttpRequest, desk: Desk, table: str, version_id: UUID) -> HttpResponse:
    """One version, field by field and line by line beside the document as it is now."""
    kind = kind_or_404(table)
    kept = _version_or_404(desk, table, version_id)
    present = queries.find_record(desk.company, table, kept.no)
    return show(
        request,
        desk,
        "sales/version.html",
        title=f"Version {kept.version_no} of {kind.noun} {kept.no}",
        breadcrumbs=[*_crumbs(desk, kind, present), Crumb("Versions", versions_url(desk, kind, kept.no))],
        kind=kind,
        version=kept,
        present=present,
        fields=_compared_fields(kind.table, kept, present),
        lines=_compared_lines(desk, kind, kept, present),
    )


@require_POST
@at_desk(Permission.WRITE)
def restore(request: HttpRequest, desk: Desk, table: str, version_id: UUID) -> HttpResponse:
    """Bring a version back."""
    kind = kind_or_404(table)
    kept = _version_or_404(desk, table, version_id)
    try:
        record_id = sales.restore(desk.company, version_id, by=desk.actor)
    except InvalidRecord as refused:
        for problem in refused.problems:
            messages.error(request, str(problem))
        return redirect("document-version", desk.company.slug, table, version_id)
    messages.success(request, f"{kind.table.label} {kept.no} is as it was in version {kept.version_no}.")
    return redirect(card_url(desk, table, record_id))


def _version_or_404(desk: Desk, table: str, version_id: UUID) -> ArchivedDocument:
    found = ArchivedDocument.objects.filter(company=desk.company, table_name=table, pk=version_id).first()
    if found is None:
        raise Http404(f"no version {version_id}")
    return found


def _crumbs(desk: Desk, kind: DocumentKind, present: Record | None) -> list[Crumb]:
    crumbs = [list_crumb(desk, kind.table)]
    return [*crumbs, Crumb(present.key, card_url(desk, kind.table.name, present.id))] if present else crumbs


def _compared_fields(table: Table, kept: ArchivedDocument, present: Record | None) -> Sequence[Compared]:
    then: Mapping[str, Any] = kept.document["header"]
    now = texts_of(present) if present else {}
    rows = [
        Compared(field.label, _plain(then.get(field.name, "")), _plain(now.get(field.name, "")) if present else "")
        for field in table.fields
    ]
    return [row for row in rows if {row.then, row.now} - {"", "0"}]


def _compared_lines(
    desk: Desk, kind: DocumentKind, kept: ArchivedDocument, present: Record | None
) -> Sequence[ComparedLine]:
    then = {str(line["line_no"]): _line_words(line) for line in kept.document["lines"]}
    now: dict[str, str] = {}
    if present:
        of_document = Query(filters=(Filter(kind.part_of, value=present.id),), order=("line_no",))
        lines = queries.list_records(
            desk.company, kind.lines.name, of_document, page_size=COMPARED, by=desk.actor
        ).records
        now = {str(line.values["line_no"]): _line_words(texts_of(line)) for line in lines}
    return [ComparedLine(no, then.get(no, ""), now.get(no, "")) for no in sorted({*then, *now}, key=int)]


def _line_words(line: Mapping[str, str]) -> str:
    sold = next((line[name] for name in WHAT if line.get(name)), "")
    if not sold:
        return str(line.get("description", ""))
    amount = f"{_plain(line.get('quantity', ''))} {line.get('unit_of_measure_code', '')}".strip()
    discount = _plain(line.get("line_discount_percent", ""))
    price = f"at {_plain(line.get('unit_price', ''))}" + (f" less {discount} %" if discount not in ("", "0") else "")
    return f"{sold} {line.get('description', '')}, {amount} {price}"


def _plain(text: str) -> str:
    """One spelling for what the archive and the page write apart: yes, and numbers without the zeros at their end."""
    if text.lower() in YES:
        return "Yes"
    if text.lower() in ("false", "no"):
        return ""
    whole, point, places = text.partition(".")
    if point and whole.lstrip("-").isdigit() and places.isdigit():
        return f"{whole}.{places}".rstrip("0").rstrip(".")
    return text
