"""The incremental cycles: every so many seconds each connection looks for changes, mapping by mapping.

A cycle looks first: where neither feed has anything, it costs one question per side and writes nothing. Where there is
something to write, it asks for a run as a person would, and the run is as durable as any other.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.db.models import Q
from django.db.utils import Error as DatabaseError

from tallystick.engine import (
    FINANCE,
    SALES,
    CursorExpired,
    Reach,
    RowState,
    SetupError,
    SideError,
    TableMapping,
    TallyError,
)
from tallystick.engine.plan import Action, Forget, Keep, Leave, Plan, Work
from tallystick.integration import connections
from tallystick.integration.finance_side import SYNCHRONIZATION
from tallystick.integration.jobs import runs
from tallystick.integration.jobs.page import Task
from tallystick.integration.jobs.runtime import Stopping, check_stopping, pause, stop_requested, with_connections
from tallystick.integration.models import Connection, Cursor, Run, RunKind, RunStatus
from tallystick.integration.stores import OrmCouplingStore
from tallystick.integration.stores.locks import MappingBusy, held
from tallystick.integration.stores.settings import mappings_of, settings_of

logger = logging.getLogger("tallystick.jobs")

AT_ONCE = 4  # connections whose cycles one worker runs side by side
CLAIM = timedelta(seconds=60)  # a cycle renews its claim; when its worker dies, another one may go on after that
LONGEST_PAUSE = timedelta(minutes=5)
KEEP_CURSORS_FRESH = timedelta(hours=1)  # a delta token that is never replaced expires, even if nothing ever changes
RETRY_FAILED_EVERY = timedelta(minutes=1)
BY = "schedule"


class Schedule:
    """Starts the cycles that are due; close it by leaving its block. `fresh`: no other worker can have one under way."""

    def __init__(self, *, fresh: bool) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cycle")
        self._under_way: dict[int, Future[None]] = {}
        if fresh:
            Connection.objects.update(next_cycle_at=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop_requested.set()  # a cycle that waits for its run must not keep us
        self._pool.shutdown(wait=True, cancel_futures=True)

    def look(self) -> None:
        """Start the cycles that are due and not under way."""
        self._under_way = {pk: cycle for pk, cycle in self._under_way.items() if not cycle.done()}
        due = Q(next_cycle_at=None) | Q(next_cycle_at__lte=runs.now())
        for connection in Connection.objects.filter(due, enabled=True):
            if connection.pk not in self._under_way and len(self._under_way) < AT_ONCE and _claim(connection):
                self._under_way[connection.pk] = self._pool.submit(with_connections(cycle), connection.pk)


def cycle(connection_id: int) -> None:
    """One pass over the mappings of a connection, in dependency order. What goes wrong is told on the connection."""
    connection = Connection.objects.select_related("company").get(pk=connection_id)
    try:
        for mapping in mappings_of(connection):
            check_stopping()
            _renew(connection)
            _one_mapping(connection, mapping)
        _note(connection, failures=0, problem="")
    except Stopping:
        Connection.objects.filter(pk=connection.pk).update(next_cycle_at=None)
    except SetupError as error:
        _refused(connection, error)
    except TallyError as error:
        logger.warning("the cycle of %s stopped: %s", connection, error)
        _note(connection, failures=connection.cycle_failures + 1, problem=str(error), wait=error.wait)
    except DatabaseError:
        logger.warning("the cycle of %s stopped, because the database does not answer", connection, exc_info=True)
    except Exception:
        logger.exception("the cycle of %s ended by something we believed impossible", connection)
        _note(
            connection, failures=connection.cycle_failures + 1, problem="Something unexpected went wrong; see the log."
        )


def _one_mapping(connection: Connection, mapping: TableMapping) -> None:
    """Have the mapping's changes synchronised, if there are any, and wait until they are."""
    settings = settings_of(connection, mapping.name)
    if runs.open_runs_of(settings.pk) or runs.full_sync_at_work(connection.pk):
        return
    try:
        with held(settings, f"cycle/{connection.pk}", "The schedule", sleep=pause):
            news = has_news(connection, mapping)
    except MappingBusy:
        return  # somebody is at it; the next cycle comes soon
    if news:
        run = Run.objects.create(connection=connection, mapping=settings, kind=RunKind.SYNCHRONIZATION, requested_by=BY)
        _wait_for(connection, run)


