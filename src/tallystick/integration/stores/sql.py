"""Set-based SQL that SQLite and PostgreSQL both run: the one place of the integration that knows the two apart.

A list of values travels as one parameter (a JSON array on SQLite, an array on PostgreSQL), so that a statement's text
does not depend on how many there are. Names of tables and columns come from our models, never from outside."""
# ruff: noqa: S608

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

import orjson
from django.db import connection, models

Row: TypeAlias = tuple[Any, ...]
Params: TypeAlias = Sequence[Any]


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def one_of(column: str) -> str:
    """Return the condition that `column` (text) is among a list given as one parameter made by `values`."""
    return f"{column} = ANY(%s)" if is_postgresql() else f"{column} IN (SELECT value FROM json_each(%s))"


def values(items: Iterable[str]) -> Any:
    """Return a list of text as the one parameter that `one_of` expects."""
    return list(items) if is_postgresql() else orjson.dumps(list(items)).decode()


def moment(at: datetime | None) -> Any:
    """Return an instant as the database wants it in a parameter."""
    return connection.ops.adapt_datetimefield_value(at)


def fetch(statement: str, params: Params) -> list[Row]:
    """Run a query and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[Row] = cursor.fetchall()
        return found


def execute(statement: str, params: Params) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


@dataclass(frozen=True)
class Insertion:
    """A prepared insertion of many rows into one table, in the order of `columns`.

    With `key` a row whose key columns are there already is updated instead (`keep` columns stay as they were; `sets`
    overrides how a column is set); with `ignore` it is left as it is."""

    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    ignore: bool = False

    def run(self, rows: Sequence[Row]) -> None:
        """Insert all rows: COPY or one statement on PostgreSQL, one prepared statement on SQLite."""
        if not rows:
            return
        with connection.cursor() as cursor:
            if not is_postgresql():
                cursor.executemany(self._for_sqlite, rows)
            elif self.key or self.ignore:
                cursor.execute(self._for_postgresql, [list(column) for column in zip(*rows, strict=True)])
            else:
                # Django does not see this part of the driver, so it has to be told to make its errors its own.
                with (
                    connection.wrap_database_errors,
                    cursor.copy(f"COPY {self._table} ({self._names}) FROM STDIN") as copy,
                ):
                    for row in rows:
                        copy.write_row(row)

    def split(self, rows: Sequence[Row], known: Callable[[Row], bool]) -> None:
        """Insert the rows that are new, and update those that are `known` to be there: that is what costs on PostgreSQL."""
        self.as_new.run([row for row in rows if not known(row)])
        self.run([row for row in rows if known(row)])

    @cached_property
    def as_new(self) -> "Insertion":
        """The same insertion of rows that are not there yet; one that is there breaks the constraint."""
        return Insertion(self.model, self.columns)

    @cached_property
    def _for_sqlite(self) -> str:
        marks = ", ".join(["%s"] * len(self.columns))
        return f"INSERT INTO {self._table} ({self._names}) VALUES ({marks}) {self._on_conflict}"

    @cached_property
    def _for_postgresql(self) -> str:
        arrays = ", ".join(f"%s::{self._type_of(column)}[]" for column in self.columns)
        return f"INSERT INTO {self._table} ({self._names}) SELECT * FROM unnest({arrays}) {self._on_conflict}"

    @property
    def _table(self) -> str:
        return self.model._meta.db_table

    @property
    def _names(self) -> str:
        return ", ".join(self.columns)

    @property
    def _on_conflict(self) -> str:
        if self.ignore:
            return "ON CONFLICT DO NOTHING"
        if not self.key:
            return ""
        own = dict(self.sets)
        changed = (column for column in self.columns if column not in self.key and column not in self.keep)
        assignments = ", ".join(f"{column} = {own.get(column, f'excluded.{column}')}" for column in changed)
        return f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {assignments}"

    def _type_of(self, column: str) -> str:
        field = next(field for field in self.model._meta.concrete_fields if field.column == column)
        kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
        return "text" if kind is None or kind.startswith("varchar") else kind
