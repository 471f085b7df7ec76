"""The installation's secret box, with its problems as problems of the connection's setup."""

from tallystick.config import secret_box
from tallystick.engine import SetupError


def seal(secret: str) -> str:
    """Return `secret` as text that says nothing without the installation's key. Raises SetupError for an unusable key."""
    try:
        return secret_box.seal(secret)
    except secret_box.SecretBoxProblem as problem:
        raise SetupError(problem.what, hint=problem.hint) from problem


def unseal(sealed: str) -> str:
    """Return what was sealed. Raises SetupError where none of the installation's keys opens it."""
    try:
        return secret_box.unseal(sealed, "client secret")
    except secret_box.SecretBoxProblem as problem:
        raise SetupError(problem.what, hint=problem.hint) from problem
