"""The core step: bring one page of one mapping into agreement. The one engine file that calls the ports.

`plan_page` reads and decides, `apply` writes, `commit` remembers. A caller repeats while the plan names a `next`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tallystick.engine.decide import (
    Sight,
    create,
    decide,
    leave_alone,
    loose_of,
    survivor,
)
from tallystick.engine.identity import counterpart_id
from tallystick.engine.mapping import TableMapping
from tallystick.engine.match import (
    Matches,
    Pairs,
    Sides,
    adopt,
    find_matches,
    pair_feed,
    pair_known,
    pair_loose,
    was_born_of,
)
from tallystick.engine.model import FINANCE, SALES, Loose, Record, RowState, SideName, Standing
from tallystick.engine.plan import Action, Brake, Create, Forget, Leave, Pair, Plan, Work
from tallystick.engine.ports import CouplingStore, Outcome, Reach, Result
from tallystick.engine.results import Redo, carry_out
from tallystick.engine.translate import References, Rows, make_ready

PAGE = 1000
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class PageResult:
    """What became of one page. `brake` goes into the next page's call, as does `next`; None means nothing is left."""

    results: tuple[Result, ...]
    unchanged: int
    brake: Brake
    next: Work | None

    def count(self, outcome: Outcome) -> int:
        own = sum(result.outcome is outcome for result in self.results)
        return own + (self.unchanged if outcome is Outcome.UNCHANGED else 0)


def sync_page(
    mapping: TableMapping, sides: Sides, store: CouplingStore, work: Work, *, reach: Reach, brake: Brake, now: datetime
) -> PageResult:
    """Bring one page of work into agreement; the caller repeats with `next`.

    Safe to repeat after a crash at any line: what was written but not remembered is found again, already equal. Raises
    CursorExpired (start the side over), UnsafePlan (a person must say yes), or what a side raises for the whole request."""
    plan = plan_page(mapping, sides, store, work, reach=reach)
    spent = brake.check(mapping, plan.risky)
    results = apply(plan, sides, store)
    commit(plan, results, store, at=now)
    return PageResult(tuple(results), plan.unchanged, spent, plan.next)


def plan_page(mapping: TableMapping, sides: Sides, store: CouplingStore, work: Work, *, reach: Reach) -> Plan:
    """Read one page of work and decide every pair of it. Writes nothing, remembers nothing."""
    rows = make_ready(mapping, {side: sides[side].shapes(mapping) for side in (FINANCE, SALES)})
    match work.kind:
        case "feed":
            return _plan_feed(rows, sides, store, work, reach)
        case "sweep":
            return _plan_sweep(rows, sides, store, work, reach)
        case "selection":
            revisit = store.selected(mapping.name, work.finance_ids, work.sales_ids)
            pairs = pair_loose(mapping, revisit.loose, sides, fresh=True)
            pairs.coupled = pair_known(mapping, revisit.couplings, sides)
            return Plan(rows, _decide_page(pairs, rows, sides, store, reach, final=True))
        case _:
            revisit = store.due(mapping.name, reach, work.after, PAGE)
            pairs = pair_loose(mapping, revisit.loose, sides, fresh=False)
            pairs.coupled = pair_known(mapping, revisit.couplings, sides)
            following = Work.revisit(revisit.after) if revisit.after is not None else None
            return Plan(rows, _decide_page(pairs, rows, sides, store, reach, final=True), next=following)


def _plan_feed(rows: Rows, sides: Sides, store: CouplingStore, work: Work, reach: Reach) -> Plan:
    mapping, side = rows.mapping, work.side
    cursor = work.cursor if work.cursor is not None else store.cursor(mapping.name, side)
    page = sides[side].changes(mapping, cursor)
    pairs = pair_feed(mapping, side, page.records, page.deleted, sides, store)
    return Plan(
        rows,
        _decide_page(pairs, rows, sides, store, reach, final=False),
        unchanged=pairs.unchanged,
        cursor=(side, page.cursor),
        seen=(side, (*(record.id for record in page.records), *page.deleted)),
        next=Work.feed(side, page.cursor) if page.more else None,
    )


def _plan_sweep(rows: Rows, sides: Sides, store: CouplingStore, work: Work, reach: Reach) -> Plan:
    """After a side was read anew: what no page mentioned is looked for once more, and is deleted if it is not there."""
    mapping, side = rows.mapping, work.side
    ids, after = store.unseen(mapping.name, side, work.after, PAGE)
    there = sides[side].read(mapping, ids) if ids else {}
    pairs = pair_feed(
        mapping, side, list(there.values()), [record_id for record_id in ids if record_id not in there], sides, store
    )
    following = Work.sweep(side, after) if after is not None else None
    return Plan(
        rows, _decide_page(pairs, rows, sides, store, reach, final=False), unchanged=pairs.unchanged, next=following
    )


