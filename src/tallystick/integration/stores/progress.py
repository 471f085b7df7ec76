"""What a run adds up: counters, errors and the heartbeat, in the transaction that stores the results."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable

from tallystick.engine import FINANCE, SALES, Outcome, Result, RowState, SideName
from tallystick.integration.models import Run, RunError

COUNTED = {
    Outcome.UNCHANGED: "unchanged",
    Outcome.EXCLUDED: "excluded",
    Outcome.WAITING: "waiting",
    Outcome.CONFLICT: "conflicts",
    Outcome.FAILED: "failed",
}
# A row in one of these is counted where it stands in the end, once in a run, however often the run looks at it.
STANDING = {
    RowState.EXCLUDED: "excluded",
    RowState.WAITING: "waiting",
    RowState.CONFLICT: "conflicts",
    RowState.FAILED: "failed",
}
DIRECTION = {SALES: "to", FINANCE: "from"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one row stands: a coupling, or the loose record of `side`."""

    state: RowState
    side: SideName | None = None

    def counters(self) -> tuple[str, ...]:
        """Return the counters of a run in which the row is counted."""
        counted = (STANDING[self.state],) if self.state in STANDING else ()
        if self.state is not RowState.FAILED:
            return counted
        written = (FINANCE, SALES) if self.side is None else (self.side.other,)
        return (*counted, *(f"{DIRECTION[side]}_failed" for side in written))


def counters_of(results: Iterable[Result]) -> Counter[str]:
    """Return by how much each counter of a run rises."""
    counters: Counter[str] = Counter()
    plain: Counter[SideName] = Counter()
    for result in results:
        if result.created_on is not None and _is_plain(result):  # what nearly every result of a first load is
            plain[result.created_on] += 1
            continue
        counters["done"] += 1
        counters.update(_standing_counters(result))
        if result.uncouple is not None and result.coupling is None:
            counters["uncoupled"] += 1
        if result.created_on is not None:
            counters[f"{DIRECTION[result.created_on]}_inserted"] += 1
        for side in result.written_on:
            if side is not result.created_on:
                counters[f"{DIRECTION[side]}_{'deleted' if _deleted(result, side) else 'modified'}"] += 1
    for side, count in plain.items():
        counters.update({"done": count, f"{DIRECTION[side]}_inserted": count})
    return counters


def _is_plain(result: Result) -> bool:
    """Whether a creation did nothing but couple a record with its new counterpart, in sync."""
    coupling = result.coupling
    return (
        coupling is not None
        and coupling.standing.state is RowState.IN_SYNC
        and result.outcome is Outcome.APPLIED
        and result.uncouple is None
        and not result.loose
        and len(result.written_on) == 1
    )


def _standing_counters(result: Result) -> list[str]:
    """Return the counters of the rows a result stores; of its outcome, where none of them needs attention."""
    rows = [Standing(loose.standing.state, loose.side) for loose in result.loose]
    if result.coupling is not None:
        rows.append(Standing(result.coupling.standing.state))
    counted = [name for row in rows for name in row.counters()]
    if counted:
        return counted
    counted = [COUNTED[result.outcome]] if result.outcome in COUNTED else []
    if result.outcome is Outcome.FAILED:
        counted += [f"{DIRECTION[side]}_failed" for side in failed_on(result)]
    return counted


def failed_on(result: Result) -> tuple[SideName, ...]:
    """Return where a failed result was to be written: beside its own side for a loose record, else on either."""
    sides = {loose.side.other for loose in result.loose}
    return tuple(sides) if len(sides) == 1 else (FINANCE, SALES)


def add_to_run(
    run_id: int, results: Sequence[Result], at: datetime, *, coupled: int, before: Sequence[Standing]
) -> None:
    """Raise the run's counters and note its errors. A handful of statements.

    `coupled` is how many couplings are new; `before` where the rows of these results stood that this run had counted when
    it looked at them earlier. A run tells of each row once: where it stands in the end."""
    counters = counters_of(results)
    counters["coupled"] += coupled
    counters.subtract(name for row in before for name in row.counters())
    if any(row.state is RowState.FAILED for row in before):
        _forget_errors(run_id, results)
    changes: dict[str, Combinable] = {name: F(name) + count for name, count in counters.items() if count}
    Run.objects.filter(pk=run_id).update(heartbeat_at=Value(at), **changes)
    RunError.objects.bulk_create(_error(run_id, result, at) for result in results if result.error is not None)


def _forget_errors(run_id: int, results: Sequence[Result]) -> None:
    """Forget what this run told of these records when it looked at them before."""
    ids = [_ids(result) for result in results]
    on = {side: [found[side] for found in ids if found.get(side)] for side in DIRECTION}
    same = Q(finance_id__in=on[FINANCE]) | Q(sales_id__in=on[SALES])
    RunError.objects.filter(same, run=run_id).delete()


def _error(run_id: int, result: Result, at: datetime) -> RunError:
    error = result.error
    assert error is not None  # noqa: S101  # the caller picked those with one
    sides = failed_on(result)
    ids = _ids(result)
    return RunError(
        run_id=run_id,
        side=sides[0].value if len(sides) == 1 else "",
        record=(error.record or result.label)[:400],
        finance_id=ids.get(FINANCE, ""),
        sales_id=ids.get(SALES, ""),
        message=error.what,
        hint=error.hint,
        retry=error.retry.value,
        at=at,
    )


def _ids(result: Result) -> dict[SideName, str]:
    if result.coupling is not None:
        return {FINANCE: result.coupling.finance.id, SALES: result.coupling.sales.id}
    return {loose.side: loose.record.id for loose in result.loose}


def _deleted(result: Result, side: SideName) -> bool:
    return any(entry.kind == "deleted" and entry.side is side for entry in result.history)
