"""The workflow of one run: a mapping, window after window, until both feeds are read and nothing is due any more."""

import logging
from typing import TypedDict

from dbos import DBOS
from django.db import InterfaceError, OperationalError, connections

from tallystick.engine import Retry, SideUnavailable, TallyError, UnsafePlan
from tallystick.integration.jobs import runs
from tallystick.integration.jobs.mapping_work import START, Place, work_on
from tallystick.integration.jobs.runtime import in_flight, pause, with_connections
from tallystick.integration.models import Run, RunStatus
from tallystick.integration.stores.locks import MappingBusy

logger = logging.getLogger("tallystick.jobs")

MOST_FAILURES = 12  # in a row; with the pauses between them that is some ten minutes of an unreachable system
LONGEST_PAUSE = 60.0


class Progress(TypedDict):
    """Where a run stands between two steps: small and plain, because the job store keeps it.

    `place` is None when the run has ended. `failures` counts windows in a row that did not get anywhere; `wait` is how
    many seconds to wait before the next one."""

    place: Place | None
    failures: int
    wait: float


ENDED: Progress = {"place": None, "failures": 0, "wait": 0.0}


@DBOS.workflow(name="run", max_recovery_attempts=None)
def carry_out(run_id: int) -> None:
    """See a run through to its end. The same id is the same work, however often it is started."""
    with in_flight("run"):
        progress = begin(run_id)
        while progress["place"] is not None:
            if progress["wait"]:
                wait(progress["wait"])
            progress = window(run_id, progress)


@DBOS.step(name="run begins")
@with_connections
def begin(run_id: int) -> Progress:
    run = Run.objects.select_related("mapping").filter(pk=run_id).first()
    if run is None or not runs.begin(run, DBOS.executor_id):
        return ENDED  # taken out of the review, or ended otherwise, in the moment before
    return {"place": START, "failures": 0, "wait": 0.0}


@DBOS.step(name="run waits")
def wait(seconds: float) -> None:
    pause(seconds)


@DBOS.step(name="run goes on")
@with_connections
def window(run_id: int, progress: Progress) -> Progress:
    """Do one window of the run. Whatever goes wrong is told on the run's row; an error decides by its `retry` alone."""
    place = progress["place"]
    assert place is not None  # noqa: S101  # the workflow ends with None
    run = Run.objects.select_related("mapping", "connection__company").get(pk=run_id)
    if run.status not in runs.UNFINISHED:
        return ENDED
    try:
        following = work_on(run, place, DBOS.executor_id)
    except UnsafePlan as error:
        runs.finish(run_id, RunStatus.ASKS, error.what, error.hint)
        return ENDED
    except runs.StopRequested:
        runs.finish(run_id, RunStatus.STOPPED, "Somebody stopped this run; what was done by then stays done.")
        return ENDED
    except MappingBusy as error:
        runs.remark(run_id, error.what)
        return {"place": place, "failures": 0, "wait": 1.0}
    except TallyError as error:
        return _after(error, run, progress)
    except (InterfaceError, OperationalError) as error:
        return _after(_database_error(error), run, progress)
    except Exception:
        logger.exception("run %s of %s ended by something we believed impossible", run_id, run.mapping.name)
        runs.finish(
            run_id,
            RunStatus.ERROR,
            "Something unexpected went wrong.",
            "The worker's log has the details; start it again.",
        )
        return ENDED
    if following is None:
        runs.finish(run_id, RunStatus.SUCCESS)
        return ENDED
    return {"place": following, "failures": 0, "wait": 0.0}


def _after(error: TallyError, run: Run, progress: Progress) -> Progress:
    """Decide what an error means for the run: wait and go on, or end."""
    failures = progress["failures"] + 1
    if error.retry is not Retry.AFTER_WAIT or failures > MOST_FAILURES:
        runs.finish_with(run.pk, error)
        return ENDED
    seconds = min(LONGEST_PAUSE, error.wait if error.wait is not None else 0.5 * 2**failures)
    logger.warning("%s (run %s) waits %.1f seconds: %s", run.mapping.name, run.pk, seconds, error)
    runs.remark(run.pk, f"Waiting: {error.what}")
    return {"place": progress["place"], "failures": failures, "wait": seconds}


def _database_error(error: InterfaceError | OperationalError) -> TallyError:
    """A database that restarts, or that kept a transaction waiting too long, is worth another try."""
    connections.close_all()
    return SideUnavailable(f"The database did not answer: {' '.join(str(error).split())}")