def _decide_page(
    pairs: Pairs, rows: Rows, sides: Sides, store: CouplingStore, reach: Reach, *, final: bool
) -> tuple[Action, ...]:
    """Decide all pairs of a page. `final` says that both feeds have been read, so that a missing match is truly missing."""
    singles = [pair for pair in pairs.single if _takes_part(pair, rows.mapping)]
    wanted = [pair for pair in singles if _reach_for(pair, rows.mapping, reach) is not Reach.COUPLED]
    matches = find_matches(rows.mapping, wanted, sides, store)
    joined, alone = _join(rows.mapping, pairs, matches) if final else ([], pairs.single)
    decided = [*pairs.coupled, *joined]
    sight = Sight(rows, _references(rows, [*decided, *alone], store))
    return (
        *(decide(pair, sight) for pair in decided),
        *(_decide_single(pair, sight, matches, reach, final=final) for pair in alone),
        *_forget(rows.mapping, pairs.gone, sides, store),
    )


def _forget(
    mapping: TableMapping, gone: Sequence[tuple[SideName, str]], sides: Sides, store: CouplingStore
) -> Iterator[Action]:
    """Forget records that were deleted; a counterpart that a killed run had created for one stays, and stays alone."""
    for side in (FINANCE, SALES):
        settled = [
            counterpart_id(mapping.namespace, side.other, record_id) for where, record_id in gone if where is side
        ]
        born = sides[side.other].read(mapping, settled) if settled else {}
        coupled = store.couplings(mapping.name, side.other, list(born)) if born else {}
        for record in born.values():
            if record.id not in coupled:
                why = f"Its counterpart was deleted in {side.title}."
                yield Leave(Pair(None, None), survivor(record, side.other, why))
    for side, record_id in gone:
        yield Forget(Pair(None, None), side, record_id)


def _takes_part(pair: Pair, mapping: TableMapping) -> bool:
    side = pair.only_side()
    record = pair.record(side)
    deleted = pair.loose is not None and pair.loose.standing.deleted_on is not None
    return record is not None and not deleted and mapping.excluded_by(side, record.fields) is None


def _reach_for(pair: Pair, mapping: TableMapping, reach: Reach) -> Reach:
    """A mapping may create in every cycle; and what a full synchronization left waiting goes by itself."""
    waits = pair.loose is not None and pair.loose.standing.state in (RowState.WAITING, RowState.FAILED)
    return Reach.FULL if mapping.creates or waits else reach


def _join(mapping: TableMapping, pairs: Pairs, matches: Matches) -> tuple[list[Pair], list[Pair]]:
    """Bring matched records together; each pair once, also where both its halves are on this page."""
    joined: list[Pair] = []
    alone: list[Pair] = []
    done: set[tuple[SideName, str]] = set()
    for pair in pairs.single:
        side = pair.only_side()
        record = pair.record(side)
        assert record is not None  # noqa: S101  # only_side() names the side that holds it
        found = matches.found.get((side, record.id))
        if (side, record.id) in done:
            continue
        if found is None:
            alone.append(pair)
            continue
        done |= {(side, record.id), (found.side, found.record.id)}
        joined.append(_bring_together(mapping, record, side, found))
    return joined, [pair for pair in alone if _key(pair) not in done]


def _bring_together(mapping: TableMapping, record: Record, side: SideName, found: Loose) -> Pair:
    if was_born_of(mapping, found, record):
        created_here = record.id == counterpart_id(mapping.namespace, side, found.record.id)
        created, origin = (record, found.record) if created_here else (found.record, record)
        return adopt(created, origin, on=side if created_here else side.other)
    return Pair(record, found.record) if side is FINANCE else Pair(found.record, record)


def _key(pair: Pair) -> tuple[SideName, str]:
    side = pair.only_side()
    record = pair.record(side)
    return side, record.id if record is not None else ""


def _decide_single(pair: Pair, sight: Sight, matches: Matches, reach: Reach, *, final: bool) -> Action:
    """Decide a record that has no counterpart: match it later, create one, or leave it and say why."""
    mapping = sight.rows.mapping
    side = pair.only_side()
    record = pair.record(side)
    assert record is not None  # noqa: S101  # only_side() names the side that holds it
    if pair.loose is not None and pair.loose.standing.deleted_on is not None:
        return _leave_survivor(pair, pair.loose)
    if (rule := mapping.excluded_by(side, record.fields)) is not None:
        return leave_alone(pair, sight, rule, eligible=False)
    wanted = _reach_for(pair, mapping, reach)
    several = matches.several.get((side, record.id), ())
    possible = bool(several) or (side, record.id) in matches.found
    if wanted is Reach.COUPLED or (not final and (side is SALES or possible)):
        return leave_alone(pair, sight)  # to be matched when both feeds have been read
    if several:
        return _ask_which(pair, several, sight)
    if wanted is not Reach.FULL:
        return leave_alone(pair, sight)
    if not mapping.direction.reaches(side.other):
        return leave_alone(
            pair, sight, f"not coupled; {mapping.name} only goes from {side.other.title} to {side.title}"
        )
    return create(pair, sight, on=side.other, why=f"new in {side.title}")


