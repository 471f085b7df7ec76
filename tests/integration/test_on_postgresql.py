"""Where the two databases can differ, the tests of this folder hold on PostgreSQL too."""

from pathlib import Path

import pytest
from tests.on_postgresql import IS_THAT_PROCESS, hold

CHOSEN = (
    "test_coupling_store.py",
    "test_finance_side.py",
    "test_full_sync_requests.py",
    "test_locks.py",
    "test_run_counts.py",
)


@pytest.mark.slow
@pytest.mark.skipif(IS_THAT_PROCESS, reason="this is that process")
def test_what_depends_on_the_database_holds_on_postgresql_too() -> None:
    hold(Path(__file__).parent, CHOSEN, skips=True)  # the contract of sides asks what not every side has
