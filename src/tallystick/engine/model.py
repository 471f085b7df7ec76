"""The nouns of the engine: sides, records, couplings and the state each row is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, TypeAlias, TypeVar, dataclass_transform

# A field's value in canonical form, a JSON scalar: trimmed text, a decimal as text with its field's scale ("12.50"), a
# date or UTC instant as ISO 8601 text, an option as its number, a reference as the other record's id. Equal values are
# the same value, storing loses nothing, and showing needs no type. Blank is None, on both sides: "" never occurs.
Value: TypeAlias = str | int | bool | None
Fields: TypeAlias = Mapping[str, Value]


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def by_the_million(cls: type[T]) -> type[T]:
    """Make a dataclass of which every record needs one: frozen for the type checker alone.

    A class that is frozen at run time costs four times as much to fill, some 5 % of a first synchronization."""
    return dataclass(slots=True)(cls)


class SideName(StrEnum):
    """One of the two systems."""

    FINANCE = "finance"
    SALES = "sales"

    __hash__ = str.__hash__  # an enumeration hashes by a function in Python, ten times for every record

    @property
    def other(self) -> "SideName":
        return SALES if self is FINANCE else FINANCE

    @property
    def title(self) -> str:  # type: ignore[override]  # str.title() makes no sense for these two names
        """What people call the side."""
        return "Financials" if self is FINANCE else "Dynamics CRM"


FINANCE = SideName.FINANCE
SALES = SideName.SALES


@by_the_million
class Record:
    """One row of one side as read now.

    `fields` is keyed by that side's own field names and holds every field that the mapping names, in canonical form.
    `version` is opaque and differs after every write. `by_us` is true where the side knows that its last write was this
    integration's own. `label` is what a person calls the record, such as its number and name."""

    id: str
    version: str
    fields: Fields
    modified_at: datetime | None = None
    by_us: bool = False
    label: str = ""

    def without_values(self) -> "Record":
        """Return what may be kept of a record that takes no part: which it is, and not what it holds."""
        return replace(self, fields={})


@by_the_million
class Half:
    """One side of a coupling: which record, and what it held when the halves last agreed.

    `version` is the version at which `base` was read; None from a write until somebody has read back what became of it.
    A base holds the old values of fields that are unsettled."""

    id: str
    version: str | None
    base: Fields


class RowState(StrEnum):
    """The one state that every row of a mapped table is in."""

    IN_SYNC = "in sync"
    EXCLUDED = "excluded"
    WAITING = "waiting"
    CONFLICT = "conflict"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Target:
    """A record that something refers to: `side`'s record `id` in the table of the mapping called `mapping`."""

    mapping: str
    side: SideName
    id: str


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Both sides changed one field; named by the finance field. Values are as each side holds them."""

    field: str
    finance: Value
    sales: Value
    base_finance: Value
    base_sales: Value


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a row stands and why: what people see of it, and what decides when it is looked at again.

    `why` is a sentence. `waits_for` is the record whose coupling this one waits for. `retry` says whether a failed row
    is tried again by itself (`next run`) or after somebody changed something (`after fix`)."""

    state: RowState
    why: str = ""
    waits_for: Target | None = None
    retry: str = ""
    conflicts: tuple[FieldConflict, ...] = ()
    deleted_on: SideName | None = None


IN_SYNC = Standing(RowState.IN_SYNC)


@by_the_million
class Coupling:
    """The lasting pairing of two records.

    `unsettled` names the fields (by finance name) in conflict, waiting or failed: their base is still the old one.
    `decisions` holds what a person settled: which side wins a field, or under "" the whole record."""

    finance: Half
    sales: Half
    standing: Standing = IN_SYNC
    unsettled: frozenset[str] = frozenset()
    decisions: Mapping[str, SideName] = field(default_factory=dict)

    def half(self, side: SideName) -> Half:
        return self.finance if side is FINANCE else self.sales

    def with_half(self, side: SideName, half: Half) -> Self:
        return replace(self, finance=half) if side is FINANCE else replace(self, sales=half)


@by_the_million
class Loose:
    """A record that has no counterpart, as its side's feed last told of it.

    `eligible` is true where a full synchronization may match it or create its counterpart; it is false where a filter
    leaves it out or where its counterpart was deleted, so that nothing deleted comes back; then `record` is without its
    values, which are nobody's business. `keys` are what it is found by: the id settled for its counterpart, then its match
    keys, best first."""

    side: SideName
    record: Record
    standing: Standing
    eligible: bool
    keys: tuple[str, ...] = ()
