"""The processes of a demonstration: what they are told, and who else can read it."""

from pathlib import Path

import pytest

from tallystick.cli.demonstration import sandbox as demonstration
from tallystick.cli.processes import supervised
from tallystick.config import Environment

SECRET = "-begins-with-a-dash"


def test_the_secret_of_the_sandbox_may_begin_with_a_dash_and_nobody_reads_it_off_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail with the secret as an argument: about one generated secret in 64 begins with a dash."""
    (tmp_path / "sandbox.key").write_text(SECRET, encoding="ascii")
    monkeypatch.setattr(demonstration, "environment", lambda: Environment(home=tmp_path))
    with supervised(print) as supervisor:
        running = demonstration.start_sandbox(tmp_path, supervisor)
        assert running.requests() == 0
        processes = [program.process for program in supervisor.programs]
        seen = [Path(f"/proc/{process.pid}/cmdline").read_bytes() for process in processes if process is not None]
        assert len(seen) == 1
        assert SECRET.encode() not in seen[0]
