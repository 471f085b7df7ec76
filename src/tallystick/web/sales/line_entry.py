"""What is typed into a row of the grid, on its way to the services and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import QueryDict

from tallystick.financials import queries, services
from tallystick.financials.identifiers import new_id
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing, StaleRecord
from tallystick.financials.queries import Record
from tallystick.financials.tables import Kind
from tallystick.web.records.conflict import reconcile
from tallystick.web.records.editing import same_value, values_of
from tallystick.web.records.reading import text_of
from tallystick.web.sales.grid import Entered, GridLine, blank_line, line_of, line_texts, type_of
from tallystick.web.sales.kinds import WHAT, DocumentKind
from tallystick.web.shell.desk import Desk

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class RowEntry:
    """What a row sent: its texts by field, what it showed when it was opened, and the version it showed.

    A new row has no version; `before` is the line it was put in front of, '' at the end; `stray` is a number that was
    typed into a comment."""

    texts: Mapping[str, str]
    type: str
    stray: str
    opened: Mapping[str, str]
    version: int | None
    before: str

    @property
    def changed(self) -> dict[str, str]:
        """What was entered, by field."""
        return {name: text for name, text in self.texts.items() if text != self.opened.get(name, "")}


def row_entry(kind: DocumentKind, posted: QueryDict) -> RowEntry:
    """Read a row: the type says which field its number stands for. Cells that were not sent are as they were."""
    opened = _opened(posted.get("opened", ""))
    texts = {
        name: _text(kind, name, posted) for name in kind.columns if name in posted or _unticked(kind, name, posted)
    }
    texts = {name: text for name, text in texts.items() if not kind.lines.field(name).computed}
    type_, number = str(posted.get("type", "")), str(posted.get("number", ""))[:LONGEST].strip()
    if "number" in posted:
        texts |= {name: number if name == type_ else "" for name in WHAT}
    version = posted.get("version", "")
    return RowEntry(
        texts,
        type_ if "number" in posted else type_of(opened),
        "" if type_ else number,
        opened,
        int(version) if version.isdecimal() else None,
        str(posted.get("before", "")),
    )


def _opened(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _text(kind: DocumentKind, name: str, posted: QueryDict) -> str:
    text = str(posted.get(name, ""))[:LONGEST]
    return text if kind.lines.field(name).kind is Kind.TEXT else text.strip()


def _unticked(kind: DocumentKind, name: str, posted: QueryDict) -> bool:
    """A box that is not ticked sends nothing but the name of the cell."""
    return kind.lines.field(name).kind is Kind.BOOLEAN and f"{name}_shown" in posted


@dataclass(frozen=True, slots=True)
class SavedRow:
    """What became of a row: the line to show, and whether it is stored as it stands."""

    line: GridLine
    ok: bool
    status: int = 200


def save_row(desk: Desk, kind: DocumentKind, document: Record, line_id: UUID, entry: RowEntry) -> SavedRow:
    """Store a row, or show it again with its entries and what is wrong."""
    if entry.version is not None and line_of_document(desk, kind, document, line_id) is None:
        return _deleted_meanwhile(desk, kind, document, line_id, entry)
    try:
        _refuse_stray(kind, entry)
        values = values_of(kind.lines, desk, _sent(kind, entry))
        if entry.version is None:
            return _create(desk, kind, document, line_id, entry, values)
        services.update(desk.company, kind.lines.name, line_id, values, version=entry.version, by=desk.actor)
    except InvalidRecord as refused:
        return _refused(desk, kind, document, line_id, entry, refused)
    except StaleRecord:
        return _changed_meanwhile(desk, kind, document, line_id, entry)
    except RecordMissing:
        return _deleted_meanwhile(desk, kind, document, line_id, entry)
    return _saved(desk, kind, document, line_id)


def _refuse_stray(kind: DocumentKind, entry: RowEntry) -> None:
    if entry.stray:
        message, hint = "A comment has no number.", "Choose in Type what it is the number of, or empty it."
        raise InvalidRecord([Problem(kind.lines.name, "", WHAT[0], message, hint)])


def _sent(kind: DocumentKind, entry: RowEntry) -> dict[str, object]:
    """The changed texts as the services take them. A tick is yes or no."""
    ticks = {name for name in kind.columns if kind.lines.field(name).kind is Kind.BOOLEAN}
    return {name: bool(text) if name in ticks else text for name, text in entry.changed.items()}


def _create(
    desk: Desk, kind: DocumentKind, document: Record, line_id: UUID, entry: RowEntry, values: dict[str, object]
) -> SavedRow:
    values |= {kind.part_of: document.id}
    if entry.before:
        values["line_no"] = _number_before(desk, kind, document, entry.before)
    services.create(desk.company, kind.lines.name, values, id=line_id, by=desk.actor)
    return _saved(desk, kind, document, line_id)


def _number_before(desk: Desk, kind: DocumentKind, document: Record, before: str) -> int | None:
    """A line number in front of the line `before`; None, for the end, when that line is gone."""
    next_line = line_of_document(desk, kind, document, before)
    if next_line is None:
        return None
    return services.number_before(desk.company, kind.lines.name, next_line.id, by=desk.actor)


def line_of_document(desk: Desk, kind: DocumentKind, document: Record, line_id: str | UUID) -> Record | None:
    """A line of this document, or None: an id in an address may be anybody's."""
    try:
        line = queries.get_record(desk.company, kind.lines.name, UUID(str(line_id)), by=desk.actor)
    except (RecordMissing, ValueError):
        return None
    return line if line.values[kind.part_of] == document.id else None