def has_news(connection: Connection, mapping: TableMapping) -> bool:
    """Whether a run of the mapping would write, couple or ask anything. What needs none of that is remembered at once.

    Costs one page of each feed, and one query for rows that are due."""
    store = OrmCouplingStore(connection, by=BY)
    task = Task(mapping, connections.sides(connection), store, Reach.COUPLED, runs.now)
    for side in (SALES, FINANCE):
        try:
            plan = task.plan(Work.feed(side))
        except CursorExpired:
            return True
        if plan.next is not None or not all(map(_is_quiet, plan.actions)):
            return True
        if plan.actions or plan.unchanged or _cursor_is_old(connection, plan):
            task.remember(plan, task.write(plan))
    return _something_due(connection, mapping, store)


def _is_quiet(action: Action) -> bool:
    """Whether an action only notes how things are."""
    match action:
        case Keep(coupling=coupling, history=history):
            return not history and (coupling is None or coupling.standing.state is RowState.IN_SYNC)
        case Leave(loose=loose):
            return loose.standing.state is RowState.EXCLUDED
        case Forget():
            return True
        case _:
            return False


def _cursor_is_old(connection: Connection, plan: Plan) -> bool:
    if plan.cursor is None:
        return False
    mine = Cursor.objects.filter(
        mapping__connection=connection, mapping__name=plan.mapping.name, side=plan.cursor[0].value
    )
    return not mine.filter(moved_at__gt=runs.now() - KEEP_CURSORS_FRESH).exists()


def _something_due(connection: Connection, mapping: TableMapping, store: OrmCouplingStore) -> bool:
    """Whether rows can go on by themselves; what failed before is tried again at most once a minute."""
    due = store.due(mapping.name, Reach.COUPLED, None, 100)
    states = [row.standing.state for row in due.couplings] + [row.standing.state for row in due.loose]
    if any(state is not RowState.FAILED for state in states):
        return True
    recently = Run.objects.filter(
        connection=connection, mapping__name=mapping.name, finished_at__gt=runs.now() - RETRY_FAILED_EVERY
    )
    return bool(states) and not recently.exists()


def _wait_for(connection: Connection, run: Run) -> None:
    """Wait until a run has ended or asks, so that what depends on it comes after it. Raises SideError where it failed."""
    while True:
        pause(0.2)
        _renew(connection)
        run.refresh_from_db(fields=["status", "message", "hint"])
        if run.status == RunStatus.ERROR:
            raise SideError(f"{run.mapping.name} was not synchronized: {run.message}", hint=run.hint)
        if run.status not in runs.UNFINISHED:
            return


def _claim(connection: Connection) -> bool:
    """Take the connection's cycle; False where another worker was faster."""
    mine = Connection.objects.filter(pk=connection.pk, next_cycle_at=connection.next_cycle_at)
    return bool(mine.update(next_cycle_at=runs.now() + CLAIM))


def _renew(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(next_cycle_at=runs.now() + CLAIM)


def _note(connection: Connection, *, failures: int, problem: str, wait: float | None = None) -> None:
    """Note how the cycle went and when the next one is due: later and later while it fails."""
    interval = timedelta(seconds=connection.schedule_seconds)
    pause_for = max(interval, min(LONGEST_PAUSE, interval * 2**failures)) if failures else interval
    if wait is not None:
        pause_for = max(pause_for, timedelta(seconds=wait))
    at = runs.now()
    Connection.objects.filter(pk=connection.pk).update(
        last_cycle_at=at, next_cycle_at=at + pause_for, cycle_failures=failures, cycle_problem=problem
    )


def _refused(connection: Connection, error: SetupError) -> None:
    """A refusal for good: waiting does not help, and asking every few seconds would lock the account out."""
    logger.error("the connection %s is switched off: %s", connection, error)
    _note(connection, failures=connection.cycle_failures + 1, problem=str(error))
    connections.disable(connection, str(error), by=SYNCHRONIZATION)
