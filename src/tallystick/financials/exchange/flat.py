"""Files of documents with a row for each line, as other programs export them: columns of the document come again in
each row of it, and a `freight` column becomes a line of its own.

From text to drafts; what is wrong is noted at each cell. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from tallystick.financials.documents.kinds import BY_HEADERS, DocumentKind
from tallystick.financials.exchange.cells import to_value
from tallystick.financials.exchange.preview import Draft, folded, suggestion
from tallystick.financials.exchange.reading import Line, Sheet, UnreadableFile
from tallystick.financials.table import LINE_NO, money
from tallystick.financials.tables import Field
from tallystick.financials.values import Unacceptable

FREIGHT = money("freight", "Freight", minimum=0, help="Of the whole document; a line on the freight account.")
OF_LINE = "line_"  # before a name that documents and lines have both, where the line's is meant
# What other programs call these columns. There is none for `discount`, which may mean 15 or 0.15.
ALIASES_OF_DOCUMENTS = MappingProxyType(
    {
        "customerid": "customer_no",
        "customer": "customer_no",
        "orderdate": "document_date",
        "requireddate": "requested_delivery_date",
        "shippeddate": "shipment_date",
        "shipname": "ship_to_name",
        "shipaddress": "ship_to_address",
        "shipcity": "ship_to_city",
        "shippostalcode": "ship_to_post_code",
        "shipcountry": "ship_to_country_code",
    }
)
ALIASES_OF_LINES = MappingProxyType(
    {
        "item": "item_no",
        "product": "item_no",
        "productid": "item_no",
        "productno": "item_no",
        "qty": "quantity",
        "price": "unit_price",
        "unit": "unit_of_measure_code",
        "discountpercent": "line_discount_percent",
    }
)


class Column(NamedTuple):
    """A column of such a file: `shown` as the file's own, `of_line` or the document's (freight is neither)."""

    field: Field
    shown: Field
    of_line: bool


@dataclass(slots=True)
class Row:
    """One row of the file: its line, when it has one."""

    line: int
    cells: dict[str, str]
    draft: Draft | None
    own: Draft  # carries what is wrong with the row's cells of the document


@dataclass(slots=True)
class Document:
    """The rows that have one number. `header` is made of the first of them."""

    number: str
    header: Draft
    rows: list[Row] = field(default_factory=list)
    freight: Draft | None = None

    @property
    def key(self) -> str:
        """What tells it from the others of the file, also when it has no number."""
        return self.number or f"line {self.header.line}"


@dataclass(frozen=True, slots=True)
class FlatFile:
    """Such a file: its columns in their order, and the documents it holds."""

    kind: DocumentKind
    columns: tuple[Column, ...]
    documents: tuple[Document, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns as people see them in a preview."""
        return tuple(column.shown for column in self.columns)

    @property
    def numbers_lines(self) -> bool:
        """Whether it says which line of its document a row is."""
        return any(column.of_line and column.field.name == LINE_NO for column in self.columns)


def flat_file(table: str, sheet: Sheet) -> FlatFile | None:
    """Return the file as documents with lines; None when it has no column of lines, and so is a plain one.

    Raises `UnreadableFile`: a column is not known, appears twice, or the number is missing."""
    kind = BY_HEADERS.get(table)
    if kind is None or not any(_is_of_lines(kind, title) for title in sheet.header.cells):
        return None
    columns = _columns(kind, sheet.header)
    if not sheet.lines:
        raise UnreadableFile("There are field names but no records below them.", "Add a row per line.")
    documents: dict[str, Document] = {}
    for line in sheet.lines:
        _take_row(kind, columns, line, documents)
    return FlatFile(kind, columns, tuple(documents.values()))


def document_columns(kind: DocumentKind) -> tuple[Column, ...]:
    """Return the columns of a file that says everything of documents and their lines that is not computed."""
    headers = [Column(field, field, of_line=False) for field in kind.headers.fields if not field.computed]
    own = [field for field in kind.lines.fields if field.name != kind.lines.part_of and not field.computed]
    return (*headers, *(Column(field, _shown(kind, field), of_line=True) for field in own))


# Columns


def _known(kind: DocumentKind) -> tuple[dict[str, Field], dict[str, Field]]:
    """Return the fields of documents and of lines by what a column may be titled."""
    headers = {folded(name): field for field in kind.headers.fields for name in (field.name, field.label)}
    headers |= {folded(f"{kind.word} {word}"): kind.headers.field("no") for word in ("no", "number", "id")}
    headers |= {name: kind.headers.field(to) for name, to in ALIASES_OF_DOCUMENTS.items() if to in kind.headers.by_name}
    own = [field for field in kind.lines.fields if field.name != kind.lines.part_of]
    lines = {folded(OF_LINE + field.name): field for field in own}
    lines |= {name: kind.lines.field(to) for name, to in ALIASES_OF_LINES.items()}
    lines |= {folded(name): field for field in own for name in (field.name, field.label)}
    return headers, lines


def _name(title: str) -> str:
    name = folded(title)
    return "discountpercent" if name == "discount" and "%" in title else name


def _is_of_lines(kind: DocumentKind, title: str) -> bool:
    headers, lines = _known(kind)
    name = _name(title)
    return name not in headers and (name in lines or name == FREIGHT.name)


