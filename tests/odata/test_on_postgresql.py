"""The tests of this folder that touch the database once more, on PostgreSQL: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__)


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("TALLY_TEST_DATABASE") == "postgres", reason="this is that process")
def test_everything_holds_on_postgresql_too() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = [f"--ignore={HERE}", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", HERE.parent, *options],
        cwd=HERE.parents[2],
        env=environment | {"TALLY_TEST_DATABASE": "postgres"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
