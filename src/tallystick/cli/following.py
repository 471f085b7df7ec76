"""Waiting for a run: watching a worker do it, or being the worker where there is none."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.output import console, remark

if TYPE_CHECKING:
    from tallystick.integration.models import FullSync, Run

LOOK_EVERY = 0.2  # seconds


def follow(
    home: Path,
    *,
    run: "Run | None" = None,
    full_sync: "FullSync | None" = None,
    quiet: bool = False,
    watch: Callable[[], None] | None = None,
) -> None:
    """Return when the run or full synchronization has ended or asks a person; the row passed in is then up to date.

    Shows progress on a terminal. Without a live worker this process does the work; when a worker dies, it takes over. Not
    so where somebody else takes care of a worker: `watch` is then called now and again, and may raise."""
    from tallystick.integration.jobs import someone_works

    watched = run if run is not None else full_sync
    if watched is None:
        raise TypeError("follow() needs a run or a full synchronization")
    with _helper(home) as helper, _progress(quiet=quiet) as show:
        while not _ended(watched):
            if watch is not None:
                watch()
            elif not helper.working and not someone_works(home):
                helper.start(lambda: _ended(watched.__class__.objects.get(pk=watched.pk)))
            show(_lines(run, full_sync))
            time.sleep(LOOK_EVERY)
            watched.refresh_from_db()
        show(_lines(run, full_sync))


def _ended(watched: "Run | FullSync") -> bool:
    from tallystick.integration.models import FullSync, RunStatus

    if isinstance(watched, FullSync):
        lines = watched.lines.values_list("status", flat=True)
        asks = RunStatus.ASKS in lines and not {RunStatus.QUEUED, RunStatus.IN_PROCESS} & set(_startable(watched))
        return watched.finished_at is not None or asks
    return watched.status not in (RunStatus.QUEUED, RunStatus.IN_PROCESS)


def _startable(full_sync: "FullSync") -> "Iterator[str]":
    """The statuses of the lines that can go on without the answer of a person."""
    lines = list(full_sync.lines.select_related("mapping"))
    stuck = {line.mapping.name for line in lines if line.status == "asks"}
    for line in sorted(lines, key=lambda line: line.position):
        if stuck.intersection(line.depends_on):
            stuck.add(line.mapping.name)
        elif line.mapping.name not in stuck:
            yield line.status


def _lines(run: "Run | None", full_sync: "FullSync | None") -> "list[Run]":
    if full_sync is not None:
        return list(full_sync.lines.select_related("mapping").order_by("position"))
    return [run] if run is not None else []


@dataclass(slots=True)
class _Helper:
    """A worker in this process, in a thread of its own, so that Ctrl-C and the progress stay responsive."""

    home: Path
    stop: threading.Event
    thread: threading.Thread | None = None
    error: BaseException | None = None

    @property
    def working(self) -> bool:
        if self.error is not None:
            raise self.error
        return self.thread is not None and self.thread.is_alive()

    def start(self, until: Callable[[], bool]) -> None:
        self.thread = threading.Thread(target=self._work, args=(until,), name="worker")
        self.thread.start()

    def _work(self, until: Callable[[], bool]) -> None:
        from tallystick.engine import SetupError
        from tallystick.integration.jobs import run_worker

        try:
            with _log_of(self.home):
                run_worker(self.stop, until=until, schedule=False)
        except SetupError:
            pass  # a worker was faster: then we watch that one
        except Exception as error:
            self.error = error


@contextmanager
def _log_of(home: Path) -> Iterator[None]:
    """Write what the work says to the worker's log in home, as any worker's is; the terminal is for the progress."""
    path = home / "logs" / "worker.log"
    path.parent.mkdir(exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("tallystick.jobs")
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(before[0])
        logger.propagate = before[1]
        logger.removeHandler(handler)
        handler.close()


@contextmanager
def _helper(home: Path) -> Iterator[_Helper]:
    helper = _Helper(home, threading.Event())
    try:
        yield helper
    finally:
        helper.stop.set()
        if helper.thread is not None:
            helper.thread.join()


def _say_what_they_wait_for() -> "Callable[[list[Run]], None]":
    """Return a function that tells once what a run that is under way says of itself, such as a service that is down."""
    told: set[tuple[int, str]] = set()

    def say_once(lines: "list[Run]") -> None:
        for line in lines:
            if line.message and not line.ended and (line.pk, line.message) not in told:
                told.add((line.pk, line.message))
                remark(f"{line.mapping.name}: {line.message}")

    return say_once


@contextmanager
def _progress(*, quiet: bool) -> "Iterator[Callable[[list[Run]], None]]":
    """Give a function that shows how far runs are: bars on a terminal, elsewhere only what they have to wait for."""
    if quiet or not sys.stderr.isatty():
        yield _say_what_they_wait_for()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[status]}", markup=False),
    )
    with Progress(*columns, console=console(stderr=True), transient=False) as progress:
        tasks: dict[int, TaskID] = {}

        def show(lines: "list[Run]") -> None:
            for line in lines:
                if line.pk not in tasks:
                    tasks[line.pk] = progress.add_task(line.mapping.name, total=None, status="")
                done = line.done if line.total is None else min(line.done, line.total)
                total = line.done if line.ended else line.total
                progress.update(
                    tasks[line.pk], completed=done, total=total, status=line.message or line.get_status_display()
                )

        yield show
