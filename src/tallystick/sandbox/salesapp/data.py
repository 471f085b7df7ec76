"""What the pages read: through the same query engine as the Web API, acting as the chosen salesperson."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.metadata import Catalog, Column, Table
from tallystick.sandbox.query.conditions import condition
from tallystick.sandbox.query.options import Query
from tallystick.sandbox.query.read import Reading, read_one, root_scope, select_rows, sort_terms
from tallystick.sandbox.query.scope import Asking, Sql
from tallystick.sandbox.query.shape import FORMATTED, LOOKUP_TABLE, Annotations, Row
from tallystick.sandbox.query.syntax import Order, Path, parse_filter
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import moment_text
from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.salesapp.views import ListView
from tallystick.sandbox.store import quoted

PAGE_SIZE = 50
_PEOPLE = "isdisabled = 0 AND accessmode <> 4 AND applicationid IS NULL"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    business_unit: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one signed-in person works: reads and writes go through it."""

    environment: Environment
    person: Person | None

    @property
    def catalog(self) -> Catalog:
        return self.environment.database.catalog

    @property
    def caller(self) -> Caller:
        person = self.person
        return Caller(
            person.id if person else "", person.business_unit if person else "", self.environment.organization
        )

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with self.environment.database.read() as connection:
            asking = Asking(self.catalog, self.caller, datetime.now(UTC))
            yield Reading(connection, asking, Annotations(("*",)), "")

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        with self.environment.database.write() as transaction:
            yield Writing(transaction, self.caller, moment_text(datetime.now(UTC)))


def salespeople(environment: Environment) -> list[Person]:
    """The licensed people one can work as, by name."""
    query = f"SELECT systemuserid, fullname, businessunitid FROM systemuser WHERE {_PEOPLE} ORDER BY fold(fullname)"  # noqa: S608
    with environment.database.read() as connection:
        return [Person(str(row[0]), str(row[1] or "(no name)"), str(row[2])) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class ListPage:
    rows: list[Row]
    page: int
    total: int


def _escaped(text: str) -> str:
    """Text for a filter: no character in it is a wildcard."""
    return re.sub(r"[\[%_]", r"[\g<0>]", text).replace("'", "''")


def read_list(
    desk: Desk, view: ListView, chosen: str, search: str, sort: str, page: int, *, only: str = ""
) -> ListPage:
    """One page of a list. `sort` is a column, with a minus in front for descending."""
    table = desk.catalog[view.table]
    conditions = [text for name, _, text in view.filters if name == chosen and text]
    if search:
        wanted = _escaped(search.strip()[:200])
        conditions.append("(" + " or ".join(f"contains({name},'{wanted}')" for name in view.search) + ")")
    if only:
        conditions.append(only)
    with desk.reading() as reading:
        scope = root_scope(reading, table)
        where = [condition(scope, parse_filter(text, {})) for text in conditions]
        total = _count(reading, table, where)
        page = max(1, min(page, (total + PAGE_SIZE - 1) // PAGE_SIZE or 1))
        terms = sort_terms(scope, [_order(table, view, sort)])
        query = Query(select=tuple(table.columns[name].property_name for name in view.columns))
        rows = select_rows(reading, scope, query, where, terms, PAGE_SIZE, (), offset=(page - 1) * PAGE_SIZE)
    return ListPage([row for row, _ in rows], page, total)


def _order(table: Table, view: ListView, sort: str) -> Order:
    name = sort.removeprefix("-")
    if name not in view.columns:
        name, sort = view.sort, view.sort
    return Order(Path((table.columns[name].property_name,)), sort.startswith("-"))


def _count(reading: Reading, table: Table, where: list[Sql]) -> int:
    text = " AND ".join(one.text for one in where)
    params = [value for one in where for value in one.params]
    query = f"SELECT count(*) FROM {quoted(table.name)} t0{f' WHERE {text}' if text else ''}"  # noqa: S608 (names from metadata)
    return int(reading.connection.execute(query, params).fetchone()[0])


def read_record(desk: Desk, table: Table, row_id: str) -> Row | None:
    with desk.reading() as reading:
        return read_one(reading, table, Query(), row_id)


@dataclass(frozen=True, slots=True)
class Found:
    """A row offered for a lookup."""

    table: str
    id: str
    name: str
    hint: str


_HINTS = {"account": "address1_city", "contact": "emailaddress1", "systemuser": "internalemailaddress"}


def find_targets(desk: Desk, column: Column, text: str, limit: int = 12) -> list[Found]:
    """Rows that a lookup may point to whose name contains the text, by name."""
    found: list[Found] = []
    with desk.environment.database.read() as connection:
        for target in column.targets:
            found += _find_in(connection, desk.catalog[target], text, limit)
    return sorted(found, key=lambda one: one.name.casefold())[:limit]


def _find_in(connection: sqlite3.Connection, table: Table, text: str, limit: int) -> list[Found]:
    hint = quoted(_HINTS[table.name]) if table.name in _HINTS else "NULL"
    conditions = [f"instr(fold({quoted(table.name_column)}), fold(?)) > 0"]
    if "statecode" in table.columns:
        conditions.append("statecode = 0")
    if table.name == "systemuser":
        conditions.append(_PEOPLE)
    query = (
        f"SELECT {quoted(table.id_column)}, {quoted(table.name_column)}, {hint} FROM {quoted(table.name)} "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} ORDER BY fold({quoted(table.name_column)}) LIMIT ?"
    )
    rows = connection.execute(query, (text.strip(), limit)).fetchall()
    return [Found(table.name, str(row[0]), str(row[1] or ""), str(row[2] or "")) for row in rows]


def named_target(desk: Desk, column: Column, name: str) -> list[Found]:
    """The rows whose name is exactly this."""
    wanted = name.strip().casefold()
    return [one for one in find_targets(desk, column, name, 50) if one.name.strip().casefold() == wanted]


def lookup_target(row: Row, column: Column) -> tuple[str, str, str] | None:
    """Table, id and name of the row a lookup of `row` points to."""
    key = column.property_name
    row_id = row.get(key)
    if row_id is None:
        return None
    table = str(row.get(f"{key}@{LOOKUP_TABLE}", column.targets[0]))
    return table, str(row_id), str(row.get(f"{key}@{FORMATTED}") or "(no name)")


def shown(row: Row, column: Column) -> str:
    """A value as text for reading."""
    key = column.property_name
    value = row.get(f"{key}@{FORMATTED}", row.get(key))
    return "" if value is None else str(value)
