"""Decides what a page of writes would do, and what is wrong with it. Reads the database, writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from tallystick.financials import change_feed
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import Company
from tallystick.financials.problems import Problem
from tallystick.financials.services import facts as reading
from tallystick.financials.services import price_rules, rules
from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.documents import facts as documents
from tallystick.financials.services.documents.facts import lock_documents
from tallystick.financials.services.facts import NO_UNITS, Facts, Goods, Referred, Units, Values
from tallystick.financials.services.writes import Insert, Missing, Refused, Stale, Update, Write
from tallystick.financials.table import LINE_NO
from tallystick.financials.tables import Table, table_named
from tallystick.financials.values import Unacceptable, clean, is_blank


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that may be written: as it was (None: it is new) and as it will be, by column."""

    id: UUID
    before: Mapping[str, Any] | None
    after: Values
    version: int | None

    @property
    def changed(self) -> bool:
        """Whether writing it would change anything."""
        return self.before is None or self.before != self.after


Entry = Planned | Refused | Stale | Missing


@dataclass(frozen=True, slots=True)
class _Draft:
    id: UUID
    before: Mapping[str, Any] | None
    row: Values
    given: frozenset[str]
    version: int | None
    problems: list[Complaint]


def plan(company: Company, table_name: str, writes: Sequence[Write], *, lock: bool) -> list[Entry]:
    """Return, in the order of `writes`, what each would do. A fixed number of queries, however many writes.

    With `lock` (inside a transaction) the existing rows cannot change before the transaction ends."""
    table = table_named(table_name)
    if table.posted:
        return [_refused_posted(table, write) for write in writes]
    ids = {write.id for write in writes if write.id is not None}
    if lock:
        lock_documents(company, table.name, ids, _parents(table, writes))
    existing = reading.read_rows(company, table, ids, lock=lock)
    versions = change_feed.versions(company, table.name, existing) if existing else {}
    started = [_start(table, write, existing, versions) for write in writes]
    drafts = [draft for draft in started if isinstance(draft, _Draft)]
    facts = _read_facts(company, table, drafts, lock=lock)
    for draft in drafts:
        _check(draft, facts)
    _check_keys(facts, drafts)
    _check_prices(facts, drafts, lock=lock)
    _check_references_to_refused(facts, drafts)
    return [_entry(draft, facts) if isinstance(draft, _Draft) else draft for draft in started]


def _parents(table: Table, writes: Sequence[Write]) -> set[UUID]:
    given = {write.values.get(table.part_of) for write in writes} if table.part_of else set()
    return {value for value in given if isinstance(value, UUID)}


def _refused_posted(table: Table, write: Write) -> Refused:
    message = f"{table.label_plural} are written by postings alone."
    hint = "Post a document, or reverse a posting, instead."
    return Refused(write.id or new_id(), (Problem(table.name, str(write.id or "new record"), "", message, hint),))


def _start(
    table: Table, write: Write, existing: Mapping[UUID, Values], versions: Mapping[UUID, int]
) -> _Draft | Stale | Missing:
    match write:
        case Insert(id=UUID() as id) if id in existing:
            return Stale(id, versions[id])
        case Insert():
            row = table.blank_row()
            given = frozenset(name for name, value in write.values.items() if value not in (None, ""))
            return _fill(table, _Draft(write.id or new_id(), None, row, given, None, []), write)
        case Update(id=id, version=version):
            if id not in existing:
                return Missing(id)
            if version is not None and version != versions[id]:
                return Stale(id, versions[id])
            before = existing[id]
            draft = _Draft(id, before, dict(before), frozenset(write.values), versions[id], [])
            return _fill(table, draft, write)


def _fill(table: Table, draft: _Draft, write: Write) -> _Draft:
    fields = table.by_name
    for name, value in write.values.items():
        field = fields.get(name)
        if field is None:
            known = ", ".join(fields)
            draft.problems.append(Complaint(name, f"There is no field {name!r}.", f"There are: {known}."))
            continue
        try:
            cleaned = clean(field, value)
            if field.computed and cleaned != draft.row[field.column]:
                raise Unacceptable(f"{field.label} follows from {field.computed}.", "Leave it out: it is not entered.")
            draft.row[field.column] = cleaned
        except Unacceptable as problem:
            draft.problems.append(Complaint(name, problem.message, problem.hint))
    return draft


