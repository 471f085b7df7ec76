"""One process that has loaded what `tally` needs and forks itself for each command.

A command in a process of its own spends most of its time loading. A fork has all of that already, Django with the models
included, and nothing of a home: settings, logging, database and company are read anew, with the arguments, environment and
input of that command, and it ends as `python -m tallystick.cli` would. `Forks` is the tests' end; it is told a pid and a
status per command, line by line."""

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn


class Forks:
    """The tests' end. One command at a time; the process is started with the first one and ends with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], files: Sequence[Path], timeout: float
    ) -> int:
        """Run one command with these files as its three streams; returns its exit status."""
        asked = {"arguments": arguments, "environment": environment, "files": list(map(str, files)), "cwd": os.getcwd()}  # noqa: PTH109
        with self._lock:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            pid = int(process.stdout.readline())
            watch = threading.Timer(timeout, _kill, (pid,))
            watch.start()
            began = time.monotonic()
            try:
                status = int(process.stdout.readline())
            finally:
                watch.cancel()
                watch.join()
            assert time.monotonic() - began < timeout, f"tally {' '.join(arguments)} took longer than {timeout} seconds"
            return status

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
                env={**os.environ, "PYTHONUTF8": "1"},
            )
            atexit.register(self.stop)
        return self._process

    def stop(self) -> None:
        """End the process. Without effect where there is none."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Fork for every line; the fork is the command."""
    gc.freeze()  # what is loaded stays shared with the forks
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _end(_be(json.loads(line)))
        print(pid, flush=True)  # noqa: T201 - the answers are what standard output is for here
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _be(asked: dict[str, Any]) -> int:
    """In the fork: be the command; returns its exit status."""
    import tallystick.cli

    os.environ.clear()
    os.environ.update(asked["environment"])
    _forget_settings()
    os.chdir(asked["cwd"])
    for number, path in enumerate(asked["files"]):
        descriptor = os.open(path, os.O_WRONLY if number else os.O_RDONLY)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open as long as the process
    sys.argv = ["tally", *asked["arguments"]]
    try:
        tallystick.cli.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """End as an interpreter does, without taking apart what is loaded: that takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as at the end of a program
    atexit._run_exitfuncs()
    gc.collect()  # what was left open is complained about
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _load() -> None:
    """Load what commands need; none of it starts a thread or opens a database."""
    import dbos  # noqa: F401
    import httpx2  # noqa: F401
    import msal  # noqa: F401
    import rich.progress
    import rich.table  # noqa: F401

    from tallystick.cli.installation import load

    with tempfile.TemporaryDirectory(prefix="tally-forks-") as home:
        os.environ["TALLY_HOME"] = home
        load()
        for name in ("services", "exchange", "paper"):
            importlib.import_module(f"tallystick.financials.{name}")
        for name in ("operations", "jobs", "setup", "doctor"):
            importlib.import_module(f"tallystick.integration.{name}")
    assert threading.active_count() == 1, threading.enumerate()


def _forget_settings() -> None:
    """Let the settings be read again: of what was loaded only they depend on a home."""
    import django.conf
    import django.db

    import tallystick.config

    tallystick.config.environment.cache_clear()
    del sys.modules["tallystick.config.django_settings"]
    django.conf.settings._wrapped = django.conf.empty  # type: ignore[attr-defined]
    for unopened in django.db.connections.all(initialized_only=True):
        assert unopened.connection is None
        del django.db.connections[unopened.alias]
    django.db.connections._settings = None  # type: ignore[attr-defined]
    vars(django.db.connections).pop("settings", None)


if __name__ == "__main__":
    warnings.simplefilter("error", ResourceWarning)  # as a command of its own process is told, by its environment
    _load()
    main()
