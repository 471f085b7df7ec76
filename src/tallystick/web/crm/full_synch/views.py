"""CRM Full Synch. Review: choose the lines, start, watch, and settle what stops."""

from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.integration import connections, operations
from tallystick.web.crm.full_synch.lines import review_of, startable_mappings
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.places import BY_NAME
from tallystick.web.crm.runs import STOP_POLLING, run_or_404
from tallystick.web.crm.workers import worker_is_alive
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import show


@require_safe
@never_cache
@crm_page()
def review(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The lines and how they stand; htmx gets them alone, until nothing runs any more."""
    startable = startable_mappings(desk)
    found = review_of(desk, startable)
    if request.headers.get("HX-Request"):
        status = 200 if found.is_running else STOP_POLLING
        return show(
            request,
            desk,
            "crm/_full_synch.html",
            title="",
            review=found,
            may_start=desk.may_synchronize and connections.connection_of(desk.company).enabled,
            worker_alive=worker_is_alive(),
            is_fragment=True,
            status=status,
        )
    connection = connections.connection_of(desk.company)
    return show(
        request,
        desk,
        "crm/full_synch.html",
        title="CRM Full Synch. Review",
        review=found,
        may_start=desk.may_synchronize and connection.enabled,
        startable=startable,
        connection=connection,
        worker_alive=worker_is_alive(),
    )


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Start a full synchronization of the chosen lines, all of them where none was left out."""
    chosen = _chosen(request.POST.getlist("mappings"))
    if not chosen:
        messages.warning(request, "Nothing was started: choose at least one line.")
        return redirect("crm-full-synch", desk.company.slug)
    with told(request):
        operations.request_full_sync(desk.company, chosen, by=desk.actor)
        messages.success(request, "The full synchronization is under way. You can go on working meanwhile.")
    return redirect("crm-full-synch", desk.company.slug)


def _chosen(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in BY_NAME:
            raise Http404(f"no integration table mapping {name}")
    return list(names)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def stop(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Stop all lines; what is done stays done."""
    operations.stop_full_sync(desk.company, by=desk.actor)
    messages.info(request, "The lines stop after the records under way. What is done stays done.")
    return redirect("crm-full-synch", desk.company.slug)


def _restart(desk: Desk, run_id: int) -> str:
    run = operations.restart_line(desk.company, run_id, by=desk.actor)
    return f"{run.mapping.name} is done again."


def _remove(desk: Desk, run_id: int) -> str:
    operations.remove_line(desk.company, run_id, by=desk.actor)
    return "The line is left out of this full synchronization."


def _approve(desk: Desk, run_id: int) -> str:
    run = operations.approve(desk.company, run_id, by=desk.actor)
    return f"{run.mapping.name} goes on."


def _stop_line(desk: Desk, run_id: int) -> str:
    run = operations.stop(desk.company, run_id, by=desk.actor)
    return f"{run.mapping.name} stops after the records under way."


LINE_ACTIONS: Mapping[str, Callable[[Desk, int], str]] = {
    "restart": _restart,
    "remove": _remove,
    "approve": _approve,
    "stop": _stop_line,
}


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def line(request: HttpRequest, desk: Desk, run_id: int, action: str) -> HttpResponse:
    """Do something with one line."""
    if action not in LINE_ACTIONS:
        raise Http404(f"no action {action}")
    run_or_404(desk, run_id)
    with told(request):
        messages.success(request, LINE_ACTIONS[action](desk, run_id))
    return redirect("crm-full-synch", desk.company.slug)
