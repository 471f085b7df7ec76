"""Running the sandbox until it is told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.faults import FaultBox
from tallystick.sandbox.gateway import Gateway
from tallystick.sandbox.http import HttpServer
from tallystick.sandbox.limits import Meter
from tallystick.sandbox.options import SandboxOptions, parse_options
from tallystick.sandbox.provision import UnknownRole, open_environment
from tallystick.sandbox.salesapp import SalesApp

log = logging.getLogger("tallystick.sandbox")


class StartError(Exception):
    """The sandbox cannot start; the message says why and what to do."""


def serve(options: SandboxOptions) -> None:
    """Run in the foreground until SIGINT or SIGTERM. Raises StartError with a sentence when it cannot start."""
    try:
        options.data.mkdir(parents=True, exist_ok=True)
        lock = os.open(options.data / "sandbox.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StartError(f"the directory {options.data} cannot be used ({error.strerror})") from error
    try:
        _take(lock, options.data)
        try:
            environment = open_environment(options.setup)
        except UnknownRole as error:
            raise StartError(f"{error}; choose another --role") from error
        try:
            asyncio.run(_run(options, environment))
        finally:
            environment.background.close()
            environment.database.close()
    finally:
        os.close(lock)


def _take(lock: int, data: Path) -> None:
    """Two processes must not share one environment: each would count versions by itself."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StartError(f"another sandbox is running on {data}; stop it or choose another --data") from error


async def _run(options: SandboxOptions, environment: Environment) -> None:
    app = SalesApp(environment)
    meter = Meter(options.limits) if options.limits else None
    gateway = Gateway(environment, options.client_secret, FaultBox(options.faults), meter, app.answer)
    server = HttpServer(gateway)
    try:
        port = await server.start(options.host, options.port)
    except OSError as error:
        gateway.close()
        raise StartError(
            f"it cannot listen on {options.host} port {options.port} ({error.strerror}); choose another --port"
        ) from error
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    _announce(options, app, port)
    _prepare_collector()
    await stopped.wait()
    await server.stop()
    gateway.close()


def _announce(options: SandboxOptions, app: SalesApp, port: int) -> None:
    """The ready line for programs on standard output, the link for people in a file and on standard error."""
    host = f"[{options.host}]" if ":" in options.host else options.host
    url = f"http://{host if options.host != '0.0.0.0' else '127.0.0.1'}:{port}"  # noqa: S104 (only compared)
    link = app.open_door(url, options.data / "app-link.txt")
    ready = {"url": url, "api": f"{url}/api/data/v9.2", "app": link, "client_id": options.client_id}
    sys.stdout.write(orjson.dumps(ready).decode() + "\n")
    sys.stdout.flush()
    log.info("the sandbox is ready at %s; the Sales app opens with %s", url, link)


def _prepare_collector() -> None:
    """A bulk message makes some 100,000 short-lived objects; collecting at every 700 of them is wasted time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def main(argv: Sequence[str] | None = None) -> int:
    """The command: returns the exit status, 2 when it could not start."""
    options = parse_options(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    try:
        serve(options)
    except StartError as error:
        sys.stderr.write(f"The sandbox was not started: {error}.\n")
        return 2
    return 0
