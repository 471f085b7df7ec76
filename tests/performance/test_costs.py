"""What work costs must depend on what changed, not on how much there is. Counts only: no test here looks at a clock."""

from tests.integration.crm import Crm
from tests.performance.conftest import Connected
from tests.performance.counting import Meter, customers, cycle, edit, settle, synchronise_fully
from tests.sandbox_process import Sandbox

from tallystick.integration.models import CouplingRow
from tallystick.integration.stores import mappings_of

FEW, MANY, CHANGED = 300, 3000, 10


def coupled(connected: Connected, name: str, count: int) -> tuple[Crm, list[str]]:
    """A company whose customers are all coupled and whose cycles have come to rest."""
    crm = connected(name)
    ids = customers(crm, count)
    synchronise_fully(crm)
    settle(crm)
    assert CouplingRow.objects.filter(mapping__connection=crm.connection, mapping__name="CUSTOMER").count() == count
    return crm, ids


def measure(crm: Crm, sandbox: Sandbox, ids: list[str]) -> Meter:
    """A cycle after an edit of these customers."""
    settle(crm)
    edit(crm, ids, "+49 30 555")
    with Meter.over(sandbox) as meter:
        cycle(crm)
    assert meter.rows_written == len(ids)
    return meter


def test_a_thousand_new_records_cost_at_most_three_requests(connected: Connected, sandbox: Sandbox) -> None:
    """Broken once by sending new rows in batches instead of bulk messages."""
    crm = connected("Poplar")
    customers(crm, MANY)
    with Meter.over(sandbox) as meter:
        synchronise_fully(crm)
    assert meter.rows_written == MANY
    assert meter.requests <= 3 * MANY / 1000, meter


def test_a_cycle_costs_what_changed_and_does_not_read_the_others(connected: Connected, sandbox: Sandbox) -> None:
    """Broken once by reading accounts from the start in every cycle, and once by a query without an index in `cursor`."""
    small, small_ids = coupled(connected, "Birch", FEW)
    among_few = measure(small, sandbox, small_ids[:CHANGED])
    large, large_ids = coupled(connected, "Elm", MANY)
    among_many = measure(large, sandbox, large_ids[:CHANGED])
    assert among_many.requests <= 30, among_many
    assert among_many.requests <= among_few.requests, (among_few, among_many)
    assert among_many.statements <= among_few.statements + 5, (among_few, among_many)  # a heartbeat may fall in between
    assert among_many.bytes_sent <= among_few.bytes_sent * 1.1, (among_few, among_many)
    assert among_many.bytes_sent < CHANGED * 5_000
    others = 30 * FEW  # the second company also looks after the first one's accounts, which are loose for it
    assert among_many.steps <= among_few.steps * 1.5 + others, (among_few, among_many)


def test_statements_do_not_grow_with_the_changes_of_a_page(connected: Connected, sandbox: Sandbox) -> None:
    """Broken once by looking couplings up one by one."""
    crm, ids = coupled(connected, "Ash", FEW)
    ten = measure(crm, sandbox, ids[:10])
    hundred = measure(crm, sandbox, ids[10:110])
    assert hundred.statements <= ten.statements + 5, (ten, hundred)
    assert hundred.requests <= ten.requests + 5, (ten, hundred)


def test_a_cycle_without_changes_asks_each_table_once_or_twice(connected: Connected, sandbox: Sandbox) -> None:
    """Broken once by reading accounts from the start in every cycle, and once by a query without an index in `cursor`."""
    small, _ = coupled(connected, "Oak", FEW)
    with Meter.over(sandbox) as quiet_small:
        cycle(small)
    large, _ = coupled(connected, "Yew", MANY)
    with Meter.over(sandbox) as quiet_large:
        cycle(large)
    assert quiet_large.rows_written == 0
    assert quiet_large.requests <= 2 * len(mappings_of(large.connection)), quiet_large
    assert quiet_large.statements == quiet_small.statements, (quiet_small, quiet_large)
    assert quiet_large.steps <= quiet_small.steps * 1.2, (quiet_small, quiet_large)
    assert quiet_large.bytes_sent <= quiet_small.bytes_sent * 1.1, (quiet_small, quiet_large)
