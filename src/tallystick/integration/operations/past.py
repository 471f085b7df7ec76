"""What was done: runs with their errors, the history of values, and taking an edit back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from tallystick.engine import Change, Done, Fields, Record, SideName, TallyError
from tallystick.engine.plan import Work
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, Permission
from tallystick.integration import connections
from tallystick.integration.models import HistoryRow, Run, RunError, RunKind
from tallystick.integration.operations.desk import Desk, Place, at_desk, now
from tallystick.integration.operations.naming import Names
from tallystick.integration.operations.synchronizing import find_run
from tallystick.integration.stores.rows import from_json, json_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class HistoryField:
    """One value that changed, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One thing that was done to a record on one side. `undone` says that it was taken back since."""

    id: int
    mapping: str
    at: datetime
    by: str
    run: int | None
    kind: str
    side: str
    label: str
    why: str
    finance_id: str
    sales_id: str
    fields: tuple[HistoryField, ...]
    undone: bool
    can_undo: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of history, newest first. There is `more` behind it."""

    items: tuple[HistoryItem, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of taking one edit back: `done`, or why not."""

    id: int
    label: str
    done: bool
    why: str = ""


def history(
    company: Company,
    mapping: str | None = None,
    *,
    finance_id: str | None = None,
    run: int | None = None,
    kind: str | None = None,
    search: str = "",
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> HistoryPage:
    """Return a page of history, newest first: of everything, a mapping, a record, or a run."""
    connection = connections.connection_of(company)
    rows = HistoryRow.objects.filter(mapping__connection=connection).select_related("mapping")
    if mapping is not None:
        rows = rows.filter(mapping=Place.of(company, mapping).settings)
    for name, value in (("finance_id", finance_id), ("run_id", run), ("kind", kind)):
        if value is not None:
            rows = rows.filter(**{name: value})
    if search.strip():
        rows = rows.filter(Q(label__icontains=search.strip()) | Q(before__icontains=search.strip()))
    start = (max(1, page) - 1) * page_size
    found = list(rows.order_by("-id")[start : start + page_size + 1])
    return HistoryPage(tuple(_items(company, found[:page_size])), max(1, page), len(found) > page_size)


def _items(company: Company, rows: Sequence[HistoryRow]) -> list[HistoryItem]:
    undone = set(HistoryRow.objects.filter(undoes__in=[row.pk for row in rows]).values_list("undoes_id", flat=True))
    places = {name: Place.of(company, name) for name in dict.fromkeys(row.mapping.name for row in rows)}
    names = {
        name: Names(place).learn(
            (field, side, value)
            for row in rows
            if row.mapping.name == name
            for side in (SideName(row.side),)
            for values in (from_json(row.before) or {}, from_json(row.after) or {})
            for field in place.mapping.enabled_fields()
            for value in (values.get(field.name_on(side)),)
        )
        for name, place in places.items()
    }
    return [
        HistoryItem(
            id=row.pk,
            mapping=row.mapping.name,
            at=row.at,
            by=row.by,
            run=row.run_id,
            kind=row.kind,
            side=row.side,
            label=row.label,
            why=row.why,
            finance_id=row.finance_id or "",
            sales_id=row.sales_id or "",
            fields=_fields(row, places[row.mapping.name], names[row.mapping.name]),
            undone=row.pk in undone,
            can_undo=row.kind == "updated" and row.pk not in undone,
        )
        for row in rows
    ]


def _fields(row: HistoryRow, place: Place, names: Names) -> tuple[HistoryField, ...]:
    side = SideName(row.side)
    before: Mapping[str, Any] = from_json(row.before) or {}
    after: Mapping[str, Any] = from_json(row.after) or {}
    known = {field.name_on(side): field for field in place.mapping.enabled_fields()}

    def shown(name: str, value: Any) -> str:
        return names.show(known[name], side, value) if name in known else str("" if value is None else value)

    return tuple(
        HistoryField(name, shown(name, before.get(name)), shown(name, after.get(name)))
        for name in dict.fromkeys((*before, *after))
    )


def undo(company: Company, history_ids: Sequence[int], *, by: Actor) -> list[Undone]:
    """Write the earlier values of these edits back, as a normal edit on the side where each was made.

    A record that was edited since stays as it is; its neighbours do not. The other side follows at once."""
    by.require(Permission.SYNCHRONIZE)
    rows = HistoryRow.objects.filter(pk__in=list(history_ids), mapping__connection__company=company)
    found = list(rows.select_related("mapping").order_by("-id"))
    told = [
        Undone(id_, "", False, "There is no such entry in the history.")
        for id_ in set(history_ids) - {row.pk for row in found}
    ]
    taken_back = set(HistoryRow.objects.filter(undoes__in=found).values_list("undoes_id", flat=True))
    for name in dict.fromkeys(row.mapping.name for row in found):
        own = [row for row in found if row.mapping.name == name]
        told += _undo_in(Place.of(company, name), own, taken_back, by.name)
    return told


def _undo_in(place: Place, rows: Sequence[HistoryRow], taken_back: set[int], by: str) -> list[Undone]:
    told: list[Undone] = []
    with at_desk(place, RunKind.SYNCHRONIZATION, "Undo", by) as desk:
        for row in rows:  # newest first, one after the other: two of them may be of one record
            why = _refusal(row, taken_back) or _write_back(desk, row, by)
            told.append(Undone(row.pk, row.label, not why, why))
        ids = [row.finance_id for row, result in zip(rows, told, strict=True) if result.done and row.finance_id]
        if ids:
            desk.see_through(Work.selection(list(dict.fromkeys(ids))))
    return told


def _refusal(row: HistoryRow, taken_back: set[int]) -> str:
    if row.pk in taken_back:
        return "It was taken back already."
    if row.kind != "updated":
        return f"Only edits can be taken back; this record was {row.kind}."
    return ""


def _write_back(desk: Desk, row: HistoryRow, by: str) -> str:
    """Write the earlier values of one edit back; return "" or why it was left alone."""
    side = SideName(row.side)
    record_id = (row.finance_id if side is SideName.FINANCE else row.sales_id) or ""
    before: Fields = from_json(row.before) or {}
    after: Fields = from_json(row.after) or {}
    record = desk.read(side, [record_id]).get(record_id)
    if record is None:
        return f"The record no longer exists in {side.title}."
    edited = sorted(name for name, value in after.items() if record.fields.get(name) != value)
    if edited:
        return f"{', '.join(edited)} changed since in {side.title}."
    answer = desk.sides[side].write(desk.mapping, [Change(record.id, before, record.version, record.label)])[0]
    if isinstance(answer, TallyError):
        return str(answer)
    _note(desk, row, record, answer, by)
    return ""


def _note(desk: Desk, row: HistoryRow, record: Record, answer: Done, by: str) -> None:
    before: Fields = from_json(row.before) or {}
    now_there = answer.record.fields if answer.record is not None else before
    HistoryRow.objects.create(
        mapping=row.mapping,
        run=desk.run,
        at=now(),
        by=by,
        kind="updated",
        side=row.side,
        finance_id=row.finance_id,
        sales_id=row.sales_id,
        label=row.label,
        before=json_of({name: record.fields.get(name) for name in before}),
        after=json_of({name: now_there.get(name) for name in before}),
        why=f"takes back what was done on {row.at:%Y-%m-%d %H:%M} UTC",
        undoes=row,
    )


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first."""

    runs: tuple[Run, ...]
    page: int
    more: bool


def runs(
    company: Company,
    mapping: str | None = None,
    *,
    kind: str | None = None,
    status: str | None = None,
    full_sync: int | None = None,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> RunPage:
    """Return a page of the integration synchronization jobs, newest first."""
    connection = connections.connection_of(company)
    rows = Run.objects.filter(connection=connection).select_related("mapping")
    if mapping is not None:
        rows = rows.filter(mapping=Place.of(company, mapping).settings)
    for name, value in (("kind", kind), ("status", status), ("full_sync_id", full_sync)):
        if value is not None:
            rows = rows.filter(**{name: value})
    start = (max(1, page) - 1) * page_size
    found = list(rows.order_by("-id")[start : start + page_size + 1])
    return RunPage(tuple(found[:page_size]), max(1, page), len(found) > page_size)


def run_errors(company: Company, run_id: int, limit: int = 1000) -> list[RunError]:
    """Return the errors of a run, in the order in which they happened."""
    run = find_run(company, run_id)
    return list(RunError.objects.filter(run=run).order_by("id")[:limit])
