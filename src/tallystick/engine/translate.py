"""How a value of one side looks on the other: references through couplings, everything else fitted to the field there."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from tallystick.engine.mapping import FieldMapping, MatchGroups, TableMapping
from tallystick.engine.model import FINANCE, SALES, Fields, SideName, Target, Value
from tallystick.engine.values import Kind, Shape

# By mapping, side and id: the id of the coupled record on the other side. What is not in it is not coupled.
References: TypeAlias = Mapping[tuple[str, SideName, str], str]


class _Mark(Enum):
    MISSING = "missing"
    UNCOUPLED = "uncoupled"


MISSING: Final = _Mark.MISSING
"""The base of a field that the halves never agreed on."""
UNCOUPLED: Final = _Mark.UNCOUPLED
"""What a reference becomes while the record it leads to has no counterpart."""
Translated: TypeAlias = Value | _Mark
Fit: TypeAlias = Callable[[Value], Value]


def _as_it_is(value: Value) -> Value:
    return value


@dataclass(frozen=True, slots=True)
class Row:
    """A field mapping made ready: its two names, how each side fits a value, and where it may be written."""

    field: FieldMapping
    finance: str
    sales: str
    to_finance: Fit
    to_sales: Fit
    writes_finance: bool
    writes_sales: bool

    def writes(self, side: SideName) -> bool:
        return self.writes_finance if side is FINANCE else self.writes_sales

    def name_on(self, side: SideName) -> str:
        return self.finance if side is FINANCE else self.sales

    def fits_as_it_is(self, on: SideName) -> bool:
        """Whether every value of the other side is the same value on `on`."""
        return self.field.via is None and (self.to_sales if on is SALES else self.to_finance) is _as_it_is

    def across(self, value: Value, source: SideName, references: References) -> Translated:
        """Return `value` of `source` as the other side would hold it, or UNCOUPLED."""
        if value is None:
            return None
        if self.field.via is not None:
            return references.get((self.field.via.mapping, source, str(value)), UNCOUPLED)
        return self.to_sales(value) if source is FINANCE else self.to_finance(value)

    def target(self, value: Value, source: SideName) -> Target:
        """Return the record that a reference of `source` leads to."""
        assert self.field.via is not None  # noqa: S101  # only references have targets
        return Target(self.field.via.mapping, source, str(value))


@dataclass(frozen=True, slots=True)
class Crossings:
    """How a new record takes values over: `as_they_are` from field to field, and `others` by their rows."""

    as_they_are: tuple[tuple[str, str], ...]
    others: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The enabled field rows of a mapping, made ready once for many records.

    `blanks` are the fields of each side, with nothing in them; `onto` the rows that may be written there; `groups` what
    records of each side are matched by."""

    mapping: TableMapping
    rows: tuple[Row, ...]
    references: tuple[Row, ...]
    blanks: Mapping[SideName, Mapping[str, None]]
    onto: Mapping[SideName, Crossings]
    groups: Mapping[SideName, MatchGroups]

    def targets(self, side: SideName, records: Iterable[Fields]) -> dict[str, set[str]]:
        """Return which records these refer to, as ids by the name of the mapping they belong to."""
        found: dict[str, set[str]] = {}
        for row in self.references:
            name = row.name_on(side)
            ids = {str(fields[name]) for fields in records if fields.get(name) is not None}
            if ids and row.field.via is not None:
                found.setdefault(row.field.via.mapping, set()).update(ids)
        return found


def make_ready(mapping: TableMapping, shapes: Mapping[SideName, Mapping[str, Shape]]) -> Rows:
    """Prepare the enabled rows of `mapping` for records whose fields have these shapes."""
    rows = tuple(_row(field, mapping, shapes) for field in mapping.enabled_fields())
    return Rows(
        mapping,
        rows,
        references=tuple(row for row in rows if row.field.via is not None),
        blanks={side: dict.fromkeys(row.name_on(side) for row in rows) for side in (FINANCE, SALES)},
        onto={side: _crossings(rows, side) for side in (FINANCE, SALES)},
        groups={side: mapping.match_groups(side) for side in (FINANCE, SALES)},
    )


def _crossings(rows: Sequence[Row], on: SideName) -> Crossings:
    written = [row for row in rows if row.writes(on)]
    goals = Counter(row.name_on(on) for row in written)

    def is_plain(row: Row) -> bool:  # where two rows write one field, the later one counts: those keep their order
        return row.fits_as_it_is(on) and goals[row.name_on(on)] == 1

    return Crossings(
        as_they_are=tuple((row.name_on(on.other), row.name_on(on)) for row in written if is_plain(row)),
        others=tuple(row for row in written if not is_plain(row)),
    )


def _row(field: FieldMapping, mapping: TableMapping, shapes: Mapping[SideName, Mapping[str, Shape]]) -> Row:
    finance, sales = shapes[FINANCE].get(field.finance), shapes[SALES].get(field.sales)

    def may_write(side: SideName, shape: Shape | None) -> bool:
        allowed = mapping.direction.reaches(side) and field.direction.reaches(side)
        return allowed and not (shape is not None and shape.read_only)

    return Row(
        field=field,
        finance=field.finance,
        sales=field.sales,
        to_finance=_fit(sales, finance),
        to_sales=_fit(finance, sales),
        writes_finance=may_write(FINANCE, finance),
        writes_sales=may_write(SALES, sales),
    )


def _fit(source: Shape | None, goal: Shape | None) -> Fit:
    """Return how a value of `source` is made to fit `goal`: most often as it is, which costs nothing."""
    if goal is None or goal.kind in (Kind.BOOLEAN, Kind.INTEGER, Kind.OPTION, Kind.REFERENCE, Kind.DATE, Kind.INSTANT):
        return _as_it_is
    if source is not None and source.kind is goal.kind and _holds_all(source, goal):
        return _as_it_is
    return goal.fit


def _holds_all(source: Shape, goal: Shape) -> bool:
    if goal.kind is Kind.DECIMAL:
        return source.scale == goal.scale
    return goal.max_length is None or (source.max_length is not None and source.max_length <= goal.max_length)