def _leave_survivor(pair: Pair, loose: Loose) -> Action:
    """Leave the survivor of a deletion as it is, whatever it holds now."""
    record = pair.record(loose.side)
    return Leave(pair, replace(loose, record=(record or loose.record).without_values()))


def _ask_which(pair: Pair, several: Sequence[Loose], sight: Sight) -> Action:
    names = ", ".join(row.record.label or row.record.id for row in several[:3])
    why = f"Several records match ({names}). Couple the right one; nothing was created."
    standing = Standing(RowState.CONFLICT, why)
    return Leave(pair, loose_of(pair, pair.only_side(), sight, standing, eligible=True))


def _references(rows: Rows, pairs: Sequence[Pair], store: CouplingStore) -> References:
    """Look up the counterparts of everything these records refer to. One query per mapping and side referred to."""
    found: dict[tuple[str, SideName, str], str] = {}
    for side in (FINANCE, SALES) if rows.references else ():
        records = [record.fields for pair in pairs if (record := pair.record(side)) is not None]
        for mapping, ids in rows.targets(side, records).items():
            for record_id, other in store.counterparts(mapping, side, sorted(ids)).items():
                found[mapping, side, record_id] = other
    return found


def apply(plan: Plan, sides: Sides, store: CouplingStore) -> list[Result]:
    """Carry out a plan and return what became of each pair. A record that moved meanwhile is read and decided again."""
    results, redo = carry_out(plan.actions, plan.rows, sides)
    for attempt in range(ATTEMPTS):
        if not redo:
            break
        actions = tuple(_decide_again(plan.rows, redo, sides, store))
        more, redo = carry_out(actions, plan.rows, sides, last=attempt == ATTEMPTS - 1)
        results += more
    return results


def _decide_again(rows: Rows, redo: Sequence[Redo], sides: Sides, store: CouplingStore) -> Iterator[Action]:
    """Read the halves of unfinished pairs now and decide them again."""
    coupled = pair_known(rows.mapping, [item.coupling for item in redo if item.coupling is not None], sides)
    adopted, lost = _adopt_all(rows.mapping, [item.create for item in redo if item.create is not None], sides, store)
    pairs = [*coupled, *adopted]
    sight = Sight(rows, _references(rows, pairs, store))
    for pair in pairs:
        yield decide(pair, sight)
    for action in lost:
        why = f"The id settled for its counterpart in {action.on.title} belongs to another record. Couple it by hand."
        yield Leave(
            action.pair, loose_of(action.pair, action.on.other, sight, Standing(RowState.CONFLICT, why), eligible=True)
        )


def _adopt_all(
    mapping: TableMapping, creates: Sequence[Create], sides: Sides, store: CouplingStore
) -> tuple[list[Pair], list[Create]]:
    """Pair records with the counterpart that was already there under the id settled for it; and those that cannot be."""
    pairs: list[Pair] = []
    lost: list[Create] = []
    for side in (FINANCE, SALES):
        there = [action for action in creates if action.on is side]
        ids = [action.id for action in there]
        records = sides[side].read(mapping, ids) if ids else {}
        taken = store.couplings(mapping.name, side, ids) if ids else {}
        for action in there:
            record, origin = records.get(action.id), action.pair.record(side.other)
            known = taken.get(action.id)
            if record is None or origin is None or (known is not None and known.half(side.other).id != origin.id):
                lost.append(action)
            elif known is None:
                pairs.append(adopt(record, origin, on=side))
            else:  # coupled by a page that was not remembered yet when this one was planned
                halves = (record, origin) if side is FINANCE else (origin, record)
                pairs.append(Pair(*halves, known))
    return pairs, lost


def commit(plan: Plan, results: Sequence[Result], store: CouplingStore, *, at: datetime) -> None:
    """Remember results and cursor together: the cursor moves last, or not at all."""
    store.commit(plan.mapping.name, results, cursor=plan.cursor, seen=plan.seen, at=at)


__all__ = ["PageResult", "Sides", "apply", "commit", "plan_page", "sync_page"]
