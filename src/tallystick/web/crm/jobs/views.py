"""Integration Synch. Jobs: every run of a mapping, what it did, and where it failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.engine import SideName
from tallystick.integration import operations
from tallystick.integration.models import Run, RunError, RunKind, RunStatus
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.paging import Choice, chosen_mapping, mapping_choices, page_asked
from tallystick.web.crm.places import Halves, record_url
from tallystick.web.crm.runs import STOP_POLLING, run_or_404, shown_run
from tallystick.web.crm.workers import worker_is_alive
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import crumb, show

ERRORS_SHOWN = 200
COUNTERS = (
    ("Inserted", "to_inserted", "from_inserted"),
    ("Modified", "to_modified", "from_modified"),
    ("Deleted", "to_deleted", "from_deleted"),
    ("Failed", "to_failed", "from_failed"),
)


@dataclass(frozen=True, slots=True)
class JobQuery:
    """What the address of the list asks for."""

    mapping: str = ""
    status: str = ""
    kind: str = ""
    full_sync: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: QueryDict) -> "JobQuery":
        status, kind, full_sync = (text_asked(asked, name) for name in ("status", "kind", "full"))
        return cls(
            chosen_mapping(asked),
            status if status in RunStatus.values else "",
            kind if kind in RunKind.values else "",
            full_sync if full_sync.isdecimal() and len(full_sync) < 10 else "",
            page_asked(asked),
        )

    def url(self, desk: Desk, page: int) -> str:
        """The address of another page of the same list."""
        pairs = (("mapping", self.mapping), ("status", self.status), ("kind", self.kind), ("full", self.full_sync))
        asked = [(name, value) for name, value in (*pairs, ("page", str(page) if page > 1 else "")) if value]
        return f"{reverse('crm-jobs', args=(desk.company.slug,))}{'?' if asked else ''}{urlencode(asked)}"


@require_safe
@never_cache
@crm_page()
def jobs(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The jobs, newest first; by mapping, status and kind."""
    query = JobQuery.of(request.GET)
    found = operations.runs(
        desk.company,
        query.mapping or None,
        status=query.status or None,
        kind=query.kind or None,
        full_sync=int(query.full_sync) if query.full_sync else None,
        page=query.page,
    )
    return show(
        request,
        desk,
        "crm/jobs.html",
        title="Integration Synch. Jobs",
        runs=[shown_run(desk, run) for run in found.runs],
        query=query,
        is_filtered=bool(query.mapping or query.status or query.kind or query.full_sync),
        mappings=mapping_choices(),
        statuses=[Choice(status.value, str(status.label)) for status in RunStatus],
        kinds=[Choice(kind.value, str(kind.label)) for kind in RunKind],
        previous_url=query.url(desk, found.page - 1) if found.page > 1 else "",
        next_url=query.url(desk, found.page + 1) if found.more else "",
    )


@dataclass(frozen=True, slots=True)
class ShownError:
    """One record that failed, with the addresses of both its halves."""

    error: RunError
    side: str
    finance_url: str
    sales_url: str
    record_url: str


@require_safe
@never_cache
@crm_page()
def job(request: HttpRequest, desk: Desk, run_id: int) -> HttpResponse:
    """One job with its counters and errors; htmx gets its standing alone while it runs."""
    run = run_or_404(desk, run_id)
    fragment = bool(request.headers.get("HX-Request"))
    is_live = run.status in (RunStatus.QUEUED, RunStatus.IN_PROCESS)
    return show(
        request,
        desk,
        "crm/_job.html" if fragment else "crm/job.html",
        title=f"{run.mapping.name}, job {run.pk}",
        breadcrumbs=[crumb("Integration Synch. Jobs", "crm-jobs", desk)],
        shown=shown_run(desk, run),
        is_live=is_live,
        counters=_counters(run),
        worker_alive=worker_is_alive() if is_live else True,
        errors=_errors(desk, run),
        hidden=max(0, run.failed - ERRORS_SHOWN),
        status=STOP_POLLING if fragment and not is_live else 200,
    )


def _counters(run: Run) -> Sequence[tuple[str, int, int]]:
    return [(label, getattr(run, to), getattr(run, from_)) for label, to, from_ in COUNTERS]


def _errors(desk: Desk, run: Run) -> Sequence[ShownError]:
    halves = Halves.of(desk)
    name = run.mapping.name
    return [
        ShownError(
            error,
            SideName(error.side).title if error.side else "",
            halves.finance(name, error.finance_id),
            halves.sales(name, error.sales_id),
            record_url(desk, name, error.finance_id),
        )
        for error in operations.run_errors(desk.company, run.pk, ERRORS_SHOWN)
    ]


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def approve(request: HttpRequest, desk: Desk, run_id: int) -> HttpResponse:
    """Let a job go on that has stopped to ask."""
    run_or_404(desk, run_id)
    with told(request):
        operations.approve(desk.company, run_id, by=desk.actor)
        messages.success(request, "The job goes on.")
    return redirect("crm-job", desk.company.slug, run_id)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def stop(request: HttpRequest, desk: Desk, run_id: int) -> HttpResponse:
    """Stop a job; what is done stays done."""
    run_or_404(desk, run_id)
    with told(request):
        run = operations.stop(desk.company, run_id, by=desk.actor)
        messages.info(request, "The job is stopped." if run.ended else "The job stops after the records under way.")
    return redirect("crm-job", desk.company.slug, run_id)
