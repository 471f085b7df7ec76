"""SQL definitions derived from the metadata."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.sandbox.metadata import Catalog, Column, Key, Kind, Table

SYSTEM_TABLES = """
CREATE TABLE IF NOT EXISTS "_setting" (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_customization" (
    sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, table_name TEXT NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, UNIQUE (kind, table_name, name));
CREATE TABLE IF NOT EXISTS "_application" (client_id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_application_trouble" (client_id TEXT PRIMARY KEY, trouble TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_certificate" (
    client_id TEXT NOT NULL, thumbprint TEXT NOT NULL, pem TEXT NOT NULL,
    PRIMARY KEY (client_id, thumbprint)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_deleted" (
    version INTEGER PRIMARY KEY, table_name TEXT NOT NULL, id TEXT NOT NULL, deletedon TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS "_deleted_by_table" ON "_deleted" (table_name, version);
"""

_SQL_TYPES = {
    Kind.INTEGER: "INTEGER",
    Kind.BIGINT: "INTEGER",
    Kind.MONEY: "INTEGER",  # ten-thousandths: exact, sortable, four decimals like the service
    Kind.BOOLEAN: "INTEGER",
    Kind.PICKLIST: "INTEGER",
    Kind.STATE: "INTEGER",
    Kind.STATUS: "INTEGER",
    Kind.DOUBLE: "REAL",
}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sql_columns(column: Column) -> Iterator[str]:
    """The SQL columns that store one column, as definitions."""
    if column.kind is Kind.ENTITYNAME:
        return
    yield f"{quoted(column.name)} {_SQL_TYPES.get(column.kind, 'TEXT')}"
    if column.polymorphic:
        yield f"{quoted(column.type_column)} TEXT"


def table_statements(table: Table) -> Iterator[str]:
    """Create what is missing of one table: the table, its columns' indexes and its keys' unique indexes."""
    definitions = [definition for column in table.columns.values() for definition in sql_columns(column)]
    yield f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} ({', '.join(definitions)})"
    yield _index(f"{table.name}_pk", table.name, quoted(table.id_column), unique=True)
    if "versionnumber" in table.columns:
        yield _index(f"{table.name}_version", table.name, '"versionnumber"')
    if "modifiedon" in table.columns:
        yield _index(f"{table.name}_modifiedon", table.name, '"modifiedon"')
    for column in table.columns.values():
        if column.is_lookup and column.create and column.name not in _FEW_VALUES:
            name = quoted(column.name)
            yield f"{_index(f'{table.name}_{column.name}', table.name, name)} WHERE {name} IS NOT NULL"
    if table.intersect:
        ends = [name for name in table.columns if name.endswith("id") and name != table.id_column]
        yield _index(f"{table.name}_pair", table.name, ", ".join(quoted(end) for end in ends), unique=True)
    for key in table.keys:
        if key.status == "Active":
            yield key_statement(table, key)


_FEW_VALUES = frozenset({"ownerid", "transactioncurrencyid", "businessunitid"})
"""Lookups most rows share: an index would cost every insert and help no query."""


def key_statement(table: Table, key: Key) -> str:
    """A key is a unique index on the folded values; a null in any column exempts the row, as SQLite does by itself."""
    columns = ", ".join(key_expression(table.columns[name]) for name in key.columns)
    return _index(key_index(table, key), table.name, columns, unique=True)


def key_index(table: Table, key: Key) -> str:
    return f"{table.name}_key_{key.name}"


def key_expression(column: Column, alias: str = "") -> str:
    """What is compared for equality; text folds case. Queries must use the same expression to use the index."""
    name = f"{alias}.{quoted(column.name)}" if alias else quoted(column.name)
    return f"fold({name})" if column.kind in (Kind.STRING, Kind.MEMO) else name


def catalog_statements(catalog: Catalog) -> Iterator[str]:
    for table in catalog.tables.values():
        yield from table_statements(table)


def _index(name: str, table: str, columns: str, *, unique: bool = False) -> str:
    kind = "UNIQUE INDEX" if unique else "INDEX"
    return f"CREATE {kind} IF NOT EXISTS {quoted(name)} ON {quoted(table)} ({columns})"
