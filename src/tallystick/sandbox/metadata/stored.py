"""Customisations of the definitions as they are kept in the database, and the catalog they make with the shipped ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from tallystick.sandbox.metadata.catalog import Catalog, base_catalog
from tallystick.sandbox.metadata.model import Choice, Column, Key, Kind, ManyToMany, Option, Required, Table

if TYPE_CHECKING:
    from tallystick.sandbox.store import Database, Transaction


def load_catalog(database: Database) -> Catalog:
    """The shipped definitions with every stored customisation applied, in the order they were made."""
    with database.read() as connection:
        rows = connection.execute(
            'SELECT kind, table_name, name, definition FROM "_customization" ORDER BY sequence'
        ).fetchall()
    base = base_catalog()
    tables, choices = dict(base.tables), dict(base.choices)
    pairs = {pair.schema: pair for pair in base.many_to_many}
    for kind, table_name, name, text in rows:
        definition = orjson.loads(text)
        if kind == "table":
            tables[table_name] = _table(definition)
        elif kind == "pair":
            pairs[name] = ManyToMany(**definition)
        elif kind == "choice":
            choices[name] = Choice(**{**definition, "options": _options(definition["options"])})
        else:
            tables[table_name] = _APPLY[kind](tables[table_name], name, definition)
    return Catalog(tables.values(), pairs.values(), base.version + len(rows), choices.values())


def remember(transaction: Transaction, kind: str, table: Table, name: str, definition: object) -> Table:
    """Store one customisation of a table and make it effective; returns the changed table."""
    text = _keep(transaction, kind, table.name, name, definition)
    return make_effective(transaction, _APPLY[kind](table, name, orjson.loads(text)))


def _keep(transaction: Transaction, kind: str, table: str, name: str, definition: object) -> str:
    text = orjson.dumps(definition, default=str).decode()
    connection: sqlite3.Connection = transaction.connection
    connection.execute(
        'INSERT INTO "_customization" (kind, table_name, name, definition) VALUES (?, ?, ?, ?) '
        "ON CONFLICT (kind, table_name, name) DO UPDATE SET definition = excluded.definition",
        (kind, table, name, text),
    )
    return text


def forget(transaction: Transaction, kind: str, table: str, name: str) -> None:
    transaction.connection.execute(
        'DELETE FROM "_customization" WHERE kind = ? AND table_name = ? AND name = ?', (kind, table, name)
    )


def make_effective(transaction: Transaction, table: Table) -> Table:
    replace_catalog(transaction, transaction.catalog.replacing(table))
    return transaction.catalog[table.name]


def replace_catalog(transaction: Transaction, catalog: Catalog) -> None:
    """From here on the transaction goes by these definitions; so does everyone once it is committed."""
    transaction.new_catalog = transaction.catalog = catalog


# ---- whole tables, pairs and choices ---------------------------------------------------------------------------------


def remember_table(transaction: Transaction, table: Table) -> None:
    columns = {name: column_definition(column) for name, column in table.columns.items()}
    _keep(transaction, "table", table.name, "", {**asdict(table), "columns": columns})
    make_effective(transaction, table)


def forget_table(transaction: Transaction, table: Table) -> None:
    """The table with everything that was customised in it."""
    transaction.connection.execute('DELETE FROM "_customization" WHERE table_name = ?', (table.name,))
    replace_catalog(transaction, transaction.catalog.without(table.name))


def remember_pair(transaction: Transaction, pair: ManyToMany) -> None:
    _keep(transaction, "pair", "", pair.schema, asdict(pair))
    others = [one for one in transaction.catalog.many_to_many if one.schema != pair.schema]
    replace_catalog(transaction, transaction.catalog.with_pairs([*others, pair]))


def forget_pair(transaction: Transaction, pair: ManyToMany) -> None:
    forget(transaction, "pair", "", pair.schema)
    others = [one for one in transaction.catalog.many_to_many if one.schema != pair.schema]
    replace_catalog(transaction, transaction.catalog.with_pairs(others))


def remember_choice(transaction: Transaction, choice: Choice) -> None:
    """Every column that uses the choice has its new options at once."""
    _keep(transaction, "choice", "", choice.name, asdict(choice))
    changed = {**transaction.catalog.choices, choice.name: choice}
    replace_catalog(transaction, transaction.catalog.with_choices(changed.values()))


def forget_choice(transaction: Transaction, choice: Choice) -> None:
    forget(transaction, "choice", "", choice.name)
    kept = [one for one in transaction.catalog.choices.values() if one.name != choice.name]
    replace_catalog(transaction, transaction.catalog.with_choices(kept))


# ---- the kinds of customisation --------------------------------------------------------------------------------------


def column_definition(column: Column) -> dict[str, Any]:
    return {**asdict(column), "minimum": _text(column.minimum), "maximum": _text(column.maximum)}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _column(table: Table, name: str, definition: dict[str, Any]) -> Table:
    return replace(table, columns={**table.columns, name: _column_from(definition)})


def _table(definition: dict[str, Any]) -> Table:
    columns = {name: _column_from(column) for name, column in definition["columns"].items()}
    keys = tuple(Key(**{**key, "columns": tuple(key["columns"])}) for key in definition["keys"])
    return Table(**{**definition, "columns": columns, "keys": keys})


def _column_from(definition: dict[str, Any]) -> Column:
    return Column(
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
