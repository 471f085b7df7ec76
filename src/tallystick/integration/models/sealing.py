"""Secrets at rest: sealed with the newest key, opened with any key the installation still has."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from tallystick.config import environment
from tallystick.engine import SetupError


def seal(secret: str) -> str:
    """Return `secret` as text that says nothing without the installation's key."""
    return _keys().encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Return what was sealed. Raises SetupError where none of the installation's keys opens it."""
    try:
        return _keys().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as exc:
        raise SetupError(
            "The stored client secret cannot be read with this installation's encryption keys.",
            hint="Put the earlier key back (TALLY_ENCRYPTION_KEYS or encryption.key in the home), "
            "or enter the client secret again.",
        ) from exc


@cache
def _keys() -> MultiFernet:
    settings = environment()
    keys = settings.encryption_keys or (settings.kept_secret("encryption", Fernet.generate_key().decode("ascii")),)
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as exc:
        raise SetupError(
            "An encryption key is not a Fernet key (32 bytes in URL-safe base64).",
            hint="Correct TALLY_ENCRYPTION_KEYS, or leave it out and let the installation keep a key in its home.",
        ) from exc
