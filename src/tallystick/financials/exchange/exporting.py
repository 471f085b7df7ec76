"""Writes records to CSV and XLSX, a piece at a time."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tallystick.financials import queries
from tallystick.financials.documents.kinds import BY_HEADERS, DocumentKind
from tallystick.financials.exchange.cells import guard, to_text
from tallystick.financials.exchange.flat import Column, document_columns
from tallystick.financials.models import Company
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.problems import FinancialsError
from tallystick.financials.queries import EVERYTHING, Filter, Query, Record
from tallystick.financials.table import LINE_NO
from tallystick.financials.tables import Field, Table, table_named

PIECE = 64 * 1024
ROWS_PER_PIECE = 500
# XML has no way to write these; a value that came into the table by SQL may hold them all the same.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Format(StrEnum):
    """A file format. CSV is UTF-8 with commas; for spreadsheets it begins with a byte order mark."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        """What a web server calls it."""
        if self is Format.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_records(
    company: Company,
    table: str,
    query: Query = EVERYTHING,
    format: str = Format.CSV,
    *,
    byte_order_mark: bool = False,
    with_lines: bool = False,
    by: Actor = OPERATOR,
) -> Iterator[bytes]:
    """Yield the file of all records that match, piece by piece: memory stays flat. The header has the field names.

    `byte_order_mark` makes Excel read a CSV file as UTF-8. No cell of a CSV file can run as a formula. `with_lines`, of
    documents, gives a row for each line, without what is computed: a file that imports in one go. Raises
    `FinancialsError` where there are no lines to give."""
    described = table_named(table)
    if with_lines:
        kind = BY_HEADERS.get(described.name)
        if kind is None:
            raise FinancialsError(
                f"{described.label_plural} have no lines.", hint=f"Those that have are {', '.join(BY_HEADERS)}."
            )
        rows = _document_rows(company, kind, query, by)
        return _file(described, document_fields(kind), rows, Format(format), byte_order_mark)
    records = queries.iterate_records(company, described.name, query, by=by)
    return _file(described, described.fields, map(_shown, records), Format(format), byte_order_mark)


def export_template(table: str, format: str = Format.CSV) -> bytes:
    """Return a file with the field names and no records, to fill in."""
    described = table_named(table)
    return b"".join(_file(described, described.fields, (), Format(format), byte_order_mark=True))


def document_fields(kind: DocumentKind) -> tuple[Field, ...]:
    """Return the columns of a file of documents with their lines."""
    return tuple(column.shown for column in document_columns(kind))


def _shown(record: Record) -> list[Any]:
    return [record.shown(field.name) for field in record.table.fields]


def _document_rows(company: Company, kind: DocumentKind, query: Query, by: Actor) -> Iterator[list[Any]]:
    """Yield a row for each line, or one without a line; the lines of a batch of documents are one query."""
    columns = document_columns(kind)
    for batch in _batches(queries.iterate_records(company, kind.headers.name, query, by=by)):
        condition = Filter(kind.lines.part_of, value=[record.id for record in batch])
        lines: dict[Any, list[Record]] = {}
        ordered = Query(filters=(condition,), order=(LINE_NO,))
        for line in queries.iterate_records(company, kind.lines.name, ordered, by=by):
            lines.setdefault(line.values[kind.lines.part_of], []).append(line)
        for record in batch:
            for own in lines.get(record.id) or (None,):
                yield [_value(record, own, column) for column in columns]


def _value(record: Record, line: Record | None, column: Column) -> Any:
    if not column.of_line:
        return record.shown(column.field.name)
    return None if line is None else line.shown(column.field.name)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    coming = iter(records)
    while batch := list(islice(coming, ROWS_PER_PIECE)):
        yield batch


def _file(
    table: Table, fields: Sequence[Field], rows: Iterable[Sequence[Any]], format: Format, byte_order_mark: bool
) -> Iterator[bytes]:
    if format is Format.XLSX:
        return _xlsx(table, fields, rows)
    return _csv(fields, rows, byte_order_mark)


def _csv(fields: Sequence[Field], rows: Iterable[Sequence[Any]], byte_order_mark: bool) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([field.name for field in fields])
    if byte_order_mark:
        yield b"\xef\xbb\xbf"
    for count, row in enumerate(rows, start=1):
        writer.writerow([guard(field, to_text(field, value)) for field, value in zip(fields, row, strict=True)])
        if count % ROWS_PER_PIECE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _xlsx(table: Table, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    from openpyxl import Workbook  # a tenth of the time a command takes to load; most never meet a workbook
    from openpyxl.cell import WriteOnlyCell

    def as_text(value: object) -> Any:
        cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", str(value)))
        cell.data_type = "s"
        return cell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.label_plural[:31].replace("/", " "))
    sheet.append([field.name for field in fields])
    for row in rows:
        sheet.append([_cell(value, as_text) for value in row])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book.save(path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _cell(value: Any, as_text: Callable[[object], Any]) -> Any:
    """Numbers and dates as such; everything else as text, whatever it looks like."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case int() | Decimal() | date():
            return value
        case _:
            return as_text(value)
