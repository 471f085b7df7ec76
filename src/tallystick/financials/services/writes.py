"""What callers ask the services to write, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tallystick.financials.problems import Problem


@dataclass(frozen=True, slots=True)
class Insert:
    """A new record. `values` by field name, references as ids; what is left out is blank.

    An id settled beforehand makes the insert safe to repeat: the second time it is `Stale`, with the version there is."""

    values: Mapping[str, object]
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """New values of an existing record; fields left out keep theirs. Without `version` it overwrites whatever is there."""

    id: UUID
    values: Mapping[str, object]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A record to delete, at this version or (None) at any."""

    id: UUID
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Written, or found to be so already (`changed` is false: nothing was written and the version stays)."""

    id: UUID
    version: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """Gone."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """Not written, because of these problems."""

    id: UUID | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """Not written: the record is at another version than expected (an insert: it exists already)."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Not written: this company has no such record."""

    id: UUID


Write = Insert | Update
Outcome = Saved | Refused | Stale | Missing
Deletion = Deleted | Refused | Stale | Missing
