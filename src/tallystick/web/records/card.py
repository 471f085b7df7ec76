"""A card as data: its sections, its neighbours, its actions and fact boxes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.urls import reverse

from tallystick.financials.queries import Record
from tallystick.financials.tables import Table
from tallystick.web import extensions
from tallystick.web.records.fact_boxes import fact_boxes, related_lists
from tallystick.web.records.forms import Section
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Fragment
from tallystick.web.shell.show import Crumb


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the template of a card shows, beside the form."""

    table: Table
    sections: Sequence[Section]
    may_edit: bool
    list_url: str
    new_url: str
    form_url: str
    record_id: UUID | None = None
    modified_at: datetime | None = None
    delete_url: str = ""
    previous_url: str = ""
    next_url: str = ""
    actions: Sequence[CardAction] = ()
    fact_boxes: Sequence[Fragment] = ()
    related: Sequence[Fragment] = ()


def list_crumb(desk: Desk, table: Table) -> Crumb:
    """The breadcrumb of a table's list."""
    return Crumb(table.label_plural, _url("record-list", desk, table))


def new_card(desk: Desk, table: Table, sections: Sequence[Section]) -> Card:
    """The card of a record that is not stored yet."""
    return Card(
        table=table,
        sections=sections,
        may_edit=True,
        list_url=_url("record-list", desk, table),
        new_url=_url("record-new", desk, table),
        form_url=_url("record-new", desk, table),
    )


def existing_card(desk: Desk, record: Record, sections: Sequence[Section]) -> Card:
    """The card of a stored record."""
    table = record.table
    before, after = _neighbours(desk, record)
    return Card(
        table=table,
        sections=sections,
        may_edit=desk.may_enter(table),
        list_url=_url("record-list", desk, table),
        new_url=_url("record-new", desk, table),
        form_url=_url("record-card", desk, table, record.id),
        record_id=record.id,
        modified_at=record.modified_at,
        delete_url=_url("record-delete", desk, table, record.id),
        previous_url=card_url(desk, table.name, before) if before else "",
        next_url=card_url(desk, table.name, after) if after else "",
        actions=[action for one in extensions.EXTENSIONS for action in one.card_actions(desk, table, record.id)],
        fact_boxes=[
            *(box for one in extensions.EXTENSIONS for box in one.fact_boxes(desk, table, record.id)),
            *fact_boxes(desk, record),
        ],
        related=[
            *(part for one in extensions.EXTENSIONS for part in one.related_lists(desk, table, record.id)),
            *related_lists(desk, record),
        ],
    )


def _neighbours(desk: Desk, record: Record) -> tuple[UUID | None, UUID | None]:
    """The ids of the records before and after this one by number or code. Two reads of an index."""
    if len(record.table.key) > 1:
        return None, None
    key = record.table.key[0]
    here = record.values[key]
    model = apps.get_model("financials", record.table.model)
    rows = model._default_manager.filter(company=desk.company).values_list("pk", flat=True)
    before = rows.filter(**{f"{key}__lt": here}).order_by(f"-{key}").first()
    after = rows.filter(**{f"{key}__gt": here}).order_by(key).first()
    return before, after


def _url(route: str, desk: Desk, table: Table, *args: object) -> str:
    return reverse(route, args=(desk.company.slug, table.name, *args))
