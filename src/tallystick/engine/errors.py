"""The one error family. Every error says what happened, to which record, and what to do; jobs decide from `retry` alone."""

from enum import StrEnum


class Retry(StrEnum):
    """When trying again may help."""

    AFTER_WAIT = "after wait"
    NEXT_RUN = "next run"
    AFTER_FIX = "after fix"
    NEVER = "never"


class TallyError(Exception):
    """Something that did not work, told to the person who can mend it.

    `what` is a sentence about what happened; `record` names the record it happened to ("" when it is none in
    particular); `hint` says what to do. `wait` is how many seconds to wait first, where the other side said so."""

    retry = Retry.NEVER

    def __init__(self, what: str, *, record: str = "", hint: str = "", wait: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.record = record
        self.hint = hint
        self.wait = wait

    def __str__(self) -> str:
        subject = f"{self.record}: " if self.record else ""
        return " ".join(part for part in (f"{subject}{self.what}", self.hint) if part)


class SetupError(TallyError):
    """The connection, a mapping or a permission is not as it has to be; a person must change it."""

    retry = Retry.AFTER_FIX


class SideError(TallyError):
    """One of the two systems did not do what it was asked."""

    retry = Retry.NEXT_RUN


class Throttled(SideError):
    """The other system asks us to slow down; `wait` says for how long."""

    retry = Retry.AFTER_WAIT


class SideUnavailable(SideError):
    """The other system cannot be reached or is not answering."""

    retry = Retry.AFTER_WAIT


class CursorExpired(SideError):
    """The change feed no longer reaches back to our cursor; the table has to be read from the start."""


class StaleRecord(SideError):
    """The record changed since we read it; read it again and decide again."""


class RecordGone(SideError):
    """The record no longer exists on that side."""


class RecordExists(SideError):
    """The id settled for a new record is already there: an earlier request did arrive."""


class RecordRefused(SideError):
    """That side does not accept this record's values; sending the same again will not help."""

    retry = Retry.AFTER_FIX


class UnsafePlan(TallyError):
    """A run would delete, uncouple or blank more than a mapping allows; a person must say yes."""

    retry = Retry.AFTER_FIX


class OurBug(TallyError):
    """Something we believed impossible."""
