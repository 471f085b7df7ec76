"""List pages: search, named filters, sorting, paging."""

from __future__ import annotations

from tallystick.sandbox.metadata import Column, Kind, Table
from tallystick.sandbox.query.shape import Row
from tallystick.sandbox.salesapp.data import PAGE_SIZE, Desk, ListPage, lookup_target, read_list, shown
from tallystick.sandbox.salesapp.html import Child, Html, h
from tallystick.sandbox.salesapp.layout import hidden, list_url, record_url
from tallystick.sandbox.salesapp.views import CREATABLE, LISTS, ListView, short_label

_NUMERIC = frozenset({Kind.DECIMAL, Kind.MONEY, Kind.INTEGER, Kind.DOUBLE})


def list_content(desk: Desk, table_name: str, parameters: dict[str, str]) -> list[Child]:
    """The content of a list page for the parameters of its URL."""
    view, table = LISTS[table_name], desk.catalog[table_name]
    names = [name for name, _, _ in view.filters]
    chosen = parameters.get("view", names[0])
    chosen = chosen if chosen in names else names[0]
    search, sort = parameters.get("search", ""), parameters.get("sort", view.sort)
    number = parameters.get("page", "1")
    page = read_list(desk, view, chosen, search, sort, int(number) if number.isdigit() and len(number) < 7 else 1)
    return [
        h("div", {"class": "heading"}, h("h1", None, view.title),
          h("a", {"class": "button", "href": record_url(table_name)}, "New") if table_name in CREATABLE else None),
        _controls(view, chosen, search, sort),
        rows_table(table, view.columns, page.rows, view=view, chosen=chosen, search=search, sort=sort)
        if page.rows
        else h("p", {"class": "empty"}, "Nothing found." if search else "There is nothing here yet."),
        _pager(view, page, chosen, search, sort),
    ]  # fmt: skip


def _controls(view: ListView, chosen: str, search: str, sort: str) -> Html:
    options = [h("option", {"value": name, "selected": name == chosen}, title) for name, title, _ in view.filters]
    return h(
        "form", {"class": "controls", "method": "get", "action": "/main.aspx", "role": "search"},
        hidden(pagetype="entitylist", etn=view.table, sort=sort),
        h("label", {"class": "visually-hidden", "for": "search"}, f"Search {view.title}"),
        h("input", {"id": "search", "type": "search", "name": "search", "value": search, "placeholder": "Search"}),
        h("label", {"class": "visually-hidden", "for": "view"}, "Show"),
        h("select", {"id": "view", "name": "view", "data-submit": True}, options),
        h("button", {"type": "submit"}, "Search"),
    )  # fmt: skip


def rows_table(
    table: Table,
    names: tuple[str, ...],
    rows: list[Row],
    *,
    view: ListView | None = None,
    chosen: str = "",
    search: str = "",
    sort: str = "",
) -> Html:
    """Rows as a table; headings sort when it belongs to a list page."""
    columns = [table.columns[name] for name in names]
    heads = [_heading(column, view, chosen, search, sort) for column in columns]
    body = [
        h("tr", None, [_cell(table, column, row, first=column is columns[0]) for column in columns]) for row in rows
    ]
    return h(
        "div", {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": table.plural},
        h("table", None, h("thead", None, h("tr", None, heads)), h("tbody", None, body)),
    )  # fmt: skip


def _heading(column: Column, view: ListView | None, chosen: str, search: str, sort: str) -> Html:
    numeric = "number" if column.kind in _NUMERIC else None
    if view is None:
        return h("th", {"scope": "col", "class": numeric}, short_label(column))
    ascending, descending = sort == column.name, sort == f"-{column.name}"
    following = f"-{column.name}" if ascending else column.name
    order = "ascending" if ascending else "descending" if descending else None
    arrow = " ▲" if ascending else " ▼" if descending else ""
    link = list_url(view.table, view=chosen, search=search, sort=following)
    return h(
        "th",
        {"scope": "col", "class": numeric, "aria-sort": order},
        h("a", {"href": link}, f"{short_label(column)}{arrow}"),
    )


def _cell(table: Table, column: Column, row: Row, *, first: bool) -> Html:
    text = shown(row, column)
    numeric = "number" if column.kind in _NUMERIC else None
    if first:
        link = record_url(table.name, str(row[table.id_column]))
        return h("th", {"scope": "row"}, h("a", {"href": link}, text or "(no name)"))
    target = lookup_target(row, column) if column.is_lookup else None
    if target is not None and target[0] in LISTS:
        return h(
            "td", {"data-label": short_label(column)}, h("a", {"href": record_url(target[0], target[1])}, target[2])
        )
    return h("td", {"class": numeric, "data-label": short_label(column)}, text)


def _pager(view: ListView, page: ListPage, chosen: str, search: str, sort: str) -> Html | None:
    if not page.total:
        return None
    first = (page.page - 1) * PAGE_SIZE + 1
    last = first + len(page.rows) - 1

    def link(text: str, number: int, *, there: bool) -> Html:
        if not there:
            return h("span", {"class": "button quiet", "aria-disabled": "true"}, text)
        url = list_url(view.table, view=chosen, search=search, sort=sort, page=number)
        return h("a", {"class": "button quiet", "href": url}, text)

    return h(
        "nav", {"class": "pager", "aria-label": "Pages"},
        link("Previous", page.page - 1, there=page.page > 1),
        h("span", None, f"{first:,}–{last:,} of {page.total:,}"),
        link("Next", page.page + 1, there=last < page.total),
    )  # fmt: skip
