"""Memory belongs to a page, not to a table."""

import gc
import tracemalloc

from tests.performance.conftest import Connected
from tests.performance.counting import PUSH, READ_THE_OTHERS, customers, synchronise_fully

from tallystick.integration.models import CouplingRow

SMALL, LARGE = 3000, 8000
ROOM = 1_500_000  # bytes; a page of customers with its couplings takes several times as much


def peak_of_a_run(connected: Connected, name: str, count: int) -> int:
    """The most memory that a full synchronization of so many customers holds at once, over what there was before."""
    crm = connected(name)
    customers(crm, count)
    synchronise_fully(crm, READ_THE_OTHERS)  # a page of them is larger the more the other tests left there
    gc.set_threshold(700, 10, 10)  # a worker that ran in this process before may have made collections rare
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        synchronise_fully(crm, PUSH)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert CouplingRow.objects.filter(mapping__connection=crm.connection, mapping__name="CUSTOMER").count() == count
    return peak


def test_memory_of_a_run_does_not_grow_with_its_pages(connected: Connected) -> None:
    """Broken once by keeping the plan and the results of every page that is remembered."""
    peak_of_a_run(connected, "Alder", 1000)  # what is read once and kept
    small = peak_of_a_run(connected, "Hazel", SMALL)
    large = peak_of_a_run(connected, "Maple", LARGE)
    assert large < small + ROOM, (small, large)
