"""Cards: one record, looked at and edited in one form; new records; deletion."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.financials import access, services
from tallystick.financials.problems import InvalidRecord, RecordMissing, StaleRecord
from tallystick.financials.queries import Record
from tallystick.financials.tables import Table
from tallystick.web.records import editing
from tallystick.web.records.card import existing_card, list_crumb, new_card
from tallystick.web.records.conflict import Reconciled
from tallystick.web.records.forms import RecordForm, sections
from tallystick.web.records.places import OWN_ENTRY, OWN_PAGES
from tallystick.web.records.reading import card_url, heading_of, new_url, record_or_404, table_or_404
from tallystick.web.shell.desk import ANYONE, Desk, at_desk
from tallystick.web.shell.show import crumb, show


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(ANYONE)
def new(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """Enter a new record. Values in the address (`?currency_code=USD`) fill the form beforehand."""
    described = table_or_404(desk, table)
    if described.posted:
        raise Http404(f"{described.label_plural} are not entered")
    access.require_writing(desk.actor, described)
    if table in OWN_ENTRY:
        return redirect(new_url(desk, table))
    if request.method != "POST":
        return _show_new(request, desk, described, editing.blank_form(described, desk, request.GET))
    form = RecordForm(described, desk, request.POST)
    saved = editing.create(form, desk) if form.is_valid() else None
    if saved is None:
        return _show_new(request, desk, described, form, status=422)
    messages.success(request, f"{described.label} {record_or_404(desk, described, saved.id).key} is saved.")
    if request.POST.get("then") == "new":
        return redirect("record-new", desk.company.slug, table)
    return redirect("record-card", desk.company.slug, table, saved.id)


def _show_new(request: HttpRequest, desk: Desk, table: Table, form: RecordForm, status: int = 200) -> HttpResponse:
    return show(
        request,
        desk,
        "records/card.html",
        title=f"New {table.label.lower()}",
        breadcrumbs=[list_crumb(desk, table)],
        card=new_card(desk, table, sections(form)),
        form=form,
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(ANYONE)
def card(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Look at a record; who may enter records of the table changes it."""
    described = table_or_404(desk, table)
    if table in OWN_PAGES:
        if request.method == "POST":
            access.require_writing(desk.actor, described)
        return redirect(card_url(desk, table, record_id))
    if request.method != "POST":
        record = record_or_404(desk, described, record_id)
        return _show_card(request, desk, record, editing.form_of(desk, record))
    if described.posted:
        raise Http404(f"{described.label_plural} are not changed")
    access.require_writing(desk.actor, described)
    return _save(request, desk, described, record_id)


def _save(request: HttpRequest, desk: Desk, table: Table, record_id: UUID) -> HttpResponse:
    form = RecordForm(table, desk, request.POST)
    try:
        saved = editing.update(form, desk, record_id) if form.is_valid() else None
    except StaleRecord:
        return _show_changed_meanwhile(request, desk, table, record_id, form)
    except RecordMissing:
        return _save_deleted(request, desk, table, record_id, form)
    if saved is None:
        return _show_card(request, desk, record_or_404(desk, table, record_id), form, status=422)
    said = "is saved" if saved.changed else "has nothing new to save"
    messages.success(request, f"{table.label} {record_or_404(desk, table, record_id).key} {said}.")
    return redirect("record-card", desk.company.slug, table.name, record_id)


def _show_changed_meanwhile(
    request: HttpRequest, desk: Desk, table: Table, record_id: UUID, form: RecordForm
) -> HttpResponse:
    record = record_or_404(desk, table, record_id)
    fresh, reconciled = editing.reconciled_form(form, desk, record)
    return _show_card(request, desk, record, fresh, reconciled, status=409)


def _save_deleted(request: HttpRequest, desk: Desk, table: Table, record_id: UUID, form: RecordForm) -> HttpResponse:
    """The record was deleted while its card was open: offer what was typed as a new record, so that it is not lost."""
    if not editing.was_here(desk, table, record_id):
        raise Http404(f"{table.label} {record_id} is not in this company")
    form.add_error(
        None,
        f"Somebody deleted this {table.label.lower()} while you had it open. Save makes a new one from what is entered "
        "here; Cancel leaves it deleted.",
    )
    return _show_new(request, desk, table, form, status=409)


def _show_card(
    request: HttpRequest,
    desk: Desk,
    record: Record,
    form: RecordForm,
    reconciled: Reconciled | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = sections(form, reconciled.conflicts if reconciled else {})
    return show(
        request,
        desk,
        "records/card.html",
        title=heading_of(record),
        breadcrumbs=[list_crumb(desk, record.table)],
        card=existing_card(desk, record, shown),
        form=form,
        conflict=reconciled and editing.conflict_notice(record.table, reconciled),
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(ANYONE)
def delete(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Ask, then delete; say clearly what still needs the record when it cannot go."""
    described = table_or_404(desk, table)
    access.require_writing(desk.actor, described)
    record = record_or_404(desk, described, record_id)
    problems: list[str] = []
    if request.method == "POST":
        try:
            services.delete(desk.company, described.name, record_id, version=_version(request.POST), by=desk.actor)
        except InvalidRecord as refused:
            problems = [str(problem) for problem in refused.problems]
        except StaleRecord as stale:
            problems = [str(stale)]
        except RecordMissing:
            return redirect("record-list", desk.company.slug, table)
        else:
            messages.success(request, f"{described.label} {record.key} is deleted.")
            return redirect("record-list", desk.company.slug, table)
    return show(
        request,
        desk,
        "records/delete.html",
        title=f"Delete {described.label.lower()} {record.key}",
        breadcrumbs=[
            list_crumb(desk, described),
            crumb(record.key, "record-card", desk, table, record_id),
        ],
        table=described,
        key=record.key,
        caption=record.title,
        version=record.version,
        card_url=card_url(desk, table, record_id),
        problems=problems,
        status=409 if problems else 200,
    )


def _version(posted: QueryDict) -> int | None:
    text = posted.get("version", "")
    return int(text) if text.isdecimal() else None
