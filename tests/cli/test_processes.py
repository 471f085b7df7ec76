"""Programs that are started together are watched, revived and ended together."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from tallystick.cli.processes import Program, Supervisor, free_port, port_is_free, supervised
from tallystick.cli.refusal import Refusal

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


def gone(pid: int, within: float = 10) -> bool:
    give_up = time.monotonic() + within
    while is_alive(pid):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def pid_of(program: Program) -> int:
    assert program.process is not None
    return program.process.pid


def test_everything_ends_with_the_block() -> None:
    with supervised(print) as supervisor:
        pids = [pid_of(supervisor.start(Program(name, FOREVER))) for name in ("one", "two")]
        assert all(map(is_alive, pids))
    assert all(map(gone, pids))


def test_ctrl_c_ends_the_block_and_everything_in_it() -> None:
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with supervised(print) as supervisor:
        pid = pid_of(supervisor.start(Program("one", FOREVER)))
        supervisor.watch()
    assert gone(pid)


def test_a_program_that_is_killed_is_started_again() -> None:
    said: list[str] = []
    with supervised(said.append) as supervisor:
        program = supervisor.start(Program("worker", FOREVER))
        first = pid_of(program)
        watching = threading.Thread(target=_watch, args=(supervisor,))
        watching.start()
        os.kill(first, signal.SIGKILL)
        give_up = time.monotonic() + 10
        while pid_of(program) == first and time.monotonic() < give_up:
            time.sleep(0.05)
        second = pid_of(program)
        supervisor.stopping.set()
        watching.join()
    assert second != first
    assert said == ["The worker was ended by SIGKILL. It is started again."]
    assert gone(second)


def _watch(supervisor: Supervisor) -> None:
    supervisor.watch()


@pytest.mark.parametrize("status", [2, 0, 1])
def test_a_program_that_keeps_ending_ends_the_command(status: int, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", f"raise SystemExit({status})"]
    with supervised(lambda said: None) as supervisor:
        supervisor.start(Program("web server", arguments, log=tmp_path / "web.log"))
        with pytest.raises(Refusal, match=rf"The web server ended with status {status}\. Its log is .*web.log\."):
            supervisor.watch()


def test_programs_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    child = tmp_path / "pid"
    script = (
        "import sys, time\n"
        "from tallystick.cli.processes import Program, supervised\n"
        "with supervised(print) as supervisor:\n"
        f"    program = supervisor.start(Program('one', {FOREVER!r}))\n"
        f"    open({str(child)!r}, 'w').write(str(program.process.pid))\n"
        "    time.sleep(600)\n"
    )
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", script], dict(os.environ))
    give_up = time.monotonic() + 20
    while not (child.exists() and child.read_text(encoding="ascii")) and time.monotonic() < give_up:
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert gone(int(child.read_text(encoding="ascii")))


def test_a_port_in_use_is_not_free() -> None:
    import socket

    port = free_port()
    assert port_is_free("127.0.0.1", port)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        assert not port_is_free("127.0.0.1", port)
