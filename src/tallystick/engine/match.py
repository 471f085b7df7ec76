"""What a page of work is about → pairs: through couplings, and through match keys for records that have none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from tallystick.engine.identity import counterpart_id
from tallystick.engine.mapping import MatchGroups, TableMapping, keys_of
from tallystick.engine.model import FINANCE, SALES, Coupling, Half, Loose, Record, RowState, SideName, Standing
from tallystick.engine.plan import Pair
from tallystick.engine.ports import CouplingStore, Side

Sides = Mapping[SideName, Side]


@dataclass(slots=True)
class Pairs:
    """The pairs of one page: coupled ones, and records without counterpart. `unchanged` are as we left them."""

    coupled: list[Pair] = field(default_factory=list)
    single: list[Pair] = field(default_factory=list)
    gone: list[tuple[SideName, str]] = field(default_factory=list)
    unchanged: int = 0


def pair_feed(
    mapping: TableMapping,
    side: SideName,
    records: Sequence[Record],
    deleted: Sequence[str],
    sides: Sides,
    store: CouplingStore,
) -> Pairs:
    """Pair what a feed page of `side` tells of. Two queries, and a read of partners only where their base is not enough."""
    ids = [record.id for record in records]
    couplings = store.couplings(mapping.name, side, [*ids, *deleted])
    pairs = Pairs()
    changed: list[tuple[Record | None, Coupling]] = []
    uncoupled: list[Record] = []
    for record in records:
        coupling = couplings.get(record.id)
        if coupling is None:
            uncoupled.append(record)
        elif coupling.half(side).version == record.version:
            pairs.unchanged += 1
        else:
            changed.append((record, coupling))
    for record_id in deleted:
        if (coupling := couplings.get(record_id)) is not None:
            changed.append((None, coupling))
        else:
            pairs.gone.append((side, record_id))
    partners = _partners(mapping, side.other, [coupling for _, coupling in changed], sides[side.other])
    pairs.coupled = [_pair(record, coupling, side, partners) for record, coupling in changed]
    pairs.single = _with_their_standing(mapping, side, uncoupled, store)
    return pairs


def _partners(mapping: TableMapping, side: SideName, couplings: Sequence[Coupling], port: Side) -> dict[str, Record]:
    """Return the other halves: as their base says where that is the whole truth, else read now.

    What is taken from the base is written with the version it had: a change not heard of yet refuses the write."""
    names = mapping.field_names(side)
    known: dict[str, Record] = {}
    unknown: list[str] = []
    for coupling in couplings:
        half = coupling.half(side)
        if (
            half.version is not None
            and coupling.standing.state is RowState.IN_SYNC
            and all(map(half.base.__contains__, names))
        ):
            known[half.id] = Record(half.id, half.version, half.base)
        else:
            unknown.append(half.id)
    if unknown:
        known.update(port.read(mapping, unknown))
    return known


def _pair(record: Record | None, coupling: Coupling, side: SideName, partners: Mapping[str, Record]) -> Pair:
    partner = partners.get(coupling.half(side.other).id)
    gone = frozenset(name for name, found in ((side, record), (side.other, partner)) if found is None)
    finance, sales = (record, partner) if side is FINANCE else (partner, record)
    return Pair(finance, sales, coupling, gone)


def _with_their_standing(
    mapping: TableMapping, side: SideName, records: Sequence[Record], store: CouplingStore
) -> list[Pair]:
    """Pair records without counterpart with what is remembered of them: an earlier deletion, or that they wait."""
    if not records:
        return []
    ids = [record.id for record in records]
    known = store.selected(mapping.name, ids if side is FINANCE else [], ids if side is SALES else [])
    remembered = {loose.record.id: loose for loose in known.loose if loose.side is side}
    return [single(side, record, remembered.get(record.id)) for record in records]


def single(side: SideName, record: Record, loose: Loose | None) -> Pair:
    """Return the pair of a record that has no counterpart."""
    return Pair(record, None, loose=loose) if side is FINANCE else Pair(None, record, loose=loose)


def pair_known(mapping: TableMapping, couplings: Sequence[Coupling], sides: Sides) -> list[Pair]:
    """Pair couplings with both halves read now. One read per side."""
    if not couplings:
        return []
    finance = sides[FINANCE].read(mapping, [coupling.finance.id for coupling in couplings])
    sales = sides[SALES].read(mapping, [coupling.sales.id for coupling in couplings])
    return [_pair(finance.get(coupling.finance.id), coupling, FINANCE, sales) for coupling in couplings]


def pair_loose(mapping: TableMapping, loose: Sequence[Loose], sides: Sides, *, fresh: bool) -> Pairs:
    """Pair loose rows with their record: as the feed last told of it, or (`fresh`) as it is now."""
    if not fresh:
        return Pairs(single=[single(row.side, row.record, row) for row in loose])
    pairs = Pairs()
    for side in (FINANCE, SALES):
        rows = [row for row in loose if row.side is side]
        now = sides[side].read(mapping, [row.record.id for row in rows]) if rows else {}
        for row in rows:
            if (record := now.get(row.record.id)) is not None:
                pairs.single.append(single(side, record, row))
            else:
                pairs.gone.append((side, row.record.id))
    return pairs


@dataclass(frozen=True, slots=True)
class Matches:
    """What match keys found for records without counterpart: their one match, or the several that are possible."""

    found: Mapping[tuple[SideName, str], Loose]
    several: Mapping[tuple[SideName, str], Sequence[Loose]]


NO_MATCHES = Matches({}, {})


def find_matches(mapping: TableMapping, singles: Iterable[Pair], sides: Sides, store: CouplingStore) -> Matches:
    """Match records by their keys, best group first: only where exactly one record of each side has the key.

    One query for a page of one side, and one more where it found something. Every record of either side has been read
    before, so candidates are complete; one that is kept without its values is read again."""
    wanted = list(_search(mapping, singles))
    if not wanted:
        return NO_MATCHES
    candidates = _candidates(mapping, wanted, store)
    if not any(candidates.values()):
        return NO_MATCHES
    matches: dict[tuple[SideName, str], Loose] = {}
    several: dict[tuple[SideName, str], Sequence[Loose]] = {}
    for pair, side, own_keys in wanted:
        record = pair.record(side)
        for key in own_keys if record is not None else ():
            others, own = candidates[side.other].get(key, ()), candidates[side].get(key, ())
            rivals = [row for row in own if record is not None and row.record.id != record.id]
            if record is None or not others:
                continue
            if len(others) == 1 and (not rivals or key.startswith(BORN)):
                matches[side, record.id] = others[0]
                several.pop((side, record.id), None)
                break
            several.setdefault((side, record.id), others)
    return Matches(_with_values(mapping, matches, sides), several)


def _with_values(
    mapping: TableMapping, found: dict[tuple[SideName, str], Loose], sides: Sides
) -> dict[tuple[SideName, str], Loose]:
    """Read what was found among the records that are left out; a match that is gone meanwhile is none."""
    bare: dict[SideName, list[str]] = {FINANCE: [], SALES: []}
    for row in found.values():
        if not row.eligible:
            bare[row.side].append(row.record.id)
    if not any(bare.values()):
        return found
    now = {side: sides[side].read(mapping, ids) if ids else {} for side, ids in bare.items()}
    whole: dict[tuple[SideName, str], Loose] = {}
    for key, row in found.items():
        record = row.record if row.eligible else now[row.side].get(row.record.id)
        if record is not None:
            whole[key] = replace(row, record=record)
    return whole


BORN = "0:"
"""The first of all match keys: the id settled for a record's counterpart. Whoever has that id is the counterpart."""


