"""The tutorial, run from its first command to its last as a reader would, beside a demonstration that is really running."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.command import Tally
from tests.docs.pages import ROOT, Page

TUTORIAL = Page(ROOT / "docs" / "tutorial" / "first-coupling.md")
START = "make demo\n"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="the tutorial uses curl"),
]


def test_every_command_of_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Without `tally sync` after the edits, or with another number in the file, one of these lines is missing."""
    tally = Tally(tmp_path / "tally-home")
    log = tmp_path / "demo.log"
    with tally.running("demo", "--port", "0", log=log) as demo:
        wait_for("works once", log)
        leave_cycles_out(tally.home)
        said = run(tmp_path, tally, "\n".join(block for block in TUTORIAL.blocks("sh") if block != START))
        demo.terminate()
        assert demo.wait(60) == 0
    assert "2 C01050 changed city: Bristol → Ely" in said
    assert '"address1_city":"Ely"' in said
    assert "C01050,Fenland Bakeries Ltd,+44 1353 555123" in said
    assert "Both sides changed phone_no" in said
    assert "is settled." in said
    assert "decided in finance" in said
    assert "new in Financials" in said
    assert "C01050,Fenland Bakeries Ltd,Avon" in said


def run(folder: Path, tally: Tally, script: str) -> str:
    """Run the script in a shell that ends at the first command that fails; returns what it printed."""
    environment = tally.environment_of_process()
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def leave_cycles_out(home: Path) -> None:
    """Have the next cycle come in an hour: one between the two edits of the conflict would make them no conflict."""
    with closing(sqlite3.connect(home / "tally.sqlite3", timeout=30)) as connection, connection:
        connection.execute("UPDATE integration_connection SET schedule_seconds = 3600")


def wait_for(words: str, log: Path) -> None:
    give_up = time.monotonic() + 120
    while words not in (log.read_text(encoding="utf-8") if log.exists() else ""):
        assert time.monotonic() < give_up, log.read_text(encoding="utf-8")
        time.sleep(0.2)