def _name(draft: _Draft, facts: Facts) -> str:
    """What people call the record: its number or code, as it was before this write."""
    return _shown_key(draft.before or draft.row, facts) or "new record"


def _shown_key(values: Mapping[str, Any], facts: Facts) -> str:
    """The key as people know it: the codes of records where it has their ids."""
    shown = []
    for field in map(facts.table.field, facts.table.key):
        value = values[field.column]
        if field.references and value is not None:
            known = facts.referred[field.references].get(value)
            value = known.code if known else ""
        shown.append("" if value is None else str(value))
    return " ".join(filter(None, shown))


def _read_facts(company: Company, table: Table, drafts: Sequence[_Draft], *, lock: bool) -> Facts:
    referred: dict[str, dict[UUID, Referred]] = {}
    for field in table.references:
        wanted = {draft.row[field.column] for draft in drafts}
        if field.name in table.key:
            wanted |= {draft.before[field.column] for draft in drafts if draft.before}
        known = referred.setdefault(str(field.references), {})
        known.update(reading.read_referred(company, str(field.references), wanted - known.keys() - {None}))
    if table.name == "contact":
        referred["contact"] = referred["contact"] | _referable(drafts)
    customers = table.name == "customer"
    retyped = [d.id for d in drafts if table.name == "contact" and d.before and d.before["type"] != d.row["type"]]
    return Facts(
        company,
        table,
        referred,
        reading.read_company_contacts(d.id for d in drafts if customers and d.row["primary_contact_id"]),
        reading.read_busy_contacts(retyped),
        _read_units(table, drafts, lock=lock),
        timezone.localdate(),
        *_read_trade(company, table, drafts),
        documents.read(company, table.name, [documents.Row(draft.id, draft.before, draft.row) for draft in drafts]),
    )


def _read_trade(
    company: Company, table: Table, drafts: Sequence[_Draft]
) -> tuple[Mapping[UUID, Goods], Mapping[UUID, date | None], Mapping[UUID, UUID | None]]:
    """What purchase lines, journal lines and opportunities take from what they name."""

    def named(column: str) -> set[UUID]:
        return {draft.row[column] for draft in drafts} - {None}

    match table.name:
        case "purchase-order-line":
            receipts = reading.read_expected_receipts(company, named("purchase_order_id"))
            return reading.read_goods(company, named("item_id")), receipts, {}
        case "item-journal-line":
            return reading.read_goods(company, named("item_id")), {}, {}
        case "opportunity":
            return {}, {}, reading.read_salespeople(company, named("contact_id"))
        case _:
            return {}, {}, {}


def _read_units(table: Table, drafts: Sequence[_Draft], *, lock: bool) -> Units:
    """The units of the items or resources that get another base unit, or whose units are written."""
    if table.name in ("item", "resource"):
        column = "base_unit_of_measure_id"
        columns = (column, "type")
        changing = {d.id for d in drafts if d.before and any(d.before[name] != d.row[name] for name in columns)}
        return reading.read_units(table, changing, lock=lock) if changing else NO_UNITS
    if table.name in ("item-unit-of-measure", "resource-unit-of-measure"):
        owner = table.field(table.part_of)
        owners = {row[owner.column] for d in drafts for row in (d.row, d.before) if row} - {None}
        return reading.read_units(table_named(str(owner.references)), owners, lock=lock)
    if table.name in ("price-list-line", "purchase-order-line", "item-journal-line"):
        return _units_of_lines(table, drafts)
    return NO_UNITS


def _units_of_lines(table: Table, drafts: Sequence[_Draft]) -> Units:
    found = NO_UNITS
    for name in ("item", "resource"):
        owners = {owner for draft in drafts if (owner := draft.row.get(f"{name}_id")) is not None}
        if owners:
            units = reading.read_units(table_named(name), owners, lock=False)
            found = Units({**found.base, **units.base}, {**found.factors, **units.factors})
    return found


