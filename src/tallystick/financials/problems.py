"""What can be wrong with a record, and the exceptions of the services. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in which table, record and field, and what to do about it.

    `record` names the record as people know it (its number, or "new record"); `field` is '' for the record as a whole."""

    table: str
    record: str
    field: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class FinancialsError(Exception):
    """What the services refuse: `what` happened, to which `record`, and a `hint` at what to do."""

    def __init__(self, what: str, *, record: str = "", hint: str = "") -> None:
        super().__init__(f"{what} {hint}".rstrip())
        self.what = what
        self.record = record
        self.hint = hint


class InvalidRecord(FinancialsError):
    """A record breaks rules; `problems` has one entry per rule and field. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(" ".join(str(problem) for problem in problems), record=first.record)
        self.problems = tuple(problems)


class StaleRecord(FinancialsError):
    """Somebody changed the record since the version the caller knew. Nothing was written."""

    def __init__(self, table_label: str, record: str, id: UUID, version: int) -> None:
        super().__init__(
            f"{table_label} {record} was changed by somebody else since you opened it.",
            record=record,
            hint="Look at the record as it is now, then make your change again.",
        )
        self.id = id
        self.version = version


class RecordMissing(FinancialsError):
    """There is no such record in this company; perhaps it was deleted."""

    def __init__(self, table_label: str, record: str) -> None:
        super().__init__(
            f"{table_label} {record} does not exist in this company.",
            record=record,
            hint="It may have been deleted; look for it in the list.",
        )


class SignInRefused(FinancialsError):
    """Somebody cannot come in this way: a link that was used, an account of a directory that is nobody's."""


class CodeRefused(FinancialsError):
    """A code of a second factor is wrong, was used already, or comes after too many wrong ones."""


class KeyRefused(FinancialsError):
    """A web service key that does not open anything (any more)."""
