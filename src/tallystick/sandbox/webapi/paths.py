"""The path of a URL: its segments, and the row, collection, property or operation it leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.sandbox.errors import no_such_row, no_such_segment, query_error
from tallystick.sandbox.metadata import Column, NavigationTarget, Table
from tallystick.sandbox.metadata.privileges import Verb
from tallystick.sandbox.query.conditions import collection_filter
from tallystick.sandbox.query.read import Reading, root_scope
from tallystick.sandbox.query.scope import Sql
from tallystick.sandbox.rows.references import BAD_IN_KEY_URL, RowAddress, locate, parse_predicate
from tallystick.sandbox.security import checks
from tallystick.sandbox.store import quoted

NAMESPACE = "Microsoft.Dynamics.CRM."
_SEGMENT = re.compile(r"([^()]*)(?:\((.*)\))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Segment:
    """`name` or `name(inside)`."""

    name: str
    inside: str | None = None


def split_path(path: str) -> list[Segment]:
    """Segments between slashes that stand outside quotes and parentheses."""
    parts, start, depth, in_text = [], 0, 0, False
    for at, character in enumerate(path):
        if character == "'":
            in_text = not in_text
        elif not in_text and character == "(":
            depth += 1
        elif not in_text and character == ")":
            depth -= 1
        elif not in_text and character == "/" and depth == 0:
            parts.append(path[start:at])
            start = at + 1
    parts.append(path[start:])
    segments = []
    for part in parts:
        found = _SEGMENT.fullmatch(part)
        if found is None:
            raise no_such_segment(part[:100])
        if found[1] or found[2] is not None:
            segments.append(Segment(found[1], found[2]))
    return segments


@dataclass(frozen=True, slots=True)
class Owned:
    """How a place was reached: through navigation property `target` of the row `id` of `table`."""

    table: Table
    id: str
    target: NavigationTarget


@dataclass(frozen=True, slots=True)
class Rows:
    table: Table
    owned: Owned | None = None


@dataclass(frozen=True, slots=True)
class OneRow:
    """`address` is None when a single-valued navigation property is empty."""

    table: Table
    address: RowAddress | None
    owned: Owned | None = None


@dataclass(frozen=True, slots=True)
class Property:
    row: OneRow
    column: Column
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    of: Rows | OneRow


@dataclass(frozen=True, slots=True)
class Count:
    of: Rows


@dataclass(frozen=True, slots=True)
class Operation:
    """A bound function or action."""

    name: str
    inside: str | None
    on: Rows | OneRow


Place = Rows | OneRow | Property | Ref | Count | Operation


def find_place(reading: Reading, table: Table, segments: Sequence[Segment]) -> Place:
    """Where the segments lead, the first being an entity set. Rows on the way must exist; the last need not."""
    place: Rows | OneRow = Rows(table)
    if segments[0].inside is not None:
        place = OneRow(table, _address(table, segments[0].inside))
    for at, segment in enumerate(segments[1:], 1):
        last = at == len(segments) - 1
        if segment.name == "$ref" and last:
            return Ref(place)
        if segment.name == "$count" and last and isinstance(place, Rows):
            return Count(place)
        if segment.name.startswith(NAMESPACE) and last:
            return Operation(segment.name.removeprefix(NAMESPACE), segment.inside, place)
        if isinstance(place, Rows):
            raise no_such_segment(segment.name)
        column = place.table.column_of(segment.name)
        if column is not None and segment.inside is None:
            rest = [one.name for one in segments[at + 1 :]]
            if rest not in ([], ["$value"]):
                raise no_such_segment(rest[0])
            return Property(place, column, raw=bool(rest))
        place = _follow(reading, place, segment)
    return place


def _address(table: Table, inside: str) -> RowAddress:
    address = parse_predicate(table, inside)
    for value in (address.values or {}).values():
        if isinstance(value, str) and BAD_IN_KEY_URL.intersection(value):
            raise query_error(
                "A key value with one of / < > * % & : \\ ? + cannot be used in a URL; "
                "find the row with $filter or use its primary key."
            )
    return address


def _follow(reading: Reading, place: OneRow, segment: Segment) -> Rows | OneRow:
    target = reading.asking.catalog.navigation(place.table.name).get(segment.name)
    if target is None:
        raise no_such_segment(segment.name)
    if place.address is None:
        raise no_such_segment(segment.name)
    row_id = locate(reading.connection, place.address)
    checks.require_row(reading.asking.caller, reading.connection, place.table, Verb.READ, row_id)
    table = reading.asking.catalog[target.target]
    owned = Owned(place.table, row_id, target)
    if target.collection:
        if segment.inside is None:
            return Rows(table, owned)
        return OneRow(table, _member(reading, table, owned, _address(table, segment.inside)), owned)
    return OneRow(*_pointed_at(reading, owned), owned)


def _member(reading: Reading, table: Table, owned: Owned, address: RowAddress) -> RowAddress:
    """The address of a row that really is in the owner's collection."""
    row_id = locate(reading.connection, address)
    scope = root_scope(reading, table)
    where = collection_filter(scope, owned.target, owned.table.name, owned.id)
    query = f"SELECT 1 FROM {quoted(table.name)} t0 WHERE {scope.column(table.id_column)} = ? AND {where.text}"  # noqa: S608
    if reading.connection.execute(query, (row_id, *where.params)).fetchone() is None:
        raise no_such_row(table.name, row_id)
    return RowAddress(table, row_id)


def _pointed_at(reading: Reading, owned: Owned) -> tuple[Table, RowAddress | None]:
    column = owned.target.column
    assert column is not None  # noqa: S101 (single-valued)
    kind = quoted(column.type_column) if column.polymorphic else "NULL"
    table_name, key = quoted(owned.table.name), quoted(owned.table.id_column)
    query = f"SELECT {quoted(column.name)}, {kind} FROM {table_name} WHERE {key} = ?"  # noqa: S608
    row_id, row_type = reading.connection.execute(query, (owned.id,)).fetchone()
    catalog = reading.asking.catalog
    table = catalog[owned.target.target]
    if row_id is None:
        return table, None
    if row_type is not None and row_type != table.name:
        if column.navigation_for(row_type) != owned.target.name:
            return table, None
        table = catalog[row_type]
    return table, RowAddress(table, str(row_id))


def only_rows_of(reading: Reading, rows: Rows) -> list[Sql]:
    """The condition that limits a collection to its owner's rows."""
    if rows.owned is None:
        return []
    scope = root_scope(reading, rows.table)
    return [collection_filter(scope, rows.owned.target, rows.owned.table.name, rows.owned.id)]
