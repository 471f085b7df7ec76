"""The lines of a document as a grid: columns, cells with what is entered in them, and what is wrong with it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.identifiers import new_id
from tallystick.financials.problems import Problem
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.tables import Choice, Field, Kind
from tallystick.web.records.conflict import FieldConflict
from tallystick.web.records.reading import text_of
from tallystick.web.sales.kinds import TYPES, WHAT, DocumentKind
from tallystick.web.shell.desk import Desk

PAGE = 100  # lines; a longer document is turned over like a list
CELL_KINDS = {Kind.DECIMAL: "number", Kind.REFERENCE: "code", Kind.BOOLEAN: "tick", Kind.DATE: "date"}
WIDTHS = {
    "description": "wide",
    "unit_of_measure_code": "slim",
    "unit_price": "price number",
    "amount": "price number",
    "return_to_stock": "slim",
}
LEFT_OUT = ("line_discount_percent", "quantity_shipped", "quantity_invoiced")
"""What shows nothing when it is 0."""
STEPPED = ("qty_to_ship", "qty_to_invoice")
"""What is still entered when the document is released."""


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of the grid. `kind` says how its cells are entered: text, number, code, choice, tick or date."""

    name: str
    label: str
    kind: str
    css: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: the text in it, whether it can be entered, and what is wrong with it or was changed meanwhile."""

    column: GridColumn
    text: str
    enterable: bool
    problems: Sequence[str] = ()
    conflict: FieldConflict | None = None
    lookup_url: str = ""
    choices: Sequence[Choice] = ()

    @property
    def words(self) -> str:
        """The text as it is read where nothing can be entered."""
        if self.choices:
            return next((choice.label for choice in self.choices if choice.value == self.text), self.text)
        return {"on": "Yes", "": ""}.get(self.text, self.text) if self.column.kind == "tick" else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """One row: a line of the document, or one that is not entered yet (it has no version)."""

    id: UUID
    url: str
    number: str
    version: str
    opened: str
    cells: Sequence[GridCell]
    problems: Sequence[str] = ()
    before: str = ""
    notice: str = ""
    is_dirty: bool = False

    @property
    def is_new(self) -> bool:
        """Whether it is not stored yet."""
        return not self.version

    @property
    def name(self) -> str:
        """What a screen reader calls it."""
        return f"line {self.number}" if self.number else "new line"

    @property
    def form_id(self) -> str:
        """The id of its form, to which the cells belong."""
        return f"line-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What stands in a row beside what is stored: texts by field, and what to say about them.

    `stray` is a number without a type, which names nothing."""

    texts: Mapping[str, str]
    type: str
    stray: str = ""
    problems: Sequence[Problem] = ()
    conflicts: Mapping[str, FieldConflict] = field(default_factory=dict)
    notice: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The lines of a document, a page of them."""

    kind: DocumentKind
    columns: Sequence[GridColumn]
    lines: Sequence[GridLine]
    blank: GridLine | None
    template: GridLine | None
    range: str
    previous_url: str = ""
    next_url: str = ""


NOBODY = UUID(int=0)  # in the template of a new row, in place of the id that the browser settles


def grid_of(desk: Desk, kind: DocumentKind, document: Record, *, page: int = 0, may_edit: bool) -> Grid:
    """A page of the lines of a document; page 0 is the last, where new lines are written. Four queries."""
    of_document = Query(filters=(Filter(kind.part_of, value=document.id),), order=("line_no",))
    found = queries.list_records(
        desk.company, kind.lines.name, of_document, page=page or 1_000_000, page_size=PAGE, exact=True, by=desk.actor
    )
    columns = columns_of(kind, document)
    at_end = found.page == found.pages
    open_for_all = may_edit and document.values["status"] == "Open"
    url = reverse("document", args=(desk.company.slug, kind.table.name, document.id))
    return Grid(
        kind=kind,
        columns=columns,
        lines=[line_of(desk, kind, document, record, may_edit=may_edit) for record in found.records],
        blank=blank_line(desk, kind, document, new_id()) if open_for_all and at_end else None,
        template=blank_line(desk, kind, document, NOBODY) if open_for_all else None,
        range=f"Lines {(found.page - 1) * PAGE + 1}–{(found.page - 1) * PAGE + len(found.records)} of {found.total:,}"
        if found.pages > 1
        else "",
        previous_url=f"{url}?lines={found.page - 1}#lines" if found.page > 1 else "",
        next_url=f"{url}?lines={found.page + 1}#lines" if found.page < found.pages else "",
    )


def with_row(grid: Grid, row: GridLine) -> Grid:
    """The grid with one row as it was entered: in its place, or as the new line at the end."""
    if any(line.id == row.id for line in grid.lines):
        return replace(grid, lines=[row if line.id == row.id else line for line in grid.lines])
    return replace(grid, blank=row)


def columns_of(kind: DocumentKind, document: Record) -> Sequence[GridColumn]:
    """The columns: type and number stand for the three references of which a line has one.

    What was shipped and invoiced has columns as soon as something was."""
    what = (GridColumn("type", "Type", "choice", "type"), GridColumn("number", "No.", "code", "code"))
    shown = (name for name in kind.columns if document.values.get(PROGRESS.get(name, "")) not in NO_PROGRESS)
    return (*what, *(_column(kind.lines.field(name)) for name in shown))


PROGRESS = {"quantity_shipped": "shipping_status", "quantity_invoiced": "invoicing_status"}
NO_PROGRESS = ("Not Shipped", "Not Invoiced")


def _column(field: Field) -> GridColumn:
    kind = CELL_KINDS.get(field.kind, "text")
    css = WIDTHS.get(field.name, "slim number" if kind == "number" else kind)
    return GridColumn(field.name, SHORT.get(field.name, field.label), kind, css, field.help)


SHORT = {
    "unit_of_measure_code": "Unit",
    "line_discount_percent": "Disc. %",
    "quantity_shipped": "Shipped",
    "quantity_invoiced": "Invoiced",
    "return_to_stock": "Restock",
    "qty_to_ship": "To Ship",
    "qty_to_invoice": "To Invoice",
}
"""What a narrow column calls its field."""


def line_of(
    desk: Desk, kind: DocumentKind, document: Record, line: Record, entered: Entered | None = None, *, may_edit: bool
) -> GridLine:
    """The row of a stored line, with what somebody entered in it and could not be saved."""
    stored = line_texts(kind, line)
    status = document.values["status"]
    return GridLine(
        id=line.id,
        url=line_url(desk, kind, document, line.id),
        number=str(line.values["line_no"]),
        version=str(line.version),
        opened=json.dumps(stored),
        cells=_cells(desk, kind, document, stored, entered, may_edit=may_edit, status=status),
        problems=_of_row(kind, entered),
        notice=entered.notice if entered else "",
        is_dirty=entered is not None,
    )


def blank_line(desk: Desk, kind: DocumentKind, document: Record, id: UUID, entered: Entered | None = None) -> GridLine:
    """A row for a new line, or with what was entered for one and could not be saved."""
    defaults = dict.fromkeys((*WHAT, *kind.columns), "")
    defaults |= {name: "on" for name in kind.columns if kind.lines.field(name).default is True}
    return GridLine(
        id=id,
        url=line_url(desk, kind, document, id),
        number="",
        version="",
        opened=json.dumps(defaults),
        cells=_cells(desk, kind, document, defaults, entered, may_edit=True, status="Open"),
        problems=_of_row(kind, entered),
        before=entered.before if entered else "",
        is_dirty=entered is not None,
    )


def line_texts(kind: DocumentKind, line: Record) -> dict[str, str]:
    """What a line shows, by field. Figures that say nothing are left out: those of a comment, and no discount."""
    is_comment = not any(line.values[name] for name in WHAT)
    return {name: _cell_text(kind.lines.field(name), line, is_comment) for name in (*WHAT, *kind.columns)}


def _cell_text(field: Field, line: Record, is_comment: bool) -> str:
    value = line.values[field.name]
    if field.kind is Kind.DECIMAL and not value and (is_comment or field.name in LEFT_OUT):
        return ""
    if field.kind is Kind.DECIMAL and field.computed:
        return field.number_text(value, grouped=True)
    return text_of(field, line)


def line_url(desk: Desk, kind: DocumentKind, document: Record, line: UUID) -> str:
    """Where a line is saved."""
    return reverse("document-line", args=(desk.company.slug, kind.table.name, document.id, line))


def _cells(
    desk: Desk,
    kind: DocumentKind,
    document: Record,
    stored: Mapping[str, str],
    entered: Entered | None,
    *,
    may_edit: bool,
    status: str,
) -> Sequence[GridCell]:
    texts = {**stored, **(entered.texts if entered else {})}
    conflicts = entered.conflicts if entered else {}
    type_ = entered.type if entered else type_of(texts)
    number = texts.get(type_, "") if type_ else (entered.stray if entered else "")
    shown = {**texts, "type": type_, "number": number}
    url = reverse("document-lookup", args=(desk.company.slug, kind.table.name))
    cells = []
    for column in columns_of(kind, document):
        enterable = may_edit and _is_entered(kind, column.name, status)
        conflict = conflicts.get(column.name)
        text = shown[column.name]
        choices = TYPES if column.name == "type" else ()
        if column.name == "number":
            conflict = next((conflicts[name] for name in WHAT if name in conflicts), None)
        lookup = f"{url}?{urlencode({'of': column.name})}" if column.kind == "code" and enterable else ""
        cells.append(GridCell(column, text, enterable, _at(column, entered), conflict, lookup, choices))
    return cells


def type_of(texts: Mapping[str, str]) -> str:
    """Which of the three a line names. A line that is still empty is taken for one of an item."""
    named = next((name for name in WHAT if texts.get(name)), None)
    return named if named is not None else ("" if texts.get("description") else "item_no")


def _is_entered(kind: DocumentKind, name: str, status: str) -> bool:
    if name in ("type", "number"):
        return status == "Open"
    return not kind.lines.field(name).computed and (status == "Open" or name in STEPPED)


def _at(column: GridColumn, entered: Entered | None) -> Sequence[str]:
    names = {"number": WHAT}.get(column.name, (column.name,))
    return [str(problem) for problem in _problems(entered) if problem.field in names]


def _of_row(kind: DocumentKind, entered: Entered | None) -> Sequence[str]:
    shown = {*WHAT, *kind.columns}
    return [str(problem) for problem in _problems(entered) if problem.field not in shown]


def _problems(entered: Entered | None) -> Iterable[Problem]:
    return entered.problems if entered else ()
