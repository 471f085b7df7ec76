"""A real sandbox process for tests: started on a free port, stopped (or killed) by the test that asked for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpx2

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIENT_SECRET = "sandbox-secret-for-tests"
TENANT = "contoso.example"
START_SECONDS = 30.0


@dataclass
class Sandbox:
    """A running sandbox: where it is, how to sign in, and what tests do to it."""

    url: str
    client_id: str
    client_secret: str
    tenant: str
    app_link: str
    process: subprocess.Popen[str]
    control: httpx2.Client = field(repr=False)

    @property
    def api(self) -> str:
        return f"{self.url}/api/data/v9.2"

    @property
    def token_url(self) -> str:
        return f"{self.url}/{self.tenant}/oauth2/v2.0/token"

    def token(self, client_id: str = "", client_secret: str = "") -> str:
        """A fresh access token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id or self.client_id,
            "client_secret": client_secret or self.client_secret,
            "scope": f"{self.url}/.default",
        }
        response = self.control.post(self.token_url, data=form)
        response.raise_for_status()
        return str(response.json()["access_token"])

    def client(self, client_id: str = "", client_secret: str = "", **more: Any) -> httpx2.Client:
        """An HTTP client that is signed in and starts at the Web API; close it."""
        headers = {
            "Authorization": f"Bearer {self.token(client_id, client_secret)}",
            "Accept": "application/json",
            "OData-MaxVersion": "4.0",
            "OData-Version": "4.0",
        }
        return httpx2.Client(base_url=f"{self.api}/", headers=headers, timeout=30, **more)

    def stats(self) -> dict[str, Any]:
        """Requests by method and kind, and rows written, since the start or the last reset."""
        response = self.control.get("/_sandbox/stats")
        response.raise_for_status()
        return dict(response.json())

    def reset_stats(self) -> None:
        self.control.post("/_sandbox/stats/reset").raise_for_status()

    def fault(
        self,
        kind: str,
        arg: float | None = None,
        *,
        method: str = "",
        path: str = "",
        times: int | None = 1,
        after: int = 0,
    ) -> None:
        """Add a fault (latency, 429, 503, lost-reply, drop, expired-token); `times=None` lasts until `clear_faults`."""
        fault = {"kind": kind, "method": method, "path": path, "times": times, "after": after}
        if arg is not None:
            fault["arg"] = arg
        self.control.post("/_sandbox/faults?add", json=[fault]).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force, each with how often it was `met`."""
        return list(self.control.get("/_sandbox/faults").json())

    def clear_faults(self) -> None:
        self.control.post("/_sandbox/faults", json=[]).raise_for_status()

    def disable_user(self, systemuserid: str, *, disabled: bool = True) -> None:
        body = {"systemuserid": systemuserid, "isdisabled": disabled}
        self.control.post("/_sandbox/users", json=body).raise_for_status()

    def register(self, client_id: str, client_secret: str) -> None:
        """An app registration: it gets tokens, and is a user only once somebody creates it as one."""
        body = {"client_id": client_id, "client_secret": client_secret}
        self.control.post("/_sandbox/applications", json=body).raise_for_status()

    def register_certificate(self, client_id: str, certificate: str) -> None:
        """An app registration that signs in with this certificate (PEM; the key stays with the application)."""
        body = {"client_id": client_id, "certificate": certificate}
        self.control.post("/_sandbox/applications", json=body).raise_for_status()

    def license_user(self, systemuserid: str, *, licensed: bool) -> None:
        body = {"systemuserid": systemuserid, "islicensed": licensed}
        self.control.post("/_sandbox/users", json=body).raise_for_status()

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(timeout=20)


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Status and Dataverse code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


def _ready_line(process: subprocess.Popen[str]) -> str:
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    stdout = process.stdout
    Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        return lines.get(timeout=START_SECONDS)
    except Empty:
        process.kill()
        raise TimeoutError(f"the sandbox was not ready after {START_SECONDS} seconds") from None


def sandbox_command(
    data_dir: str | os.PathLike[str], port: int = 0, *, options: Sequence[str] = (), **named: str | bool | Sequence[str]
) -> list[str]:
    """The command line: `limits="on"` becomes `--limits on`; a list repeats its option."""
    command = [sys.executable, "-m", "tallystick.sandbox", "--data", str(data_dir), "--port", str(port)]
    for name, value in named.items():
        option = f"--{name.replace('_', '-')}"
        for one in [value] if isinstance(value, str) else value if isinstance(value, Sequence) else [str(value)]:
            command += [option, one]
    return [*command, *options]


@contextmanager
def running_sandbox(
    data_dir: str | os.PathLike[str],
    *,
    port: int = 0,
    client_id: str = CLIENT_ID,
    client_secret: str = CLIENT_SECRET,
    tenant: str = TENANT,
    environ: Mapping[str, str] | None = None,
    **options: str | Sequence[str],
) -> Iterator[Sandbox]:
    """Start a sandbox on `data_dir` and stop it at the end. Options are those of the command line: `limits="on"`."""
    command = sandbox_command(
        data_dir, port, client_id=client_id, client_secret=client_secret, tenant=tenant, **options
    )
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environ or {})})
    try:
        line = _ready_line(process)
        if not line:
            raise RuntimeError(
                f"the sandbox ended with status {process.wait()} after {time.monotonic() - started:.1f} s"
            )
        ready = json.loads(line)
        headers = {"X-Sandbox-Secret": client_secret}
        with httpx2.Client(base_url=ready["url"], headers=headers, timeout=30) as control:
            sandbox = Sandbox(ready["url"], client_id, client_secret, tenant, ready["app"], process, control)
            yield sandbox
            sandbox.stop()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=20)
        if process.stdout is not None:
            process.stdout.close()
