"""A window reads ahead while it writes; nothing of that may be seen in what comes out."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.engine.world import CUSTOMERS, NOW, Crash, Fuse, World

from tallystick.engine import FINANCE, SALES, ConflictPolicy, Reach, RowState, SideUnavailable, UnsafePlan
from tallystick.engine.plan import Brake, Work
from tallystick.engine.run import FEED_ORDER
from tallystick.integration.jobs.page import Task, Window, work_through

NAMES = [f"no {number}" for number in range(10)]


@dataclass
class OneAtATime:
    """A port for two threads: dictionaries do not like to be changed while they are read."""

    port: Any
    lock: Any
    around: Callable[[str], None] = lambda name: None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.port, name)

        def guarded(*arguments: Any, **options: Any) -> Any:
            self.around(name)
            with self.lock:
                return method(*arguments, **options)

        return guarded


def task_in(world: World, fuse: Fuse | None = None, around: Callable[[str], None] = lambda name: None) -> Task:
    lock, fuse = threading.Lock(), fuse or Fuse()

    def port(of: Any) -> Any:
        guarded = OneAtATime(of, lock, around)
        return _Fused(guarded, fuse)

    return Task(
        mapping=CUSTOMERS,
        sides={FINANCE: port(world.finance), SALES: port(world.sales)},
        store=port(world.store),
        reach=Reach.FULL,
        clock=lambda: NOW,
    )


@dataclass
class _Fused:
    port: Any
    fuse: Fuse

    def __getattr__(self, name: str) -> Any:
        return self.fuse.guard(getattr(self.port, name))


def run_to_the_end(task: Task, pages: int = 2) -> None:
    """A run as the jobs do it: windows of a few pages over both feeds, then what is due."""
    for work in (*(Work.feed(side) for side in FEED_ORDER), Work.revisit(), Work.revisit()):
        following: Work | None = work
        while following is not None:
            following = work_through(task, following, Brake(0, lifted=True), pages).next


def a_world() -> World:
    world = World()
    for number, name in enumerate(NAMES):
        world.edit(FINANCE, f"f{number}", {"name": name, "city": "Here", "credit": f"{number}.00"})
    for number, name in enumerate(NAMES[:4]):
        world.edit(SALES, f"s{number}", {"name": name, "city": "Here"})
    world.edit(SALES, "s9", {"name": "crm", "city": "There"})
    return world


def outcome(world: World) -> tuple[list[Any], int, int]:
    pairs = sorted((str(finance.fields["name"]), str(sales.fields["name"])) for _, finance, sales in world.pairs())
    return pairs, len(world.rows(FINANCE)), len(world.rows(SALES))


def test_reading_ahead_ends_as_reading_after() -> None:
    ahead, after = a_world(), a_world()
    run_to_the_end(task_in(ahead))
    run_to_the_end(task_in(after), pages=1)
    assert outcome(ahead) == outcome(after)
    assert len(outcome(ahead)[0]) == len(NAMES) + 1


def test_a_second_run_writes_nothing() -> None:
    world = a_world()
    run_to_the_end(task_in(world))
    written = world.finance.written, world.sales.written
    run_to_the_end(task_in(world))
    assert (world.finance.written, world.sales.written) == written


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_crash_at_any_call_of_a_port_changes_nothing_in_the_end(*, after: bool) -> None:
    undisturbed = a_world()
    counting = Fuse()
    run_to_the_end(task_in(undisturbed, counting))
    assert counting.calls > 60
    for at in range(1, counting.calls + 1):
        world = a_world()
        with contextlib.suppress(Crash):
            run_to_the_end(task_in(world, Fuse(at, after)))
        run_to_the_end(task_in(world))
        assert outcome(world) == outcome(undisturbed), f"after a crash at call {at}"


def test_pages_are_remembered_in_their_order() -> None:
    world = a_world()
    cursors: list[str | None] = []

    def around(name: str) -> None:
        if name in ("changes", "commit"):
            cursors.append(world.store.cursor(CUSTOMERS.name, FINANCE))

    window = work_through(task_in(world, around=around), Work.feed(FINANCE), Brake(0), pages=10)
    cursors.append(world.store.cursor(CUSTOMERS.name, FINANCE))
    remembered = list(dict.fromkeys(cursors))
    assert window.pages == 4
    assert remembered[0] is None
    assert len(remembered) == 5
    places = [int(cursor.split(":")[1]) for cursor in remembered if cursor is not None]
    assert places == sorted(places)


def test_the_next_page_is_read_while_this_one_is_written() -> None:
    world = a_world()
    reading = threading.Event()
    overlapped: list[bool] = []

    def around(name: str) -> None:
        if name == "write":
            overlapped.append(reading.wait(5))
        if name == "changes" and world.store.of(CUSTOMERS.name).cursors.get(FINANCE) is None and overlapped_once():
            reading.set()

    calls: list[str] = []

    def overlapped_once() -> bool:
        calls.append("changes")
        return len(calls) > 1  # the second page of the feed, before the first one is remembered

    work_through(task_in(world, around=around), Work.feed(FINANCE), Brake(0), pages=3)
    assert overlapped[0]


def test_a_window_ends_after_its_pages_and_says_where_to_go_on() -> None:
    world = a_world()
    first = work_through(task_in(world), Work.feed(FINANCE), Brake(0), pages=2)
    assert (first.pages, first.next is not None) == (2, True)
    rest = work_through(task_in(world), Work.feed(FINANCE), Brake(0), pages=10)
    assert (rest.pages, rest.next) == (2, None)


def test_what_was_written_before_an_error_is_remembered() -> None:
    world = a_world()
    calls: list[str] = []

    def around(name: str) -> None:
        calls.append(name)
        if name == "changes" and calls.count("changes") == 3:
            raise SideUnavailable("Dynamics CRM does not answer.")

    with pytest.raises(SideUnavailable):
        work_through(task_in(world, around=around), Work.feed(FINANCE), Brake(0), pages=10)
    assert len(world.pairs()) == 6


def test_the_brake_holds_before_the_page_that_is_too_much_and_keeps_what_was_done() -> None:
    world = a_world()
    run_to_the_end(task_in(world))
    run_to_the_end(task_in(world))  # reads back what the first one wrote, so that the feed holds our edits alone
    for number in range(8):
        world.edit(FINANCE, f"f{number}", {"city": None})
    careful = replace(CUSTOMERS, max_free=4, max_share=0)
    task = replace(task_in(world), mapping=careful)
    with pytest.raises(UnsafePlan):
        work_through(task, Work.feed(FINANCE), Brake(11), pages=10)
    blanked = sum(record.fields["town"] is None for record in world.rows(SALES).values())
    assert blanked == 3  # the first page of three; the second would make it six
    lifted: Window = work_through(task, Work.feed(FINANCE), Brake(11, lifted=True), pages=10)
    assert lifted.next is None
    assert sum(record.fields["town"] is None for record in world.rows(SALES).values()) == 8


def test_a_window_stops_where_it_is_asked_to_and_remembers_the_page_under_way() -> None:
    world = a_world()
    calls = 0

    class Enough(BaseException):
        pass

    def between() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Enough

    with pytest.raises(Enough):
        work_through(replace(task_in(world), between=between), Work.feed(FINANCE), Brake(0), pages=10)
    assert len(world.pairs()) == 6


@pytest.mark.parametrize("page", [2, 3])
def test_a_record_that_is_edited_while_its_pages_pass_is_coupled_once_and_catches_up(page: int) -> None:
    """Its second appearance may be planned before what became of the first is remembered."""
    world = World()
    for number, name in enumerate(NAMES):
        world.edit(FINANCE, f"f{number}", {"name": name, "city": "Here", "credit": f"{number}.00"})
    calls: list[str] = []

    def around(name: str) -> None:
        calls.append(name)
        if name == "changes" and calls.count("changes") == page:
            world.edit(FINANCE, "f0", {"city": "Moved"})

    slow = task_in(world, around=around)
    work_through(slow, Work.feed(FINANCE), Brake(0), pages=10)
    run_to_the_end(task_in(world))
    assert outcome(world)[1:] == (len(NAMES), len(NAMES))
    assert len(world.pairs()) == len(NAMES)
    [moved] = [sales for _, finance, sales in world.pairs() if finance.id == "f0"]
    assert moved.fields["town"] == "Moved"
    assert {coupling.standing.state for coupling, _, _ in world.pairs()} == {RowState.IN_SYNC}
    assert world.store.of(CUSTOMERS.name).loose == {}


def test_a_page_planned_before_another_was_remembered_finds_its_couplings_there() -> None:
    """Take `_adopt_all`'s look at who a coupling belongs to away, and the record is in conflict with itself."""
    world = World()
    world.edit(FINANCE, "f0", {"name": "one", "city": "Here", "credit": "0.00"})
    task = task_in(world)
    first, second = task.plan(Work.feed(FINANCE)), task.plan(Work.feed(FINANCE))
    for plan in (first, second):
        task.remember(plan, task.write(plan))
    [(coupling, _, _)] = world.pairs()
    assert coupling.standing.state is RowState.IN_SYNC
    assert world.store.of(CUSTOMERS.name).loose == {}


