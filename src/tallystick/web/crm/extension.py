"""What the integration adds to the pages of Financials: navigation, Home, lists and cards."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from tallystick.engine import SALES, TallyError
from tallystick.financials.tables import Table
from tallystick.integration import connections, operations
from tallystick.integration.operations import CouplingMark
from tallystick.web.crm.gate import is_offered
from tallystick.web.crm.home import home_cards
from tallystick.web.crm.places import BY_TABLE, STATE_WORDS, TONES
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Extension, Fragment, ListAction, RowMark
from tallystick.web.shell.navigation import NavGroup, NavItem

NAVIGATION = NavGroup(
    "Dynamics CRM",
    (
        NavItem("Assisted Setup", "list-details", "crm-assisted-setup"),
        NavItem("CRM Connection Setup", "plug", "crm-connection"),
        NavItem("Table Mappings", "arrows-left-right", "crm-mappings"),
        NavItem("Full Synch. Review", "player-play", "crm-full-synch"),
        NavItem("Couple Salespeople", "link", "crm-salespeople"),
        NavItem("Synch. Jobs", "clock", "crm-jobs"),
        NavItem("Synch. Errors", "alert-triangle", "crm-issues", badge_route="crm-issues-badge"),
        NavItem("History", "history", "crm-history"),
    ),
)
ICONS = {"in sync": "link", "conflict": "alert-triangle", "failed": "alert-circle", "waiting": "clock"}


def _takes_part(desk: Desk, table: Table) -> bool:
    return table.name in BY_TABLE and is_offered(desk.company)


def list_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    """The actions for the records chosen in a list; each leads to a page that asks first."""
    if not _takes_part(desk, table) or not desk.may_synchronize:
        return ()

    def action(label: str, icon: str, name: str) -> ListAction:
        return ListAction(
            label, reverse("crm-selection", args=(desk.company.slug, table.name, name)), icon, method="get"
        )

    creates = BY_TABLE[table.name].direction.reaches(SALES)
    return [
        action("Set Up Coupling", "link", "couple"),
        action("Match-Based Coupling", "heart-handshake", "match"),
        action("Synchronize Now", "refresh", "synchronize"),
        *([action("Create in Dynamics CRM", "plus", "create")] if creates else []),
        action("Delete Coupling", "unlink", "uncouple"),
    ]


def row_column(table: Table) -> str:
    """The heading of the column that says which records are coupled."""
    return "CRM" if table.name in BY_TABLE else ""


def row_marks(desk: Desk, table: Table, ids: Sequence[UUID]) -> Mapping[UUID, RowMark]:
    """A mark per row that leads to its coupling. A fixed number of queries; none for a company that is not offered it."""
    if not _takes_part(desk, table) or connections.find_connection(desk.company) is None:
        return {}
    try:
        marks = operations.coupling_marks(desk.company, BY_TABLE[table.name].name, [str(id_) for id_ in ids])
    except TallyError:  # switched off meanwhile, by somebody else; the list itself has to be shown
        return {}
    return {id_: _mark(desk, table, id_, marks.get(str(id_))) for id_ in ids}


def _mark(desk: Desk, table: Table, record_id: UUID, mark: CouplingMark | None) -> RowMark:
    url = reverse("crm-record", args=(desk.company.slug, table.name, record_id))
    if mark is None:
        return RowMark("unlink", "Not coupled: set up its coupling", url, "secondary")
    why = f": {mark.why}" if mark.why else ""
    label = "Coupled, in sync" if mark.state == "in sync" else f"Coupled, {STATE_WORDS[mark.state].lower()}{why}"
    return RowMark(ICONS.get(mark.state, "link"), label, url, TONES[mark.state])


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """One button, near the top also on a telephone, where the fact box is far below."""
    if not _takes_part(desk, table):
        return ()
    url = reverse("crm-record", args=(desk.company.slug, table.name, record_id))
    return (CardAction("Dynamics CRM", url, "link", method="get"),)


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """What the record is coupled with, and what may be done about it."""
    if not _takes_part(desk, table):
        return ()
    mapping = BY_TABLE[table.name]
    context = {"table": table, "record_id": record_id, "can_create": mapping.direction.reaches(SALES)}
    try:
        coupling = operations.coupling_of(desk.company, mapping.name, str(record_id))
    except TallyError as error:
        return (Fragment("crm/_fact_box.html", {**context, "problem": str(error)}),)
    words = {"state": STATE_WORDS[coupling.state], "tone": TONES[coupling.state]} if coupling else {}
    return (Fragment("crm/_fact_box.html", {**context, "coupling": coupling, **words}),)


CRM = Extension(
    navigation=(NAVIGATION,),
    home_cards=home_cards,
    list_actions=list_actions,
    row_column=row_column,
    row_marks=row_marks,
    card_actions=card_actions,
    fact_boxes=fact_boxes,
)
