"""Coupled Data Synchronization Errors: look, decide, try again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.engine import DeletionPolicy, SideName, TallyError
from tallystick.integration import operations
from tallystick.integration.operations import Issue
from tallystick.web.crm.gate import crm_page, is_offered, told
from tallystick.web.crm.issues.listing import IssueQuery, chips, shown
from tallystick.web.crm.paging import mapping_choices
from tallystick.web.crm.runs import STOP_POLLING
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import show

EVERY_FIELD = "*"


@require_safe
@never_cache
@crm_page()
def issues(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What needs a person or time, newest first; htmx gets the list alone while somebody types."""
    query = IssueQuery.of(request.GET)
    found = operations.issues(desk.company, query.mapping or None, query.state or None, query.search, page=query.page)
    here = IssueQuery(query.state, query.mapping, query.search, found.page)
    fragment = bool(request.headers.get("HX-Request"))
    return show(
        request,
        desk,
        "crm/_issues.html" if fragment else "crm/issues.html",
        title="Coupled Data Synchronization Errors",
        issues=shown(desk, found.issues),
        query=here,
        total=found.total,
        is_filtered=bool(query.state or query.mapping or query.search),
        chips=chips(desk, query),
        mappings=mapping_choices(),
        previous_url=_page_url(desk, here, -1) if found.page > 1 else "",
        next_url=_page_url(desk, here, 1) if found.page < found.pages else "",
    )


def _page_url(desk: Desk, here: IssueQuery, step: int) -> str:
    return IssueQuery(here.state, here.mapping, here.search, here.page + step).url(desk)


@require_safe
@never_cache
@at_desk()
def badge(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The figure beside the entry in the navigation: what needs a person. Nothing, and no more questions, while the
    company is not connected."""
    try:
        counts = operations.counts_by_state(desk.company) if is_offered(desk.company) else {}
    except TallyError:
        counts = {}
    figure = counts.get("conflict", 0) + counts.get("failed", 0)
    status = 200 if counts else STOP_POLLING
    return show(request, desk, "crm/_badge.html", title="", figure=figure, status=status)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def settle(request: HttpRequest, desk: Desk, issue_id: str) -> HttpResponse:
    """Decide a conflict for one side, in one field or in all."""
    side, _, field = request.POST.get("take", "").partition(" ")
    if side not in tuple(SideName) or not field:
        raise Http404("no such choice")
    winner = SideName(side)
    with told(request):
        left = operations.settle(
            desk.company, issue_id, winner, None if field == EVERY_FIELD else [field], by=desk.actor
        )
        _tell(request, left, f"Settled: {winner.title}'s value is taken. The other value stays in the history.")
    return redirect(IssueQuery.of(request.GET).url(desk))


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def settle_deletion(request: HttpRequest, desk: Desk, issue_id: str) -> HttpResponse:
    """Decide what becomes of a record whose counterpart was deleted."""
    choice = request.POST.get("choice", "")
    if choice not in tuple(DeletionPolicy):
        raise Http404("no such choice")
    with told(request):
        left = operations.settle_deletion(desk.company, issue_id, DeletionPolicy(choice), by=desk.actor)
        _tell(request, left, "Settled.")
    return redirect(IssueQuery.of(request.GET).url(desk))


def _tell(request: HttpRequest, left: Issue | None, settled: str) -> None:
    if left is None:
        messages.success(request, settled)
    elif left.conflicts:
        messages.info(request, f"{settled} {len(left.conflicts)} more to decide in {left.label}.")
    else:
        messages.warning(request, f"{left.label} still needs attention: {left.why}")


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def retry(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try the chosen records again."""
    chosen = request.POST.getlist("ids")
    with told(request):
        count = operations.retry(desk.company, chosen, by=desk.actor) if chosen else 0
        _tell_tried(request, count, "Choose records that failed or wait.")
    return redirect(IssueQuery.of(request.GET).url(desk))


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def retry_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try everything again that failed or waits."""
    with told(request):
        _tell_tried(request, operations.retry(desk.company, None, by=desk.actor), "Nothing failed and nothing waits.")
    return redirect(IssueQuery.of(request.GET).url(desk))


def _tell_tried(request: HttpRequest, count: int, nothing: str) -> None:
    if count:
        messages.success(request, f"{count:,} tried again. What still does not work stays in this list.")
    else:
        messages.info(request, f"Nothing was tried. {nothing}")
