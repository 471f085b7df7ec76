"""Addresses of rows: `accounts(guid)`, `accounts(accountnumber='A-1')`, absolute or not; and finding what they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tallystick.sandbox.errors import Refusal, no_such_key, no_such_row, payload_error
from tallystick.sandbox.metadata import Catalog, Column, Key, Kind, Table
from tallystick.sandbox.rows.values import SqlValue, money_to_sql, parse_day, parse_guid, parse_moment, plain_decimal
from tallystick.sandbox.store.collation import fold
from tallystick.sandbox.store.schema import key_expression, quoted

if TYPE_CHECKING:
    import sqlite3


_PREFIX = re.compile(r"(?:https?://[^/]+)?/?(?:api/data/v\d+\.\d+/)?", re.IGNORECASE)
_ADDRESS = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\((.*)\)", re.DOTALL)
_PART = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*('(?:[^']|'')*'|[^,']+?)\s*(?:,|$)", re.DOTALL)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,12})?")
BAD_IN_KEY_URL = frozenset("/<>*%&:\\?+")


@dataclass(frozen=True, slots=True)
class RowAddress:
    """A row by its id, or by the values of an alternate key (`key` and the folded `values` it is found by)."""

    table: Table
    id: str = ""
    key: Key | None = None
    values: Mapping[str, SqlValue] | None = None


def parse_reference(catalog: Catalog, text: str) -> RowAddress:
    """The row that an `@odata.bind` or `@odata.id` value names."""
    found = _ADDRESS.fullmatch(text[_PREFIX.match(text).end() :])  # type: ignore[union-attr]  # the prefix may be empty, so it always matches
    table = catalog.by_set(found[1]) if found else None
    if found is None or table is None:
        raise payload_error(f"The reference '{text[:200]}' does not name a row: write it like /accounts(<guid>).")
    return parse_predicate(table, found[2])


def parse_predicate(table: Table, inside: str) -> RowAddress:
    """What stands in the parentheses after an entity set."""
    row_id = parse_guid(inside.strip().strip("'"))
    if row_id is not None:
        return RowAddress(table, row_id)
    parts = _parts(inside)
    if parts is None:
        raise _bad_key(table)
    if list(parts) == [table.id_column] and not table.inherits_principal:
        row_id = parse_guid(parts[table.id_column].strip("'"))
        if row_id is None:
            raise _bad_key(table)
        return RowAddress(table, row_id)
    names = {_column_name(table, name) for name in parts}
    key = next((key for key in table.keys if set(key.columns) == names and key.status == "Active"), None)
    if key is None:
        raise _bad_key(table)
    values = {
        _column_name(table, name): _key_value(table, table.columns[_column_name(table, name)], text)
        for name, text in parts.items()
    }
    return RowAddress(table, "", key, values)


def _parts(inside: str) -> dict[str, str] | None:
    parts: dict[str, str] = {}
    at = 0
    while at < len(inside):
        found = _PART.match(inside, at)
        if found is None or found[1] in parts:
            return None
        parts[found[1]] = found[2]
        at = found.end()
    return parts or None


def _column_name(table: Table, name: str) -> str:
    column = table.column_of(name)
    return column.name if column is not None else name


def _bad_key(table: Table) -> Refusal:
    return Refusal(
        400,
        "0x80060888",
        f"The key in the request URI is not valid for resource '{table.type_name}'. Ensure that the names and number "
        "of key properties match the declared properties in the type of the resource.",
    )


def _key_value(table: Table, column: Column, text: str) -> SqlValue:
    if text.startswith("'"):
        inner = text[1:-1].replace("''", "'")
        if column.kind in (Kind.STRING, Kind.MEMO):
            return inner
        text = inner
    if column.is_lookup or column.kind is Kind.UNIQUEIDENTIFIER:
        value: SqlValue = parse_guid(text)
    elif column.kind in (Kind.STRING, Kind.MEMO):
        value = None
    elif column.kind is Kind.DATETIME:
        parsed = parse_moment(text)
        value = parsed[0] if parsed else None
    elif column.kind is Kind.DATE:
        value = parse_day(text)
    elif not _NUMBER.fullmatch(text):
        value = None
    elif column.kind is Kind.DECIMAL:
        value = plain_decimal(Decimal(text))
    elif column.kind is Kind.MONEY:
        value = money_to_sql(Decimal(text))
    else:
        value = int(text) if "." not in text and len(text) < 19 else None
    if value is None:
        raise _bad_key(table)
    return value


def find_by_key(connection: sqlite3.Connection, address: RowAddress) -> str | None:
    """The id of the row an alternate key names, or None."""
    table, values = address.table, address.values or {}
    terms = [f"{key_expression(table.columns[name])} = ?" for name in values]
    folded = folded_key(address)
    query = f"SELECT {quoted(table.id_column)} FROM {quoted(table.name)} WHERE {' AND '.join(terms)} LIMIT 2"  # noqa: S608 (names from metadata)
    rows = connection.execute(query, folded).fetchall()
    if len(rows) > 1:
        raise Refusal(400, "0x8006089d", f"More than one {table.name} has the specified key values.")
    return str(rows[0][0]) if rows else None


def folded_key(address: RowAddress) -> tuple[SqlValue, ...]:
    """The key's values in the form its unique index compares."""
    columns = address.table.columns
    return tuple(
        fold(str(value)) if columns[name].kind in (Kind.STRING, Kind.MEMO) else value
        for name, value in (address.values or {}).items()
    )


def row_exists(connection: sqlite3.Connection, table: Table, row_id: str) -> bool:
    query = f"SELECT 1 FROM {quoted(table.name)} WHERE {quoted(table.id_column)} = ?"  # noqa: S608 (names from metadata)
    return connection.execute(query, (row_id,)).fetchone() is not None


def locate(connection: sqlite3.Connection, address: RowAddress) -> str:
    """The id of an existing row. Raises the 404 the service answers when there is none."""
    if address.key is not None:
        found = find_by_key(connection, address)
        if found is None:
            raise no_such_key(address.table.name)
        return found
    if not row_exists(connection, address.table, address.id):
        raise no_such_row(address.table.name, address.id)
    return address.id
