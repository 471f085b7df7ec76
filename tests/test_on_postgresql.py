"""Where the two databases can differ, the tests hold on PostgreSQL too: once more, in a process that has that database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# SQL of our own, triggers, locks, constraints, searching and sorting, large pages, decimals. The other tests only say
# through Django what these have shown to be the same; in a soak they are run too.
CHOSEN = {
    "financials": (
        *("change_feed", "check_ledgers", "item_ledger", "ledgers_hold", "numbers", "queries", "receivables"),
        *("searching", "services", "statistics", "the_last_piece", "availability", "posting_orders"),
    ),
    "integration": ("coupling_store", "finance_side", "full_sync_requests", "locks", "run_counts"),
    "odata": ("access", "costs", "filter", "reading"),
}
# And of other files what asks about two transactions at once, which SQLite does not have.
ALONE = (
    "financials/test_document_totals.py::test_two_who_write_lines_of_one_order_at_once_add_up_both",
    "financials/test_pricing.py::test_two_people_cannot_make_contradicting_lists_active_at_once",
)
# The contract that all sides keep asks what not every side has, on either database.
MAY_SKIP = "SKIPPED [", "tests/contract/side_contract.py"


@pytest.mark.slow
def test_what_depends_on_the_database_holds_on_postgresql_too() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_files(), "-q", "-p", "no:xdist", "-p", "no:cacheprovider"],
        cwd=TESTS.parent,
        env=environment | {"TALLY_TEST_DATABASE": "postgres"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "passed" in lines[-1]
    skipped = [line for line in lines if line.startswith(MAY_SKIP[0])]
    assert [line for line in skipped if MAY_SKIP[1] not in line] == []


def _files() -> Iterator[str]:
    soaking = os.environ.get("TALLY_SOAK") == "1"
    for folder, names in CHOSEN.items():
        for file in sorted((TESTS / folder).glob("test_*.py")):
            if soaking or file.stem.removeprefix("test_") in names:
                yield str(file)
    if not soaking:
        yield from (str(TESTS / name) for name in ALONE)


def test_whatever_needs_postgresql_is_chosen() -> None:
    """Elsewhere it is skipped, with the promise that it runs here."""
    for folder, names in CHOSEN.items():
        files = {file.name: file for file in (TESTS / folder).glob("test_*.py")}
        chosen = {f"test_{name}.py" for name in names}
        assert chosen <= files.keys()
        alone = {Path(name.partition("::")[0]).name for name in ALONE if name.startswith(folder)}
        need = {name for name, file in files.items() if "mark.postgres" in file.read_text(encoding="utf-8")}
        assert need <= chosen | alone
