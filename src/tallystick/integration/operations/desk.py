"""A desk to work at while a person waits: the mapping to itself, both sides, the store, and a run to count in."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from tallystick.engine import SALES, Coupling, Reach, Record, Result, SideName, TableMapping, TallyError
from tallystick.engine.match import Sides
from tallystick.engine.plan import Brake, Plan, Work
from tallystick.engine.step import apply, commit, plan_page
from tallystick.financials.models import Company
from tallystick.integration import connections
from tallystick.integration.models import Connection, MappingSettings, Run, RunKind, RunStatus
from tallystick.integration.operations.requests import NOTHING_ASKED, Request, store_for
from tallystick.integration.stores import OrmCouplingStore, held, settings_of
from tallystick.integration.stores.settings import as_set

PATIENCE = timedelta(seconds=8)  # how long a person waits for a run to let go of the mapping
INTERRUPTED = "Interrupted before it had finished."


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A mapping of a company's connection: what nearly every operation begins with."""

    company: Company
    connection: Connection
    settings: MappingSettings
    mapping: TableMapping

    @classmethod
    def of(cls, company: Company, mapping: str) -> "Place":
        """Find the place. Raises SetupError where the company is not connected, or there is no such mapping."""
        connection = connections.connection_of(company)
        settings = settings_of(connection, mapping)
        return cls(company, connection, settings, as_set(settings))

    def store(self, run: Run | None = None, by: str = "") -> OrmCouplingStore:
        return OrmCouplingStore(self.connection, run, by)

    def sides(self) -> Sides:
        return connections.sides(self.connection)


@dataclass(frozen=True, slots=True)
class Desk:
    """One piece of work on a mapping, alone at it. What it does is counted in `run`."""

    place: Place
    mapping: TableMapping
    sides: Sides
    store: OrmCouplingStore
    run: Run

    def read(self, side: SideName, ids: Sequence[str]) -> dict[str, Record]:
        return dict(self.sides[side].read(self.mapping, ids)) if ids else {}

    def plan(self, work: Work, reach: Reach = Reach.COUPLED) -> Plan:
        return plan_page(self.mapping, self.sides, self.store, work, reach=reach)

    def do(self, plan: Plan) -> list[Result]:
        """Carry a plan out and remember what came of it."""
        results = apply(plan, self.sides, self.store)
        commit(plan, results, self.store, at=now())
        return results

    def remember(self, results: Sequence[Result]) -> None:
        """Remember results that needed no write."""
        self.store.commit(self.mapping.name, results, cursor=None, seen=None, at=now())

    def see_through(self, work: Work | None, reach: Reach = Reach.COUPLED) -> list[Result]:
        """Do some work page by page to its end, with the brake on; returns all results."""
        brake = Brake(partial(self.store.count, self.mapping.name))
        results: list[Result] = []
        while work is not None:
            plan = self.plan(work, reach)
            brake = brake.check(self.mapping, plan.risky)
            results += self.do(plan)
            work = plan.next
        return results

    def couplings(self, side: SideName, ids: Sequence[str]) -> dict[str, Coupling]:
        return dict(self.store.couplings(self.mapping.name, side, ids))


@contextmanager
def at_desk(
    place: Place,
    kind: RunKind,
    what: str,
    by: str,
    *,
    request: Request = NOTHING_ASKED,
    mapping: TableMapping | None = None,
    needs_sides: bool = True,
) -> Iterator[Desk]:
    """Give a desk with the mapping to itself, and tell in the run what came of the work done at it.

    Waits a few seconds for another run of the mapping, then raises MappingBusy saying who has it. `mapping` stands in for
    the place's own where other rules count this once; so does the winner of a `request`. An error ends the run with its
    words, and is raised again."""
    sides = place.sides() if needs_sides else {}
    # The row says "stopped" until the end is known, so that a process that dies leaves nothing that looks under way.
    run = Run.objects.create(
        connection=place.connection,
        mapping=place.settings,
        kind=kind,
        requested_by=by,
        status=RunStatus.STOPPED,
        message=INTERRUPTED,
        options=request.as_options() if request is not NOTHING_ASKED else {},
        started_at=now(),
        finished_at=now(),
    )
    try:
        with held(place.settings, f"run/{run.pk}", f"{by or 'Somebody'} ({what})", patience=PATIENCE, sleep=time.sleep):
            yield Desk(place, request.rules(mapping or place.mapping), sides, store_for(run), run)
    except TallyError as error:
        _end(run, RunStatus.ERROR, str(error), error.hint)
        raise
    _end(run, RunStatus.SUCCESS)


def _end(run: Run, status: RunStatus, message: str = "", hint: str = "") -> None:
    Run.objects.filter(pk=run.pk).update(status=status, message=message, hint=hint, finished_at=now())
    run.refresh_from_db()


def sales_was_read(place: Place) -> bool:
    """Whether both feeds were read before, so that what could match is known but for the newest changes."""
    store = place.store()
    return all(store.cursor(place.mapping.name, side) is not None for side in (SALES, SALES.other))
