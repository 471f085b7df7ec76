"""One pair → one action. This is the whole policy; start reading here."""

from dataclasses import dataclass, replace
from enum import Enum

from tallystick.engine.identity import counterpart_id
from tallystick.engine.mapping import DeletionPolicy
from tallystick.engine.match import kept_keys
from tallystick.engine.merge import Merged, Rules, merge_records
from tallystick.engine.model import (
    FINANCE,
    IN_SYNC,
    SALES,
    Coupling,
    Half,
    Loose,
    Record,
    RowState,
    SideName,
    Standing,
    Target,
    Value,
)
from tallystick.engine.plan import Action, Create, Keep, Leave, Pair, Remove, Uncouple, Update
from tallystick.engine.ports import HistoryEntry
from tallystick.engine.translate import UNCOUPLED, References, Rows

NOT_COUPLED = "not coupled"


class State(Enum):
    """A side of a pair since the halves last agreed."""

    NEVER = "never"
    PRESENT = "present"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a decision may look at besides the pair: the ready rows and which references are coupled."""

    rows: Rows
    references: References


def state_of(pair: Pair, side: SideName) -> State:
    if side in pair.gone:
        return State.GONE
    return State.NEVER if pair.record(side) is None else State.PRESENT


def decide(pair: Pair, sight: Sight) -> Action:
    """Decide a pair that is coupled, or that a match has brought together."""
    match state_of(pair, FINANCE), state_of(pair, SALES):
        case State.GONE, State.GONE:
            return Uncouple(pair, why="deleted on both sides")
        case State.GONE, _:
            return follow_deletion(pair, sight, gone_on=FINANCE)
        case _, State.GONE:
            return follow_deletion(pair, sight, gone_on=SALES)
        case State.PRESENT, State.PRESENT:
            return _exclude(pair, sight) or merge(pair, sight)
        case State.PRESENT, State.NEVER:
            return create(pair, sight, on=SALES, why="new in Financials")
        case _:
            return create(pair, sight, on=FINANCE, why="new in Dynamics CRM")


def follow_deletion(pair: Pair, sight: Sight, *, gone_on: SideName) -> Action:
    """Decide what becomes of the half whose counterpart was deleted."""
    mapping = sight.rows.mapping
    survivor = gone_on.other
    match mapping.deletions:
        case DeletionPolicy.UNCOUPLE:
            return Uncouple(pair, why=f"deleted in {gone_on.title}")
        case DeletionPolicy.DELETE if mapping.direction.reaches(survivor):
            return Remove(pair, on=survivor, why=f"deleted in {gone_on.title}")
        case DeletionPolicy.RESTORE if mapping.direction.reaches(gone_on):
            return create(pair, sight, on=gone_on, why=f"deleted in {gone_on.title}, restored")
        case _:
            why = f"The {mapping.label(gone_on)} was deleted in {gone_on.title}."
            return _keep(pair, Standing(RowState.CONFLICT, why, deleted_on=gone_on))


def _exclude(pair: Pair, sight: Sight) -> Action | None:
    """Leave a coupled pair alone while a filter excludes either half; its bases wait as they are."""
    for side in (FINANCE, SALES):
        record = pair.record(side)
        rule = sight.rows.mapping.excluded_by(side, record.fields) if record is not None else None
        if rule is not None:
            return _keep(pair, Standing(RowState.EXCLUDED, rule))
    return None


def _keep(pair: Pair, standing: Standing) -> Keep:
    """Write nothing and remember only where the pair stands; a pair just brought together is coupled without a base."""
    coupling = pair.coupling or _without_base(pair)
    unchanged = pair.coupling is not None and coupling.standing == standing
    return Keep(pair, None if unchanged else replace(coupling, standing=standing), why=standing.why)


def _without_base(pair: Pair) -> Coupling:
    assert pair.finance is not None and pair.sales is not None  # noqa: S101, PT018  # only pairs of two come here
    return Coupling(Half(pair.finance.id, None, {}), Half(pair.sales.id, None, {}))


def merge(pair: Pair, sight: Sight) -> Action:
    """Bring two records into agreement: an Update, or a Keep where nothing has to be written."""
    finance, sales = pair.finance, pair.sales
    assert finance is not None and sales is not None  # noqa: S101, PT018  # decide() saw both present
    mapping = sight.rows.mapping
    coupling = pair.coupling or _without_base(pair)
    first = None if pair.adopted else mapping.first
    rules = Rules.of(mapping, coupling, finance, sales, first=first)
    merged = merge_records(sight.rows, coupling, finance, sales, sight.references, rules)
    standing = _standing(merged, sight)
    if merged.taken:
        return Update(pair, merged, standing, _why(pair, merged))
    after = Coupling(
        finance=Half(finance.id, finance.version, merged.bases[FINANCE]),
        sales=Half(sales.id, sales.version, merged.bases[SALES]),
        standing=standing,
        unsettled=merged.unsettled,
        decisions=coupling.decisions if merged.conflicts else {},
    )
    history = (_coupled(pair),) if pair.coupling is None else ()
    return Keep(pair, None if after == pair.coupling else after, history=history, why=standing.why)


def _coupled(pair: Pair) -> HistoryEntry:
    assert pair.finance is not None and pair.sales is not None  # noqa: S101, PT018
    return HistoryEntry(
        "coupled", SALES, pair.finance.id, pair.sales.id, {}, {}, "their match fields agree", pair.label
    )


def _standing(merged: Merged, sight: Sight) -> Standing:
    if merged.conflicts:
        names = ", ".join(conflict.field for conflict in merged.conflicts)
        return Standing(RowState.CONFLICT, f"Both sides changed {names}.", conflicts=merged.conflicts)
    if merged.waits:
        return waiting(*merged.waits[0])
    return IN_SYNC


def waiting(field: str, target: Target) -> Standing:
    """Where a row stands whose `field` refers to a record that has no counterpart yet."""
    return Standing(
        RowState.WAITING, f"{field} refers to a record of {target.mapping} that is not coupled yet.", waits_for=target
    )


def _why(pair: Pair, merged: Merged) -> dict[SideName, str]:
    """Say for each side that is written what comes from the other."""
    prefix = "coupled for the first time: " if pair.coupling is None else ""
    names = {
        side: sorted(row.name_on(side.other) for row, on in merged.taken if on is side) for side in (FINANCE, SALES)
    }
    return {side: f"{prefix}{', '.join(found)} from {side.other.title}" for side, found in names.items() if found}


def create(pair: Pair, sight: Sight, *, on: SideName, why: str) -> Action:
    """Create the missing counterpart on side `on`, unless it refers to a record that has none yet itself."""
    rows, source = sight.rows, on.other
    record = pair.record(source)
    assert record is not None  # noqa: S101  # the caller saw it
    held, crossings = record.fields.get, rows.onto[on]
    fields: dict[str, Value] = {
        goal: value for name, goal in crossings.as_they_are if (value := held(name)) is not None
    }
    waits: list[tuple[str, Target]] = []
    for row in crossings.others:
        value = held(row.name_on(source))
        if value is None:
            continue
        across = row.across(value, source, sight.references)
        if across is None:  # nothing of the value fits over there
            fields.pop(row.name_on(on), None)
        elif across is not UNCOUPLED:
            fields[row.name_on(on)] = across  # type: ignore[assignment]  # MISSING never comes out of across
        elif row.field.clear_if_uncoupled:
            waits.append((row.finance, row.target(value, source)))
        else:
            return _wait(pair, sight, waiting(row.finance, row.target(value, source)))
    for constant in rows.mapping.constants:
        if constant.side is on and constant.value is not None:
            fields[constant.field] = constant.value
    replaces = pair.coupling
    old_id = replaces.half(on).id if replaces else ""
    new_id = counterpart_id(rows.mapping.namespace, on, record.id, old_id)
    return Create(pair, on, new_id, fields, tuple(waits), why, replaces)


def _wait(pair: Pair, sight: Sight, standing: Standing) -> Action:
    if pair.coupling is not None:
        return _keep(pair, standing)
    side = pair.only_side()
    return Leave(pair, loose_of(pair, side, sight, standing, eligible=True))


def loose_of(pair: Pair, side: SideName, sight: Sight, standing: Standing, *, eligible: bool) -> Loose:
    """Return the row that remembers a record without counterpart."""
    record = pair.record(side)
    assert record is not None  # noqa: S101  # the caller names the side that holds it
    keys = kept_keys(sight.rows.mapping, sight.rows.groups[side], side, record, eligible=eligible)
    return Loose(side, record if eligible else record.without_values(), standing, eligible, keys)


def leave_alone(pair: Pair, sight: Sight, why: str = NOT_COUPLED, *, eligible: bool = True) -> Leave:
    """Leave an uncoupled record as it is."""
    side = pair.only_side()
    standing = Standing(RowState.EXCLUDED, why)
    return Leave(pair, loose_of(pair, side, sight, standing, eligible=eligible))


def survivor(record: Record, side: SideName, why: str) -> Loose:
    """Return the row for a record whose counterpart was deleted: it gets no new one until a person says so."""
    standing = Standing(RowState.EXCLUDED, why, deleted_on=side.other)
    return Loose(side, record.without_values(), standing, eligible=False)
