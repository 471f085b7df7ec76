"""Coupling and uncoupling: one record with a chosen counterpart, several by creating what is missing, many by matching."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tallystick.dataverse import Candidate
from tallystick.engine import (
    FINANCE,
    SALES,
    Coupling,
    FieldMapping,
    Half,
    HistoryEntry,
    Loose,
    Outcome,
    Reach,
    Record,
    RecordGone,
    RecordRefused,
    Result,
    RowState,
    SetupError,
    SideName,
    Standing,
    TableMapping,
    Value,
)
from tallystick.engine.plan import Pair
from tallystick.engine.translate import make_ready
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, Permission
from tallystick.integration import connections
from tallystick.integration.models import CouplingRow, Run, RunKind
from tallystick.integration.operations.desk import Desk, Place, at_desk, sales_was_read
from tallystick.integration.operations.naming import Names, field_label
from tallystick.integration.operations.requests import (
    Request,
    adapted,
    as_they_are,
    by_winner,
    coupled_entry,
    works_of,
)
from tallystick.integration.operations.selection import apart_keys, prepare_selection
from tallystick.integration.stores.rows import LABEL_LENGTH

AT_ONCE = 200  # so many records are done while the person waits; more are for a worker


@dataclass(frozen=True, slots=True)
class CouplingView:
    """A coupling as the page of a record shows it. `sales_url` opens the other half."""

    mapping: str
    finance_id: str
    sales_id: str
    sales_label: str
    sales_url: str
    state: str
    why: str
    coupled_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CouplingMark:
    """What a list shows of a record's coupling."""

    state: str
    sales_id: str
    why: str


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One field of two records side by side, in words. `equal`: each is what the other would become on its side."""

    field: str
    label: str
    sales_field: str
    direction: str
    finance: str
    sales: str
    equal: bool


def coupling_of(company: Company, mapping: str, finance_id: str) -> CouplingView | None:
    """Return the coupling of a finance record, or None."""
    place = Place.of(company, mapping)
    row = CouplingRow.objects.filter(mapping=place.settings, finance_id=finance_id).first()
    if row is None:
        return None
    return CouplingView(
        mapping=place.mapping.name,
        finance_id=row.finance_id,
        sales_id=row.sales_id,
        sales_label=f"{place.mapping.label(SALES)} {row.label}".strip(),
        sales_url=connections.client(place.connection).row_url(place.mapping.sales, row.sales_id),
        state=row.state,
        why=row.why,
        coupled_at=row.created_at,
        updated_at=row.updated_at,
    )


def coupling_marks(company: Company, mapping: str, finance_ids: Sequence[str]) -> Mapping[str, CouplingMark]:
    """Return the marks of these finance records, by id; those without coupling are left out. One query for all."""
    place = Place.of(company, mapping)
    rows = CouplingRow.objects.filter(mapping=place.settings, finance_id__in=list(finance_ids))
    return {
        finance_id: CouplingMark(state, sales_id, why)
        for finance_id, state, sales_id, why in rows.values_list("finance_id", "state", "sales_id", "why")
    }


def search_sales(company: Company, mapping: str, text: str, limit: int = 20) -> list[Candidate]:
    """Return rows of Dynamics CRM to couple with: those whose name, e-mail or city contains the text. One request."""
    place = Place.of(company, mapping)
    place.sides()  # says why not, where the connection is off
    return connections.client(place.connection).search(place.mapping.sales, text, limit)


def compare(company: Company, mapping: str, finance_id: str, sales_id: str) -> list[FieldComparison]:
    """Return the mapped fields of two records side by side."""
    place = Place.of(company, mapping)
    sides = place.sides()
    finance = _one(dict(sides[FINANCE].read(place.mapping, [finance_id])), place.mapping, FINANCE, finance_id)
    sales = _one(dict(sides[SALES].read(place.mapping, [sales_id])), place.mapping, SALES, sales_id)
    fields = list(place.mapping.enabled_fields())
    names = Names(place).learn(_values(fields, finance, sales))
    ready = make_ready(place.mapping, {side: sides[side].shapes(place.mapping) for side in (FINANCE, SALES)})
    return [
        FieldComparison(
            field=row.finance,
            label=field_label(place.mapping, row.finance),
            sales_field=row.sales,
            direction=row.field.direction.value,
            finance=(left := names.show(row.field, FINANCE, finance.fields.get(row.finance))),
            sales=(right := names.show(row.field, SALES, sales.fields.get(row.sales))),
            equal=left == right if row.field.via else row.across(finance.fields.get(row.finance), FINANCE, {}) == right,
        )
        for row in ready.rows
    ]


def _values(
    fields: Sequence[FieldMapping], finance: Record, sales: Record
) -> list[tuple[FieldMapping, SideName, Value]]:
    return [
        (row, side, record.fields.get(row.name_on(side)))
        for row in fields
        for side, record in ((FINANCE, finance), (SALES, sales))
    ]


def couple(
    company: Company, mapping: str, finance_id: str, sales_id: str, *, first: SideName | None, by: Actor
) -> CouplingView:
    """Couple two records and synchronise them at once: where both hold something else, `first` wins.

    With `first` None they are coupled as they are and nothing is written. Raises RecordRefused where either is coupled
    with another record, RecordGone where one does not exist."""
    by.require(Permission.SYNCHRONIZE)
    place = Place.of(company, mapping)
    with at_desk(place, RunKind.COUPLING, "Couple", by.name, mapping=by_winner(place.mapping, first)) as desk:
        finance = _one(desk.read(FINANCE, [finance_id]), desk.mapping, FINANCE, finance_id)
        sales = _one(desk.read(SALES, [sales_id]), desk.mapping, SALES, sales_id)
        known = _check_free(desk, finance, sales)
        pair = Pair(finance, sales)
        if not known:
            coupling = as_they_are(finance, sales) if first is None else _to_be_merged(finance, sales)
            entry = coupled_entry(pair, f"coupled by {by.name}" if by.name else "coupled by hand")
            _note_what_is_seen(desk)
            desk.remember([Result(Outcome.APPLIED, pair.label, coupling, history=(entry,))])
        if first is not None:
            desk.see_through(next(works_of(Request(finance_ids=(finance.id,)))))
    view = coupling_of(company, mapping, finance.id)
    assert view is not None  # noqa: S101  # it was stored above
    return view


def _note_what_is_seen(desk: Desk) -> None:
    """A feed that is read for the first time tells of no deletions: have it noted what that reading sees.

    So a record that is coupled before and deleted until then is found missing."""
    for side in SideName:
        if desk.store.cursor(desk.mapping.name, side) is None:
            desk.store.start_over(desk.mapping.name, side)


def _to_be_merged(finance: Record, sales: Record) -> Coupling:
    """Return a coupling without bases: a crash before the merge leaves it to the next run."""
    waits = Standing(RowState.WAITING, "just coupled, not synchronized yet")
    return Coupling(Half(finance.id, None, {}), Half(sales.id, None, {}), waits)


def _check_free(desk: Desk, finance: Record, sales: Record) -> bool:
    """Return whether the two are coupled with each other already; raise RecordRefused where one is with another."""
    for side, record, other in ((FINANCE, finance, sales), (SALES, sales, finance)):
        coupling = desk.couplings(side, [record.id]).get(record.id)
        if coupling is None:
            continue
        if coupling.half(side.other).id == other.id:
            return True
        raise RecordRefused(
            "It is coupled with another record already.",
            record=f"{desk.mapping.label(side)} {record.label}",
            hint="Delete that coupling first, then couple again.",
        )
    return False


def _one(found: Mapping[str, Record], mapping: TableMapping, side: SideName, record_id: str) -> Record:
    if record_id not in found:
        raise RecordGone(
            f"There is no {mapping.label(side)} {record_id} in {side.title}.",
            hint="It may have been deleted; look for it again.",
        )
    return found[record_id]


def create_in_sales(company: Company, mapping: str, finance_ids: Sequence[str], by: Actor) -> Run:
    """Create the counterparts of finance records in Dynamics CRM; a record that has exactly one match is coupled instead.

    A few are done at once, many by a worker; the run says what became of them."""
    return _create(company, mapping, Request(finance_ids=tuple(finance_ids)), SALES, by)


def create_in_finance(company: Company, mapping: str, sales_ids: Sequence[str], by: Actor) -> Run:
    """Create the counterparts of rows of Dynamics CRM in Financials; one that has exactly one match is coupled instead."""
    return _create(company, mapping, Request(sales_ids=tuple(sales_ids)), FINANCE, by)


def _create(company: Company, mapping: str, request: Request, on: SideName, by: Actor) -> Run:
    by.require(Permission.SYNCHRONIZE)
    place = Place.of(company, mapping)
    if not place.mapping.direction.reaches(on):
        raise SetupError(
            f"{place.mapping.name} does not go to {on.title}, so nothing can be created there.",
            hint=f"Create the {place.mapping.label(on)} in {on.title}, then couple it.",
        )
    return carry_out(place, RunKind.CREATION, request, Reach.FULL, f"Create in {on.title}", by.name)


def match_and_couple(
    company: Company,
    mapping: str,
    finance_ids: Sequence[str] | None,
    *,
    create_unmatched: bool,
    synchronize: bool,
    first: SideName | None = None,
    by: Actor,
) -> Run:
    """Couple uncoupled finance records (None: all) with the one row of Dynamics CRM whose match fields are the same.

    None or several matches couple nothing; with `create_unmatched` the counterparts of those without any are created.
    Without `synchronize` the coupled records stay as they are; with it, `first` is whose values are taken where both differ
    (None: as the mapping says). A few are done at once, many by a worker."""
    by.require(Permission.SYNCHRONIZE)
    place = Place.of(company, mapping)
    if not any(row.match for row in place.mapping.enabled_fields()):
        raise SetupError(
            f"{place.mapping.name} has no match fields.", hint="Choose the fields to match on in the field mappings."
        )
    if create_unmatched and not place.mapping.direction.reaches(SALES):
        raise SetupError(
            f"{place.mapping.name} does not go to Dynamics CRM, so no counterparts can be created there.",
            hint="Couple without creating.",
        )
    request = Request(finance_ids=tuple(finance_ids or ()), create=create_unmatched, values=synchronize, first=first)
    reach = Reach.FULL if create_unmatched else Reach.MATCH
    return carry_out(place, RunKind.COUPLING, request, reach, "Match-based coupling", by.name)


def couple_all_salespeople(company: Company, by: Actor) -> Run:
    """Couple every salesperson with the user of Dynamics CRM who has the same e-mail address."""
    return match_and_couple(company, "SALESPEOPLE", None, create_unmatched=False, synchronize=True, by=by)


def carry_out(place: Place, kind: RunKind, request: Request, reach: Reach, what: str, by: str) -> Run:
    """Do a request for a few records at once, and leave one for many, or for all, to a worker."""
    few = request.is_selection and len(request.finance_ids) + len(request.sales_ids) <= AT_ONCE
    if not few or (reach is not Reach.COUPLED and not sales_was_read(place)):
        place.sides()  # says why not, where the connection is off
        return Run.objects.create(
            connection=place.connection,
            mapping=place.settings,
            kind=kind,
            requested_by=by,
            options=request.as_options(),
        )
    with at_desk(place, kind, what, by, request=request) as desk:
        work_on_selection(desk, request, reach)
    return desk.run


def work_on_selection(desk: Desk, request: Request, reach: Reach) -> None:
    """Bring chosen records into agreement; beyond reach COUPLED those without counterpart are matched, or created, too."""
    prepare_selection(desk.run, desk.mapping, desk.sides, desk.store, reach)
    for work in works_of(request):
        desk.do(adapted(desk.run, desk.plan(work, reach)))


def uncouple(company: Company, mapping: str, finance_ids: Sequence[str] | None, by: Actor) -> int:
    """Delete the couplings of finance records (None: all of the mapping); return how many there were.

    Both records stay as they are, and are not coupled or created again until a person asks for it."""
    by.require(Permission.SYNCHRONIZE)
    place = Place.of(company, mapping)
    count = 0
    with at_desk(place, RunKind.UNCOUPLING, "Delete couplings", by.name, needs_sides=False) as desk:
        for chunk in _chunks(place, finance_ids):
            couplings = desk.couplings(FINANCE, chunk)
            labels = dict(
                CouplingRow.objects.filter(mapping=place.settings, finance_id__in=list(couplings)).values_list(
                    "finance_id", "label"
                )
            )
            desk.remember([_uncoupled(desk, couplings[id_], labels.get(id_, ""), by.name) for id_ in couplings])
            count += len(couplings)
    return count


def _chunks(place: Place, finance_ids: Sequence[str] | None) -> Sequence[Sequence[str]]:
    if finance_ids is None:
        rows = CouplingRow.objects.filter(mapping=place.settings).order_by("id")
        finance_ids = list(rows.values_list("finance_id", flat=True))
    return [finance_ids[start : start + 1000] for start in range(0, len(finance_ids), 1000)]


def _uncoupled(desk: Desk, coupling: Coupling, label: str, by: str) -> Result:
    why = f"The coupling was deleted by {by}." if by else "The coupling was deleted."
    entry = HistoryEntry("uncoupled", SALES, coupling.finance.id, coupling.sales.id, {}, {}, why, label)
    loose = tuple(
        _left_out(desk.mapping, side, coupling.half(side), label, why)
        for side in (FINANCE, SALES)
        if coupling.standing.deleted_on is not side
    )
    return Result(Outcome.APPLIED, label, uncouple=coupling, loose=loose, history=(entry,))


def _left_out(mapping: TableMapping, side: SideName, half: Half, label: str, why: str) -> Loose:
    """Return the row of a record whose coupling was deleted. It takes part in nothing until a person asks again."""
    record = Record(half.id, half.version or "", {}, label=label[:LABEL_LENGTH])
    standing = Standing(RowState.EXCLUDED, why, deleted_on=side.other)
    return Loose(side, record, standing, eligible=False, keys=apart_keys(mapping, side, half.base))
