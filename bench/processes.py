"""Servers and measured processes, each its own process: what it cost is read from the system, not from itself."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

CLIENT_ID = "00000000-0000-4000-8000-0000000be7c4"
TENANT = "bench.example"
SECRET = secrets.token_urlsafe(16)
READY_WITHIN = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server that speaks the Web API."""

    url: str
    pid: int
    control: httpx2.Client

    def stats(self) -> dict[str, Any]:
        """Return what the server was asked since the last reset."""
        answer = self.control.get("/_sandbox/stats")
        answer.raise_for_status()
        return dict(answer.json())

    def reset(self) -> None:
        """Count from nought again."""
        self.control.post("/_sandbox/stats/reset").raise_for_status()

    def token(self) -> str:
        """Return a fresh access token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "scope": f"{self.url}/.default",
        }
        answer = self.control.post(f"/{TENANT}/oauth2/v2.0/token", data=form)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def get(self, path: str) -> Any:
        """Return the JSON of a page of the Web API."""
        answer = self.control.get(f"/api/data/v9.2/{path}", headers={"Authorization": f"Bearer {self.token()}"})
        answer.raise_for_status()
        return answer.json()

    def cpu_seconds(self) -> float:
        """Return the processor time the server has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def sandbox(data: Path, *, port: int = 0, limits: str = "off") -> Iterator[Server]:
    """Run the product's own sandbox on `data` for a block."""
    port = port or free_port()
    command = [sys.executable, "-m", "tallystick.sandbox", "--data", str(data), "--port", str(port)]
    command += ["--client-id", CLIENT_ID, "--tenant", TENANT, "--limits", limits]
    with _running(command, f"http://127.0.0.1:{port}", data.with_suffix(".log")) as server:
        yield server


@contextmanager
def minimal_server(data: Path) -> Iterator[Server]:
    """Run the minimal server for a block; a sandbox on `data` answers what it does not know."""
    port = free_port()
    with sandbox(data) as behind:
        command = [sys.executable, "-m", "bench.minimal", str(port), behind.url, str(data.with_suffix(".rows"))]
        with _running(command, f"http://127.0.0.1:{port}", data.with_suffix(".minimal.log")) as server:
            yield server


@contextmanager
def _running(command: list[str], url: str, log: Path) -> Iterator[Server]:
    environment = {**os.environ, "TALLY_SANDBOX_CLIENT_SECRET": SECRET}
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            with httpx2.Client(base_url=url, headers={"X-Sandbox-Secret": SECRET}, timeout=120) as control:
                _wait_until_ready(control, process, log)
                yield Server(url, process.pid, control)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(control: httpx2.Client, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + READY_WITHIN
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if control.get("/healthz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"a server of the bench did not start: {log.read_text(encoding='utf-8')[-2000:]}")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_of(home: Path) -> dict[str, str]:
    """Return the environment of a process that works on the installation in `home`, and on nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TALLY_")}
    kept.pop("DATABASE_URL", None)
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "TALLY_HOME": str(home), "TALLY_LOG_LEVEL": "ERROR"}


def inside(home: Path, action: str, **arguments: Any) -> dict[str, Any]:
    """Carry out one action of `bench.inside` in a process of its own on the installation in `home`."""
    command = [sys.executable, "-m", "bench.inside", action, json.dumps(arguments)]
    done = subprocess.run(command, env=environment_of(home), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{action} failed:\n{done.stderr[-4000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
