"""The lines of the review as the page shows them, with what may be done to each."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from tallystick.integration import operations
from tallystick.integration.models import FullSync, Run, RunStatus
from tallystick.integration.operations import ReviewLine
from tallystick.web.crm.places import run_url
from tallystick.web.crm.runs import percent_of
from tallystick.web.shell.desk import Desk

TONES = {
    "Ready": "secondary",
    "In Process": "blue",
    "Finished": "green",
    "Success": "green",
    "Error": "red",
    "On Hold": "yellow",
    "Waiting": "orange",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One of the three statuses: its words, and what it drills down to."""

    text: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class Action:
    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line. `percent` is None while nobody knows how much there is; `failed` records lead to `errors_url`."""

    line: ReviewLine
    name: str
    job: Cell
    to: Cell
    frm: Cell
    percent: int | None
    is_busy: bool
    is_done: bool
    failed: int
    errors_url: str
    actions: Sequence[Action]


@dataclass(frozen=True, slots=True)
class Review:
    """The newest full synchronization with its lines, then the mappings it leaves out.

    `others` are the enabled mappings that the newest one did not cover."""

    lines: Sequence[ShownLine]
    others: Sequence[str]
    is_running: bool
    was_run: bool
    done: int
    total: int | None
    rate: float | None
    percent: int | None
    asks: bool
    newest: FullSync | None


def review_of(desk: Desk, startable: Sequence[str] = ()) -> Review:
    """Read the review. A handful of queries, whatever the number of records.

    `startable` are the mappings that a full synchronization may cover, to name those the newest one did not."""
    lines = operations.full_sync_review(desk.company)
    newest = next((line.run.full_sync for line in lines if line.run is not None), None)
    running = newest is not None and newest.finished_at is None
    shown = {line.name for line in lines}
    total = _total(lines)
    done = sum(line.done for line in lines)
    return Review(
        lines=[_shown(desk, line) for line in lines],
        others=[name for name in startable if name not in shown] if newest is not None and not running else (),
        is_running=running,
        was_run=newest is not None,
        done=done,
        total=total,
        rate=sum(line.rate or 0 for line in lines if line.job_status == "In Process") or None,
        percent=percent_of(done, total),
        asks=any(line.job_status == "Waiting" for line in lines),
        newest=newest,
    )


def _total(lines: Sequence[ReviewLine]) -> int | None:
    """How many rows there are in all: known when every line knows its own, or has ended."""
    totals = [line.done if line.job_status == "Finished" else line.total for line in lines]
    return sum(total for total in totals if total is not None) if None not in totals else None


def startable_mappings(desk: Desk) -> Sequence[str]:
    """The mappings that a full synchronization may cover: the enabled ones."""
    return [overview.name for overview in operations.mapping_overview(desk.company) if overview.enabled]


def _shown(desk: Desk, line: ReviewLine) -> ShownLine:
    run = line.run
    url = run_url(desk, run.pk) if run else ""
    finished = line.job_status == "Finished"
    return ShownLine(
        line=line,
        name=line.name,
        job=_cell(line.job_status, url),
        to=_cell(line.to_status, f"{url}#errors" if line.to_status == "Error" else url),
        frm=_cell(line.from_status, f"{url}#errors" if line.from_status == "Error" else url),
        percent=100 if finished else percent_of(line.done, line.total),
        is_busy=line.job_status == "In Process",
        is_done=finished,
        failed=run.failed if run else 0,
        errors_url=f"{url}#errors",
        actions=_actions(desk, run) if run and desk.may_synchronize else (),
    )


def _cell(text: str, url: str) -> Cell:
    return Cell(text, TONES.get(text, "secondary"), url)


def _actions(desk: Desk, run: Run) -> Sequence[Action]:
    match run.status:
        case RunStatus.QUEUED:
            return (_action(desk, run, "Leave out", "x", "remove"),)
        case RunStatus.IN_PROCESS:
            return () if run.stop_requested else (_action(desk, run, "Stop", "ban", "stop"),)
        case RunStatus.ASKS:
            return _action(desk, run, "Allow", "check", "approve"), _action(desk, run, "Stop", "ban", "stop")
        case _:
            return (_action(desk, run, "Restart", "refresh", "restart"),)


def _action(desk: Desk, run: Run, label: str, icon: str, action: str) -> Action:
    return Action(label, icon, reverse("crm-full-synch-line", args=(desk.company.slug, run.pk, action)))
