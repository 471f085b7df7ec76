"""Runs in words: what a person asked for, what became of it, and where to follow it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from tallystick.engine import TallyError
from tallystick.integration import operations
from tallystick.integration.models import Run, RunKind, RunStatus
from tallystick.web.crm.places import mapping_url, run_url
from tallystick.web.shell.desk import Desk

STOP_POLLING = 286  # htmx swaps the answer in and asks no more
TONES = {
    RunStatus.QUEUED: "secondary",
    RunStatus.IN_PROCESS: "blue",
    RunStatus.SUCCESS: "green",
    RunStatus.ERROR: "red",
    RunStatus.STOPPED: "yellow",
    RunStatus.ASKS: "orange",
}
WAITING = (RunStatus.QUEUED, RunStatus.IN_PROCESS)
COUNTED = (
    ("coupled", "coupled"),
    ("to_inserted", "created in Dynamics CRM"),
    ("to_modified", "changed in Dynamics CRM"),
    ("to_deleted", "deleted in Dynamics CRM"),
    ("from_inserted", "created in Financials"),
    ("from_modified", "changed in Financials"),
    ("from_deleted", "deleted in Financials"),
    ("uncoupled", "uncoupled"),
    ("waiting", "waiting"),
    ("conflicts", "in conflict"),
    ("failed", "failed"),
    ("excluded", "left out"),
)


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with its words. `percent` is None while nobody knows how much there is to do."""

    run: Run
    url: str
    mapping_url: str
    kind: str
    status: str
    tone: str
    percent: int | None
    seconds: str
    sentence: str

    @property
    def is_open(self) -> bool:
        return not self.run.ended

    @property
    def asks(self) -> bool:
        return self.run.status == RunStatus.ASKS


def run_or_404(desk: Desk, run_id: int) -> Run:
    """A run of this company."""
    try:
        return operations.find_run(desk.company, run_id)
    except TallyError as missing:
        raise Http404(str(missing)) from missing


def shown_run(desk: Desk, run: Run) -> ShownRun:
    """A run as lists and pages show it. No query where its mapping was read along."""
    status = RunStatus(run.status)
    return ShownRun(
        run=run,
        url=run_url(desk, run.pk),
        mapping_url=mapping_url(desk, run.mapping.name),
        kind=str(RunKind(run.kind).label),
        status=str(status.label),
        tone=TONES[status],
        percent=percent_of(run.done, run.total),
        seconds=_seconds(run),
        sentence=sentence_of(run),
    )


def _seconds(run: Run) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    return f"{(run.finished_at - run.started_at).total_seconds():,.1f}"


def percent_of(done: int, total: int | None) -> int | None:
    """How much of a known total is done, at most 100."""
    return min(100, done * 100 // total) if total else None


def sentence_of(run: Run) -> str:
    """What a run did, in numbers that are not zero."""
    parts = [f"{getattr(run, name):,} {words}" for name, words in COUNTED if getattr(run, name)]
    if parts:
        return ", ".join(parts)
    return "Nothing to change" if run.status == RunStatus.SUCCESS else ""


def follow(request: HttpRequest, desk: Desk, run: Run, done_url: str = "") -> HttpResponse:
    """Lead to the run while a worker has it or where it needs a look; otherwise tell what it did and go on."""
    needs_a_look = run.status != RunStatus.SUCCESS or run.failed or run.conflicts
    if not needs_a_look and done_url:
        messages.success(request, f"{run.mapping.name}: {sentence_of(run).lower()}.")
        return redirect(done_url)
    if run.status in WAITING:
        messages.info(request, "A worker does this in the background; this page follows it.")
    return redirect(run_url(desk, run.pk))
