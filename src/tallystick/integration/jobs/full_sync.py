"""The workflow of a full synchronization: its lines in dependency order, independent ones side by side.

The workflow does no line itself. It makes the lines startable one level after the other; any worker takes a startable line
up, so that on PostgreSQL the lines of one full synchronization are spread over all workers. When all lines have ended,
what still waits for a record that is coupled by now is looked at again, until nothing moves.
"""

import logging

from dbos import DBOS

from tallystick.integration.jobs import runs
from tallystick.integration.jobs.mapping_work import settle_line
from tallystick.integration.jobs.runtime import in_flight, pause, with_connections
from tallystick.integration.models import FullSync, Run, RunStatus

logger = logging.getLogger("tallystick.jobs")

MOST_ROUNDS = 10
LOOK_EVERY = 0.2  # seconds


@DBOS.workflow(name="full-sync", max_recovery_attempts=None)
def synchronise_everything(full_sync_id: int) -> None:
    """See a full synchronization through to its end. The same id is the same work, however often it is started."""
    with in_flight("full-sync"):
        if begin(full_sync_id):
            wait_for_lines(full_sync_id)
            for number in range(MOST_ROUNDS):
                if not settle(full_sync_id, number):
                    break
            end(full_sync_id)


@DBOS.step(name="full-sync begins")
@with_connections
def begin(full_sync_id: int) -> bool:
    full_sync = FullSync.objects.get(pk=full_sync_id)
    return runs.begin_full_sync(full_sync, DBOS.executor_id)


@DBOS.step(name="full-sync waits for its lines")
@with_connections
def wait_for_lines(full_sync_id: int) -> None:
    """Return when every line has ended. Lines that depend on one that did not succeed end with it."""
    runs.say_if_resumed(f"full synchronization {full_sync_id}", "its lines")
    while True:
        runs.block_dependants(full_sync_id)
        if not Run.objects.filter(full_sync=full_sync_id, status__in=runs.OPEN).exists():
            return
        FullSync.objects.filter(pk=full_sync_id).update(heartbeat_at=runs.now())
        pause(LOOK_EVERY)


@DBOS.step(name="full-sync settles")
@with_connections
def settle(full_sync_id: int, number: int) -> int:
    """Look again at what waits, in every mapping whose line succeeded; returns how many rows moved."""
    runs.say_if_resumed(f"full synchronization {full_sync_id}", "the rows that wait for one another")
    lines = Run.objects.filter(full_sync=full_sync_id, status=RunStatus.SUCCESS).select_related(
        "mapping", "connection__company"
    )
    moved = sum(settle_line(line, DBOS.executor_id) for line in lines.order_by("position"))
    if moved:
        logger.info("full synchronization %s: %s waiting rows moved in round %s", full_sync_id, moved, number + 1)
    return moved


@DBOS.step(name="full-sync ends")
@with_connections
def end(full_sync_id: int) -> None:
    runs.finish_full_sync(full_sync_id)
