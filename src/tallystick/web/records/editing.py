"""From a card's form to the services and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from tallystick.financials import queries, services
from tallystick.financials.models import Change
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.queries import Record
from tallystick.financials.services import Saved
from tallystick.financials.tables import TABLES, Field, Kind, Table
from tallystick.financials.values import Unacceptable, clean
from tallystick.web.records.conflict import Reconciled, reconcile
from tallystick.web.records.forms import RecordForm
from tallystick.web.records.reading import captions_of, texts_of
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.problems import add_problems


def blank_form(table: Table, desk: Desk, prefill: QueryDict) -> RecordForm:
    """The form of a new record, with the table's defaults and the values given in the address."""
    initial = {field.name: "" if field.blank in (None, "") else field.blank for field in table.fields}
    initial |= {name: prefill[name] for name in table.by_name if name in prefill}
    return RecordForm(table, desk, initial=initial)


def form_of(desk: Desk, record: Record) -> RecordForm:
    """The form of a record as it is now; it remembers the version and the texts it showed."""
    texts = texts_of(record)
    initial: dict[str, object] = {name: _initial(record.table.field(name), text) for name, text in texts.items()}
    remembered = {"version": record.version, "opened": json.dumps(texts)}
    return RecordForm(record.table, desk, initial=initial | remembered, captions=captions_of(desk, record))


def was_here(desk: Desk, table: Table, record_id: UUID) -> bool:
    """Whether this company had the record once."""
    return Change.objects.filter(record_id=record_id, company_id=desk.company.pk, table_name=table.name).exists()


def create(form: RecordForm, desk: Desk) -> Saved | None:
    """Store the new record, or put what is wrong on the form and return None."""
    entered = {name: value for name, value in form.typed().items() if value not in ("", False)}
    try:
        return services.create(desk.company, form.table.name, values_of(form.table, desk, entered), by=desk.actor)
    except InvalidRecord as refused:
        add_problems(form, refused.problems)
        return None


def update(form: RecordForm, desk: Desk, record_id: UUID) -> Saved | None:
    """Store the fields that were changed since the card was opened, or put what is wrong on the form and return None.

    Raises `StaleRecord` when somebody changed the record meanwhile, `RecordMissing` when it is gone."""
    opened = form.opened_as()
    changed = {name: value for name, value in form.typed().items() if _posted_text(value) != opened.get(name)}
    version = form.cleaned_data["version"]
    try:
        values = values_of(form.table, desk, changed)
        return services.update(
            desk.company,
            form.table.name,
            record_id,
            values,
            version=int(version) if version.isdecimal() else -1,
            by=desk.actor,
        )
    except InvalidRecord as refused:
        add_problems(form, refused.problems)
        return None


def values_of(table: Table, desk: Desk, entered: Mapping[str, Any]) -> dict[str, object]:
    """What the services take: ids for references, else what was typed. Raises `InvalidRecord` for unknown codes."""
    problems: list[Problem] = []
    values = dict(entered)
    for field in table.references:
        if code := entered.get(field.name):
            found = queries.ids_by_code(desk.company, field.references or "", [code])
            values[field.name] = next(iter(found.values()), None)
            if not found:
                problems.append(_unknown(table, field, code))
    if problems:
        raise InvalidRecord(problems)
    return values


def _unknown(table: Table, field: Field, code: str) -> Problem:
    target = TABLES[field.references or ""]
    message = f"There is no {target.label.lower()} {code}."
    return Problem(
        table.name, "", field.name, message, f"Choose one of the list, or enter it under {target.label_plural}."
    )


def reconciled_form(form: RecordForm, desk: Desk, record: Record) -> tuple[RecordForm, Reconciled]:
    """The form again after somebody else's edit: my entries fitted to the record as it is now, at its version."""
    table = form.table
    mine = {name: _posted_text(value) for name, value in form.typed().items()}
    theirs = texts_of(record)
    reconciled = reconcile(
        form.opened_as(), mine, theirs, lambda name, one, other: same_value(table.field(name), one, other)
    )
    ticked = {
        name: text for name, text in reconciled.texts.items() if text or table.field(name).kind is not Kind.BOOLEAN
    }
    data = {**ticked, "version": str(record.version), "opened": json.dumps(theirs)}
    return RecordForm(table, desk, data, captions=captions_of(desk, record)), reconciled


def same_value(field: Field, one: str, other: str) -> bool:
    """Whether two texts mean one value of this field: `7.5` and `7.50`, `de` and `DE` as codes."""
    if field.references:
        return one.strip().upper() == other.strip().upper()
    try:
        return clean(field, one) == clean(field, other)
    except Unacceptable:
        return one == other


def _initial(field: Field, text: str) -> object:
    return bool(text) if field.kind is Kind.BOOLEAN else text


def _posted_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value)


@dataclass(frozen=True, slots=True)
class ConflictNotice:
    """What the warning on top of a card says: name and label of the fields both changed, and of those taken over."""

    fields: Sequence[tuple[str, str]]
    followed: Sequence[tuple[str, str]]


def conflict_notice(table: Table, reconciled: Reconciled) -> ConflictNotice:
    """The labels for the warning."""
    return ConflictNotice(
        [(name, table.field(name).label) for name in reconciled.conflicts],
        [(name, table.field(name).label) for name in reconciled.followed],
    )
