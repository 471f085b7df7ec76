"""What a command answers instead of doing something: a sentence, never a traceback."""

import sys

from tallystick.engine.errors import OurBug, TallyError


class Refusal(Exception):
    """The command cannot do what was asked. `what` says why; `hint` says what to do; `status` is the exit status."""

    def __init__(self, what: str, hint: str = "", *, status: int = 2) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.status = status

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.hint) if part)


def sentence_about(error: Exception) -> str | None:
    """Return what to tell about an error people cause or can mend; None for a bug of ours, which needs its traceback."""
    match error:
        case Refusal():
            return str(error)
        case OurBug():
            return None
        case TallyError():
            return str(error)
        case OSError() if error.filename is not None:
            return f"{error.filename}: {error.strerror}."
        case _:
            return _sentence_of_a_loaded_part(error)


def _sentence_of_a_loaded_part(error: Exception) -> str | None:
    """Errors whose types live in parts that cost time to import: they cannot have been raised unless those are loaded."""
    if "pydantic_settings" in sys.modules:
        from pydantic import ValidationError

        if isinstance(error, ValidationError):
            return " ".join(_setting(detail["loc"], detail["msg"]) for detail in error.errors())
    if "django.db" in sys.modules:
        from django.db.utils import OperationalError

        if isinstance(error, OperationalError):
            return f"The database does not answer: {' '.join(str(error).split())}"
    if "tallystick.financials.problems" in sys.modules:
        from tallystick.financials.problems import FinancialsError

        if isinstance(error, FinancialsError):
            return str(error)
    return None


def _setting(location: tuple[int | str, ...], message: str) -> str:
    name = str(location[0]) if location else ""
    return f"The setting {name if name.isupper() else f'TALLY_{name.upper()}'} is not usable: {message}."
