"""Which workers are alive: each holds a lock that the system lets go of when its process ends, however it ends.

A worker's lock is a numbered slot, and the slot names its executor in the job store. On SQLite there is one slot, a lock
on a file in home, because the files of one home are for one worker. On PostgreSQL the slots are advisory locks, so that
whoever obtains the slot of another executor knows for certain that its worker is gone.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from tallystick.engine import SetupError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

MOST_WORKERS = 64
LOCK_ATTEMPTS = 15
LOCK_FAMILY = 0x7A11  # the first of the two numbers of our advisory locks; the second is the slot
# A machine that vanishes without a word holds its slot until the server misses it: after some 25 seconds.
NOTICE_LOST_WORKERS = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"


class Slot(Protocol):
    """A worker's place, held until `release`."""

    @property
    def executor(self) -> str:
        """The name under which this worker's workflows are stored."""

    @property
    def alone(self) -> bool:
        """Whether no other worker can be there."""

    def still_held(self) -> bool:
        """Whether the place is still ours; after a database restart it may not be."""

    def release(self) -> None:
        """Give the place up."""


@dataclass(slots=True)
class FileSlot:
    """The one worker of a home on SQLite."""

    file: IO[str]
    executor: str = "embedded"
    alone: bool = True

    def still_held(self) -> bool:
        return True

    def release(self) -> None:
        self.file.close()


@dataclass(slots=True)
class DatabaseSlot:
    """One of many workers on PostgreSQL; the connection that holds the lock does nothing else."""

    connection: "BaseDatabaseWrapper"
    number: int
    alone: bool = False

    @property
    def executor(self) -> str:
        return executor_name(self.number)

    def still_held(self) -> bool:
        try:
            with self.connection.connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Exception:  # whatever the driver says: a connection that fails holds no lock
            return False
        return True

    def release(self) -> None:
        with suppress(Exception):
            self.connection.close()


def executor_name(slot: int) -> str:
    """Return the executor's name for a slot on PostgreSQL."""
    return f"worker-{slot}"


def take_slot(home: Path) -> Slot:
    """Become a worker. Raises SetupError where this home already has its one worker."""
    from django.db import connection

    return _take_database_slot() if connection.vendor == "postgresql" else _take_file(home)


def someone_works(home: Path) -> bool:
    """Whether any worker is alive, in this process or another."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
                " AND classid = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
                [LOCK_FAMILY],
            )
            return bool(cursor.fetchone()[0])
    with (home / "worker.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextmanager
def dead_executors(executors: Iterator[str], own: Slot) -> Iterator[list[str]]:
    """Give those of these executors whose worker is gone, and keep anyone from taking their places meanwhile."""
    if not isinstance(own, DatabaseSlot):
        yield []
        return
    dead: dict[str, int] = {}
    for name in set(executors) - {own.executor}:
        number = int(name.rpartition("-")[2]) if name.rpartition("-")[2].isdigit() else None
        if number is not None and _locked(own.connection, number):
            dead[name] = number
    try:
        yield sorted(dead)
    finally:
        with own.connection.connection.cursor() as cursor:
            for number in dead.values():
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_FAMILY, number])


def _take_file(home: Path) -> FileSlot:
    file = (home / "worker.lock").open("a+", encoding="ascii")
    for _ in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)  # somebody may just be looking, or be about to leave
        else:
            return FileSlot(file)
    file.close()
    raise SetupError(
        f"A worker is already running for {home}.",
        hint="Stop it first; several workers at once need PostgreSQL (set DATABASE_URL).",
    )


def _take_database_slot() -> DatabaseSlot:
    from django.db import connection

    # A connection of its own: the lock belongs to the session, and Django closes its connections when it likes.
    own = connection.copy()
    own.ensure_connection()
    own.set_autocommit(True)
    with own.cursor() as cursor:
        cursor.execute(NOTICE_LOST_WORKERS)
    for number in range(1, MOST_WORKERS + 1):
        if _locked(own, number):
            return DatabaseSlot(own, number)
    own.close()
    raise SetupError(f"{MOST_WORKERS} workers are running already.", hint="Stop one of them first.")


def _locked(connection: "BaseDatabaseWrapper", number: int) -> bool:
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_FAMILY, number])
        return bool(cursor.fetchone()[0])
