"""What takes long to make is made once for all processes of a test run, and copied from there."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that `make` has filled, in this process or in another one; nobody may change what is in it."""
    shared = Path(os.environ["TALLY_TEST_SHARED"])
    folder, whole = shared / name, shared / f"{name}.whole"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
