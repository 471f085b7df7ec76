"""Where a line goes that is put in front of another one."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.utils import timezone

from tallystick.financials import access, database
from tallystick.financials.models import Company
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.documents.facts import lock_documents
from tallystick.financials.table import LINE_NO, LINE_STEP, Table
from tallystick.financials.tables import table_named

MOVED = ("quantity_shipped", "quantity_invoiced", "quantity_received")  # posted lines name the number of such a line


def number_before(company: Company, table: str, line: UUID, *, by: Actor = OPERATOR) -> int:
    """Return a line number in front of a line, halfway to the one before.

    Where none is left, the lines are numbered anew first, ten thousand apart, in their order: a statement for each.
    Raises `RecordMissing`, and `InvalidRecord` where none is left and posted lines name the numbers there are."""
    described = table_named(table)
    access.require_writing(by, described)
    return in_transaction(lambda: _number_before(company, described, line))


def _number_before(company: Company, table: Table, line: UUID) -> int:
    lock_documents(company, table.name, [line], [])
    lines = _lines_beside(company, table, line)
    place = next((place for place, (id, _, _) in enumerate(lines) if id == line), None)
    if place is None:
        raise RecordMissing(table.label, str(line))
    number, last = lines[place][1], lines[place - 1][1] if place else 0
    if number - last < 2:
        _number_anew(table, lines, place)
        number, last = (place + 1) * LINE_STEP, place * LINE_STEP
    return last + (number - last) // 2


def _lines_beside(company: Company, table: Table, line: UUID) -> Sequence[tuple[UUID, int, bool]]:
    """Return the lines of the same document in order: id, number, and whether posted lines name it."""
    part_of = table.field(table.part_of).column
    moved = " OR ".join(f"{name} <> 0" for name in MOVED if name in table.by_name) or "FALSE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, {LINE_NO}, {moved} FROM {table.db_table} WHERE company_id = %s AND {part_of} =
            (SELECT {part_of} FROM {table.db_table} WHERE id = %s) ORDER BY {LINE_NO}""",
            [database.id_parameter(company.pk), database.id_parameter(line)],
        )
        return database.convert_rows(cursor.fetchall(), [database.read_id, None, bool])


def _number_anew(table: Table, lines: Sequence[tuple[UUID, int, bool]], place: int) -> None:
    if any(moved for _, _, moved in lines):
        last = lines[place - 1][1] if place else 0
        message = (
            f"There is no number left between line {last} and line {lines[place][1]}, and posted lines name these."
        )
        raise InvalidRecord([Problem(table.name, "new line", LINE_NO, message, "Add the line at the end.")])
    # Numbers must differ at every moment, so those that go up begin with the last, and the others with the first.
    fresh = [(id, number, (at + 1) * LINE_STEP) for at, (id, number, _) in enumerate(lines)]
    down = [row for row in fresh if row[2] < row[1]]
    up = [row for row in reversed(fresh) if row[2] > row[1]]
    model: Any = apps.get_model("financials", table.model)
    fields = [model._meta.get_field(LINE_NO), model._meta.get_field("modified_at")]
    now = timezone.now()
    with connection.cursor() as cursor:
        for rows in (down, up):
            for id, _, number in rows:
                database.update_rows(cursor, table.db_table, fields, [[number, now, id]])
