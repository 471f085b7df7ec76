"""The sandbox of a demonstration: which process, where it listens, and how to see what it did."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tallystick.cli.processes import Program, Supervisor, free_port, port_is_free
from tallystick.cli.refusal import Refusal
from tallystick.config import environment

HOST = "127.0.0.1"
TENANT = "demo"
CLIENT_ID = "00000000-0000-4000-8000-00000000da7a"
SECRET_VARIABLE = "TALLY_SANDBOX_CLIENT_SECRET"  # noqa: S105 - the name of a variable
START_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Application:
    """The application that signs in to the sandbox."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """A running sandbox; `data` is its folder."""

    url: str
    data: Path
    application: Application

    def stats(self) -> dict[str, object]:
        """Return what the sandbox was asked since the last reset."""
        answer = httpx2.get(f"{self.url}/_sandbox/stats", headers=self._key())
        answer.raise_for_status()
        return dict(answer.json())

    def requests(self) -> int:
        """Return how many requests the Web API was sent since the last reset."""
        return int(str(self.stats()["requests"]))

    def reset_stats(self) -> None:
        """Count from nought again."""
        httpx2.post(f"{self.url}/_sandbox/stats/reset", headers=self._key()).raise_for_status()

    def app_link(self) -> str:
        """Return the link that lets a person into the Sales app, or the app's address where there is none."""
        path = self.data / "app-link.txt"
        return path.read_text(encoding="utf-8").strip() if path.exists() else f"{self.url}/"

    def _key(self) -> dict[str, str]:
        return {"X-Sandbox-Secret": self.application.secret}


def start_sandbox(home: Path, supervisor: Supervisor) -> SandboxProcess:
    """Start the home's sandbox, on the port it had before where that is free, and wait until it answers."""
    data = home / "sandbox"
    application = Application(CLIENT_ID, environment().kept_secret("sandbox"))
    port = _port(home)
    arguments = [sys.executable, "-m", "tallystick.sandbox", "--host", HOST, "--port", str(port), "--data", str(data)]
    arguments += ["--client-id", application.client_id, "--tenant", TENANT]
    # Not an argument: everybody on the machine can read those, and one that begins with a dash would be an option.
    secret = {SECRET_VARIABLE: application.secret}
    supervisor.start(Program("Sales sandbox", arguments, log=home / "logs" / "sandbox.log", environment=secret))
    running = SandboxProcess(f"http://{HOST}:{port}", data, application)
    _wait_until_ready(running, supervisor)
    return running


def _port(home: Path) -> int:
    """Return the port of the time before, which the stored connection and people's links name, or a free one."""
    kept = home / "sandbox-port.json"
    if kept.exists():
        port = int(json.loads(kept.read_text(encoding="ascii")))
        if port_is_free(HOST, port):
            return port
    port = free_port(HOST)
    kept.write_text(json.dumps(port), encoding="ascii")
    return port


def _wait_until_ready(sandbox: SandboxProcess, supervisor: Supervisor) -> None:
    give_up = time.monotonic() + START_WITHIN
    while time.monotonic() < give_up:
        supervisor.check()
        try:
            if httpx2.get(f"{sandbox.url}/healthz", timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise Refusal(
        f"The Sales sandbox did not answer within {START_WITHIN:.0f} seconds.", "Its log is in logs/.", status=1
    )
