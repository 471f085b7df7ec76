"""What the engine asks of the outside: two sides and a coupling store. Everything else it does is pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from tallystick.engine.errors import TallyError
from tallystick.engine.mapping import TableMapping
from tallystick.engine.model import Coupling, Fields, Loose, Record, SideName, by_the_million
from tallystick.engine.values import Shape


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a side's change feed: records as they are now, ids of deleted ones, and the cursor behind them.

    `more` is true while the feed holds further pages."""

    records: Sequence[Record]
    deleted: Sequence[str]
    cursor: str
    more: bool


@by_the_million
class Insert:
    """Create a record under the id settled beforehand. Blank fields are left out."""

    id: str
    fields: Fields
    label: str = ""


@by_the_million
class Change:
    """Set these fields of a record, if it still has `version`; None in a field clears it."""

    id: str
    fields: Fields
    version: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a record, if it still has `version`."""

    id: str
    version: str
    label: str = ""


Write: TypeAlias = Insert | Change | Delete


@by_the_million
class Done:
    """A write that was done. `record` is the record as read back, or None where the next feed page will tell.

    `id` differs from the id asked for only where a side numbers its rows itself (an option set)."""

    id: str
    record: Record | None = None


Written: TypeAlias = Done | TallyError
"""What became of one write. Errors a side may return (never raise) for a single record: StaleRecord, RecordGone,
RecordExists, RecordRefused. What concerns the whole request (SideUnavailable, SetupError…) is raised."""


class Side(Protocol):
    """One of the two systems, as the engine sees it. Values are canonical, ids and versions opaque text."""

    def shapes(self, mapping: TableMapping) -> Mapping[str, Shape]:
        """Return what each field of this side's table can hold, for every field the mapping names. Cached by the side."""

    def changes(self, mapping: TableMapping, cursor: str | None) -> Page:
        """Return the next page of changes behind `cursor`; None reads every record from the start.

        A record that changes while pages are read may come twice, never not at all. Raises CursorExpired where the feed
        no longer reaches back that far."""

    def read(self, mapping: TableMapping, ids: Sequence[str]) -> Mapping[str, Record]:
        """Return the records as they are now, by id; those that do not exist are left out."""

    def write(self, mapping: TableMapping, writes: Sequence[Write]) -> Sequence[Written]:
        """Carry out writes to distinct records in as few requests as possible; one result per write, in order.

        One refused record stops no other. A write either happened as a whole or not at all."""


class Reach(StrEnum):
    """How far a run goes: only coupled records, also couple what matches, also create missing counterparts."""

    COUPLED = "coupled"
    MATCH = "match"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One write that was done, or one value that lost a conflict: enough to say what happened, and to undo it.

    `kind` is created, updated, deleted, coupled, uncoupled or decided. `before` and `after` hold the fields concerned, in
    the names of `side`."""

    kind: str
    side: SideName
    finance_id: str | None
    sales_id: str | None
    before: Fields
    after: Fields
    why: str
    label: str = ""


class Outcome(StrEnum):
    """What became of one pair."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    EXCLUDED = "excluded"
    WAITING = "waiting"
    CONFLICT = "conflict"
    FAILED = "failed"


@by_the_million
class Result:
    """What became of one pair and what to remember of it; the store takes it as it is.

    `coupling` is the coupling to keep (the loose rows of both records go away); `uncouple` the one to drop; `loose` the
    row to keep for a record without counterpart; `forget` the loose rows to drop. All of it may be absent (unchanged)."""

    outcome: Outcome
    label: str = ""
    coupling: Coupling | None = None
    uncouple: Coupling | None = None
    loose: tuple[Loose, ...] = ()
    forget: tuple[tuple[SideName, str], ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    created_on: SideName | None = None
    written_on: tuple[SideName, ...] = ()
    error: TallyError | None = None


@dataclass(frozen=True, slots=True)
class Revisit:
    """A page of rows to look at again: coupled pairs and loose records. `after` continues behind this page."""

    couplings: Sequence[Coupling]
    loose: Sequence[Loose]
    after: str | None


class CouplingStore(Protocol):
    """What the engine remembers. `mapping` is always the mapping's name."""

    def cursor(self, mapping: str, side: SideName) -> str | None:
        """Return how far the side's feed was read; None before the first page."""

    def couplings(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, Coupling]:
        """Return the couplings of these records of `side`, by their id. One query."""

    def counterparts(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, str]:
        """Return, by the id on `side`, the id of the coupled record on the other side. One query."""

    def candidates(self, mapping: str, side: SideName, keys: Sequence[str]) -> Mapping[str, Sequence[Loose]]:
        """Return the loose records of `side` that are remembered under one of these keys, by key. One query."""

    def due(self, mapping: str, reach: Reach, after: str | None, limit: int) -> Revisit:
        """Return rows to look at again, in a stable order, behind `after`.

        Due are: rows waiting for a record that is coupled by now; failed rows that are retried by themselves or were
        marked for it; conflicts a person has decided; and, beyond reach COUPLED, every eligible loose record."""

    def selected(self, mapping: str, finance_ids: Sequence[str], sales_ids: Sequence[str]) -> Revisit:
        """Return the couplings and loose rows of these records, whatever state they are in."""

    def count(self, mapping: str) -> int:
        """Return the number of couplings."""

    def unseen(self, mapping: str, side: SideName, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """Return ids of `side`, coupled or loose, that no page mentioned since `start_over`, and where to go on.

        Nothing at all while the side is not being read anew; that answer has to be cheap."""

    def start_over(self, mapping: str, side: SideName) -> None:
        """Forget the cursor, because the feed no longer reaches back to it; from now on note which records are seen."""

    def swept(self, mapping: str, side: SideName) -> None:
        """The side was read anew to the end and swept: stop noting which records are seen."""

    def commit(
        self,
        mapping: str,
        results: Sequence[Result],
        *,
        cursor: tuple[SideName, str] | None,
        seen: tuple[SideName, Sequence[str]] | None,
        at: datetime,
    ) -> None:
        """Remember all results and move the cursor, in one transaction: all of it or nothing.

        `seen` are the ids a feed page mentioned; only kept while a side is being read anew after `start_over`."""
