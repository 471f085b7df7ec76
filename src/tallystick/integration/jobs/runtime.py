"""The durable job store: how DBOS is set up, started and stopped. Nothing else in the product talks to it directly.

Two promises of this module matter to the rest. A step that has ended is never done again, a step that was under way when
the process died is; so steps are idempotent. And a worker that is asked to stop leaves its workflows as a crash would,
only between two pages: the next worker takes them up where they are, so there is one way back, and it is always tested.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetWorkflowID
from django.db import close_old_connections, connections

from tallystick.config import environment

P = ParamSpec("P")
R = TypeVar("R")

# Raised by one whenever a workflow's order of steps changes: recovery then leaves older workflows to `resumption`, which
# starts them afresh from the stored cursors, instead of replaying them against steps they did not have.
APPLICATION_VERSION = "1"
SCHEMA = "tally_jobs"
logger = logging.getLogger("tallystick.jobs")


class Stopping(BaseException):
    """The worker was asked to stop between two pages.

    Not an Exception, so that neither we nor the job store take it for a result: the workflow stays as it is."""


stop_requested = threading.Event()


def pause(seconds: float) -> None:
    """Wait inside a step, or stop waiting because the worker stops. Raises Stopping."""
    if stop_requested.wait(seconds):
        raise Stopping


def check_stopping() -> None:
    """Raise Stopping when the worker was asked to stop."""
    pause(0)


def with_connections(function: Callable[P, R]) -> Callable[P, R]:
    """Give each step working database connections and close them behind it: its thread may rest for hours after it."""

    @wraps(function)
    def step(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return step


@contextmanager
def running_job_store(home: Path, executor: str) -> Iterator[None]:
    """Launch the job store under this executor's name, recover what its predecessor left, and shut down at the end."""
    stop_requested.clear()
    engine = _engine(home)
    _quiet_logs()
    DBOS(config=_config(home, executor, engine))
    DBOS.launch()
    try:
        yield
    finally:
        stop_requested.set()
        wait_until_idle(seconds=60)
        DBOS.destroy()
        if engine is not None:
            engine.dispose()


class Start(Enum):
    """What became of a start."""

    STARTED = "started"
    UNDER_WAY = "under way"
    ENDED = "ended"  # the work of that id was done before


UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})


def start(workflow: Callable[[int], None], workflow_id: str, argument: int) -> Start:
    """Start the work that the id names, unless it was started before: a second start changes nothing."""
    status = DBOS.get_workflow_status(workflow_id)
    if status is not None:
        return Start.UNDER_WAY if status.status in UNDER_WAY else Start.ENDED
    with SetWorkflowID(workflow_id):
        DBOS.start_workflow(workflow, argument)
    return Start.STARTED


@dataclass(slots=True)
class _Flights:
    """The workflows that run in this process, by kind; `changed` is told whenever one begins or ends."""

    kinds: Counter[str] = field(default_factory=Counter)
    changed: threading.Condition = field(default_factory=threading.Condition)


_flights = _Flights()


@contextmanager
def in_flight(kind: str) -> Iterator[None]:
    """Count a workflow of this process from here to the end of the block."""
    with _flights.changed:
        _flights.kinds[kind] += 1
    try:
        yield
    finally:
        with _flights.changed:
            _flights.kinds[kind] -= 1
            _flights.changed.notify_all()


def flying(kind: str) -> int:
    """Return how many workflows of this kind run in this process."""
    return _flights.kinds[kind]


def rest(seconds: float) -> None:
    """Wait that long, or until a workflow of this process ends: then there may be something new to start."""
    with _flights.changed:
        _flights.changed.wait(seconds)


def wait_until_idle(seconds: float) -> bool:
    """Wait until no workflow runs in this process; False when some still do after that time."""
    with _flights.changed:
        return _flights.changed.wait_for(lambda: not any(_flights.kinds.values()), timeout=seconds)


def _config(home: Path, executor: str, engine: "sqlalchemy.Engine | None") -> DBOSConfig:
    config: DBOSConfig = {
        "name": "tallystick",
        "executor_id": executor,
        "application_version": APPLICATION_VERSION,
        "log_level": "WARNING",
        "notification_listener_polling_interval_sec": 0.5,
    }
    if engine is not None:
        return {**config, "system_database_engine": engine, "system_database_url": str(engine.url)}
    return {
        **config,
        "system_database_url": _postgresql_url(),
        "dbos_system_schema": SCHEMA,
        "db_engine_kwargs": {"pool_pre_ping": True, "pool_size": 10},
    }


def _postgresql_url() -> str:
    """Return DATABASE_URL as SQLAlchemy has it; it takes the folder of a socket only as a parameter."""
    url = environment().database_url
    assert url is not None  # noqa: S101  # only asked for where there is one
    part = url.hosts()[0]
    host = unquote(part["host"] or "")
    query = dict(url.query_params()) | ({"host": host} if host.startswith("/") else {})
    return sqlalchemy.URL.create(
        "postgresql",
        username=unquote(part["username"] or "") or None,
        password=unquote(part["password"] or "") or None,
        host=None if host.startswith("/") else host or None,
        port=part["port"],
        database=unquote((url.path or "/").removeprefix("/")) or None,
        query=query,
    ).render_as_string(hide_password=False)


def _engine(home: Path) -> "sqlalchemy.Engine | None":
    """On SQLite an engine of ours: left to itself DBOS uses a rollback journal with a full sync for every step."""
    if environment().database_url is not None:
        return None
    engine = sqlalchemy.create_engine(f"sqlite:///{home / 'jobs.sqlite3'}")

    @sqlalchemy.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # writers take turns instead of failing half-way
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _quiet_logs() -> None:
    """Send the job store's log through ours."""
    dbos_logger = logging.getLogger("dbos")
    for handler in list(dbos_logger.handlers):
        dbos_logger.removeHandler(handler)
    dbos_logger.addHandler(logging.NullHandler())  # otherwise it adds a console handler of its own again
    dbos_logger.propagate = True