def _columns(kind: DocumentKind, header: Line) -> tuple[Column, ...]:
    headers, lines = _known(kind)
    columns = []
    for title in header.cells:
        name = _name(title)
        if name in headers:
            columns.append(Column(headers[name], headers[name], of_line=False))
        elif name == FREIGHT.name:
            columns.append(Column(FREIGHT, FREIGHT, of_line=False))
        elif name in lines:
            columns.append(Column(lines[name], _shown(kind, lines[name]), of_line=True))
        else:
            raise UnreadableFile(
                f"Neither {kind.word}s nor their lines have {title.strip()!r}.", _hint(kind, title), line=header.number
            )
    shown = [column.shown.name for column in columns]
    twice = next((name for name in shown if shown.count(name) > 1), None)
    if twice:
        raise UnreadableFile(f"The column {twice} appears twice.", "Remove one of them.", line=header.number)
    if kind.headers.key[0] not in shown:
        hint = f"It tells which rows are one {kind.word}."
        raise UnreadableFile(f"The column {kind.headers.key[0]} is missing.", hint, line=header.number)
    return tuple(columns)


def _shown(kind: DocumentKind, field_: Field) -> Field:
    if field_.name not in kind.headers.by_name:
        return field_
    return replace(field_, name=OF_LINE + field_.name, label=f"Line {field_.label}")


def _hint(kind: DocumentKind, title: str) -> str:
    if folded(title) == "discount":
        return "Name it line_discount_percent; it counts percent: 15, not 0.15."
    close = suggestion(kind.lines, title)
    return close if close.startswith("Did") else suggestion(kind.headers, title)


# Rows


def _take_row(kind: DocumentKind, columns: Sequence[Column], line: Line, documents: dict[str, Document]) -> None:
    cells = {column.shown.name: cell for column, cell in zip(columns, line.cells, strict=False)}
    number = cells.get(kind.headers.key[0], "").strip().upper()
    own = Draft(line.number, cells)
    document = documents.get(number) if number else None
    if document is None:
        document = documents[number or f"line {line.number}"] = Document(number, own)
        own.cells = {column.field.name: cells.get(column.shown.name, "") for column in columns if not column.of_line}
    row = Row(line.number, cells, None, own)
    document.rows.append(row)
    if len(line.cells) != len(columns):
        message = f"The row has {len(line.cells)} cells, the header {len(columns)}."
        own.complain(kind.headers, "", message, "Put cells that contain the separator into quotation marks.")
        return
    if not number:
        hint = f"Rows of one {kind.word} have its number; give a new one a number of your own."
        own.complain(kind.headers, kind.headers.key[0], "The number is empty.", hint)
    _take_header(kind, columns, line, document, own)
    row.draft = _line_draft(kind, columns, line, number)


def _take_header(kind: DocumentKind, columns: Sequence[Column], line: Line, document: Document, own: Draft) -> None:
    """The first row says what the document is; the others say the same, or nothing."""
    first = own is document.header
    for column, cell in zip(columns, line.cells, strict=True):
        if column.of_line or (not cell.strip() and not first):
            continue
        try:
            value = to_value(column.field, cell)
        except Unacceptable as problem:
            own.complain(kind.headers, column.field.name, problem.message, problem.hint)
            continue
        if column.field is FREIGHT:
            _take_freight(kind, document, own, cell)
        elif first:
            document.header.values[column.field.name] = value
        elif document.header.values.get(column.field.name, value) != value:
            _complain_of_difference(kind, column.field, document, own)


def _take_freight(kind: DocumentKind, document: Document, own: Draft, cell: str) -> None:
    value = to_value(kind.lines.field("unit_price"), cell) if cell.strip() else None
    if value is None:
        return
    if document.freight is None:
        document.freight = Draft(own.line, {FREIGHT.name: cell})
        document.freight.values["unit_price"] = value
    elif document.freight.values["unit_price"] != value:
        _complain_of_difference(kind, FREIGHT, document, own)


def _complain_of_difference(kind: DocumentKind, field_: Field, document: Document, own: Draft) -> None:
    message = f"{field_.label} is not what line {document.header.line} says of {kind.word} {document.number}."
    own.complain(kind.headers, field_.name, message, f"Say the same in all rows of the {kind.word}, or leave it empty.")


def _line_draft(kind: DocumentKind, columns: Sequence[Column], line: Line, number: str) -> Draft | None:
    """The line of a row; None when its cells of the line are empty: the document has none then."""
    mine = [(column, cell) for column, cell in zip(columns, line.cells, strict=True) if column.of_line]
    if not any(cell.strip() for _, cell in mine):
        return None
    draft = Draft(line.number, {kind.lines.part_of: number} | {column.field.name: cell for column, cell in mine})
    for column, cell in mine:
        if column.field.name == LINE_NO and not cell.strip():
            continue
        try:
            draft.values[column.field.name] = to_value(column.field, cell)
        except Unacceptable as problem:
            draft.complain(kind.lines, column.shown.name, problem.message, problem.hint)
    return draft


def shown_names(columns: Sequence[Column]) -> Mapping[str, str]:
    """Return what the file calls the fields of its lines."""
    return {column.field.name: column.shown.name for column in columns if column.of_line}
