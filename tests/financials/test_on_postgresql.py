"""Where the two databases can differ, the tests of this folder hold on PostgreSQL too."""

from pathlib import Path

import pytest
from tests.on_postgresql import IS_THAT_PROCESS, hold

CHOSEN = (
    "test_change_feed.py",
    "test_check_ledgers.py",
    "test_item_ledger.py",
    "test_ledgers_hold.py",
    "test_numbers.py",
    "test_queries.py",
    "test_receivables.py",
    "test_searching.py",
    "test_services.py",
    "test_statistics.py",
    "test_the_last_piece.py",
    "test_availability.py",
    "test_posting_orders.py",
    "test_exchange.py",
)


@pytest.mark.slow
@pytest.mark.skipif(IS_THAT_PROCESS, reason="this is that process")
def test_what_depends_on_the_database_holds_on_postgresql_too() -> None:
    hold(Path(__file__).parent, CHOSEN)
