"""What a piece of work costs, in things that can be counted: requests, bytes, statements, steps of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.crm import Crm
from tests.sandbox_process import Sandbox

from tallystick.engine import FINANCE, SALES, Reach, SideName
from tallystick.engine.plan import Brake, Work
from tallystick.financials import services
from tallystick.integration import connections
from tallystick.integration.jobs import runs
from tallystick.integration.jobs.page import Task, work_through
from tallystick.integration.jobs.schedule import has_news
from tallystick.integration.stores import OrmCouplingStore, mapping_of, mappings_of

STEPS_PER_CALL = 100


@dataclass
class Meter:
    """What a block cost. `steps` are instructions of SQLite's virtual machine (0 on PostgreSQL), to the hundred."""

    requests: int = 0
    rows_written: int = 0
    bytes_sent: int = 0
    statements: int = 0
    steps: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def over(cls, sandbox: Sandbox) -> Iterator[Self]:
        meter = cls()
        sandbox.reset_stats()
        with CaptureQueriesContext(connection) as queries, _steps_counted(meter):
            yield meter
        stats = sandbox.stats()
        meter.requests, meter.kinds = stats["requests"], stats["by_kind"]
        meter.rows_written, meter.bytes_sent = stats["rows_written"], stats["bytes_sent"]
        meter.statements = len(queries)


@contextmanager
def _steps_counted(meter: Meter) -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return

    def step() -> int:
        meter.steps += STEPS_PER_CALL
        return 0

    connection.connection.set_progress_handler(step, STEPS_PER_CALL)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)


def customers(crm: Crm, count: int) -> list[str]:
    """Enter customers and return their ids."""
    made: list[str] = []
    for start in range(0, count, 1000):
        writes = [
            services.Insert({"name": f"{crm.company.name} {number}", "city": "Lyon", "phone_no": f"{number}"})
            for number in range(start, min(start + 1000, count))
        ]
        made += [str(saved.id) for saved in services.save_many(crm.company, "customer", writes)]
    return made


def edit(crm: Crm, ids: list[str], phone: str) -> None:
    for customer in ids:
        crm.edit(customer, phone_no=phone)


READ_THE_OTHERS = (SALES, Reach.COUPLED)
"""The other side's rows, which belong to other tests, are read and left alone."""
PUSH = (FINANCE, Reach.FULL)


def synchronise_fully(crm: Crm, *parts: tuple[SideName, Reach]) -> None:
    """Push all customers as a worker does: windows of pages, the next one read while this one is written."""
    mapping = mapping_of(crm.connection, "CUSTOMER")
    store, sides = OrmCouplingStore(crm.connection), connections.sides(crm.connection)
    for side, reach in parts or (READ_THE_OTHERS, PUSH):
        task = Task(mapping, sides, store, reach, runs.now)
        for start in (Work.feed(side), Work.sweep(side)):
            work: Work | None = start
            while work is not None:
                work = work_through(task, work, Brake(0)).next


def cycle(crm: Crm) -> None:
    """One pass over all mappings, as the schedule does it: look for news, and synchronise where there are some."""
    for mapping in mappings_of(crm.connection):
        if has_news(crm.connection, mapping):
            crm.synchronise(mapping.name)


def settle(crm: Crm) -> None:
    """Run cycles until what the last one wrote has been read back."""
    for _ in range(3):
        cycle(crm)
