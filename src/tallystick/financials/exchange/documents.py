"""Imports documents together with their lines: all, or none. A preview does the same and takes it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import transaction

from tallystick.financials.exchange.flat import FREIGHT, Document, FlatFile, Row, flat_file, shown_names
from tallystick.financials.exchange.preview import (
    Draft,
    FieldChange,
    ImportPreview,
    ImportRow,
    RowOutcome,
    changes_of,
    codes_of,
    find_existing,
    plan_drafts,
    resolve_references,
)
from tallystick.financials.exchange.reading import Sheet, UnreadableFile
from tallystick.financials.models import Company, SalesSetup
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.services.documents.totals import read_columns
from tallystick.financials.services.planning import Entry, Planned
from tallystick.financials.services.records import carry_out
from tallystick.financials.services.writes import Refused
from tallystick.financials.tables import Table


@dataclass(slots=True)
class _Work:
    """What the services said to each draft, by the id of the draft."""

    company: Company
    file: FlatFile
    entries: dict[int, Entry] = field(default_factory=dict)
    codes: dict[str, Mapping[str, Mapping[UUID, str]]] = field(default_factory=dict)  # by table, of what changes


def preview_documents(company: Company, file: FlatFile) -> ImportPreview:
    """Return what importing would do: it is done and taken back, so that lines are checked in their documents."""
    with transaction.atomic():
        found = _write(company, file, file.documents)
        transaction.set_rollback(True)
    return found


def import_documents(
    company: Company, table: str, sheet: Sheet, *, skip_errors: bool
) -> tuple[ImportPreview, int, list[ImportRow]]:
    """Write the documents of a flat file, in the caller's transaction; return what was done, to how many documents, and
    the rows that were left out.

    The caller undoes it when the preview is not `ok`. With `skip_errors` documents with a problem are left out, whole."""
    left_out: set[str] = set()
    skipped: list[ImportRow] = []
    while True:
        file = flat_file(table, sheet)  # anew: drafts remember what was said to them
        documents = [one for one in file.documents if one.key not in left_out] if file else []
        if file is None or not documents:
            raise UnreadableFile("The file holds no documents.", "Add a row per line.")
        point = transaction.savepoint()
        found = _write(company, file, documents)
        wrong = {row.line for row in found.rows if row.problems}
        bad = {one.key for one in documents if wrong & {row.line for row in one.rows}}
        if not bad or not skip_errors or len(bad) == len(documents):
            return found, len(documents), skipped
        transaction.savepoint_rollback(point)
        left_out |= bad
        lines = {row.line for one in documents if one.key in bad for row in one.rows}
        skipped += [row for row in found.rows if row.line in lines]


def _write(company: Company, file: FlatFile, documents: Sequence[Document]) -> ImportPreview:
    work = _Work(company, file)
    _write_headers(work, documents)
    fields = [column.field for column in file.columns if column.of_line]
    resolve_references(company, file.kind.lines, fields, [draft for _, draft in _line_drafts(documents)])
    sound = [document for document in documents if isinstance(work.entries.get(id(document.header)), Planned)]
    _write_lines(work, sound)
    rows = [row for document in documents for row in _rows(work, document)]
    return ImportPreview(file.kind.headers, file.fields, tuple(sorted(rows, key=lambda row: row.line)))


def _write_headers(work: _Work, documents: Sequence[Document]) -> None:
    table = work.file.kind.headers
    drafts = [document.header for document in documents]
    fields = [column.field for column in work.file.columns if not column.of_line and column.field is not FREIGHT]
    resolve_references(work.company, table, fields, drafts)
    find_existing(work.company, table, drafts)
    if not work.file.numbers_lines:
        for draft in drafts:
            if draft.id is not None:
                message = f"{table.label} {draft.key(table)} exists already."
                hint = "Leave it out; or add the column line_no, which tells its lines apart, to change it."
                draft.complain(table, table.key[0], message, hint)
    _carry_out(work, table, drafts)


def _line_drafts(documents: Sequence[Document]) -> list[tuple[Document, Draft]]:
    return [(document, row.draft) for document in documents for row in document.rows if row.draft is not None]


def _write_lines(work: _Work, documents: Sequence[Document]) -> None:
    kind = work.file.kind
    rows = _line_drafts(documents)
    drafts = [draft for _, draft in rows]
    for document, draft in rows:
        draft.values[kind.lines.part_of] = document.header.id or document.header.new_id
    if work.file.numbers_lines:
        find_existing(work.company, kind.lines, drafts)
    freight = [document for document in documents if document.freight is not None]
    _place_freight(work, freight)
    _carry_out(work, kind.lines, drafts + [document.freight for document in freight if document.freight is not None])


def _place_freight(work: _Work, documents: Sequence[Document]) -> None:
    if not documents:
        return
    kind = work.file.kind
    account = SalesSetup.objects.filter(company=work.company).values_list("freight_account_id", flat=True).first()
    existing = _freight_lines(work, documents, account) if account else {}
    for document in documents:
        draft, parent = document.freight, document.header.id or document.header.new_id
        if draft is None:
            continue
        if account is None:
            draft.complain(kind.lines, FREIGHT.name, "The sales setup names no freight account.", "Choose one first.")
        draft.id = existing.get(parent)
        if draft.id is None and not draft.values["unit_price"]:
            document.freight = None
            continue
        draft.values |= {kind.lines.part_of: parent, "g_l_account_no": account, "quantity": 1}


def _freight_lines(work: _Work, documents: Sequence[Document], account: UUID) -> dict[UUID, UUID]:
    """Return the line on the freight account that each of the documents has already."""
    kind = work.file.kind
    parents = [document.header.id for document in documents if document.header.id is not None]
    lines = read_columns(kind.lines.model, kind.parent, parents, (kind.parent, "g_l_account_id")) if parents else {}
    return {row[kind.parent]: id for id, row in lines.items() if row["g_l_account_id"] == account}


def _carry_out(work: _Work, table: Table, drafts: Sequence[Draft]) -> None:
    """Write what can be; note at each draft what the services said."""
    if not drafts:
        return
    entries = plan_drafts(work.company, table, drafts, lock=True)
    work.codes[table.name] = codes_of(work.company, table, entries)
    work.entries |= {id(draft): entry for draft, entry in zip(drafts, entries, strict=True)}
    broken = {draft.id or draft.new_id for draft in drafts if draft.problems}
    sound: list[Entry] = [entry for entry in entries if isinstance(entry, Planned) and entry.id not in broken]
    for outcome in carry_out(work.company, table.name, sound) if sound else ():
        if isinstance(outcome, Refused):
            raise InvalidRecord(outcome.problems)
    for draft, entry in zip(drafts, entries, strict=True):
        if isinstance(entry, Planned) and draft.problems:
            work.entries[id(draft)] = Refused(entry.id, ())


# What people read


def _rows(work: _Work, document: Document) -> Iterable[ImportRow]:
    names = shown_names(work.file.columns)
    for place, row in enumerate(document.rows):
        drafts = [draft for draft in (row.own, row.draft) if draft is not None]
        if place == 0 and document.freight is not None:
            drafts.append(document.freight)
        problems = [problem for draft in drafts for problem in _problems(work, document, draft, names)]
        yield _import_row(work, document, row, drafts, problems)


def _problems(work: _Work, document: Document, draft: Draft, names: Mapping[str, str]) -> list[Problem]:
    """What was wrong in the file, and then what the services said that was not said yet."""
    problems = list(draft.problems)
    entry = work.entries.get(id(draft))
    if isinstance(entry, Refused):
        said = {problem.field for problem in problems}
        problems += [problem for problem in entry.problems if problem.field not in said and "" not in said]
    if draft is document.freight:
        return [replace(problem, field=FREIGHT.name) for problem in problems]
    if draft is document.header:
        return problems
    return [replace(problem, field=names.get(problem.field, problem.field)) for problem in problems]


def _import_row(
    work: _Work, document: Document, row: Row, drafts: Sequence[Draft], problems: Sequence[Problem]
) -> ImportRow:
    entries = [entry for draft in drafts if isinstance(entry := work.entries.get(id(draft)), Planned)]
    line_no = row.cells.get("line_no", "").strip()
    return ImportRow(
        row.line,
        " ".join(filter(None, (document.number, line_no))),
        row.cells.get("description", "") or row.cells.get("customer_name", "") or row.cells.get("item_no", ""),
        _outcome(work, document, row, entries, problems),
        row.cells,
        tuple(problems),
        tuple(change for entry in entries for change in _changes(work, entry)) if not problems else (),
    )


def _outcome(
    work: _Work, document: Document, row: Row, entries: Sequence[Planned], problems: Sequence[Problem]
) -> RowOutcome:
    if problems:
        return RowOutcome.ERROR
    header = work.entries.get(id(document.header))
    if not isinstance(header, Planned):
        return RowOutcome.ERROR  # its document cannot be written, which the first row says
    own = work.entries.get(id(row.draft)) if row.draft is not None else header
    if isinstance(own, Planned) and own.before is None:
        return RowOutcome.NEW
    return RowOutcome.CHANGED if any(entry.changed for entry in entries) else RowOutcome.UNCHANGED


def _changes(work: _Work, entry: Planned) -> tuple[FieldChange, ...]:
    kind = work.file.kind
    table = kind.lines if kind.parent in entry.after else kind.headers
    if entry.before is None or not entry.changed:
        return ()
    return changes_of(table, entry, work.codes[table.name])
