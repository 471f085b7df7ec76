"""Coupled Data Synchronization Errors: what needs a person or time, and settling it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from tallystick.engine import (
    FINANCE,
    SALES,
    DeletionPolicy,
    FieldConflict,
    FieldMapping,
    RowState,
    SetupError,
    SideName,
    TableMapping,
)
from tallystick.engine.plan import Brake, Work
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, Permission
from tallystick.integration import connections
from tallystick.integration.models import CouplingRow, HistoryRow, LooseRow, MappingSettings, RunKind
from tallystick.integration.operations.coupling import AT_ONCE
from tallystick.integration.operations.desk import Desk, Place, at_desk, now
from tallystick.integration.operations.naming import Names, field_label
from tallystick.integration.operations.synchronizing import request_sync
from tallystick.integration.stores.rows import from_json, json_of

PAGE_SIZE = 50
OPEN_STATES = (RowState.CONFLICT, RowState.FAILED, RowState.WAITING)


@dataclass(frozen=True, slots=True)
class ConflictingField:
    """A field that both sides changed, in words: what each holds now, and what they had agreed on."""

    field: str
    label: str
    sales_field: str
    finance: str
    sales: str
    base_finance: str
    base_sales: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A record that needs a person or time. `id` is what the other functions here take.

    `can` says what may be done: settle (a field conflict), settle deletion, couple (an ambiguous match), retry."""

    id: str
    mapping: str
    state: str
    label: str
    why: str
    side: str
    finance_id: str
    sales_id: str
    conflicts: tuple[ConflictingField, ...]
    waits_for: str
    deleted_on: str
    retry: str
    since: datetime
    can: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One page of issues; couplings come before records without counterpart."""

    issues: tuple[Issue, ...]
    total: int
    page: int
    pages: int


def issues(
    company: Company,
    mapping: str | None = None,
    state: str | None = None,
    search: str = "",
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> IssuePage:
    """Return a page of issues. `state` is conflict, failed or waiting. A fixed number of queries per mapping shown."""
    connection = connections.connection_of(company)
    settings = MappingSettings.objects.filter(connection=connection)
    if mapping is not None:
        settings = settings.filter(pk=Place.of(company, mapping).settings.pk)
    couplings = _open(CouplingRow.objects.exclude(state="in sync"), settings, state, search)
    loose = _open(LooseRow.objects.all(), settings, state, search)
    of_couplings, of_loose = couplings.count(), loose.count()
    pages = max(1, -(-(of_couplings + of_loose) // page_size))
    page = min(max(1, page), pages)
    start = (page - 1) * page_size
    shown: list[CouplingRow | LooseRow] = list(couplings[start : start + page_size])
    shown += loose[max(0, start - of_couplings) : max(0, start + page_size - of_couplings)]
    return IssuePage(tuple(_described(company, shown)), of_couplings + of_loose, page, pages)


def _open(
    rows: "QuerySet[Any]", settings: "QuerySet[MappingSettings]", state: str | None, search: str
) -> "QuerySet[Any]":
    states = OPEN_STATES if state is None else (_state(state),)
    found = rows.filter(mapping__in=list(settings), state__in=states)
    if search.strip():
        found = found.filter(Q(label__icontains=search.strip()) | Q(why__icontains=search.strip()))
    return found.select_related("mapping", "waits_mapping").order_by("-updated_at", "-id")


def _state(name: str) -> RowState:
    for state in OPEN_STATES:
        if name.strip().casefold() in (state.value, state.name.casefold(), f"{state.value}s"):
            return state
    known = ", ".join(state.value for state in OPEN_STATES)
    raise SetupError(f"There is no state {name!r} of an issue.", hint=f"There are {known}.")


def _described(company: Company, rows: Sequence[CouplingRow | LooseRow]) -> list[Issue]:
    places = {name: Place.of(company, name) for name in dict.fromkeys(row.mapping.name for row in rows)}
    conflicts = {id(row): tuple(FieldConflict(*values) for values in from_json(row.conflicts) or ()) for row in rows}
    names = {
        name: Names(place).learn(
            value
            for row in rows
            if row.mapping.name == name
            for conflict in conflicts[id(row)]
            for value in _values(place.mapping, conflict)
        )
        for name, place in places.items()
    }
    return [_issue(row, places[row.mapping.name].mapping, conflicts[id(row)], names[row.mapping.name]) for row in rows]


def _values(mapping: TableMapping, conflict: FieldConflict) -> list[tuple[FieldMapping, SideName, Any]]:
    row = _field(mapping, conflict.field)
    return [
        (row, FINANCE, conflict.finance),
        (row, SALES, conflict.sales),
        (row, FINANCE, conflict.base_finance),
        (row, SALES, conflict.base_sales),
    ]


def _field(mapping: TableMapping, name: str) -> FieldMapping:
    found = (row for row in mapping.enabled_fields() if row.finance == name)
    return next(found, FieldMapping(name, name))


def _issue(
    row: CouplingRow | LooseRow, mapping: TableMapping, conflicts: Sequence[FieldConflict], names: Names
) -> Issue:
    coupled = isinstance(row, CouplingRow)
    side = "" if isinstance(row, CouplingRow) else row.side
    ids = (row.finance_id, row.sales_id) if isinstance(row, CouplingRow) else _loose_ids(row)
    return Issue(
        id=f"{'c' if coupled else 'l'}{row.pk}",
        mapping=mapping.name,
        state=row.state,
        label=row.label,
        why=row.why,
        side=side,
        finance_id=ids[0],
        sales_id=ids[1],
        conflicts=tuple(_conflicting(mapping, conflict, names) for conflict in conflicts),
        waits_for=f"{row.waits_mapping.name} {row.waits_id}" if row.waits_mapping else "",
        deleted_on=row.deleted_on,
        retry=row.retry,
        since=row.updated_at,
        can=_can(row, conflicts),
    )


def _loose_ids(row: LooseRow) -> tuple[str, str]:
    return (row.record_id, "") if row.side == FINANCE else ("", row.record_id)


def _conflicting(mapping: TableMapping, conflict: FieldConflict, names: Names) -> ConflictingField:
    row = _field(mapping, conflict.field)
    finance, sales, base_finance, base_sales = (names.show(*value) for value in _values(mapping, conflict))
    return ConflictingField(
        conflict.field, field_label(mapping, conflict.field), row.sales, finance, sales, base_finance, base_sales
    )


def _can(row: CouplingRow | LooseRow, conflicts: Sequence[FieldConflict]) -> tuple[str, ...]:
    if row.state == RowState.CONFLICT.value:
        if conflicts:
            return ("settle",)
        return ("settle deletion",) if row.deleted_on else ("couple",)
    return ("retry",)


def settle(
    company: Company, issue_id: str, winner: SideName, fields: Sequence[str] | None = None, *, by: Actor
) -> Issue | None:
    """Decide a conflict: `winner`'s values are taken in these fields (finance names; None: in all), now.

    The losing values stay in the history. Returns what is left of the issue, None where it is settled."""
    by.require(Permission.SYNCHRONIZE)
    row, place = _coupling_issue(company, issue_id)
    conflicts = {values[0]: FieldConflict(*values) for values in from_json(row.conflicts) or ()}
    chosen = list(conflicts) if fields is None else list(fields)
    unknown = [name for name in chosen if name not in conflicts]
    if unknown or not chosen:
        raise SetupError(
            f"{row.label} has no conflict in {', '.join(unknown) or 'any field'}.",
            hint=f"Its conflicts are in {', '.join(conflicts) or 'no field'}; somebody may have settled it.",
        )
    with at_desk(place, RunKind.SYNCHRONIZATION, "Settle a conflict", by.name) as desk:
        _decide(row, desk, [conflicts[name] for name in chosen], winner, by.name)
        desk.see_through(Work.selection([row.finance_id]))
    return _what_is_left(company, issue_id)


def _decide(row: CouplingRow, desk: Desk, chosen: Sequence[FieldConflict], winner: SideName, by: str) -> None:
    """Note the decision with the losing values, in one transaction."""
    names = {conflict.field: _field(desk.mapping, conflict.field).name_on(winner.other) for conflict in chosen}
    lost = {names[c.field]: c.finance if winner is SALES else c.sales for c in chosen}
    won = {names[c.field]: c.sales if winner is SALES else c.finance for c in chosen}
    decisions = {**(from_json(row.decisions) or {}), **{conflict.field: winner.value for conflict in chosen}}
    with transaction.atomic():
        CouplingRow.objects.filter(pk=row.pk).update(decisions=json_of(decisions))
        HistoryRow.objects.create(
            mapping=row.mapping,
            run=desk.run,
            at=now(),
            by=by,
            kind="decided",
            side=winner.other.value,
            finance_id=row.finance_id,
            sales_id=row.sales_id,
            label=row.label,
            before=json_of(lost),
            after=json_of(won),
            why=f"{winner.title} wins",
        )


def settle_deletion(company: Company, issue_id: str, choice: DeletionPolicy, *, by: Actor) -> Issue | None:
    """Decide what becomes of a record whose counterpart was deleted: delete the coupling, restore, or delete it too.

    Returns what is left of the issue, None where it is settled."""
    by.require(Permission.SYNCHRONIZE)
    row, place = _coupling_issue(company, issue_id)
    if not row.deleted_on:
        raise SetupError(f"{row.label}: neither half was deleted.", hint="Look at the issue again.")
    if choice is DeletionPolicy.ASK:
        raise SetupError("Choose what is to become of the record.", hint="Delete the coupling, restore, or delete.")
    gone = SideName(row.deleted_on)
    written = {DeletionPolicy.RESTORE: gone, DeletionPolicy.DELETE: gone.other}.get(choice)
    if written is not None and not place.mapping.direction.reaches(written):
        raise SetupError(
            f"{place.mapping.name} does not go to {written.title}, so nothing is {_DONE[choice]} there.",
            hint=f"Do it in {written.title} itself, or delete the coupling.",
        )
    mapping = replace(place.mapping, deletions=choice)
    with at_desk(place, RunKind.SYNCHRONIZATION, f"Deletion: {choice.value}", by.name, mapping=mapping) as desk:
        plan = desk.plan(Work.selection([row.finance_id]))
        Brake(coupled=1, lifted=True).check(mapping, plan.risky)  # the person is looking at the very record
        desk.do(plan)
    return _what_is_left(company, issue_id)


_DONE = {DeletionPolicy.RESTORE: "restored", DeletionPolicy.DELETE: "deleted"}


def retry(company: Company, issue_ids: Sequence[str] | None, *, by: Actor) -> int:
    """Try failed and waiting records again (None: all of them); return how many.

    A few are tried at once; many go along with the next run of their mapping, which is asked for."""
    by.require(Permission.SYNCHRONIZE)
    connection = connections.connection_of(company)
    chosen = _chosen(connection.pk, issue_ids)
    for name in dict.fromkeys(row.mapping.name for row in chosen):
        own = [row for row in chosen if row.mapping.name == name]
        for model in (CouplingRow, LooseRow):
            keys = [row.pk for row in own if isinstance(row, model)]
            model.objects.filter(pk__in=keys, state=RowState.FAILED.value).update(retry="next run")
        if len(own) > AT_ONCE:
            request_sync(company, name, by=by)
        else:
            _try_now(Place.of(company, name), own, by.name)
    return len(chosen)


def _chosen(connection_id: int, issue_ids: Sequence[str] | None) -> list[CouplingRow | LooseRow]:
    states = (RowState.FAILED.value, RowState.WAITING.value)
    couplings = CouplingRow.objects.exclude(state="in sync")
    loose = LooseRow.objects.all()
    if issue_ids is not None:
        wanted = [_parse(issue_id) for issue_id in issue_ids]
        couplings = couplings.filter(pk__in=[key for kind, key in wanted if kind == "c"])
        loose = loose.filter(pk__in=[key for kind, key in wanted if kind == "l"])
    rows: list[CouplingRow | LooseRow] = []
    for found in (couplings, loose):
        rows += found.filter(mapping__connection=connection_id, state__in=states).select_related("mapping")
    return rows


def _try_now(place: Place, rows: Sequence[CouplingRow | LooseRow], by: str) -> None:
    pairs = [(row.finance_id, row.sales_id) if isinstance(row, CouplingRow) else _loose_ids(row) for row in rows]
    finance_ids = [finance for finance, _ in pairs if finance]
    sales_ids = [sales for finance, sales in pairs if not finance]
    with at_desk(place, RunKind.SYNCHRONIZATION, "Retry", by) as desk:
        desk.see_through(Work.selection(finance_ids, sales_ids))


def _coupling_issue(company: Company, issue_id: str) -> tuple[CouplingRow, Place]:
    kind, key = _parse(issue_id)
    rows = CouplingRow.objects.filter(pk=key, mapping__connection__company=company).select_related("mapping")
    row = rows.first() if kind == "c" else None
    if row is None:
        raise SetupError(
            f"There is no coupling with the issue {issue_id}.", hint="It may be settled already; load the list again."
        )
    return row, Place.of(company, row.mapping.name)


def _parse(issue_id: str) -> tuple[str, int]:
    kind, digits = issue_id[:1], issue_id[1:]
    if kind not in ("c", "l") or not digits.isascii() or not digits.isdigit():
        raise SetupError(f"{issue_id!r} is no issue.", hint="Take the id from the list of issues, such as c12.")
    return kind, int(digits)


def _what_is_left(company: Company, issue_id: str) -> Issue | None:
    _, key = _parse(issue_id)
    states = [state.value for state in OPEN_STATES]
    rows = CouplingRow.objects.filter(pk=key, state__in=states).select_related("mapping", "waits_mapping")
    return next(iter(_described(company, list(rows))), None)


def counts_by_state(company: Company) -> Mapping[str, int]:
    """Return how many issues there are in each state: what a cue on Home shows."""
    connection = connections.connection_of(company)
    settings = MappingSettings.objects.filter(connection=connection)
    return {
        state.value: _open(CouplingRow.objects.exclude(state="in sync"), settings, state.value, "").count()
        + _open(LooseRow.objects.all(), settings, state.value, "").count()
        for state in OPEN_STATES
    }
