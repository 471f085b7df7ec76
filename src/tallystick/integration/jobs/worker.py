"""The worker: takes up what people and the schedule ask for, until it is told to stop."""

import gc
import itertools
import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress

from django.db import close_old_connections, connections
from django.db.models import F
from django.db.utils import Error as DatabaseError

from tallystick.config import environment
from tallystick.engine import SetupError
from tallystick.integration.jobs import runs
from tallystick.integration.jobs.full_sync import synchronise_everything
from tallystick.integration.jobs.presence import Slot, take_slot
from tallystick.integration.jobs.resumption import resume_abandoned
from tallystick.integration.jobs.run import carry_out
from tallystick.integration.jobs.runtime import Start, flying, rest, running_job_store, start
from tallystick.integration.jobs.schedule import Schedule
from tallystick.integration.models import FullSync, Run, RunStatus, Worker

logger = logging.getLogger("tallystick.jobs")

LOOK_EVERY = 0.25  # seconds between two looks for new work
BEAT_EVERY = 5.0  # seconds between two heartbeats, and between two looks for abandoned work
AT_ONCE = 4  # runs that one worker does side by side
# A page of records is some 50,000 objects that live until it is remembered. Looking for cycles at every 700 of them, as
# Python does by itself, takes a sixth of a worker's time and finds none.
OBJECTS_PER_COLLECTION = 50_000


def run_worker(
    stop: threading.Event,
    *,
    until: Callable[[], bool] = lambda: False,
    schedule: bool = True,
    patient: bool = False,
) -> None:
    """Do the work of the background until `stop` is set or `until()` is true; the pages under way are finished first.

    Raises SetupError where this home already has its one worker (on SQLite), or waits for it to end where `patient`.
    `schedule` runs the incremental cycles too. After a restart of the database, which takes the worker's place away, it
    takes a place again and goes on."""
    gc.set_threshold(OBJECTS_PER_COLLECTION, 20, 20)
    try:
        while (slot := _take_place(stop, patient=patient)) is not None:
            if _work_from(slot, stop, until, schedule=schedule):
                return
            logger.warning("lost the connection that holds this worker's place; taking one again")
            patient = True
    finally:
        connections.close_all()


def _take_place(stop: threading.Event, *, patient: bool) -> Slot | None:
    """Return this worker's place, or None where it was told to stop while it waited for one."""
    while not stop.is_set():
        try:
            return take_slot(environment().home)
        except (SetupError, DatabaseError):
            if not patient:
                raise
            connections.close_all()
            stop.wait(1)
    return None


def _work_from(slot: Slot, stop: threading.Event, until: Callable[[], bool], *, schedule: bool) -> bool:
    """Work while the place is ours; returns whether the worker is to end."""
    with ExitStack() as closing:
        closing.callback(slot.release)
        closing.callback(_sign_off, slot)
        closing.enter_context(running_job_store(environment().home, slot.executor))
        cycles = closing.enter_context(Schedule(fresh=slot.alone)) if schedule else None
        logger.info("worker %s is ready", slot.executor)
        return _loop(slot, stop, until, cycles)


def _loop(slot: Slot, stop: threading.Event, until: Callable[[], bool], cycles: "Schedule | None") -> bool:
    looks_per_beat = int(BEAT_EVERY / LOOK_EVERY)
    for look in itertools.count():
        close_old_connections()
        if look % looks_per_beat == 0 and not slot.still_held():
            return False
        try:
            if look % looks_per_beat == 0:
                _sign_on(slot)
                resume_abandoned(slot)
            take_up_work()
            if cycles is not None:
                cycles.look()
            if until():
                return True
        except DatabaseError:
            logger.warning("the database does not answer; trying again", exc_info=True)
            connections.close_all()
        rest(LOOK_EVERY)
        if stop.is_set():
            return True
    raise AssertionError("counting does not end")


def take_up_work() -> None:
    """Start what is queued and may start now. What was started before is not started again."""
    for full_sync in FullSync.objects.filter(status=RunStatus.QUEUED):
        start(synchronise_everything, runs.full_sync_workflow_id(full_sync), full_sync.pk)
    for run in runs.startable_runs(AT_ONCE - flying("run")):
        if start(carry_out, runs.run_workflow_id(run), run.pk) is Start.ENDED:
            # Queued again by a person after it had ended: further work, under an id of its own.
            Run.objects.filter(pk=run.pk, status=RunStatus.QUEUED).update(attempts=F("attempts") + 1)


def _sign_on(slot: Slot) -> None:
    """Tell people that this worker is alive."""
    Worker.objects.update_or_create(
        name=slot.executor,
        defaults={"host": socket.gethostname(), "pid": os.getpid(), "heartbeat_at": runs.now()},
        create_defaults={
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "heartbeat_at": runs.now(),
            "started_at": runs.now(),
        },
    )


def _sign_off(slot: Slot) -> None:
    with suppress(DatabaseError):
        Worker.objects.filter(name=slot.executor, pid=os.getpid()).delete()
