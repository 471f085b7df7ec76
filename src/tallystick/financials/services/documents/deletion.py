"""Which documents and lines must stay, and what follows when lines go."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import connection

from tallystick.financials import database
from tallystick.financials.documents.kinds import BY_HEADERS, BY_LINES, DocumentKind
from tallystick.financials.models import Company

OPEN = "Open"


def reasons_to_stay(company: Company, table: str, ids: set[UUID]) -> Iterator[tuple[UUID, str, str]]:
    """Yield which documents, or lines, must stay: why, and what to do about it. One query."""
    if not ids:
        return
    if kind := BY_HEADERS.get(table):
        yield from _headers(company, kind, ids)
    elif kind := BY_LINES.get(table):
        yield from _lines(company, kind, ids)


def documents_of(table: str, lines: Iterable[UUID]) -> set[UUID]:
    """Return the documents of these lines; none when it is no table of lines."""
    kind = BY_LINES.get(table)
    if kind is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {kind.parent} FROM {kind.lines.db_table} WHERE {database.any_of('id')}",
            [database.list_parameter(lines)],
        )
        return {row[0] for row in database.convert_rows(cursor.fetchall(), [database.read_id])}


def _headers(company: Company, kind: DocumentKind, ids: set[UUID]) -> Iterator[tuple[UUID, str, str]]:
    """An order goes when nothing of it was shipped, or when all that was shipped is invoiced."""
    if kind.ordered:
        sums = "sum(abs(l.quantity_shipped - l.quantity_invoiced)), sum(l.quantity_invoiced)"
    else:
        sums = "0, 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT h.id, h.status, {sums} FROM {kind.headers.db_table} h
            LEFT JOIN {kind.lines.db_table} l ON l.{kind.parent} = h.id
            WHERE {database.any_of("h.id")} AND h.company_id = %s GROUP BY h.id, h.status""",
            [database.list_parameter(ids), database.id_parameter(company.pk)],
        )
        rows = database.convert_rows(cursor.fetchall(), [database.read_id, None, None, None])
    for id, status, unbilled, invoiced in rows:
        if unbilled:
            yield id, "was shipped and is not invoiced, or the other way round", "Post what is left first."
        elif status != OPEN and not invoiced:
            yield id, f"is {status.lower()}", "Reopen it first."


def _lines(company: Company, kind: DocumentKind, ids: set[UUID]) -> Iterator[tuple[UUID, str, str]]:
    moved = "l.quantity_shipped > 0 OR l.quantity_invoiced > 0" if kind.ordered else "1 = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT l.id, h.status, CASE WHEN {moved} THEN 1 ELSE 0 END FROM {kind.lines.db_table} l
            JOIN {kind.headers.db_table} h ON h.id = l.{kind.parent}
            WHERE {database.any_of("l.id")} AND l.company_id = %s""",
            [database.list_parameter(ids), database.id_parameter(company.pk)],
        )
        rows = database.convert_rows(cursor.fetchall(), [database.read_id, None, None])
    for id, status, is_moved in rows:
        if is_moved:
            yield id, "was shipped or invoiced", "Reduce its quantity to what was shipped instead."
        elif status != OPEN:
            yield id, f"is part of a document that is {status.lower()}", "Reopen the document first."
