"""What other pages add to the shell, the lists, the cards and Home.

The Financials pages know these places and nothing of who fills them. An extension is one value; the ones in use are
listed in `tallystick.web.extensions`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.navigation import NavGroup


@dataclass(frozen=True, slots=True)
class ListAction:
    """A button over a list. It posts the chosen rows as `ids` (or none, when `needs_selection` is false) to `url`.

    With `method="get"` the same values travel in the address: for an action whose next page only asks."""

    label: str
    url: str
    icon: str = "dots"
    needs_selection: bool = True
    method: str = "post"


@dataclass(frozen=True, slots=True)
class CardAction:
    """A button on a card; posts to `url`, or leads there with `method="get"`."""

    label: str
    url: str
    icon: str = "dots"
    method: str = "post"


@dataclass(frozen=True, slots=True)
class RowMark:
    """What a row says in the extension's column: an icon with words for those who do not see it."""

    icon: str
    label: str
    url: str = ""
    tone: str = "secondary"
    """One of Tabler's colour names: `success`, `warning`, `danger`, `secondary`."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a page: a template, which finds `context` under the name `box` (and `desk`, as on every page)."""

    template: str
    context: Mapping[str, Any]


def _no_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    return ()


def _no_card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    return ()


def _no_marks(desk: Desk, table: Table, ids: Sequence[UUID]) -> Mapping[UUID, RowMark]:
    return {}


def _no_column(table: Table) -> str:
    return ""


def _no_fragments(desk: Desk) -> Sequence[Fragment]:
    return ()


def _no_fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Everything one group of pages adds elsewhere. Leave out what it does not add."""

    navigation: tuple[NavGroup, ...] = ()
    home_cards: Callable[[Desk], Sequence[Fragment]] = _no_fragments
    list_actions: Callable[[Desk, Table], Sequence[ListAction]] = _no_actions
    row_column: Callable[[Table], str] = _no_column
    """The heading of the extension's column in the list of this table; blank for no column."""
    row_marks: Callable[[Desk, Table, Sequence[UUID]], Mapping[UUID, RowMark]] = _no_marks
    """The marks of one page of rows, in as few queries as one."""
    card_actions: Callable[[Desk, Table, UUID], Sequence[CardAction]] = _no_card_actions
    fact_boxes: Callable[[Desk, Table, UUID], Sequence[Fragment]] = _no_fact_boxes
    related_lists: Callable[[Desk, Table, UUID], Sequence[Fragment]] = _no_fact_boxes
    """The lists below a card, such as the lines of a document."""
    company_settings: Callable[[Desk], Sequence[Fragment]] = _no_fragments
