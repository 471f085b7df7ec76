"""What importing a file would do: an outcome per row, a problem per cell, old and new value per changed field."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from tallystick.financials import queries
from tallystick.financials.exchange.cells import to_text, to_value
from tallystick.financials.exchange.reading import Line, Sheet, UnreadableFile
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import Company
from tallystick.financials.problems import Problem
from tallystick.financials.services.facts import read_keys
from tallystick.financials.services.planning import Entry, Planned, plan
from tallystick.financials.services.writes import Insert, Refused, Update, Write
from tallystick.financials.table import LINE_NO
from tallystick.financials.tables import Field, Table, table_named
from tallystick.financials.values import Unacceptable


class RowOutcome(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that would change, in the words of the file: references by code."""

    field: Field
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of the file. `cells` is its text by field name; `problems` name their field, or '' for the whole row."""

    line: int
    key: str
    title: str
    outcome: RowOutcome
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """The whole file. `ok` when it can be imported: not one row has a problem."""

    table: Table
    fields: tuple[Field, ...]
    rows: tuple[ImportRow, ...]

    def count(self, outcome: RowOutcome) -> int:
        """How many rows have this outcome."""
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def ok(self) -> bool:
        """Whether everything could be written."""
        return not any(row.problems for row in self.rows)

    @property
    def problems(self) -> list[tuple[int, Problem]]:
        """Every problem with the line it is in."""
        return [(row.line, problem) for row in self.rows for problem in row.problems]


@dataclass(slots=True)
class Draft:
    """A row on its way from text to a write."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    id: UUID | None = None  # of the existing record
    new_id: UUID = field(default_factory=new_id)

    def complain(self, table: Table, name: str, message: str, hint: str = "") -> None:
        """Note what is wrong with a cell, or with the row (name '')."""
        self.problems.append(Problem(table.name, self.key(table) or f"line {self.line}", name, message, hint))

    def key(self, table: Table) -> str:
        """The number or code as the file has it."""
        return " ".join(filter(None, (self.cells.get(name, "").strip() for name in table.key))).upper()


def read_drafts(company: Company, table: Table, sheet: Sheet) -> tuple[tuple[Field, ...], list[Draft]]:
    """Return the columns of the file and its rows as values, with what is wrong noted at each row."""
    fields = _columns(table, sheet.header)
    drafts = [_draft(table, fields, line) for line in sheet.lines]
    if not drafts:
        raise UnreadableFile("There are field names but no records below them.", "Add a row per record.")
    resolve_references(company, table, fields, drafts)
    find_existing(company, table, drafts)
    return fields, drafts


def plan_drafts(company: Company, table: Table, drafts: Sequence[Draft], *, lock: bool) -> list[Entry]:
    """Return what the services say to each row."""
    return plan(company, table.name, [write_of(table, draft) for draft in drafts], lock=lock)


def preview_of(
    company: Company, table: Table, fields: tuple[Field, ...], drafts: Sequence[Draft], entries: Sequence[Entry]
) -> ImportPreview:
    """Return drafts and what the services said to them as people read it."""
    codes = codes_of(company, table, entries)
    rows = tuple(_row(table, draft, entry, codes) for draft, entry in zip(drafts, entries, strict=True))
    return ImportPreview(table, fields, rows)


# From text to values


def _columns(table: Table, header: Line) -> tuple[Field, ...]:
    known = {folded(name): field for field in table.fields for name in (field.name, field.label)}
    fields = []
    for title in header.cells:
        found = known.get(folded(title))
        if found is None:
            raise UnreadableFile(
                f"{table.label} has no field {title.strip()!r}.", suggestion(table, title), line=header.number
            )
        fields.append(found)
    twice = [field.name for field, count in Counter(fields).items() if count > 1]
    if twice:
        raise UnreadableFile(f"The column {twice[0]} appears twice.", "Remove one of them.", line=header.number)
    for name in table.key:
        if table.field(name) not in fields:
            hint = (
                "Leave its cells empty to have new numbers given."
                if table.numbered or name == LINE_NO
                else "It tells the records apart."
            )
            raise UnreadableFile(f"The column {name} is missing.", hint, line=header.number)
    return tuple(fields)


def folded(title: str) -> str:
    """Return the title of a column without case, spaces and punctuation."""
    return "".join(character for character in title.casefold() if character.isalnum())


def suggestion(table: Table, title: str) -> str:
    """Return what a column that is unknown may have been meant to be."""
    names = [field.name for field in table.fields]
    close = difflib.get_close_matches(title.strip().lower(), names, n=1)
    return f"Did you mean {close[0]}?" if close else f"The fields are: {', '.join(names)}."


def _draft(table: Table, fields: Sequence[Field], line: Line) -> Draft:
    draft = Draft(line.number, {field.name: cell for field, cell in zip(fields, line.cells, strict=False)})
    if len(line.cells) != len(fields):
        draft.complain(
            table,
            "",
            f"The row has {len(line.cells)} cells, the header {len(fields)}.",
            "Put cells that contain the separator into quotation marks.",
        )
        return draft
    for field_, cell in zip(fields, line.cells, strict=True):
        if field_.name in table.key and not cell.strip():
            continue  # the services say whether a number is needed
        try:
            draft.values[field_.name] = to_value(field_, cell)
        except Unacceptable as problem:
            draft.complain(table, field_.name, problem.message, problem.hint)
    return draft


