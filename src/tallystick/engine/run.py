"""A whole mapping, page after page: both feeds to their end, what a lost cursor hid, then what waited."""

from collections.abc import Callable, Iterator

from tallystick.engine.errors import CursorExpired
from tallystick.engine.mapping import TableMapping
from tallystick.engine.model import FINANCE, SALES
from tallystick.engine.plan import Work
from tallystick.engine.ports import CouplingStore, Outcome
from tallystick.engine.step import PageResult

# The sales feed goes first: what we wrote last time comes back in it, and tells how the other system keeps our values.
FEED_ORDER = (SALES, FINANCE)
PASSES = 5
"""How often waiting rows are looked at again while each look still brings something forward."""

DoPage = Callable[[Work], PageResult]


def run_mapping(mapping: TableMapping, store: CouplingStore, do_page: DoPage) -> Iterator[PageResult]:
    """Carry one run of a mapping to its end and yield what became of each page.

    `do_page` does one page of work (`sync_page` with everything but the work filled in)."""
    for side in FEED_ORDER:
        try:
            yield from _to_the_end(Work.feed(side), do_page)
        except CursorExpired:
            store.start_over(mapping.name, side)
            yield from _to_the_end(Work.feed(side), do_page)
        # Also when this run did not start the reading over: the one that did may have been killed before it swept.
        yield from _to_the_end(Work.sweep(side), do_page)
        store.swept(mapping.name, side)
    for _ in range(PASSES):
        moved = False
        for page in _to_the_end(Work.revisit(), do_page):
            moved |= page.count(Outcome.APPLIED) > 0
            yield page
        if not moved:
            return


def _to_the_end(work: Work | None, do_page: DoPage) -> Iterator[PageResult]:
    while work is not None:
        page = do_page(work)
        yield page
        work = page.next
