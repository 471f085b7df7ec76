"""One durable step: a window of some ten pages of one mapping, read ahead while the page before is being written.

A step costs a commit in the job store, so it is a window and never a page. Doing a window twice cannot be seen: where it
starts is what the stored cursor says, and what was written but not remembered is found again, already equal.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tallystick.engine import CouplingStore, Outcome, Reach, Result, RowState, TableMapping
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

    While the writes of one page are on the wire, the page before is remembered and the next one is read and planned.
    Pages are remembered in their order, so that the cursor never passes one that is not. Raises what a side raises for a
    whole request, CursorExpired, or UnsafePlan before the page that is too much; what was done by then is remembered."""
    following: Work | None = work
    done = 0
    with _one_ahead(task) as writing:
        while following is not None and done < pages:
            task.between()
            plan = task.plan(following)
            brake = brake.check(task.mapping, plan.risky)
            writing.start(plan)
            following, done = plan.next, done + 1
    return Window(following, brake, writing.moved, done)


@dataclass(slots=True)
class _Writing:
    """At most one page on the wire; the one before is remembered as soon as the next one's writes are under way."""

    task: Task
    pool: ThreadPoolExecutor
    plan: Plan | None = None
    results: "Future[list[Result]] | None" = None
    moved: int = 0

    def start(self, plan: Plan) -> None:
        """Wait for the page under way, send this one's writes, then remember the one before."""
        earlier = self._take()
        self.plan, self.results = plan, self.pool.submit(with_connections(self.task.write), plan)
        self._remember(earlier)

    def finish(self) -> None:
        """Wait for the page under way and remember it."""
        self._remember(self._take())

    def _remember(self, page: tuple[Plan, list[Result]] | None) -> None:
        if page is None:
            return
        try:
            self.task.remember(*page)
        except BaseException:
            # The page on the wire must not be remembered either: its cursor would pass the one that is not.
            self._forget()
            raise
        self.moved += sum(map(_moved, page[1]))

    def _forget(self) -> None:
        self.plan = self.results = None

    def _take(self) -> tuple[Plan, list[Result]] | None:
        plan, results = self.plan, self.results
        self._forget()
        return None if plan is None or results is None else (plan, results.result())


def _moved(result: Result) -> bool:
    agreed = result.coupling is not None and result.coupling.standing.state is RowState.IN_SYNC
    return result.outcome is Outcome.APPLIED or agreed


@contextmanager
def _one_ahead(task: Task) -> Iterator[_Writing]:
    """Give the writing end of the pipeline; whatever ends the block, the page under way is remembered first."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"write-{task.mapping.name}") as pool:
        writing = _Writing(task, pool)
        try:
            yield writing
        finally:
            writing.finish()
