"""`tally worker`: do the work of the background until told to stop."""

import signal
import threading
from typing import Annotated

import typer

from tallystick.cli.installation import open_installation


def worker(
    patient: Annotated[
        bool,
        typer.Option("--patient", help="Where a worker is running already, wait for it to end instead of refusing."),
    ] = False,
) -> None:
    """Do the work of the background until Ctrl-C or SIGTERM; the page under way is finished first.

    On SQLite a home has one worker; on PostgreSQL (DATABASE_URL) start as many as are needed, on as many machines."""
    open_installation(log_level="INFO")
    from tallystick.integration.jobs import run_worker

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    run_worker(stop, patient=patient)
