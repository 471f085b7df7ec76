"""The tests of this folder once more, on PostgreSQL: in a process of its own, because Django takes one database."""

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
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            HERE.parent,
            f"--ignore={HERE}",
            "-q",
            "-p",
            "no:xdist",
            "-p",
            "no:cacheprovider",
        ],
        cwd=HERE.parents[2],
        env=environment | {"TALLY_TEST_DATABASE": "postgres"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
