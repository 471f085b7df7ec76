"""Customisations of the definitions as they are kept in the database, and the catalog they make with the shipped ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from tallystick.sandbox.metadata.catalog import Catalog, base_catalog
from tallystick.sandbox.metadata.model import Column, Key, Kind, Option, Required, Table

if TYPE_CHECKING:
    from tallystick.sandbox.store import Database, Transaction


def load_catalog(database: Database) -> Catalog:
    """The shipped definitions with every stored customisation applied, in the order they were made."""
    with database.read() as connection:
        rows = connection.execute(
            'SELECT kind, table_name, name, definition FROM "_customization" ORDER BY sequence'
        ).fetchall()
    catalog = base_catalog()
    tables = dict(catalog.tables)
    for kind, table_name, name, definition in rows:
        tables[table_name] = _APPLY[kind](tables[table_name], name, orjson.loads(definition))
    return Catalog(tables.values(), catalog.many_to_many, catalog.version + len(rows))


def remember(transaction: Transaction, kind: str, table: Table, name: str, definition: object) -> Table:
    """Store one customisation and make it effective; returns the changed table."""
    text = orjson.dumps(definition, default=str).decode()
    connection: sqlite3.Connection = transaction.connection
    connection.execute(
        'INSERT INTO "_customization" (kind, table_name, name, definition) VALUES (?, ?, ?, ?) '
        "ON CONFLICT (kind, table_name, name) DO UPDATE SET definition = excluded.definition",
        (kind, table.name, name, text),
    )
    return make_effective(transaction, _APPLY[kind](table, name, orjson.loads(text)))


def forget(transaction: Transaction, kind: str, table: Table, name: str) -> None:
    transaction.connection.execute(
        'DELETE FROM "_customization" WHERE kind = ? AND table_name = ? AND name = ?', (kind, table.name, name)
    )


def make_effective(transaction: Transaction, table: Table) -> Table:
    transaction.new_catalog = (transaction.new_catalog or transaction.catalog).replacing(table)
    transaction.catalog = transaction.new_catalog
    return table


# ---- the kinds of customisation --------------------------------------------------------------------------------------


def column_definition(column: Column) -> dict[str, Any]:
    return {**asdict(column), "minimum": _text(column.minimum), "maximum": _text(column.maximum)}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _column(table: Table, name: str, definition: dict[str, Any]) -> Table:
    column = Column(
        **{
            **definition,
            "kind": Kind(definition["kind"]),
            "required": Required(definition["required"]),
            "minimum": _number(definition["minimum"]),
            "maximum": _number(definition["maximum"]),
            "options": _options(definition["options"]),
            "targets": tuple(definition["targets"]),
            "inverse": tuple(tuple(one) for one in definition["inverse"]),
        }
    )
    return replace(table, columns={**table.columns, name: column})


def _option_set(table: Table, name: str, definition: list[dict[str, Any]]) -> Table:
    column = replace(table.columns[name], options=_options(definition))
    return replace(table, columns={**table.columns, name: column})


def _options(definition: list[dict[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(**one) for one in definition)


def _key(table: Table, name: str, definition: dict[str, Any]) -> Table:
    key = Key(**{**definition, "columns": tuple(definition["columns"])})
    return replace(table, keys=(*(one for one in table.keys if one.name != name), key))


def _tracking(table: Table, name: str, definition: bool) -> Table:
    return replace(table, change_tracking=definition)


_APPLY: dict[str, Callable[[Table, str, Any], Table]] = {
    "column": _column,
    "options": _option_set,
    "key": _key,
    "tracking": _tracking,
}
