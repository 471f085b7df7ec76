"""The ground that an installation stands on: its settings, its home, its disk and its keys. Loads nothing of Django."""

import os
import shutil
import stat
import tempfile
from enum import StrEnum
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from tallystick.config import Environment
from tallystick.dataverse.diagnosis import Finding, completed, fine, problem

SPARE_BYTES = 200 * 1024 * 1024
SESSION_KEY, ENCRYPTION_KEY = "session.key", "encryption.key"


class Check(StrEnum):
    """What is looked at first, in this order."""

    HOME = "home"
    DISK = "disk"
    SESSION_KEY = "session key"
    ENCRYPTION_KEYS = "encryption keys"


def examine(settings: Environment) -> tuple[Finding, ...]:
    """Say whether the installation has a home that can be worked in, and the keys it needs."""
    found = [_home(settings.home)]
    if not found[0].is_problem:
        found += [_disk(settings.home), _session_key(settings), _encryption_keys(settings)]
    return completed(found, Check)


def has_encryption_key(settings: Environment) -> bool:
    """Whether there is a key to open stored secrets with; asking for it otherwise would make one that opens nothing."""
    return bool(settings.encryption_keys) or (settings.home / ENCRYPTION_KEY).is_file()


def _home(home: Path) -> Finding:
    if not home.exists():
        remedy = (
            "Name the folder of the installation with --home or TALLY_HOME, or make one with `tally company add NAME`."
        )
        return problem(Check.HOME, f"There is no installation in {home}: the folder does not exist.", remedy)
    if not home.is_dir():
        return problem(Check.HOME, f"{home} is a file.", "Name a folder with --home or TALLY_HOME.")
    return fine(Check.HOME, f"The installation is in {home}.")


def _disk(home: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"tally")
            file.flush()
        free = shutil.disk_usage(home).free
    except OSError as error:
        remedy = f"Let the user that runs Tallystick write in {home}, and see that its disk is not full or read-only."
        return problem(Check.DISK, f"Nothing can be written in {home}: {error.strerror or error}.", remedy)
    told = f"{free / 2**30:,.1f} GB are free in {home}."
    if free < SPARE_BYTES:
        return problem(Check.DISK, told, "Make room: with a full disk nothing can be posted or synchronised.")
    return fine(Check.DISK, told)


def _session_key(settings: Environment) -> Finding:
    path = settings.home / SESSION_KEY
    if settings.secret_key:
        return fine(Check.SESSION_KEY, "TALLY_SECRET_KEY signs the sessions.")
    if not path.is_file():
        advice = "One is made with the next start; whoever is signed in has to sign in again."
        return fine(Check.SESSION_KEY, f"There is no {path} yet.", advice)
    return _kept(Check.SESSION_KEY, path) or fine(Check.SESSION_KEY, f"{path} signs the sessions.")


def _encryption_keys(settings: Environment) -> Finding:
    path = settings.home / ENCRYPTION_KEY
    if not has_encryption_key(settings):
        return fine(
            Check.ENCRYPTION_KEYS, f"There is no {path} yet.", "One is made with the first secret to be stored."
        )
    if not settings.encryption_keys and (found := _kept(Check.ENCRYPTION_KEYS, path)):
        return found
    where = "TALLY_ENCRYPTION_KEYS" if settings.encryption_keys else str(path)
    try:
        # The file holds one a line: more than one while secrets are being sealed anew.
        keys = settings.encryption_keys or tuple(path.read_text(encoding="ascii").split())
        MultiFernet([Fernet(key) for key in keys])  # which refuses to be made of none
    except (ValueError, OSError) as error:
        told = f"{where} does not hold Fernet keys (32 bytes in URL-safe base64)."
        if isinstance(error, OSError):
            told = f"{where} cannot be read: {error.strerror}."
        return problem(Check.ENCRYPTION_KEYS, told, "Put the key back from a copy; without it stored secrets are lost.")
    return fine(Check.ENCRYPTION_KEYS, f"Secrets are encrypted with the keys of {where}.")


def _kept(check: Check, path: Path) -> Finding | None:
    """What is wrong with the way in which a key is kept, if anything is."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return problem(check, f"Others than its owner may read or change {path}.", f"Run `chmod 600 {path}`.")
    if not os.access(path, os.R_OK):
        return problem(check, f"{path} cannot be read.", "Let the user that runs Tallystick read it.")
    return None
