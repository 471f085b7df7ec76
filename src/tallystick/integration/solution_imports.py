"""Imports of the solution that a page began: each in a thread of this process, because an administrator's secret may be
neither stored nor handed to a worker through a job.

What is known of them ends with the process. That harms nothing: the environment finishes an import that it has begun, and
how the solution stands is always asked of the environment."""

import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import connection as database

from tallystick.dataverse import Imported
from tallystick.engine import SetupError, TallyError
from tallystick.integration.models import Connection
from tallystick.integration.solution import Administrator, import_solution

log = logging.getLogger("tallystick.integration.solution")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an import stands: what it does and how far it is (`percent` None where nobody can tell), or how it ended."""

    doing: str = "Beginning"
    percent: float | None = None
    finished: bool = False
    problem: str = ""
    done: str = ""
    version: str = ""


_LOCK = threading.Lock()
_STANDING: dict[int, Standing] = {}


def standing(connection: Connection) -> Standing | None:
    """Return how the newest import for this connection stands, if this process began one."""
    with _LOCK:
        return _STANDING.get(connection.pk)


def begin(
    connection: Connection,
    administrator: Administrator,
    *,
    again: bool = False,
    role_for: str = "",
    ended: Callable[[Standing], object] = lambda _standing: None,
) -> None:
    """Begin an import and return at once; `role_for` as for `import_solution`. `ended` is told how it ended, in the thread.

    Raises SetupError while another one for this connection is going on."""
    with _LOCK:
        known = _STANDING.get(connection.pk)
        if known is not None and not known.finished:
            raise SetupError("The solution is being imported already.", hint="Wait until that is done.")
        _STANDING[connection.pk] = Standing()
    thread = threading.Thread(
        target=_carry_out,
        args=(connection.pk, administrator, again, role_for, ended),
        name="solution-import",
        daemon=True,
    )
    thread.start()


def _carry_out(
    key: int, administrator: Administrator, again: bool, role_for: str, ended: Callable[[Standing], object]
) -> None:
    standing = _ended(key, administrator, again, role_for)
    try:
        ended(standing)
    except Exception as error:  # whoever looks asks the environment how the solution stands
        log.error("how the import ended was not kept: %s", "".join(traceback.format_tb(error.__traceback__)))
    finally:
        database.close()  # the thread's own
    with _LOCK:
        _STANDING[key] = standing


def _ended(key: int, administrator: Administrator, again: bool, role_for: str) -> Standing:
    """Import, telling how far it is, and return how it ended."""
    try:
        imported = import_solution(
            administrator,
            lambda progress: _note(key, doing=progress.step, percent=progress.percent),
            again=again,
            role_for=role_for,
        )
    except TallyError as problem:
        return Standing(finished=True, problem=str(problem))
    except Exception as error:
        # As text and without the values of variables, among which the secret is.
        log.error("the import of the solution failed: %s", "".join(traceback.format_tb(error.__traceback__)))
        return Standing(finished=True, problem=f"The import failed with an error of ours ({type(error).__name__}).")
    return Standing(finished=True, done=_in_words(imported), version=imported.status.version)


def _note(key: int, **changes: object) -> None:
    with _LOCK:
        _STANDING[key] = replace(_STANDING[key], **changes)  # type: ignore[arg-type]  # the fields of Standing, by name


def _in_words(imported: Imported) -> str:
    done = "was imported" if imported.changed else "was there already"
    return " ".join((f"Version {imported.status.version} of the solution {done}.", *imported.remarks))