def _saved(desk: Desk, kind: DocumentKind, document: Record, line_id: UUID) -> SavedRow:
    line = queries.get_record(desk.company, kind.lines.name, line_id, by=desk.actor)
    return SavedRow(line_of(desk, kind, document, line, may_edit=True), ok=True)


def _refused(
    desk: Desk, kind: DocumentKind, document: Record, line_id: UUID, entry: RowEntry, refused: InvalidRecord
) -> SavedRow:
    entered = _shown(entry, refused.problems)
    stored = None if entry.version is None else line_of_document(desk, kind, document, line_id)
    if stored is None:
        return SavedRow(blank_line(desk, kind, document, line_id, entered), ok=False, status=422)
    return SavedRow(line_of(desk, kind, document, stored, entered, may_edit=True), ok=False, status=422)


def _shown(entry: RowEntry, problems: Sequence[Problem]) -> Entered:
    """The entries as the row shows them again."""
    return Entered(texts=entry.texts, type=entry.type, stray=entry.stray, problems=problems, before=entry.before)


def _changed_meanwhile(desk: Desk, kind: DocumentKind, document: Record, line_id: UUID, entry: RowEntry) -> SavedRow:
    """Somebody changed the line too. Entries in other fields go on top of theirs; in the same field both are shown."""
    line = line_of_document(desk, kind, document, line_id)
    if line is None:
        return _deleted_meanwhile(desk, kind, document, line_id, entry)
    theirs = line_texts(kind, line)
    found = reconcile(
        {name: entry.opened.get(name, "") for name in entry.texts},
        entry.texts,
        theirs,
        lambda name, one, other: same_value(kind.lines.field(name), one, other),
    )
    if entry.version is None or not (found.conflicts or found.followed):
        # What moved were amounts, which nobody enters: the line is saved on top. A new row that is there already was
        # sent twice.
        again = replace(entry, opened=theirs, version=line.version, before="")
        return (
            save_row(desk, kind, document, line_id, again) if again.changed else _saved(desk, kind, document, line_id)
        )
    labels = [kind.lines.field(name).label for name in (*found.conflicts, *found.followed)]
    notice = f"Somebody changed {', '.join(labels)} of this line meanwhile. Look it through, then save it again."
    entered = Entered(texts=found.texts, type=type_of(found.texts), conflicts=found.conflicts, notice=notice)
    return SavedRow(line_of(desk, kind, document, line, entered, may_edit=True), ok=False, status=409)


def _deleted_meanwhile(desk: Desk, kind: DocumentKind, document: Record, line_id: UUID, entry: RowEntry) -> SavedRow:
    message = "Somebody deleted this line while you changed it."
    gone = Problem(kind.lines.name, "", "", message, "Save it again to have it back at the end, or delete the row.")
    entered = _shown(entry, [gone])
    return SavedRow(blank_line(desk, kind, document, new_id(), entered), ok=False, status=409)


def kept_texts(kind: DocumentKind, line: Record) -> dict[str, str]:
    """Everything of a line that is entered, as text: enough to enter it again."""
    fields = [field for field in kind.lines.fields if not field.computed and field.name != kind.part_of]
    return {field.name: text_of(field, line) for field in fields}


def restore_line(desk: Desk, kind: DocumentKind, document: Record, texts: Mapping[str, str]) -> UUID:
    """Enter a deleted line again, under a new id. Raises `InvalidRecord` when it cannot be as it was."""
    fields = {name: text for name, text in texts.items() if name in kind.lines.by_name and name != kind.part_of}
    ticks = {name: bool(text) for name, text in fields.items() if kind.lines.field(name).kind is Kind.BOOLEAN}
    entered = {name: text for name, text in fields.items() if text}
    values = values_of(kind.lines, desk, entered | ticks) | {kind.part_of: document.id}
    return services.create(desk.company, kind.lines.name, values, by=desk.actor).id
