"""Imports a file: all of it, or nothing; or, where a person says so, all rows but those with problems."""

import logging
from dataclasses import dataclass

from tallystick.financials.exchange.documents import import_documents, preview_documents
from tallystick.financials.exchange.flat import flat_file
from tallystick.financials.exchange.preview import (
    Draft,
    ImportPreview,
    ImportRow,
    RowOutcome,
    plan_drafts,
    preview_of,
    read_drafts,
)
from tallystick.financials.exchange.reading import Sheet, Source, read_sheet
from tallystick.financials.models import Company, User
from tallystick.financials.problems import FinancialsError, InvalidRecord
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.planning import Entry
from tallystick.financials.services.records import carry_out
from tallystick.financials.services.writes import Refused
from tallystick.financials.tables import Field, Table, table_named

log = logging.getLogger(__name__)


class ImportRefused(FinancialsError):
    """The file has rows with problems, so nothing was imported; `preview` shows them all."""

    def __init__(self, preview: ImportPreview) -> None:
        errors = preview.count(RowOutcome.ERROR)
        line, problem = preview.problems[0]
        rows = "1 row has problems" if errors == 1 else f"{errors} rows have problems"
        super().__init__(
            f"Nothing was imported: {rows}. The first is in line {line}: {problem.message}",
            record=problem.record,
            hint=problem.hint,
        )
        self.preview = preview


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import wrote, and the rows it left out because of their problems."""

    table: Table
    created: int
    changed: int
    unchanged: int
    skipped: tuple[ImportRow, ...] = ()
    documents: int = 0  # that the rows, each a line of one, were put together to


def run_import(
    company: Company, table: str, source: Source, *, by: User | None = None, skip_errors: bool = False
) -> ImportResult:
    """Import the file in one transaction. Raises `ImportRefused` or `UnreadableFile`; then nothing was written.

    The file is checked again: what its preview said may have been overtaken by other people's work. `skip_errors` leaves
    out the rows with problems, and those that refer to one of them; where that is every row, it is refused all the same."""
    described = table_named(table)
    sheet = read_sheet(source)
    result = in_transaction(lambda: _import_sheet(company, described, sheet, skip_errors))
    log.info(
        "%s: %s imported by %s: %d new, %d changed, %d unchanged, %d left out",
        company.slug,
        described.label_plural,
        by.pk if by else "the command line",
        result.created,
        result.changed,
        result.unchanged,
        len(result.skipped),
    )
    return result


def preview_import(company: Company, table: str, source: Source) -> ImportPreview:
    """Return what importing the file would do. Writes nothing. Raises `UnreadableFile` when it is no such file at all.

    A column that is missing leaves the field as it is, an empty cell blanks it. An empty number means a new record that
    gets the next number of the series. A file of documents with columns of their lines has a row for each line."""
    described = table_named(table)
    sheet = read_sheet(source)
    if (flat := flat_file(described.name, sheet)) is not None:
        return preview_documents(company, flat)
    fields, drafts = read_drafts(company, described, sheet)
    return preview_of(company, described, fields, drafts, plan_drafts(company, described, drafts, lock=False))


def _import_sheet(company: Company, table: Table, sheet: Sheet, skip_errors: bool) -> ImportResult:
    if flat_file(table.name, sheet) is not None:
        return _import_documents(company, table, sheet, skip_errors)
    return _import(company, table, *read_drafts(company, table, sheet), skip_errors)


def _import_documents(company: Company, table: Table, sheet: Sheet, skip_errors: bool) -> ImportResult:
    preview, documents, skipped = import_documents(company, table.name, sheet, skip_errors=skip_errors)
    if not preview.ok:
        raise ImportRefused(preview)
    return _result(table, preview, skipped, documents)


def _import(
    company: Company, table: Table, fields: tuple[Field, ...], drafts: list[Draft], skip_errors: bool
) -> ImportResult:
    preview, entries = _checked(company, table, fields, drafts)
    skipped: list[ImportRow] = []
    while not preview.ok:
        good = [draft for draft, row in zip(drafts, preview.rows, strict=True) if not row.problems]
        if not skip_errors or not good:
            raise ImportRefused(preview)
        skipped += [row for row in preview.rows if row.problems]
        drafts = good
        preview, entries = _checked(company, table, fields, drafts)  # without the rows that some of these refer to
    for outcome in carry_out(company, table.name, entries):
        if isinstance(outcome, Refused):  # the number series ran out
            raise InvalidRecord(outcome.problems)
    return _result(table, preview, skipped)


def _result(table: Table, preview: ImportPreview, skipped: list[ImportRow], documents: int = 0) -> ImportResult:
    return ImportResult(
        table,
        created=preview.count(RowOutcome.NEW),
        changed=preview.count(RowOutcome.CHANGED),
        unchanged=preview.count(RowOutcome.UNCHANGED),
        skipped=tuple(sorted(skipped, key=lambda row: row.line)),
        documents=documents,
    )


def _checked(
    company: Company, table: Table, fields: tuple[Field, ...], drafts: list[Draft]
) -> tuple[ImportPreview, list[Entry]]:
    entries = plan_drafts(company, table, drafts, lock=True)
    return preview_of(company, table, fields, drafts, entries), entries
