"""Couple Salespeople: the salespeople of Financials and the users of Dynamics CRM, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.engine import SALES, TallyError
from tallystick.financials import queries
from tallystick.financials.queries import Record
from tallystick.integration import operations
from tallystick.integration.operations import Candidate, CouplingMark
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.places import STATE_WORDS, TONES, as_uuid, record_url
from tallystick.web.crm.runs import follow
from tallystick.web.records.reading import card_url, heading_of, record_or_404, table_or_404
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import show

MAPPING = "SALESPEOPLE"
MOST = 500  # salespeople and users on the page; a company with more couples them by e-mail, or from the list


@dataclass(frozen=True, slots=True)
class Line:
    """A salesperson, the user it is coupled with, and otherwise the user of the same e-mail address."""

    record: Record
    url: str
    record_url: str
    user: str
    state: str
    tone: str
    is_coupled: bool
    suggested: str


@require_safe
@never_cache
@crm_page()
def salespeople(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Both lists. One request to Dynamics CRM; while it cannot be asked, the page says why and shows what it knows."""
    records = queries.list_records(desk.company, "salesperson", page_size=MOST, by=desk.actor)
    marks = operations.coupling_marks(desk.company, MAPPING, [str(record.id) for record in records.records])
    users, problem = _users(desk)
    coupled = {mark.sales_id for mark in marks.values()}
    free = [user for user in users if user.id not in coupled]
    return show(
        request,
        desk,
        "crm/salespeople.html",
        title="Couple Salespeople",
        lines=[_line(desk, record, marks, users, free) for record in records.records],
        hidden=max(0, records.total - MOST),
        free=free,
        problem=problem,
        coupled=len(marks),
    )


def _users(desk: Desk) -> tuple[Sequence[Candidate], str]:
    try:
        return operations.search_sales(desk.company, MAPPING, "", limit=MOST), ""
    except TallyError as error:
        # Without a connection there is nothing to show; the gate says how to make one.
        operations.status(desk.company)
        return [], str(error)


def _line(
    desk: Desk,
    record: Record,
    marks: Mapping[str, CouplingMark],
    users: Sequence[Candidate],
    free: Sequence[Candidate],
) -> Line:
    mark = marks.get(str(record.id))
    names = {user.id: user.label for user in users}
    email = str(record.values.get("email") or "").casefold()
    same = [user.id for user in free if email and email in user.details.casefold().split(" · ")]
    return Line(
        record=record,
        url=card_url(desk, "salesperson", record.id),
        record_url=record_url(desk, MAPPING, str(record.id)),
        user=names.get(mark.sales_id, "a user that is not in this list") if mark else "",
        state=STATE_WORDS[mark.state] if mark else "",
        tone=TONES[mark.state] if mark else "",
        is_coupled=mark is not None,
        suggested=same[0] if len(same) == 1 else "",
    )


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def match(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Couple every salesperson with the user of the same e-mail address."""
    with told(request):
        run = operations.couple_all_salespeople(desk.company, by=desk.actor)
        return follow(request, desk, run, done_url=reverse("crm-salespeople", args=(desk.company.slug,)))
    return redirect("crm-salespeople", desk.company.slug)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def couple(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Couple one salesperson with one user."""
    uuid = as_uuid(request.POST.get("finance_id", ""))
    if uuid is None:
        raise Http404("not the id of a salesperson")
    record = record_or_404(desk, table_or_404(desk, "salesperson"), uuid)
    sales_id = request.POST.get("sales_id", "").strip()
    if not sales_id:
        messages.info(request, f"Choose the user to couple {heading_of(record)} with.")
        return redirect("crm-salespeople", desk.company.slug)
    with told(request):
        made = operations.couple(desk.company, MAPPING, str(uuid), sales_id, first=SALES, by=desk.actor)
        messages.success(request, f"{heading_of(record)} is coupled with {made.sales_label}.")
    return redirect("crm-salespeople", desk.company.slug)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def create(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Create salespeople for the chosen users; one with the same e-mail address is coupled instead."""
    chosen = [text for text in request.POST.getlist("sales_ids") if as_uuid(text)]
    if not chosen:
        messages.info(request, "Choose the users to create salespeople for.")
        return redirect("crm-salespeople", desk.company.slug)
    with told(request):
        run = operations.create_in_finance(desk.company, MAPPING, chosen, by=desk.actor)
        return follow(request, desk, run, done_url=reverse("crm-salespeople", args=(desk.company.slug,)))
    return redirect("crm-salespeople", desk.company.slug)