def test_towards_dynamics_crm_two_pages_are_on_the_wire_at_once() -> None:
    together = threading.Barrier(2, timeout=10)
    writes: list[str] = []

    def around(name: str) -> None:
        if name == "write":
            writes.append(name)
            if len(writes) <= 2:
                together.wait()

    world = a_world()
    window = work_through(task_in(world, around=around), Work.feed(FINANCE), Brake(0), pages=10)
    assert (window.next, len(world.pairs())) == (None, len(NAMES))


def test_a_page_with_a_record_under_way_is_planned_when_what_became_of_it_is_known() -> None:
    """Seen to fail, without planning it again, with the record in conflict with our own write of it."""
    world = World(conflicts=ConflictPolicy.ASK)
    for number, name in enumerate(NAMES):
        world.edit(FINANCE, f"f{number}", {"name": name, "city": "Here", "credit": f"{number}.00"})
    world.settle()
    for number in range(len(NAMES)):
        world.edit(FINANCE, f"f{number}", {"city": "There"})
    calls: list[str] = []

    def around(name: str) -> None:
        calls.append(name)
        if name == "changes" and calls.count("changes") == 4:
            world.edit(FINANCE, "f6", {"city": "Elsewhere"})

    work_through(task_in(world, around=around), Work.feed(FINANCE), Brake(0, lifted=True), pages=10)
    assert {coupling.standing.state for coupling, _, _ in world.pairs()} == {RowState.IN_SYNC}
    world.settle(Reach.COUPLED)
    towns = {finance.id: sales.fields["town"] for _, finance, sales in world.pairs()}
    assert towns == {f"f{number}": "There" for number in range(len(NAMES))} | {"f6": "Elsewhere"}
