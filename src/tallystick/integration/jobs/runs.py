"""The state of runs as people see it: which may start, which has begun, how each ended. Plain rows, no job store.

Faces ask for work by writing a row; workers find it here. A row says what is to be done and what became of it, never how
far it got: that is what the cursors say, so that there is nothing to disagree with them after a crash.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import Q

from tallystick.engine import TallyError
from tallystick.integration.jobs.runtime import check_stopping
from tallystick.integration.models import FullSync, Run, RunStatus

logger = logging.getLogger("tallystick.jobs")

OPEN = (RunStatus.QUEUED, RunStatus.IN_PROCESS, RunStatus.ASKS)
UNFINISHED = (RunStatus.QUEUED, RunStatus.IN_PROCESS)


def now() -> datetime:
    """The time as rows keep it."""
    return datetime.now(UTC)


def run_workflow_id(run: Run) -> str:
    """Return the id that names this work. A run that a person allowed to go on is further work, with an id of its own."""
    return f"run/{run.pk}" if run.attempts == 0 else f"run/{run.pk}/{run.attempts}"


def full_sync_workflow_id(full_sync: FullSync) -> str:
    """Return the id that names this work."""
    return f"full-sync/{full_sync.pk}"


def startable_runs(limit: int) -> list[Run]:
    """Return queued runs that may start now: one per mapping, and lines only when what they depend on has succeeded."""
    queued = Run.objects.filter(status=RunStatus.QUEUED).select_related("mapping", "full_sync").order_by("id")
    taken = set(Run.objects.filter(status=RunStatus.IN_PROCESS).values_list("mapping_id", flat=True))
    startable: list[Run] = []
    for run in queued.filter(Q(full_sync=None) | Q(full_sync__status=RunStatus.IN_PROCESS)):
        if len(startable) >= limit:
            break
        if run.mapping_id not in taken and not waiting_for(run):
            startable.append(run)
            taken.add(run.mapping_id)
    return startable


def waiting_for(line: Run) -> list[str]:
    """Return the names of the mappings a line of a full synchronization still has to wait for."""
    if line.full_sync_id is None or not line.depends_on:
        return []
    unfinished = Run.objects.filter(full_sync=line.full_sync_id, mapping__name__in=line.depends_on)
    return sorted(unfinished.exclude(status=RunStatus.SUCCESS).values_list("mapping__name", flat=True))


_taken_up_here: set[str] = set()  # what this process has begun or resumed, to say in the log when it resumes something


def say_if_resumed(what: str, where: str) -> None:
    """Say in the log that this process goes on with something that another one, now gone, had begun."""
    if what not in _taken_up_here:
        logger.info("resumed %s at %s", what, where)
    _taken_up_here.add(what)


def begin(run: Run, worker: str) -> bool:
    """Note that this worker has taken up the run, and say in the log whether it starts or resumes.

    Returns False where there is nothing to do, because the run has ended meanwhile."""
    resumed = run.started_at is not None
    taken = Run.objects.filter(pk=run.pk, status__in=UNFINISHED).update(
        status=RunStatus.IN_PROCESS,
        worker=worker,
        started_at=run.started_at or now(),
        heartbeat_at=now(),
        message="",
        hint="",
    )
    if taken:
        _taken_up_here.add(named(run))
        logger.info("%s %s", "resumed" if resumed else "started", named(run))
    return bool(taken)


def named(run: Run) -> str:
    """Return what the log calls a run."""
    return f"{run.mapping.name} (run {run.pk})"


def beat(run_id: int, worker: str) -> None:
    """Note that the run is alive."""
    Run.objects.filter(pk=run_id).update(heartbeat_at=now(), worker=worker)


def remark(run_id: int, message: str) -> None:
    """Tell people what a run that goes on is waiting for."""
    Run.objects.filter(pk=run_id, status__in=UNFINISHED).update(message=message)


class StopRequested(Exception):
    """Somebody asked this run to stop."""


def check_asked_to_stop(run_id: int) -> None:
    """Raise StopRequested where a person wants the run to end, and Stopping where the whole worker does."""
    check_stopping()
    if Run.objects.filter(pk=run_id, stop_requested=True).exists():
        raise StopRequested


def finish(run_id: int, status: RunStatus, message: str = "", hint: str = "") -> None:
    """Note how a run ended. A run that asks may be queued again; then it is further work, so it counts an attempt."""
    run = Run.objects.select_related("mapping").get(pk=run_id)
    if run.status not in UNFINISHED:
        return
    asks = status == RunStatus.ASKS
    run.status, run.message, run.hint = status, message, hint
    run.finished_at = None if asks else now()
    run.attempts += asks
    run.save(update_fields=["status", "message", "hint", "finished_at", "attempts"])
    logger.log(
        logging.INFO if status == RunStatus.SUCCESS else logging.WARNING,
        "%s %s (run %s): %s looked at, %s written%s",
        "finished" if status == RunStatus.SUCCESS else f"{RunStatus(status).label.lower()}:",
        run.mapping.name,
        run.pk,
        run.done,
        run.written,
        f". {message}" if message else "",
    )


def finish_with(run_id: int, error: TallyError) -> None:
    """Note the error that ended a run."""
    finish(run_id, RunStatus.ERROR, f"{error.record}: {error.what}" if error.record else error.what, error.hint)


def queue_again(run: Run) -> None:
    """Have an unfinished run, whose workflow no longer exists, done by a new one."""
    changed = Run.objects.filter(pk=run.pk, status=RunStatus.IN_PROCESS).update(
        status=RunStatus.QUEUED, attempts=run.attempts + 1
    )
    if changed:
        logger.warning("queued again %s (run %s): its worker is gone", run.mapping.name, run.pk)


def open_runs_of(mapping_id: int) -> bool:
    """Whether the mapping has a run that is still to do, under way, or waiting for a decision."""
    return Run.objects.filter(mapping=mapping_id, status__in=OPEN).exists()


def full_sync_at_work(connection_id: int) -> bool:
    """Whether a full synchronization is about to do something; not so while all that is left waits for a person."""
    if FullSync.objects.filter(connection=connection_id, status=RunStatus.QUEUED).exists():
        return True
    lines = Run.objects.filter(full_sync__connection=connection_id, full_sync__finished_at=None)
    startable = (line for line in lines.filter(status=RunStatus.QUEUED) if not waiting_for(line))
    return lines.filter(status=RunStatus.IN_PROCESS).exists() or any(startable)


def begin_full_sync(full_sync: FullSync, worker: str) -> bool:
    """Note that this worker has taken up the full synchronization; False where it has ended meanwhile."""
    resumed = full_sync.started_at is not None
    taken = FullSync.objects.filter(pk=full_sync.pk, status__in=UNFINISHED).update(
        status=RunStatus.IN_PROCESS, worker=worker, started_at=full_sync.started_at or now(), heartbeat_at=now()
    )
    if taken:
        _taken_up_here.add(f"full synchronization {full_sync.pk}")
        logger.info("%s full synchronization %s", "resumed" if resumed else "started", full_sync.pk)
    return bool(taken)


def block_dependants(full_sync_id: int) -> Sequence[str]:
    """End the queued lines that depend on a line which did not succeed; returns the names of those mappings."""
    lines = list(Run.objects.filter(full_sync=full_sync_id).select_related("mapping"))
    failed = {line.mapping.name for line in lines if line.status in (RunStatus.ERROR, RunStatus.STOPPED)}
    blocked = []
    for line in lines:
        cause = sorted(failed.intersection(line.depends_on))
        if line.status == RunStatus.QUEUED and cause:
            finish(
                line.pk,
                RunStatus.ERROR,
                f"Not started, because {', '.join(cause)} did not finish.",
                f"Mend {cause[0]} first, then restart this line.",
            )
            blocked.append(line.mapping.name)
    return blocked


def finish_full_sync(full_sync_id: int) -> None:
    """Note how a full synchronization ended: as well as its worst line."""
    lines = Run.objects.filter(full_sync=full_sync_id).select_related("mapping")
    not_done = sorted(line.mapping.name for line in lines if line.status != RunStatus.SUCCESS)
    status = RunStatus.ERROR if not_done else RunStatus.SUCCESS
    message = f"Not finished: {', '.join(not_done)}." if not_done else ""
    ended = FullSync.objects.filter(pk=full_sync_id, finished_at=None).update(
        status=status, message=message, finished_at=now()
    )
    if ended:
        logger.info("finished full synchronization %s%s", full_sync_id, f": {message}" if message else "")