def _referable(drafts: Iterable[_Draft]) -> dict[UUID, Referred]:
    """Contacts of this very page: persons may arrive together with the company they work for."""
    return {
        draft.id: Referred(
            draft.id, draft.row["no"], draft.row["name"], draft.row["type"], draft.row["company_contact_id"]
        )
        for draft in drafts
    }


def _check(draft: _Draft, facts: Facts) -> None:
    complaints = list(_missing_references(draft, facts))
    if not draft.problems:  # a rule would judge half a row
        complaints += rules.complete(draft.id, draft.row, draft.before, draft.given, facts)
        complaints += _missing_values(draft, facts.table)
    draft.problems.extend(complaints)


def _missing_references(draft: _Draft, facts: Facts) -> Iterable[Complaint]:
    for field in facts.table.references:
        value = draft.row[field.column]
        if value is None or value in facts.referred[str(field.references)]:
            continue
        if field.name in draft.given:
            label = table_named(str(field.references)).label
            yield Complaint(
                field.name, f"{field.label}: this company has no {label} {value}.", f"Create the {label} first."
            )


def _missing_values(draft: _Draft, table: Table) -> Iterable[Complaint]:
    for field in table.fields:
        touched = draft.before is None or draft.row[field.column] != draft.before[field.column]
        if field.required and touched and is_blank(field, draft.row[field.column]):
            yield Complaint(field.name, f"{field.label} is empty.", f"Enter the {field.label}.")
    number = table.field(table.key[0])
    if table.numbered and draft.before is not None and is_blank(number, draft.row[number.column]):
        yield Complaint(number.name, f"{number.label} is empty.", "A record keeps a number once it has one.")
    if table.lined and draft.before is not None and draft.row[LINE_NO] is None:
        yield Complaint(LINE_NO, "Line No. is empty.", "A line keeps a number once it has one.")


def _check_keys(facts: Facts, drafts: Sequence[_Draft]) -> None:
    table = facts.table
    columns = [table.field(name).column for name in table.key]

    def key_of(values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[column] for column in columns)

    moving = [
        draft
        for draft in drafts
        if not draft.problems
        and not {None, ""} & set(key_of(draft.row))
        and (draft.before is None or key_of(draft.before) != key_of(draft.row))
    ]
    held = reading.read_keys(facts.company, table, [key_of(draft.row) for draft in moving])
    for draft in moving:
        holder = held.setdefault(key_of(draft.row), draft.id)
        if holder != draft.id:
            message = f"{table.label} {_shown_key(draft.row, facts)} exists already."
            hint = f"Use another {table.field(table.key[-1]).label}, or change the existing record."
            draft.problems.append(Complaint(table.key[-1], message, hint))


def _check_prices(facts: Facts, drafts: Sequence[_Draft], *, lock: bool) -> None:
    sound = {draft.id: draft for draft in drafts if not draft.problems}
    rows = [price_rules.Row(draft.id, draft.before, draft.row) for draft in sound.values()]
    for id, complaint in price_rules.check(facts.company, facts.table.name, rows, lock=lock):
        sound[id].problems.append(complaint)


def _check_references_to_refused(facts: Facts, drafts: Sequence[_Draft]) -> None:
    """A new row that names a refused new row of the same page could not stand either; nor could what names it."""
    table = facts.table
    own = [field for field in table.references if field.references == table.name]
    refused = {draft.id: draft for draft in drafts if draft.problems and draft.before is None}
    while own and refused:
        hit: dict[UUID, _Draft] = {}
        for draft in drafts:
            for field in own if not draft.problems else ():
                if cause := refused.get(draft.row[field.column]):
                    message = f"{field.label}: {table.label} {_name(cause, facts)} cannot be saved."
                    draft.problems.append(Complaint(field.name, message, "Correct that record first."))
                    if draft.before is None:
                        hit[draft.id] = draft
        refused = hit


def _entry(draft: _Draft, facts: Facts) -> Entry:
    if draft.problems:
        name = _name(draft, facts)
        return Refused(draft.id, tuple(Problem(facts.table.name, name, *complaint) for complaint in draft.problems))
    return Planned(draft.id, draft.before, draft.row, draft.version)
