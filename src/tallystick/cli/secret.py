"""Asking for a client secret, which is never an argument: everybody on the machine can read those."""

import os
import sys

import typer

from tallystick.cli.refusal import Refusal

VARIABLE = "TALLY_CLIENT_SECRET"


def client_secret(prompt: str = "Client secret") -> str:
    """Return the secret from TALLY_CLIENT_SECRET, from the person at the terminal, or from standard input."""
    secret = os.environ.get(VARIABLE, "")
    if not secret and sys.stdin.isatty():
        secret = typer.prompt(prompt, hide_input=True, err=True)
    elif not secret:
        secret = sys.stdin.readline().strip()
    if not secret:
        raise Refusal("There is no client secret.", f"Enter it when asked, or pass it by standard input or {VARIABLE}.")
    return secret
