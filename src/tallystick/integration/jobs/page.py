"""One durable step: a window of some ten pages of one mapping, read ahead while the pages before are being written.

A step costs a commit in the job store, so it is a window and never a page. Doing a window twice cannot be seen: where it
starts is what the stored cursor says, and what was written but not remembered is found again, already equal.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tallystick.engine import FINANCE, CouplingStore, Outcome, Reach, Result, RowState, TableMapping
from tallystick.engine.match import Sides
from tallystick.engine.plan import Brake, Plan, Work
from tallystick.engine.step import apply, commit, plan_page
from tallystick.integration.jobs.runtime import with_connections

PAGES_PER_WINDOW = 10


@dataclass(frozen=True, slots=True)
class Task:
    """What a window works with: one mapping, its two sides, where it remembers, and how far it goes.

    `between` is called before each page; what it raises ends the window after the page under way is remembered.
    `adapted` makes of a plan what may be carried out of it."""

    mapping: TableMapping
    sides: Sides
    store: CouplingStore
    reach: Reach
    clock: Callable[[], datetime]
    between: Callable[[], None] = lambda: None
    adapted: Callable[[Plan], Plan] = lambda plan: plan

    def plan(self, work: Work) -> Plan:
        return self.adapted(plan_page(self.mapping, self.sides, self.store, work, reach=self.reach))

    def write(self, plan: Plan) -> list[Result]:
        return apply(plan, self.sides, self.store)

    def remember(self, plan: Plan, results: list[Result]) -> None:
        commit(plan, results, self.store, at=self.clock())


@dataclass(frozen=True, slots=True)
class Window:
    """What became of a window: the work behind it (None at the end), the brake as it stands, and how many rows it moved.

    A row counts as moved where something was written for it, or where it was coupled or came into agreement."""

    next: Work | None
    brake: Brake
    moved: int
    pages: int


def work_through(task: Task, work: Work, brake: Brake, pages: int = PAGES_PER_WINDOW) -> Window:
    """Bring up to `pages` pages into agreement, beginning with `work`.

    While the writes of earlier pages are on the wire, the page before is remembered and the next one is read and planned.
    Pages are remembered in their order, so that the cursor never passes one that is not. A page with a record of a page
    under way is planned again when that one is remembered: what it knows of the record is old. Raises what a side raises
    for a whole request, CursorExpired, or UnsafePlan before the page that is too much; what was done by then is
    remembered."""
    following: Work | None = work
    done = 0
    with _ahead(task) as writing:
        while following is not None and done < pages:
            task.between()
            plan = task.plan(following)
            if writing.holds_any_of(plan):
                writing.finish()
                plan = task.plan(following)
            brake = brake.check(task.mapping, plan.risky)
            writing.start(plan)
            following, done = plan.next, done + 1
    return Window(following, brake, writing.moved, done)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A page whose writes are on the wire, and the ids of its records on either side."""

    plan: Plan
    ids: frozenset[str]
    results: "Future[list[Result]]"


@dataclass(slots=True)
class _Writing:
    """The pages on the wire, oldest first; each is remembered as soon as those after it are under way."""

    task: Task
    pool: ThreadPoolExecutor
    under_way: deque[_UnderWay] = field(default_factory=deque)
    moved: int = 0

    def holds_any_of(self, plan: Plan) -> bool:
        """Whether a page under way has a record of this plan."""
        ids = _ids_of(plan) if self.under_way else frozenset()
        return not all(page.ids.isdisjoint(ids) for page in self.under_way)

    def start(self, plan: Plan) -> None:
        """Send this page's writes, and remember the one that makes room for it."""
        at_once = _at_once(plan)
        while len(self.under_way) > at_once:
            self._remember(self._take())
        earlier = self._take() if len(self.under_way) == at_once else None
        results = self.pool.submit(with_connections(self.task.write), plan)
        self.under_way.append(_UnderWay(plan, _ids_of(plan), results))
        if earlier is not None:
            self._remember(earlier)

    def finish(self) -> None:
        """Wait for the pages under way and remember them."""
        while self.under_way:
            self._remember(self._take())

    def _take(self) -> tuple[Plan, list[Result]]:
        """Wait for the oldest page; where it failed, none after it may be remembered: the cursor would pass it."""
        page = self.under_way.popleft()
        try:
            return page.plan, page.results.result()
        except BaseException:
            self.under_way.clear()
            raise

    def _remember(self, page: tuple[Plan, list[Result]]) -> None:
        try:
            self.task.remember(*page)
        except BaseException:
            self.under_way.clear()
            raise
        self.moved += sum(map(_moved, page[1]))


def _at_once(plan: Plan) -> int:
    """Return how many pages may be on the wire with this one.

    What is written in Dynamics CRM spends most of its time over there, and two requests keep that side at work; Financials
    has one writer at a time."""
    return 2 if plan.cursor is not None and plan.cursor[0] is FINANCE else 1


def _ids_of(plan: Plan) -> frozenset[str]:
    pairs = [action.pair for action in plan.actions]
    return frozenset(record.id for pair in pairs for record in (pair.finance, pair.sales) if record is not None)


def _moved(result: Result) -> bool:
    agreed = result.coupling is not None and result.coupling.standing.state is RowState.IN_SYNC
    return result.outcome is Outcome.APPLIED or agreed


@contextmanager
def _ahead(task: Task) -> Iterator[_Writing]:
    """Give the writing end of the pipeline; whatever ends the block, the pages under way are remembered first."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix=f"write-{task.mapping.name}") as pool:
        writing = _Writing(task, pool)
        try:
            yield writing
        finally:
            writing.finish()
