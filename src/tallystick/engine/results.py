"""Carry out the writes of a page, and work out from each answer what is to be remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tallystick.engine.decide import survivor, waiting
from tallystick.engine.errors import RecordExists, RecordGone, Retry, StaleRecord, TallyError
from tallystick.engine.match import Sides
from tallystick.engine.merge import Merged
from tallystick.engine.model import (
    FINANCE,
    IN_SYNC,
    SALES,
    Coupling,
    Fields,
    Half,
    Loose,
    Record,
    RowState,
    SideName,
    Standing,
    Value,
)
from tallystick.engine.plan import (
    Action,
    Create,
    Forget,
    Keep,
    Leave,
    Pair,
    Remove,
    Uncouple,
    Update,
    writes_of,
)
from tallystick.engine.ports import Done, HistoryEntry, Outcome, Result, Write, Written
from tallystick.engine.translate import Row, Rows

Answers = Mapping[SideName, Written]

_OUTCOMES = {
    RowState.IN_SYNC: Outcome.UNCHANGED,
    RowState.EXCLUDED: Outcome.EXCLUDED,
    RowState.WAITING: Outcome.WAITING,
    RowState.CONFLICT: Outcome.CONFLICT,
    RowState.FAILED: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class Redo:
    """A pair to read and decide again: a coupling that moved meanwhile, or a creation that is already there."""

    coupling: Coupling | None = None
    create: Create | None = None


def carry_out(
    actions: Sequence[Action], rows: Rows, sides: Sides, *, last: bool = False
) -> tuple[list[Result], list[Redo]]:
    """Write what the actions ask for, side by side, and return results and what must be done again.

    At the `last` attempt nothing is done again: what still moves is remembered as failed and taken up by the next run."""
    answers = _write(actions, rows, sides)
    results: list[Result] = []
    redo: list[Redo] = []
    for number, action in enumerate(actions):
        result, again = _result(action, rows, answers.get(number, {}), last=last)
        if result is not None:
            results.append(result)
        if again is not None:
            redo.append(again)
    return results, redo


def _write(actions: Sequence[Action], rows: Rows, sides: Sides) -> dict[int, dict[SideName, Written]]:
    answers: dict[int, dict[SideName, Written]] = {}
    wanted: dict[SideName, list[tuple[int, Write]]] = {FINANCE: [], SALES: []}
    for number, action in enumerate(actions):
        for side, write in writes_of(action):
            wanted[side].append((number, write))
    for side, writes in wanted.items():
        if writes:
            told = sides[side].write(rows.mapping, [write for _, write in writes])
            for (number, _), answer in zip(writes, told, strict=True):
                answers.setdefault(number, {})[side] = answer
    return answers


def _result(action: Action, rows: Rows, answers: Answers, *, last: bool) -> tuple[Result | None, Redo | None]:
    match action:
        case Create():
            return _created(action, rows, answers[action.on], last=last)
        case Keep():
            return _kept(action), None
        case Leave(pair=pair, loose=loose):
            return _left(pair, loose), None
        case Forget(side=side, id=record_id):
            return Result(Outcome.UNCHANGED, forget=((side, record_id),)), None
        case Uncouple():
            return _uncoupled(action), None
        case Remove():
            return _removed(action, answers[action.on], last=last)
        case Update():
            return _updated(action, rows, answers, last=last)


def _kept(action: Keep) -> Result:
    new = action.pair.coupling is None
    coupling = action.coupling or action.pair.coupling
    state = coupling.standing.state if coupling is not None else RowState.IN_SYNC
    outcome = Outcome.APPLIED if new and state is RowState.IN_SYNC else _OUTCOMES[state]
    return Result(outcome, action.pair.label, action.coupling, history=action.history)


def _left(pair: Pair, loose: Loose, error: TallyError | None = None) -> Result:
    outcome = _OUTCOMES[loose.standing.state]
    if pair.loose == loose and error is None:  # an error is told with its record, though nothing new is to remember
        return Result(outcome, pair.label)
    return Result(outcome, pair.label, loose=(loose,), error=error)


def _uncoupled(action: Uncouple) -> Result:
    pair, coupling = action.pair, action.pair.coupling
    assert coupling is not None  # noqa: S101  # only coupled pairs are uncoupled
    left = tuple(
        survivor(record, side, f"Its counterpart was {action.why}.")
        for side in (FINANCE, SALES)
        if (record := pair.record(side)) is not None
    )
    entry = HistoryEntry("uncoupled", SALES, coupling.finance.id, coupling.sales.id, {}, {}, action.why, pair.label)
    return Result(Outcome.APPLIED, pair.label, uncouple=coupling, loose=left, history=(entry,))


def _removed(action: Remove, answer: Written, *, last: bool) -> tuple[Result | None, Redo | None]:
    pair, coupling, on = action.pair, action.pair.coupling, action.on
    record = pair.record(on)
    assert coupling is not None and record is not None  # noqa: S101, PT018  # what is removed is coupled and there
    if isinstance(answer, Done | RecordGone):
        entry = HistoryEntry(
            "deleted", on, coupling.finance.id, coupling.sales.id, record.fields, {}, action.why, pair.label
        )
        return Result(Outcome.APPLIED, pair.label, uncouple=coupling, history=(entry,), written_on=(on,)), None
    if isinstance(answer, StaleRecord) and not last:
        return None, Redo(coupling)
    return _coupling_failed(pair, coupling, answer), None


def _coupling_failed(pair: Pair, coupling: Coupling, error: TallyError) -> Result:
    kept = replace(coupling, standing=failed(error))
    return Result(Outcome.FAILED, pair.label, kept, error=error)


def failed(error: TallyError) -> Standing:
    """Where a row stands after an error of its own; what may pass by itself is tried again in the next run."""
    retry = Retry.AFTER_FIX if error.retry in (Retry.AFTER_FIX, Retry.NEVER) else Retry.NEXT_RUN
    return Standing(RowState.FAILED, f"{error.what} {error.hint}".strip(), retry=retry)


def _created(action: Create, rows: Rows, answer: Written, *, last: bool) -> tuple[Result | None, Redo | None]:
    pair, on = action.pair, action.on
    if isinstance(answer, Done):
        return _coupled_with_new(action, rows, answer), None
    if isinstance(answer, RecordExists) and not last:
        return None, Redo(create=action)
    if pair.coupling is not None:
        return _coupling_failed(pair, pair.coupling, answer), None
    record = pair.record(on.other)
    assert record is not None  # noqa: S101  # a creation copies a record
    return _left(pair, Loose(on.other, record, failed(answer), eligible=True), answer), None


def _coupled_with_new(action: Create, rows: Rows, answer: Done) -> Result:
    pair, on = action.pair, action.on
    origin = pair.record(on.other)
    assert origin is not None  # noqa: S101  # a creation copies a record
    unsettled = frozenset(field for field, _ in action.waits)
    back = answer.record
    made = back.fields if back is not None else _as_sent(action, rows)
    halves = {
        on.other: Half(origin.id, origin.version, _blanked(origin.fields, rows, unsettled, on.other)),
        on: Half(answer.id, back.version if back is not None else None, _blanked(made, rows, unsettled, on)),
    }
    standing = waiting(*action.waits[0]) if action.waits else IN_SYNC
    coupling = Coupling(halves[FINANCE], halves[SALES], standing, unsettled)
    history: tuple[HistoryEntry, ...] = ()
    if action.replaces is not None:
        history = (
            HistoryEntry("created", on, coupling.finance.id, coupling.sales.id, {}, made, action.why, pair.label),
        )
    return Result(
        Outcome.APPLIED,
        pair.label,
        coupling,
        uncouple=action.replaces,
        history=history,
        created_on=on,
        written_on=(on,),
    )


def _as_sent(action: Create, rows: Rows) -> Fields:
    """A base holds every field that was compared, blank ones too: a name that is missing was never agreed on."""
    blanks = rows.blanks[action.on]
    base: dict[str, Value] = {**blanks, **action.fields}
    for constant in rows.mapping.constants:
        if constant.side is action.on and constant.field not in blanks:
            base.pop(constant.field, None)
    return base


def _blanked(fields: Fields, rows: Rows, unsettled: frozenset[str], side: SideName) -> Fields:
    """A field that waits was agreed on as blank, so that the value it waits with counts as an edit later."""
    if not unsettled:
        return fields
    return {**fields, **{row.name_on(side): None for row in rows.rows if row.finance in unsettled}}


def _updated(action: Update, rows: Rows, answers: Answers, *, last: bool) -> tuple[Result | None, Redo | None]:
    """Move the bases of the fields that were written; those of a write that was not done keep their old ones."""
    pair = action.pair
    errors = {side: answer for side, answer in answers.items() if not isinstance(answer, Done)}
    coupling = _agreed(action, rows, answers, frozenset(errors))
    done = tuple(side for side, answer in answers.items() if isinstance(answer, Done))
    history = tuple(_entry(action, side, answers[side]) for side in done)
    moved = [error for error in errors.values() if isinstance(error, StaleRecord | RecordGone)]
    if moved and not last:
        # Whatever was done is told now; the rest is decided again on top of it.
        told = Result(Outcome.APPLIED, pair.label, coupling, history=history, written_on=done) if done else None
        return told, Redo(coupling)
    if errors:
        error = next(iter(errors.values()))
        kept = replace(coupling, standing=failed(error))
        return Result(Outcome.FAILED, pair.label, kept, history=history, written_on=done, error=error), None
    outcome = Outcome.APPLIED if coupling.standing.state is RowState.IN_SYNC else _OUTCOMES[coupling.standing.state]
    return Result(outcome, pair.label, coupling, history=history, written_on=done), None


def _agreed(action: Update, rows: Rows, answers: Answers, refused: frozenset[SideName]) -> Coupling:
    pair, merged = action.pair, action.merged
    old = pair.coupling
    undone = {row.finance for row, side in merged.taken if side in refused}
    unsettled = merged.unsettled | undone
    halves = {}
    for side in (FINANCE, SALES):
        record = pair.record(side)
        assert record is not None  # noqa: S101  # both halves of an update are there
        base = dict(merged.bases[side])
        version: str | None = record.version
        if (answer := answers.get(side)) is not None and isinstance(answer, Done):
            version = _read_back(answer.record, base, merged, side)
        _put_back(
            base, old.half(side).base if old is not None else {}, [r for r in rows.rows if r.finance in undone], side
        )
        halves[side] = Half(record.id, version, base)
    decisions = old.decisions if old is not None and (merged.conflicts or undone) else {}
    return Coupling(halves[FINANCE], halves[SALES], action.standing, unsettled, decisions)


def _read_back(back: Record | None, base: dict[str, Value], merged: Merged, side: SideName) -> str | None:
    """Put what the side holds after our write into the base; return the version at which that is the whole truth.

    A field that we did not write and that changed all the same (a rule of that system) leaves the version open, so that
    the feed's next word on the record is looked at."""
    if back is None:
        return None
    written = merged.writes[side]
    base.update({name: back.fields.get(name) for name in written})
    others_moved = any(back.fields[name] != value for name, value in base.items() if name in back.fields)
    return None if others_moved else back.version


def _put_back(base: dict[str, Value], old: Fields, rows: Sequence[Row], side: SideName) -> None:
    for row in rows:
        name = row.name_on(side)
        if name in old:
            base[name] = old[name]
        else:
            base.pop(name, None)


def _entry(action: Update, side: SideName, answer: Written) -> HistoryEntry:
    pair = action.pair
    record = pair.record(side)
    assert record is not None  # noqa: S101  # both halves of an update are there
    assert pair.finance is not None and pair.sales is not None  # noqa: S101, PT018
    wrote = action.merged.writes[side]
    back = answer.record if isinstance(answer, Done) else None
    after = {name: back.fields.get(name) for name in wrote} if back is not None else dict(wrote)
    before = {name: record.fields.get(name) for name in wrote}
    return HistoryEntry("updated", side, pair.finance.id, pair.sales.id, before, after, action.why[side], pair.label)
