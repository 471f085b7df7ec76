"""`tally` as people run it: a process, a home, what it printed and how it ended.

Most commands run in a fork of a process that has loaded everything already (see `tests.cli.forks`)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.forks import Forks
from tests.made_once import made_once

FORKS = Forks()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on standard output; there must be nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Tally:
    """The command line of one installation."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", timeout: float = 120) -> Answer:
        """Run a command to its end."""
        with tempfile.TemporaryDirectory(prefix="tally-said-") as folder:
            files = [Path(folder) / name for name in ("in", "out", "err")]
            for file in files:
                file.touch()
            files[0].write_text(stdin, encoding="utf-8")
            whole = ["--home", str(self.home), *arguments]
            status = FORKS.run(whole, self.environment_of_process(), files, timeout)
            return Answer(status, *(file.read_text(encoding="utf-8") for file in files[1:]))

    def apart(self, *arguments: str, stdin: str = "", timeout: float = 120) -> Answer:
        """The same in a process of its own, which loads everything first, as at a terminal."""
        done = subprocess.run(
            self.command(*arguments),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=self.environment_of_process(),
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def done(self, *arguments: str, stdin: str = "") -> Answer:
        """Run a command that has to succeed."""
        answer = self(*arguments, stdin=stdin)
        assert answer.status == 0, (
            f"tally {' '.join(arguments)} ended with {answer.status}:\n{answer.out}\n{answer.err}"
        )
        return answer

    def refused(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that has to be refused with a sentence; returns what it said."""
        answer = self(*arguments, stdin=stdin)
        assert answer.status == 2, (
            f"tally {' '.join(arguments)} ended with {answer.status}:\n{answer.out}\n{answer.err}"
        )
        assert "Traceback" not in answer.err, answer.err
        return answer.err

    @contextmanager
    def running(self, *arguments: str, log: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
        """A command that runs on in the background; killed at the end where it still runs."""
        with open(log or os.devnull, "a", encoding="utf-8") as output:  # noqa: PTH123 - os.devnull is no Path
            process = subprocess.Popen(
                self.command(*arguments), stdout=output, stderr=output, text=True, env=self.environment_of_process()
            )
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                process.wait()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tallystick.cli", "--home", str(self.home), *arguments]

    def environment_of_process(self) -> dict[str, str]:
        """The environment that a command runs in."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TALLY_")}
        kept.pop("DATABASE_URL", None)
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        # A command must not leave files, sockets or connections behind; as in the tests, that is an error.
        return {**kept, "PYTHONWARNINGS": "error::ResourceWarning", "COLUMNS": "200", **self.environment}


def new_home(home: Path) -> Tally:
    """Make a home at a path that does not exist yet, without a company, as a copy: making its database takes seconds."""
    ready = made_once("ready", lambda folder: Tally(folder / "home").done("migrate"))
    shutil.copytree(ready / "home", home)
    return Tally(home)
