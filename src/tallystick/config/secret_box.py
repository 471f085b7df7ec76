"""Secrets at rest: sealed with the newest key, opened with any key the installation still has.

The keys come from `TALLY_ENCRYPTION_KEYS`, newest first, or else from `encryption.key` in the home, one a line. They are
read anew each time, so that servers and workers go on while `tally secrets rotate` replaces a kept key."""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tallystick.config.environment import environment

VARIABLE = "TALLY_ENCRYPTION_KEYS"
_NAME = "encryption"


class SecretBoxProblem(Exception):
    """A key is unusable, or none of the keys opens a secret. `what` says which, `hint` what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what} {hint}")
        self.what = what
        self.hint = hint


def seal(secret: str) -> str:
    """Return `secret` as text that says nothing without the installation's key. Raises `SecretBoxProblem`."""
    return _box(keys()).encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str, what: str = "secret") -> str:
    """Return what was sealed; `what` names it in the error. Raises `SecretBoxProblem` where no key opens it."""
    try:
        return _box(keys()).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as exc:
        raise _unopened(what) from exc


def seal_anew(sealed: str, what: str = "secret") -> str:
    """Return the same secret sealed with the newest key; the same text where it is already. Raises `SecretBoxProblem`."""
    known = keys()
    token = sealed.encode("ascii")
    try:
        _box(known[:1]).decrypt(token)
    except InvalidToken:
        try:
            return _box(known).rotate(token).decode("ascii")
        except InvalidToken as exc:
            raise _unopened(what) from exc
    return sealed


def keys() -> Sequence[str]:
    """Return the installation's keys, newest first; a kept one is made on first use."""
    settings = environment()
    return settings.encryption_keys or tuple(settings.kept_secret(_NAME, new_key()).split())


def new_key() -> str:
    """Return a fresh key: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode("ascii")


def kept_in_home() -> Path | None:
    """Return the file that keeps the keys; None where the environment gives them."""
    settings = environment()
    return None if settings.encryption_keys else settings.home / f"{_NAME}.key"


def add_kept_key() -> None:
    """Put a new key in front of the kept one. Where a rotation was interrupted there are two already: then nothing."""
    known = keys()
    if len(known) == 1:
        _keep([new_key(), *known])


def drop_older_kept_keys() -> int:
    """Keep the newest key only, and return how many were dropped. What they alone open is lost."""
    known = keys()
    if len(known) > 1:
        _keep(known[:1])
    return len(known) - 1


@contextmanager
def rotation_lock() -> Iterator[None]:
    """Have two rotations on one home take turns."""
    home = environment().home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "rotate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _keep(known: Sequence[str]) -> None:
    path = environment().home / f"{_NAME}.key"
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f".{_NAME}-", delete=False) as new:
        new.write("\n".join(known))
        new.flush()
        os.fsync(new.fileno())
    Path(new.name).replace(path)  # whole or not at all, whenever the machine stops
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _box(known: Sequence[str]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in known])
    except ValueError as exc:
        raise SecretBoxProblem(
            "An encryption key is not a Fernet key (32 bytes in URL-safe base64).",
            f"Correct {VARIABLE}, or leave it out and let the installation keep a key in its home.",
        ) from exc


def _unopened(what: str) -> SecretBoxProblem:
    return SecretBoxProblem(
        f"The stored {what} cannot be read with this installation's encryption keys.",
        f"Put the earlier key back ({VARIABLE} or encryption.key in the home), or enter the {what} again.",
    )
