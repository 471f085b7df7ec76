"""Finding records and pages by a few letters."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.financials import queries
from tallystick.financials.tables import TABLES, Table
from tallystick.web.menu import menu
from tallystick.web.records.listing import ListQuery, list_url
from tallystick.web.records.reading import card_url
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, at_desk
from tallystick.web.shell.navigation import ShownItem, shown_navigation
from tallystick.web.shell.show import show

SUGGESTED = 4
FOUND = 12
# Lines are found in their document and entries in their ledger's list; here they would crowd out what they belong to.
SEARCHED = tuple(
    table
    for table in TABLES.values()
    if any(field.searched for field in table.fields) and not table.lined and not table.is_ledger
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found."""

    key: str
    caption: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The records found in one table; `more_url` leads to all of them when there are more than shown."""

    table: Table
    hits: Sequence[Hit]
    more_url: str


@require_safe
@never_cache
@at_desk()
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The page with everything found."""
    text = text_asked(request.GET, "q")
    return show(
        request,
        desk,
        "search/results.html",
        title=f"Search: {text}" if text else "Search",
        query=text,
        global_query=text,
        pages=find_pages(desk, text, request.path),
        groups=find_records(desk, text, FOUND),
    )


@require_safe
@never_cache
@at_desk()
def suggestions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list that drops down while somebody types."""
    text = text_asked(request.GET, "q")
    return show(
        request,
        desk,
        "search/_suggestions.html",
        title="",
        query=text,
        pages=find_pages(desk, text, request.path),
        groups=find_records(desk, text, SUGGESTED),
        search_url=reverse("search", args=(desk.company.slug,)),
    )


def find_pages(desk: Desk, text: str, path: str) -> Sequence[ShownItem]:
    """The pages of the navigation whose name has these letters."""
    items = (item for group in shown_navigation(menu(), desk, path) for item in group.items)
    return [item for item in items if text and text.lower() in item.label.lower()]


def find_records(desk: Desk, text: str, limit: int) -> Sequence[Group]:
    """The first records of each table that match. One query per table, each of a few rows."""
    found = (_group(desk, table, text, limit) for table in SEARCHED if text)
    return [group for group in found if group.hits]


def _group(desk: Desk, table: Table, text: str, limit: int) -> Group:
    matching = queries.look_up(desk.company, table.name, text, limit=limit + 1)
    hits = [Hit(one.code, one.name, card_url(desk, table.name, one.id)) for one in matching[:limit]]
    more_url = list_url(desk, table, ListQuery(search=text)) if len(matching) > limit else ""
    return Group(table, hits, more_url)
