"""Adjust Inventory: what was counted or changed, a preview, and the posting; and posting the lines of the journal."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.financials.models import ItemUnitOfMeasure
from tallystick.financials.problems import FinancialsError, InvalidRecord, Problem
from tallystick.financials.queries import Record
from tallystick.financials.services import postings
from tallystick.financials.services.adjusting import AdjustmentPlan, adjust_inventory, plan_adjustment
from tallystick.financials.tables import ITEM, table_named
from tallystick.web.item_journal.forms import AdjustForm
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, record_or_404
from tallystick.web.sales.posting_views import ledgers_of
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import crumb, show


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def adjust(request: HttpRequest, desk: Desk, item: UUID) -> HttpResponse:
    """Ask, show what would be posted, and post it when that was seen."""
    record = record_or_404(desk, ITEM, item)
    form = AdjustForm(_units(record), request.POST or None, initial={"posting_date": timezone.localdate()})
    planned = None
    if form.is_valid():
        try:
            planned = plan_adjustment(desk.company, form.adjustment(item), by=desk.actor)
            if request.POST.get("act") == "post":
                return _post(request, desk, record, form)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        except FinancialsError as refused:
            form.add_error(None, str(refused))
    return _show(request, desk, record, form, planned if not form.errors else None)


def _post(request: HttpRequest, desk: Desk, record: Record, form: AdjustForm) -> HttpResponse:
    given = form.cleaned_data
    entry = adjust_inventory(
        desk.company,
        form.adjustment(record.id),
        posting_date=given["posting_date"],
        expected=given["seen"],
        by=desk.actor,
    )
    messages.success(
        request, f"Item ledger entry {entry.entry_no} is posted: {entry.quantity.normalize():+f} of {record.key}."
    )
    return redirect("record-card", desk.company.slug, "item", record.id)


def _units(record: Record) -> list[tuple[str, str]]:
    """The units to choose from, the base unit first."""
    base = record.values["base_unit_of_measure"]
    rows = ItemUnitOfMeasure.objects.filter(item=record.id).order_by("qty_per_unit_of_measure", "unit_of_measure__code")
    found = rows.values_list("unit_of_measure_id", "unit_of_measure__code")
    return [(str(id), code) for id, code in sorted(found, key=lambda row: row[0] != base)]


def _show(
    request: HttpRequest, desk: Desk, record: Record, form: AdjustForm, planned: AdjustmentPlan | None
) -> HttpResponse:
    return show(
        request,
        desk,
        "item_journal/adjust.html",
        title=f"Adjust inventory of {record.key}",
        breadcrumbs=[list_crumb(desk, ITEM), crumb(record.key, "record-card", desk, "item", record.id)],
        form=form,
        planned=planned,
        record=record,
        cancel_url=card_url(desk, "item", record.id),
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def post(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Look at what the lines of the journal would enter; post them all. Any problem leaves all of them."""
    table = table_named("item-journal-line")
    refused: Sequence[Problem] = ()
    if request.method == "POST":
        try:
            numbers = postings.post_item_journal_lines(desk.company, today=timezone.localdate(), by=desk.actor)
        except InvalidRecord as problem:
            refused = problem.problems
        else:
            plural = "s" if len(numbers) > 1 else ""
            messages.success(
                request, f"The item journal is posted: transaction{plural} {', '.join(map(str, numbers))}."
            )
            return redirect("record-list", desk.company.slug, table.name)
    preview = postings.preview_item_journal_lines(desk.company, today=timezone.localdate(), by=desk.actor)
    return show(
        request,
        desk,
        "purchasing/post.html",
        title="Post the item journal",
        breadcrumbs=[list_crumb(desk, table)],
        form=None,
        back_url=reverse("record-list", args=(desk.company.slug, table.name)),
        back_label="Back to the lines",
        submit_label="Post",
        problems=refused or preview.problems,
        ledgers=ledgers_of(preview.entries),
        local_currency=desk.company.local_currency,
        status=422 if refused else 200,
    )