Search: TypeAlias = tuple[Pair, SideName, tuple[str, ...]]


def _search(mapping: TableMapping, singles: Iterable[Pair]) -> Iterator[Search]:
    """Yield what each counterpart may be known by: that it gave this record its id, then the match groups."""
    groups = {side: mapping.match_groups(side) for side in (FINANCE, SALES)}
    for pair in singles:
        side = pair.only_side()
        if (record := pair.record(side)) is not None:
            yield pair, side, (BORN + record.id, *keys_of(groups[side], record.fields))


def _candidates(
    mapping: TableMapping, wanted: Sequence[Search], store: CouplingStore
) -> dict[SideName, Mapping[str, Sequence[Loose]]]:
    """Return by side who has the keys: those across first, and whoever rivals for one of them."""
    keys: dict[SideName, set[str]] = {FINANCE: set(), SALES: set()}
    for _, side, found in wanted:
        keys[side].update(found)
    across = {side: _with_keys(mapping, side, keys[side.other], store) for side in (FINANCE, SALES)}
    contested = {side: keys[side] & across[side.other].keys() - across[side].keys() for side in (FINANCE, SALES)}
    return {side: {**across[side], **_with_keys(mapping, side, contested[side], store)} for side in (FINANCE, SALES)}


def _with_keys(
    mapping: TableMapping, side: SideName, keys: set[str], store: CouplingStore
) -> Mapping[str, Sequence[Loose]]:
    return store.candidates(mapping.name, side, list(keys)) if keys else {}


def kept_keys(
    mapping: TableMapping, groups: MatchGroups, side: SideName, record: Record, *, eligible: bool
) -> tuple[str, ...]:
    """Return the keys under which a record without counterpart is remembered; `groups` are the match groups of its side.

    The id settled for its counterpart is among them even where a filter excludes the record: an earlier run may have been
    killed after it created that counterpart and before it could remember it."""
    born = BORN + counterpart_id(mapping.namespace, side.other, record.id)
    return (born, *keys_of(groups, record.fields)) if eligible else (born,)


def was_born_of(mapping: TableMapping, loose: Loose, record: Record) -> bool:
    """Whether `record` carries the id settled for the counterpart of `loose`, or the other way round."""
    ours = counterpart_id(mapping.namespace, loose.side.other, loose.record.id)
    return record.id == ours or loose.record.id == counterpart_id(mapping.namespace, loose.side, record.id)


def adopt(created: Record, origin: Record, *, on: SideName) -> Pair:
    """Pair a record with the counterpart that an earlier request created without our hearing of it.

    Where that side says the last write is still ours, its values are known to be what we wrote; otherwise somebody may
    have edited it since, and a difference is for the policy to settle."""
    created_half = Half(created.id, None, dict(created.fields) if created.by_us else {})
    origin_half = Half(origin.id, None, {})
    standing = Standing(RowState.WAITING, "its counterpart was created by an earlier run")
    if on is SALES:
        return Pair(origin, created, Coupling(origin_half, created_half, standing), adopted=True)
    return Pair(created, origin, Coupling(created_half, origin_half, standing), adopted=True)
