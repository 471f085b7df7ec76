"""`tally sandbox`: a Dataverse environment on this machine, in a process of its own."""

import os
import sys

import typer


def sandbox(context: typer.Context) -> None:
    """Run the Dynamics 365 Sales sandbox; its options are its own: `tally sandbox --help` shows them."""
    arguments = list(context.args)
    if not any(word == "--data" or word.startswith("--data=") for word in arguments) and "--help" not in arguments:
        from tallystick.config import environment

        arguments = ["--data", str(environment().home / "sandbox"), *arguments]
    sys.stdout.flush()
    # The sandbox meets us over HTTP only, as the real service does, so it is run and never imported.
    os.execv(sys.executable, [sys.executable, "-m", "tallystick.sandbox", *arguments])  # noqa: S606 - our own program
