"""Reads what changed since a cursor, and pages of data for whoever follows the changes.

The feed has one row per record: its newest change, written by the triggers of `change_triggers`. A record that changes
again moves to the end, so a page never shows a record twice and a reader who comes late reads each record once.

On PostgreSQL a change becomes readable when every transaction older than its own has ended; inside an open transaction
a reader does not see what that transaction itself changed.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Model

from tallystick.financials import database
from tallystick.financials.models import Company
from tallystick.financials.tables import Table, table_named


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """How far a feed was read. Keep it as text: `str(cursor)` and `Cursor.parse(text)`."""

    xid: int
    seq: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cursor kept as text; `ValueError` when it is none."""
        xid, _, seq = text.partition(".")
        return cls(int(xid), int(seq))


BEGINNING = Cursor(-1, -1)


class ChangedRecord(NamedTuple):
    """A record that changed. `version` grows with every change of any record."""

    id: UUID
    version: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Changes in the order they became final. Read on from `cursor` while there is `more`."""

    rows: list[ChangedRecord]
    cursor: Cursor
    more: bool


class DataRow(NamedTuple):
    """A record as it is now; `values` stand in the order of the fields asked for, all None when `deleted`."""

    id: UUID
    version: int
    deleted: bool
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DataPage:
    """A `FeedPage` with the data of the records."""

    rows: list[DataRow]
    cursor: Cursor
    more: bool


def read_changes(company: Company, table: str, after: Cursor | None, limit: int) -> FeedPage:
    """Return up to `limit` changes after the cursor, oldest first; one indexed query.

    From None it is a full read: every record there is, and those that are known to have been deleted."""
    start = after or BEGINNING
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.xid, c.seq, c.record_id, c.deleted FROM financials_change c
            WHERE {_AFTER} AND {database.settled_transactions()} ORDER BY c.xid, c.seq LIMIT %s""",
            [database.id_parameter(company.pk), table_named(table).name, start.xid, start.seq, limit + 1],
        )
        found = cursor.fetchall()
    rows = [ChangedRecord(_id(row[2]), row[1], bool(row[3])) for row in found[:limit]]
    return FeedPage(rows, _cursor_at(found[:limit], start), more=len(found) > limit)


def read_page(company: Company, table: str, fields: Sequence[str], after: Cursor | None, limit: int) -> DataPage:
    """Return up to `limit` changed records with the named fields as they are now; one query for changes and data.

    References come as ids. Besides the fields of the table, `created_at` and `modified_at` may be asked for."""
    described = table_named(table)
    start = after or BEGINNING
    columns, readers = _columns(described, fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.xid, c.seq, c.record_id, c.deleted{columns}
            FROM financials_change c LEFT JOIN {described.db_table} d ON d.id = c.record_id
            WHERE {_AFTER} AND {database.settled_transactions()} ORDER BY c.xid, c.seq LIMIT %s""",
            [database.id_parameter(company.pk), described.name, start.xid, start.seq, limit + 1],
        )
        found = cursor.fetchall()
    return DataPage(_data_rows(found[:limit], readers), _cursor_at(found[:limit], start), more=len(found) > limit)


def read_records(company: Company, table: str, fields: Sequence[str], ids: Iterable[UUID]) -> list[DataRow]:
    """Return these records as they are now, in no particular order; ids this company does not have are left out.

    One query however many ids; a record that was deleted comes as such."""
    described = table_named(table)
    columns, readers = _columns(described, fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.xid, c.seq, c.record_id, c.deleted{columns}
            FROM financials_change c LEFT JOIN {described.db_table} d ON d.id = c.record_id
            WHERE {database.any_of("c.record_id")} AND c.company_id = %s AND c.table_name = %s""",
            [database.list_parameter(ids), database.id_parameter(company.pk), described.name],
        )
        return _data_rows(cursor.fetchall(), readers)


def versions(company: Company, table: str, ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, int]:
    """Return the versions of the records that exist; one query, two with `lock`.

    With `lock` (inside a transaction) nobody changes or deletes these records before the transaction ends."""
    described = table_named(table)
    wanted = list(ids)
    with connection.cursor() as cursor:
        if lock and database.for_update():
            cursor.execute(
                f"""SELECT id FROM {described.db_table} WHERE {database.any_of("id")} AND company_id = %s
                ORDER BY id{database.for_update()}""",  # in one order, so that two lockers never cross
                [database.list_parameter(wanted), database.id_parameter(company.pk)],
            )
        cursor.execute(
            f"""SELECT record_id, seq FROM financials_change
            WHERE {database.any_of("record_id")} AND company_id = %s AND table_name = %s AND NOT deleted""",
            [database.list_parameter(wanted), database.id_parameter(company.pk), described.name],
        )
        return {_id(record_id): seq for record_id, seq in cursor.fetchall()}


def newest_cursor(company: Company, table: str) -> Cursor:
    """Return the cursor after everything readable now: reading from it yields only what comes later."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.xid, c.seq FROM financials_change c WHERE c.company_id = %s AND c.table_name = %s
            AND {database.settled_transactions()} ORDER BY c.xid DESC, c.seq DESC LIMIT 1""",
            [database.id_parameter(company.pk), table_named(table).name],
        )
        newest = cursor.fetchone()
    return Cursor(*newest) if newest else BEGINNING


_AFTER = "c.company_id = %s AND c.table_name = %s AND (c.xid, c.seq) > (%s, %s)"


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))


def _cursor_at(found: Sequence[Sequence[Any]], start: Cursor) -> Cursor:
    return Cursor(found[-1][0], found[-1][1]) if found else start


def _data_rows(found: Sequence[Sequence[Any]], readers: Sequence[Callable[[Any], Any] | None]) -> list[DataRow]:
    values = database.convert_rows((row[4:] for row in found), readers)
    return [DataRow(_id(row[2]), row[1], bool(row[3]), data) for row, data in zip(found, values, strict=True)]


def _columns(table: Table, fields: Sequence[str]) -> tuple[str, list[Callable[[Any], Any] | None]]:
    model: type[Model] = apps.get_model("financials", table.model)
    columns = [name if name in ("created_at", "modified_at") else table.field(name).column for name in fields]
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    listed = "".join(f', d."{column}"' for column in columns)
    return listed, [database.reader_of(by_column[column]) for column in columns]
