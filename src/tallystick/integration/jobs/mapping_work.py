"""What one step of a run works on: a place in the work of one mapping, as pages, under the mapping's lock."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypedDict

from django.db import connections as database_connections
from django.db.utils import Error as DatabaseError

from tallystick.engine import FINANCE, CursorExpired, SideName
from tallystick.engine.plan import Brake, Work
from tallystick.engine.run import FEED_ORDER, PASSES
from tallystick.integration.connections import sides
from tallystick.integration.jobs import runs
from tallystick.integration.jobs.page import PAGES_PER_WINDOW, Task, work_through
from tallystick.integration.jobs.runtime import check_stopping, pause
from tallystick.integration.models import Run
from tallystick.integration.operations import requests
from tallystick.integration.operations.selection import prepare_selection
from tallystick.integration.stores.locks import held, keep

logger = logging.getLogger("tallystick.jobs")

PATIENCE = timedelta(seconds=20)  # how long a step waits for a person or another run to let go of the mapping
BEAT_EVERY = 10.0  # seconds; a page that waits for Retry-After may take minutes, and a lease lasts one


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of a run's work on `side`."""

    kind: str
    side: SideName

    def work(self, after: str | None) -> Work:
        """Return the engine's work that goes on here; a feed goes on where its stored cursor says."""
        match self.kind:
            case "feed":
                return Work.feed(self.side)
            case "sweep":
                return Work.sweep(self.side, after)
            case _:
                return Work.revisit(after)

    def __str__(self) -> str:
        return {"feed": f"the changes of {self.side.title}", "sweep": f"what {self.side.title} no longer has"}.get(
            self.kind, "the rows to look at again"
        )


PHASES = (*(Phase(kind, side) for side in FEED_ORDER for kind in ("feed", "sweep")), Phase("revisit", FINANCE))
REVISIT = len(PHASES) - 1


class Place(TypedDict):
    """Where a run's work goes on: in which of the `PHASES`, behind which row (not for feeds, which have their cursor), in
    the how manieth pass over what waits and how many rows that pass moved, and how many risky changes the run has made."""

    phase: int
    after: str | None
    passes: int
    moved: int
    spent: int


START: Place = {"phase": 0, "after": None, "passes": 1, "moved": 0, "spent": 0}


def work_on(run: Run, place: Place, worker: str) -> Place | None:
    """Do about one window of a run's work, and return where it goes on, or None when all is done.

    Raises UnsafePlan, StopRequested, MappingBusy, or what a side raises; what was done by then is remembered."""
    chosen = requests.Request.of(run).is_selection
    where = "the chosen records" if chosen else PHASES[place["phase"]]
    runs.say_if_resumed(runs.named(run), f"{where}, after {run.done:,} rows")
    with _alone(run, worker):
        task = task_for(run, between=lambda: runs.check_asked_to_stop(run.pk))
        if chosen:
            return _selection(task, run, place)
        pages = PAGES_PER_WINDOW
        here: Place | None = place
        while here is not None and pages > 0:
            here, used = _one_phase(task, run, here, pages)
            pages -= used
        return here


def settle_line(run: Run, worker: str) -> int:
    """Look again at the waiting rows of a line that has ended; returns how many moved."""
    with _alone(run, worker):
        task = task_for(run, between=check_stopping)
        brake = Brake(partial(task.store.count, task.mapping.name), _spent(run), run.allowed)
        moved, work = 0, Work.revisit()
        while True:
            window = work_through(task, work, brake)
            moved += window.moved
            if window.next is None:
                return moved
            work, brake = window.next, window.brake


def task_for(run: Run, between: Callable[[], None]) -> Task:
    """Return what is needed to work on the run's mapping. Raises SetupError where the connection is not usable."""
    return Task(
        mapping=requests.mapping_for(run),
        sides=sides(run.connection),
        store=requests.store_for(run),
        reach=requests.reach_of(run),
        clock=runs.now,
        between=between,
        adapted=lambda plan: requests.adapted(run, plan),
    )


def _one_phase(task: Task, run: Run, place: Place, pages: int) -> tuple[Place | None, int]:
    """Work on one phase; returns where the run goes on and how many pages that took."""
    phase = PHASES[place["phase"]]
    place = {**place, "spent": max(place["spent"], _spent(run))}
    brake = Brake(partial(task.store.count, task.mapping.name), place["spent"], run.allowed)
    try:
        window = work_through(task, phase.work(place["after"]), brake, pages)
    except CursorExpired as error:
        logger.warning("%s (run %s) reads %s from the start: %s", task.mapping.name, run.pk, phase.side.title, error)
        task.store.start_over(task.mapping.name, phase.side)
        return {**place, "after": None}, 1
    place = {**place, "spent": window.brake.spent, "moved": place["moved"] + window.moved}
    if window.next is not None:
        return {**place, "after": window.next.after}, window.pages
    if phase.kind == "sweep":
        task.store.swept(task.mapping.name, phase.side)
    return _behind(place), window.pages


def _selection(task: Task, run: Run, place: Place) -> Place | None:
    """Work on some of the records a person chose; here `phase` counts the chunks of them that are done."""
    if place["phase"] == 0:
        prepare_selection(run, task.mapping, task.sides, task.store, task.reach)
    chunks = list(requests.works_of(requests.Request.of(run)))
    done = place["phase"] + PAGES_PER_WINDOW
    brake = Brake(partial(task.store.count, task.mapping.name), max(place["spent"], _spent(run)), run.allowed)
    for chunk in chunks[place["phase"] : done]:
        brake = work_through(task, chunk, brake).brake
    return {**place, "phase": done, "spent": brake.spent} if done < len(chunks) else None


def _behind(place: Place) -> Place | None:
    """Return where a run goes on when a phase has come to its end."""
    if place["phase"] < REVISIT:
        return {**place, "phase": place["phase"] + 1, "after": None, "moved": 0}
    if place["moved"] and place["passes"] < PASSES:
        return {**place, "after": None, "passes": place["passes"] + 1, "moved": 0}
    return None


def _spent(run: Run) -> int:
    """How many risky changes the run's row knows of; a crash may have lost what the steps knew."""
    return run.to_deleted + run.from_deleted + run.uncoupled


@contextmanager
def _alone(run: Run, worker: str) -> Iterator[None]:
    """Hold the run's mapping for a block, and show that the run is alive, however long its pages take."""
    holder = f"run/{run.pk}"
    what = f"{run.get_kind_display()} of {run.mapping.name} (run {run.pk})"
    with ExitStack() as stack:
        stack.enter_context(held(run.mapping, holder, what, patience=PATIENCE, sleep=pause))
        done = threading.Event()
        beating = threading.Thread(target=_beat, args=(run, holder, worker, done), daemon=True)
        beating.start()
        stack.callback(beating.join)
        stack.callback(done.set)
        yield


def _beat(run: Run, holder: str, worker: str, done: threading.Event) -> None:
    try:
        while not done.wait(BEAT_EVERY):
            try:
                keep(run.mapping, holder)
                runs.beat(run.pk, worker)
            except DatabaseError:
                logger.warning("the heartbeat of run %s failed", run.pk, exc_info=True)
                database_connections.close_all()
    finally:
        database_connections.close_all()
