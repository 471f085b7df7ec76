"""Writes records to CSV and XLSX, a piece at a time."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from tallystick.financials import queries
from tallystick.financials.exchange.cells import guard, to_text
from tallystick.financials.models import Company
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.queries import EVERYTHING, Query, Record
from tallystick.financials.tables import Table, table_named

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
    by: Actor = OPERATOR,
) -> Iterator[bytes]:
    """Yield the file of all records that match, piece by piece: memory stays flat. The header has the field names.

    `byte_order_mark` makes Excel read a CSV file as UTF-8. No cell of a CSV file can run as a formula."""
    described = table_named(table)
    records = queries.iterate_records(company, described.name, query, by=by)
    return _file(described, records, Format(format), byte_order_mark)


def export_template(table: str, format: str = Format.CSV) -> bytes:
    """Return a file with the field names and no records, to fill in."""
    return b"".join(_file(table_named(table), (), Format(format), byte_order_mark=True))


def _file(table: Table, records: Iterable[Record], format: Format, byte_order_mark: bool) -> Iterator[bytes]:
    if format is Format.XLSX:
        return _xlsx(table, records)
    return _csv(table, records, byte_order_mark)


def _csv(table: Table, records: Iterable[Record], byte_order_mark: bool) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([field.name for field in table.fields])
    if byte_order_mark:
        yield b"\xef\xbb\xbf"
    for count, record in enumerate(records, start=1):
        writer.writerow([guard(field, to_text(field, record.shown(field.name))) for field in table.fields])
        if count % ROWS_PER_PIECE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _xlsx(table: Table, records: Iterable[Record]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.label_plural[:31].replace("/", " "))
    sheet.append([field.name for field in table.fields])
    for record in records:
        sheet.append([_cell(sheet, record.shown(field.name)) for field in table.fields])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        book.save(path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _cell(sheet: Any, value: Any) -> Any:
    """Numbers and dates as such; everything else as text, whatever it looks like."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case int() | Decimal() | date():
            return value
        case _:
            cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", str(value)))
            cell.data_type = "s"
            return cell