def resolve_references(company: Company, table: Table, fields: Sequence[Field], drafts: Sequence[Draft]) -> None:
    """Put ids where the file has codes. Records of this very file may be named too."""
    for field_ in fields:
        if field_.references is None:
            continue
        named = {code for draft in drafts if (code := draft.values.get(field_.name)) is not None}
        ids: dict[str, UUID] = {}
        if field_.references == table.name:
            ids.update((draft.values[table.key[0]], draft.new_id) for draft in drafts if table.key[0] in draft.values)
        ids.update(queries.ids_by_code(company, field_.references, named))
        for draft in drafts:
            _resolve(table, field_, draft, ids)


def _resolve(table: Table, field_: Field, draft: Draft, ids: Mapping[str, UUID]) -> None:
    code = draft.values.get(field_.name)
    if code is None:
        return
    if code in ids:
        draft.values[field_.name] = ids[code]
        return
    del draft.values[field_.name]
    label = table_named(str(field_.references)).label
    draft.complain(
        table, field_.name, f"There is no {label} {code}.", f"Create or import the {label} first, or empty the cell."
    )


def find_existing(company: Company, table: Table, drafts: Sequence[Draft]) -> None:
    """Note at each row which record it changes; one query. Rows of the same key are complained of."""
    keyed: dict[tuple[Any, ...], list[Draft]] = {}
    for draft in drafts:
        key = tuple(draft.values.get(name) for name in table.key)
        if None not in key:
            keyed.setdefault(key, []).append(draft)
    existing = read_keys(company, table, list(keyed))
    for key, same in keyed.items():
        for draft in same:
            draft.id = existing.get(key)
            if len(same) > 1:
                _complain_of_duplicate(table, draft, same)


def _complain_of_duplicate(table: Table, draft: Draft, same: Sequence[Draft]) -> None:
    lines = ", ".join(str(other.line) for other in same[:-1]) + f" and {same[-1].line}"
    field_ = table.field(table.key[0])
    draft.complain(
        table,
        field_.name,
        f"{field_.label} {draft.key(table)} appears {len(same)} times in this file: in lines {lines}.",
        "Keep one of these rows.",
    )


def write_of(table: Table, draft: Draft) -> Write:
    """Return what the services are asked to write."""
    values = {name: value for name, value in draft.values.items() if value is not None or name not in table.key}
    if draft.id:
        return Update(draft.id, values)
    # Of a new record an empty cell is left out: what the services complete is completed here as on a card.
    entered = {name: value for name, value in values.items() if draft.cells.get(name, "filled in").strip()}
    return Insert(entered, draft.new_id)


# From what the services say to what people read


def codes_of(company: Company, table: Table, entries: Iterable[Entry]) -> dict[str, dict[UUID, str]]:
    """Return the codes of every reference that would change, by table and id."""
    wanted: dict[str, set[UUID]] = {}
    for entry in entries:
        if not isinstance(entry, Planned) or entry.before is None or not entry.changed:
            continue
        for field_ in table.references:
            wanted.setdefault(str(field_.references), set()).update(
                {entry.before[field_.column], entry.after[field_.column]} - {None}
            )
    codes = {name: queries.codes_by_id(company, name, ids) for name, ids in wanted.items()}
    if table.name in codes:  # a record of this file may refer to another that is not stored yet
        fresh = {e.id: str(e.after[table.key[0]]) for e in entries if isinstance(e, Planned)}
        codes[table.name] = fresh | codes[table.name]
    return codes


def _row(table: Table, draft: Draft, entry: Entry, codes: Mapping[str, Mapping[UUID, str]]) -> ImportRow:
    problems = list(draft.problems)
    if isinstance(entry, Refused):
        said = {problem.field for problem in problems}
        if "" not in said:  # of a row that is no row, the rest would be guesswork
            problems += [problem for problem in entry.problems if problem.field not in said]
    changes = changes_of(table, entry, codes) if isinstance(entry, Planned) else ()
    return ImportRow(
        draft.line,
        draft.key(table),
        draft.cells.get(table.title, ""),
        outcome_of(entry, problems),
        draft.cells,
        tuple(problems),
        changes if not problems else (),
    )


def outcome_of(entry: Entry, problems: Sequence[Problem]) -> RowOutcome:
    """Return what would become of a row."""
    if problems or not isinstance(entry, Planned):
        return RowOutcome.ERROR
    if entry.before is None:
        return RowOutcome.NEW
    return RowOutcome.CHANGED if entry.changed else RowOutcome.UNCHANGED


def changes_of(table: Table, entry: Planned, codes: Mapping[str, Mapping[UUID, str]]) -> tuple[FieldChange, ...]:
    """Return what would change of an existing record, in the words of the file."""
    if entry.before is None:
        return ()
    return tuple(
        FieldChange(
            field_,
            _shown(field_, entry.before[field_.column], codes),
            _shown(field_, entry.after[field_.column], codes),
        )
        for field_ in table.fields
        if entry.before[field_.column] != entry.after[field_.column]
    )


def _shown(field_: Field, value: Any, codes: Mapping[str, Mapping[UUID, str]]) -> str:
    if field_.references and value is not None:
        return codes[field_.references].get(value, "")
    return to_text(field_, value)
