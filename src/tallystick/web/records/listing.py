"""A list page as data: columns, rows, the filters in use, and the addresses its links lead to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.queries import Filter, Operator, Query, Record, RecordPage
from tallystick.financials.tables import Choice, Field, Kind, Table
from tallystick.web import extensions
from tallystick.web.records.reading import card_url, new_url, text_of
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import ListAction, RowMark

ANY = "*"  # as a filter: whatever is not blank
NONE = "-"  # as a filter: blank
OR = "|"  # between the values of a filter, any of which will do
ROOM = ((2, ""), (4, "d-none d-md-table-cell"), (6, "d-none d-xl-table-cell"), (99, "d-none d-xxl-table-cell"))
YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
FILTERABLE = (Kind.CHOICE, Kind.REFERENCE, Kind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the address of a list asks for. `order` is a field name, with a minus for descending; '' is by number."""

    search: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    order: str = ""
    page: int = 1

    @classmethod
    def of(cls, table: Table, asked: QueryDict) -> "ListQuery":
        """Read the address; what it asks of fields that are not there is left out."""
        filters = ((field.name, text_asked(asked, field.name)) for field in filterable(table))
        order, page = text_asked(asked, "sort"), text_asked(asked, "page")
        return cls(
            text_asked(asked, "q"),
            tuple((name, value) for name, value in filters if value),
            order if order.removeprefix("-") in table.by_name else "",
            int(page) if page.isdecimal() and len(page) < 9 else 1,
        )

    def parameters(self) -> list[tuple[str, str]]:
        """The query as parameters of an address, without what is usual."""
        pairs = [
            ("q", self.search),
            *self.filters,
            ("sort", self.order),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    def to_query(self) -> Query:
        """The query as Financials reads it."""
        order = (self.order,) if self.order else ()
        return Query(self.search, tuple(_filter(name, value) for name, value in self.filters), order)


def _filter(name: str, value: str) -> Filter:
    if value == ANY:
        return Filter(name, Operator.NOT_BLANK)
    if OR in value:
        return Filter(name, value=tuple(value.split(OR)))
    return Filter(name, Operator.BLANK) if value == NONE else Filter(name, value=value)


def filterable(table: Table) -> Iterable[Field]:
    """The fields a list can be narrowed by: those with few values."""
    return (field for field in table.fields if field.kind in FILTERABLE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `direction` is how the list is sorted by it, in the words of `aria-sort`."""

    field: Field
    label: str
    css: str
    sort_url: str
    direction: str


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    css: str
    is_key: bool


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    key: str
    url: str
    cells: Sequence[Cell]
    marks: Sequence[RowMark | None]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class FilterBox:
    """A field the list can be narrowed by; without options its code is typed."""

    name: str
    label: str
    value: str
    options: Sequence[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything the list page shows."""

    table: Table
    query: ListQuery
    url: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    filters: Sequence[FilterBox]
    chips: Sequence[Chip]
    mark_columns: Sequence[str]
    row_actions: Sequence[ListAction]
    page_actions: Sequence[ListAction]
    range: str
    previous_url: str
    next_url: str
    new_url: str
    import_url: str
    export_url: str
    query_suffix: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.query.search or self.query.filters)


def listing_of(desk: Desk, table: Table, query: ListQuery) -> Listing:
    """Read one page of a list and what the extensions say about its rows."""
    page = queries.list_records(desk.company, table.name, query.to_query(), page=query.page, by=desk.actor)
    ids = [record.id for record in page.records]
    marked = [
        (one.row_column(table), one.row_marks(desk, table, ids))
        for one in extensions.EXTENSIONS
        if one.row_column(table)
    ]
    actions = [action for one in extensions.EXTENSIONS for action in one.list_actions(desk, table)]
    columns = _columns(desk, table, query, page)
    here = replace(query, page=page.page)
    return Listing(
        table=table,
        query=here,
        url=list_url(desk, table),
        columns=columns,
        rows=[_row(desk, columns, record, [marks.get(record.id) for _, marks in marked]) for record in page.records],
        filters=[_filter_box(field, query) for field in filterable(table)],
        chips=_chips(desk, table, query),
        mark_columns=[heading for heading, _ in marked],
        row_actions=[action for action in actions if action.needs_selection],
        page_actions=[action for action in actions if not action.needs_selection],
        range=_range(table, page),
        previous_url=list_url(desk, table, replace(here, page=page.page - 1)) if page.page > 1 else "",
        next_url=list_url(desk, table, replace(here, page=page.page + 1)) if not page.is_last else "",
        new_url=new_url(desk, table.name) if desk.may_enter(table) else "",
        import_url=f"{reverse('import', args=(desk.company.slug,))}?table={table.name}"
        if desk.may_enter(table)
        else "",
        export_url=_url("record-export", desk, table),
        query_suffix="".join(f"&{urlencode([pair])}" for pair in replace(query, page=1).parameters()),
    )


def list_url(desk: Desk, table: Table, query: ListQuery | None = None) -> str:
    """The address of a list that shows this query."""
    parameters = query.parameters() if query else []
    return _url("record-list", desk, table) + (f"?{urlencode(parameters)}" if parameters else "")


def _url(route: str, desk: Desk, table: Table) -> str:
    return reverse(route, args=(desk.company.slug, table.name))


def _columns(desk: Desk, table: Table, query: ListQuery, page: RecordPage) -> list[Column]:
    """The columns; one that a list as long as this is not sorted by at once offers no sorting."""
    listed = [field for field in table.fields if field.listed or field.name in table.key]
    columns = [_column(desk, table, query, field, place) for place, field in enumerate(listed)]
    if page.total < queries.COUNTED:
        return columns
    sortable = queries.sortable(desk.company, table.name, page)
    return [column if column.field.name in sortable else replace(column, sort_url="") for column in columns]


def _column(desk: Desk, table: Table, query: ListQuery, field: Field, place: int) -> Column:
    sorted_by = query.order.removeprefix("-") or table.key[0]
    direction = ""
    if field.name == sorted_by:
        direction = "descending" if query.order.startswith("-") else "ascending"
    order = f"-{field.name}" if direction == "ascending" else field.name
    sort_url = list_url(desk, table, replace(query, order=order, page=1))
    return Column(field, field.label, _column_css(field, place), sort_url, direction)


def _column_css(field: Field, place: int) -> str:
    # A telephone has room for two columns, a tablet for four; what has no room there is on the card.
    room = next(css for places, css in ROOM if place < places)
    number = "number" if field.kind in (Kind.DECIMAL, Kind.INTEGER) else ""
    return f"{number} {room}".strip()


def _row(desk: Desk, columns: Sequence[Column], record: Record, marks: Sequence[RowMark | None]) -> Row:
    keys = record.table.key
    # The link is on the last part of the key: of an exchange rate, on its date.
    cells = [Cell(cell_text(column.field, record), column.css, column.field.name == keys[-1]) for column in columns]
    return Row(record.id, record.key, card_url(desk, record.table.name, record.id), cells, marks)


def cell_text(field: Field, record: Record) -> str:
    """What a field shows in a list: grouped numbers, the label of a choice."""
    match field.kind:
        case Kind.BOOLEAN:
            return "Yes" if record.shown(field.name) else ""
        case Kind.CHOICE:
            value = record.shown(field.name)
            return (
                next((choice.label for choice in field.choices if choice.value == value), str(value)) if value else ""
            )
        case Kind.DECIMAL:
            value = record.shown(field.name)
            return "" if value is None else field.number_text(value, grouped=True)
        case _:
            return text_of(field, record)


def _range(table: Table, page: RecordPage) -> str:
    if not page.records:
        return f"No {table.label_plural.lower()}"
    first = (page.page - 1) * page.page_size + 1
    return f"{first:,}–{first + len(page.records) - 1:,} of {'more than ' if page.more else ''}{page.total:,}"


def _filter_box(field: Field, query: ListQuery) -> FilterBox:
    value, options = dict(query.filters).get(field.name, ""), _options(field)
    if options and OR in value:
        options = (*options, Choice(value, _filter_words(field, value)))
    return FilterBox(field.name, field.label, value, options)


def _options(field: Field) -> Sequence[Choice]:
    match field.kind:
        case Kind.BOOLEAN:
            return YES_NO
        case Kind.CHOICE:
            blank = [choice for choice in field.choices if not choice.value]
            return [
                *(Choice(NONE, choice.label) for choice in blank),
                *([Choice(ANY, "Any of these")] if blank else []),
                *(choice for choice in field.choices if choice.value),
            ]
        case _:
            return ()


def _chips(desk: Desk, table: Table, query: ListQuery) -> Sequence[Chip]:
    chips = (
        [Chip(f"Search: {query.search}", list_url(desk, table, replace(query, search="", page=1)))]
        if query.search
        else []
    )
    for name, value in query.filters:
        others = tuple(pair for pair in query.filters if pair[0] != name)
        url = list_url(desk, table, replace(query, filters=others, page=1))
        chips.append(Chip(f"{table.field(name).label}: {_filter_words(table.field(name), value)}", url))
    return chips


def _filter_words(field: Field, value: str) -> str:
    if value == ANY:
        return "not blank"
    if OR in value:
        return " or ".join(_filter_words(field, part) for part in value.split(OR))
    if value == NONE and not field.choices:
        return "blank"
    return next((option.label for option in _options(field) if option.value == value), value)
