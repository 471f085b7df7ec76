"""What a run of a mapping would write, and why, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.engine import Reach, SideName
from tallystick.integration import operations
from tallystick.integration.operations import PreviewWrite
from tallystick.web.crm.gate import crm_page
from tallystick.web.crm.places import Halves, mapping_of_slug, mapping_url, run_url
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import Crumb, crumb, show

ROWS_SHOWN = 200
KINDS = {"create": "green", "update": "blue", "delete": "red", "couple": "green", "uncouple": "orange"}


@dataclass(frozen=True, slots=True)
class ShownWrite:
    """One planned write, with the addresses of the records there are already."""

    write: PreviewWrite
    side: str
    tone: str
    is_new: bool
    finance_url: str
    sales_url: str


@require_safe
@never_cache
@crm_page()
def preview(request: HttpRequest, desk: Desk, mapping: str) -> HttpResponse:
    """Every write with its reason. `?full=yes` shows what a full synchronization would do. Writes nothing."""
    described = mapping_of_slug(mapping)
    full = request.GET.get("full") == "yes"
    found = operations.preview(desk.company, described.name, Reach.FULL if full else Reach.COUPLED)
    halves = Halves.of(desk)
    # What is risky comes first: it is what somebody has to look at.
    writes = sorted(found.writes, key=lambda write: not write.risky)
    return show(
        request,
        desk,
        "crm/preview.html",
        title=f"Preview of {described.name}",
        breadcrumbs=_crumbs(desk, described.name),
        preview=found,
        full=full,
        mapping=mapping,
        risky=sum(write.risky for write in found.writes),
        writes=[_shown(halves, described.name, write) for write in writes[:ROWS_SHOWN]],
        hidden=max(0, found.total - ROWS_SHOWN),
    )


def _crumbs(desk: Desk, name: str) -> Sequence[Crumb]:
    return [crumb("Integration Table Mappings", "crm-mappings", desk), Crumb(name, mapping_url(desk, name))]


def _shown(halves: Halves, mapping: str, write: PreviewWrite) -> ShownWrite:
    new = write.side if write.kind == "create" else ""
    return ShownWrite(
        write=write,
        side=SideName(write.side).title,
        tone=KINDS.get(write.kind, "secondary"),
        is_new=write.kind == "create",
        finance_url=halves.finance(mapping, write.finance_id) if new != SideName.FINANCE else "",
        sales_url=halves.sales(mapping, write.sales_id) if new != SideName.SALES else "",
    )


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def run(request: HttpRequest, desk: Desk, mapping: str) -> HttpResponse:
    """Have a worker do what the preview showed, as far as it still applies."""
    described = mapping_of_slug(mapping)
    if request.POST.get("full") == "yes":
        operations.request_full_sync(desk.company, [described.name], by=desk.actor)
        return redirect("crm-full-synch", desk.company.slug)
    return redirect(run_url(desk, operations.request_sync(desk.company, described.name, by=desk.actor).pk))
