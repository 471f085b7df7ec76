"""Tests of a folder once more, on PostgreSQL: in a process of their own, because Django takes one database."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
IS_THAT_PROCESS = os.environ.get("TALLY_TEST_DATABASE") == "postgres"


def hold(folder: Path, chosen: Sequence[str], *, skips: bool = False) -> None:
    """Run the chosen files of a folder on PostgreSQL; in a soak, all of them.

    Chosen are those in which the two databases can differ: SQL of our own, triggers, locks, constraints, searching and
    sorting, large pages, decimals. The others only say through Django what these have shown to be the same. None of them
    may be skipped, but where `skips` says that some ask what is not there on either database."""
    found = {path.name for path in folder.glob("test_*.py")}
    assert set(chosen) <= found, set(chosen) - found
    files = [folder / name for name in (sorted(found - {"test_on_postgresql.py"}) if _soaking() else chosen)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *files, "-q", "-p", "no:xdist", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=environment | {"TALLY_TEST_DATABASE": "postgres"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "passed" in done.stdout.splitlines()[-1]
    assert skips or "skipped" not in done.stdout.splitlines()[-1], done.stdout[-2_000:]


def _soaking() -> bool:
    return os.environ.get("TALLY_SOAK") == "1"
