"""Reads a file into rows of text: CSV (comma, semicolon or tab; UTF-8 or UTF-16) and XLSX (first sheet)."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from tallystick.financials.exchange.cells import unguard
from tallystick.financials.problems import FinancialsError

BYTES_AT_MOST = 64 * 1024 * 1024
UNPACKED_AT_MOST = 512 * 1024 * 1024
ROWS_AT_MOST = 250_000
COLUMNS_AT_MOST = 500
MIDNIGHT = datetime.min.time()

Source = bytes | Path | BinaryIO


class UnreadableFile(FinancialsError):
    """The file as a whole cannot be read, so nothing of it was imported. `line` where it is known, else 0."""

    def __init__(self, what: str, hint: str = "", *, line: int = 0) -> None:
        super().__init__(f"Line {line}: {what}" if line else what, hint=hint)
        self.line = line


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file; `number` is the line (CSV) or row (XLSX) where it begins, counted from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as text: the first row that holds anything, and the rows below it."""

    header: Line
    lines: list[Line]


def read_sheet(source: Source) -> Sheet:
    """Return the rows of a file, leaving out empty ones. Raises `UnreadableFile`."""
    data = source_bytes(source)
    if not data.strip():
        raise UnreadableFile("The file is empty.", "The first row names the fields, the others hold records.")
    lines = [line for line in (_workbook(data) if data.startswith(b"PK\x03\x04") else _csv(data)) if any(line.cells)]
    if not lines:
        raise UnreadableFile("The file has no rows.", "The first row names the fields, the others hold records.")
    return Sheet(lines[0], lines[1:])


def source_bytes(source: Source) -> bytes:
    """Return the whole file. Raises `UnreadableFile` when it is too large."""
    match source:
        case bytes():
            data = source
        case Path():
            with source.open("rb") as file:
                data = file.read(BYTES_AT_MOST + 1)
        case _:
            data = source.read(BYTES_AT_MOST + 1)
    if len(data) > BYTES_AT_MOST:
        raise UnreadableFile(
            f"The file is larger than {BYTES_AT_MOST // 1024 // 1024} MB.", "Split it into several files."
        )
    return data


def _csv(data: bytes) -> Iterator[Line]:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 1
    try:
        for count, cells in enumerate(reader, start=1):
            if count > ROWS_AT_MOST:
                raise _too_many_rows()
            yield Line(number, tuple(map(unguard, cells)))
            number = reader.line_num + 1
    except csv.Error as error:
        raise _csv_problem(error, number) from None


def _csv_problem(error: csv.Error, line: int) -> UnreadableFile:
    text = str(error)
    if "field limit" in text:
        return UnreadableFile(f"A cell is longer than {csv.field_size_limit():,} characters.", "Shorten it.", line=line)
    if "unexpected end of data" in text:
        return UnreadableFile("A quotation mark is opened here and never closed.", 'Write " as "".', line=line)
    if "expected after" in text:
        hint = 'Put the cell into quotation marks and double those inside: "5"" pipe".'
        return UnreadableFile("A quotation mark ends before the cell does.", hint, line=line)
    return UnreadableFile(f"This is no CSV: {text}.", "Save the file as CSV (UTF-8) again.", line=line)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            f"The byte {data[error.start]:#04x} is not {encoding.removesuffix('-sig').upper()}.",
            "Save the file as CSV in UTF-8 (in Excel: CSV UTF-8), or import it as XLSX.",
            line=line,
        ) from None


def _delimiter(text: str) -> str:
    """Return what separates the cells of the header: field names hold none of the candidates."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)


def _workbook(data: bytes) -> Iterator[Line]:
    _check_unpacked_size(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of styles and extensions that concern no cell's value
            import openpyxl  # a tenth of the time a command takes to load; most never meet a workbook

            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
            try:
                yield from _sheet_rows(book.worksheets[0])
            finally:
                book.close()
    except UnreadableFile:
        raise
    except Exception as error:  # the library lets through whatever a broken file makes happen inside it
        raise UnreadableFile(
            f"This is no XLSX workbook that can be read ({type(error).__name__}).", "Save it again as XLSX, or as CSV."
        ) from error


def _check_unpacked_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise UnreadableFile("This is no XLSX workbook: it is damaged.", "Save it again.") from None
    if size > UNPACKED_AT_MOST:
        raise UnreadableFile("The workbook is too large when unpacked.", "Split it into several files.")


def _sheet_rows(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # what a file says of its size need not be true
    width = COLUMNS_AT_MOST
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > ROWS_AT_MOST:
            raise _too_many_rows()
        if len(row) > COLUMNS_AT_MOST:
            raise UnreadableFile(f"The row has more than {COLUMNS_AT_MOST} cells.", line=number)
        cells = _without_empty_end([_cell_text(value) for value in row])
        if cells and width == COLUMNS_AT_MOST:
            width = len(cells)  # the header; a shorter row below it ends with empty cells
        yield Line(number, tuple(cells + [""] * (width - len(cells) if width < COLUMNS_AT_MOST else 0)))


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return list(cells[:end])


def _cell_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return format(Decimal(repr(value)).normalize(), "f")
        case datetime() if value.time() == MIDNIGHT:
            return value.date().isoformat()
        case str() | int() | datetime():
            return str(value)
        case _:
            return str(getattr(value, "text", value))  # an array formula is text like any other


def _too_many_rows() -> UnreadableFile:
    return UnreadableFile(f"The file has more than {ROWS_AT_MOST:,} rows.", "Split it into several files.")
