"""Records of any table as the texts people see: numbers and codes instead of ids."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.apps import apps
from django.http import Http404
from django.urls import reverse

from tallystick.financials import access, queries
from tallystick.financials.problems import RecordMissing
from tallystick.financials.queries import Record
from tallystick.financials.tables import TABLES, Field, Table
from tallystick.web.records.places import OWN_ENTRY, OWN_PAGES
from tallystick.web.shell.desk import Desk


def table_or_404(desk: Desk, name: str) -> Table:
    """The table of that name; `Http404` when there is none, `NotPermitted` when its records are not theirs to see."""
    try:
        table = TABLES[name]
    except KeyError:
        raise Http404(f"no table {name}") from None
    access.require_reading(desk.actor, table)
    return table


def record_or_404(desk: Desk, table: Table, record_id: UUID) -> Record:
    """One record of this company; `Http404` when it is gone or belongs to another."""
    try:
        return queries.get_record(desk.company, table.name, record_id, by=desk.actor)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing


def text_of(field: Field, record: Record) -> str:
    """What a field shows on a card: the number or code of a reference, a plain number, an ISO date."""
    match record.shown(field.name):
        case None:
            return ""
        case bool() as answer:
            return "on" if answer else ""
        case Decimal() as number:
            return field.number_text(number)
        case date() as day:
            return day.isoformat()
        case value:
            return str(value)


def texts_of(record: Record) -> dict[str, str]:
    """Every field of a record as a card shows it, by name."""
    return {field.name: text_of(field, record) for field in record.table.fields}


def captions_of(desk: Desk, record: Record) -> Mapping[str, str]:
    """The names behind the codes of a record: of a salesperson's code, the salesperson's name. A query per reference.

    Those of tables that the person may not look at are left out."""
    captions = {}
    for field in record.table.references:
        referred = record.values[field.name]
        target = TABLES[field.references or ""]
        if referred is not None and desk.may_read(target):
            rows = apps.get_model("financials", target.model)._default_manager.filter(pk=referred)
            captions[field.name] = str(rows.values_list(target.title, flat=True).first() or "")
    return captions


def heading_of(record: Record) -> str:
    """Number and name, for headings."""
    return (
        f"{record.key} · {record.title}" if record.title and record.table.title not in record.table.key else record.key
    )


def card_url(desk: Desk, table: str, record_id: UUID) -> str:
    """The address of a record's card, or of the page its table has instead."""
    return reverse(OWN_PAGES.get(table, "record-card"), args=(desk.company.slug, table, record_id))


def new_url(desk: Desk, table: str) -> str:
    """The address of the page where a record of the table is entered."""
    return reverse(OWN_ENTRY.get(table, "record-new"), args=(desk.company.slug, table))
