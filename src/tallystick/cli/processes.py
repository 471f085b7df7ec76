"""Processes that one command starts together, watches, and takes down together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tallystick.cli.refusal import Refusal

PATIENCE = 30.0  # seconds a process may take to finish its page before it is killed
RESTARTS_PER_MINUTE = 5


@dataclass(slots=True)
class Program:
    """One program to keep running. `restart`: when it ends by itself, it is started again."""

    name: str
    arguments: Sequence[str]
    log: Path | None = None
    restart: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches it through us and in our order."""
        self.starts = [*(moment for moment in self.starts if moment > time.monotonic() - 60), time.monotonic()]
        with _log_file(self.log) as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                [*self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if self.log is not None else None,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
                env={**os.environ, **self.environment},
            )

    def stop(self) -> None:
        """End it: kindly, and after `PATIENCE` seconds not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Keeps programs running until it is told to stop; then ends them, the last one started first."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._programs: list[Program] = []
        self._say = say
        self.stopping = threading.Event()

    @property
    def programs(self) -> Sequence[Program]:
        """What was started here, the first one first."""
        return tuple(self._programs)

    def start(self, program: Program) -> Program:
        """Start a program and watch it from now on."""
        program.start()
        self._programs.append(program)
        return program

    def watch(self) -> None:
        """Return when asked to stop. Raises Refusal when a program that has to run keeps ending."""
        while not self.stopping.wait(0.25):
            for program in self._programs:
                if program.process is not None and program.process.poll() is not None:
                    self._revive(program, program.process.returncode)

    def check(self) -> None:
        """Raise Refusal if one of the programs has ended."""
        for program in self._programs:
            if program.process is not None and program.process.poll() is not None:
                raise Refusal(_ended(program, program.process.returncode), _look_at(program), status=1)

    def stop(self) -> None:
        """End all programs."""
        for program in reversed(self._programs):
            program.stop()

    def _revive(self, program: Program, status: int) -> None:
        if not program.restart or len(program.starts) > RESTARTS_PER_MINUTE or status == 2:
            raise Refusal(_ended(program, status), _look_at(program), status=1)
        self._say(f"{_ended(program, status)} It is started again.")
        program.start()


@contextmanager
def supervised(say: Callable[[str], None]) -> Iterator[Supervisor]:
    """Give a supervisor that ends everything it started, however this block ends; SIGTERM and Ctrl-C end the block."""
    supervisor = Supervisor(say)

    def ask_to_stop(_signal: int, _frame: object) -> None:
        if supervisor.stopping.is_set():
            return
        supervisor.stopping.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield supervisor
    except KeyboardInterrupt:
        pass
    finally:
        supervisor.stopping.set()
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def tally(*arguments: str) -> list[str]:
    """Return the command line of another `tally`, run by the same Python."""
    return [sys.executable, "-m", "tallystick.cli", *arguments]


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
        return True


def _ended(program: Program, status: int) -> str:
    how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    return f"The {program.name} {how}."


def _look_at(program: Program) -> str:
    return f"Its log is {program.log}." if program.log is not None else ""


@contextmanager
def _log_file(path: Path | None) -> Iterator["IO[bytes] | None"]:
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        yield file


def _end_with_parent() -> None:
    """In the child, on Linux: be told to stop when the parent dies, even where it cannot tell us itself."""
    death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(death_signal, signal.SIGTERM)
