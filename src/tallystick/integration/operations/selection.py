"""Before chosen records are matched or given a counterpart: everything that could be it has to be known."""

from collections.abc import Sequence
from functools import partial

from tallystick.engine import (
    FINANCE,
    SALES,
    CouplingStore,
    Fields,
    Loose,
    Outcome,
    Reach,
    Record,
    Result,
    RowState,
    SideName,
    Standing,
    TableMapping,
)
from tallystick.engine.decide import NOT_COUPLED
from tallystick.engine.match import Sides, kept_keys
from tallystick.engine.plan import Brake, Work
from tallystick.engine.run import FEED_ORDER
from tallystick.engine.step import sync_page
from tallystick.integration.models import LooseKey, Run
from tallystick.integration.operations.desk import now
from tallystick.integration.operations.requests import CHUNK, Request
from tallystick.integration.stores.rows import digest_of


def prepare_selection(run: Run, mapping: TableMapping, sides: Sides, store: CouplingStore, reach: Reach) -> None:
    """Read both sides' newest changes, and let the records that the run's request chose take part.

    Nothing to do for a run that goes no further than what is coupled. Safe to repeat."""
    if reach is Reach.COUPLED:
        return
    _read_up(run, mapping, sides, store)
    request = Request.of(run)
    for side, ids in ((FINANCE, request.finance_ids), (SALES, request.sales_ids)):
        for start in range(0, len(ids), CHUNK):
            _let_take_part(run, mapping, sides, store, side, ids[start : start + CHUNK])


def _read_up(run: Run, mapping: TableMapping, sides: Sides, store: CouplingStore) -> None:
    brake = Brake(partial(store.count, mapping.name), lifted=run.allowed)
    for side in FEED_ORDER:
        work: Work | None = Work.feed(side)
        while work is not None:
            page = sync_page(mapping, sides, store, work, reach=Reach.COUPLED, brake=brake, now=now())
            brake, work = page.brake, page.next


def _let_take_part(
    run: Run, mapping: TableMapping, sides: Sides, store: CouplingStore, side: SideName, ids: Sequence[str]
) -> None:
    """See that records without counterpart are known, and give those another chance that were left out since their coupling
    or counterpart was deleted; with them their possible matches that were left out for the same reason."""
    coupled = store.couplings(mapping.name, side, ids)
    records = sides[side].read(mapping, [record_id for record_id in ids if record_id not in coupled])
    chosen = [_taking_part(mapping, side, record) for record in records.values()]
    other = _ids_apart(run, mapping, side.other, chosen)
    known = store.selected(mapping.name, *((other, []) if side is SALES else ([], other)))
    left_out = [row.record.id for row in known.loose if row.standing.deleted_on is not None]
    there = sides[side.other].read(mapping, left_out) if left_out else {}
    matching = [_taking_part(mapping, side.other, record) for record in there.values()]
    results = [Result(Outcome.UNCHANGED, row.record.label, loose=(row,)) for row in (*matching, *chosen)]
    store.commit(mapping.name, results, cursor=None, seen=None, at=now())


def _taking_part(mapping: TableMapping, side: SideName, record: Record) -> Loose:
    rule = mapping.excluded_by(side, record.fields)
    standing = Standing(RowState.EXCLUDED, rule or NOT_COUPLED)
    keys = kept_keys(mapping, mapping.match_groups(side), side, record, eligible=rule is None)
    kept = record if rule is None else record.without_values()
    return Loose(side, kept, standing, eligible=rule is None, keys=keys)


def _ids_apart(run: Run, mapping: TableMapping, side: SideName, chosen: Sequence[Loose]) -> list[str]:
    """Return the ids of uncoupled records of `side` that the chosen ones would match."""
    digests = [digest_of(key) for row in chosen for key in apart_keys(mapping, row.side, row.record.fields)]
    found = LooseKey.objects.filter(mapping=run.mapping_id, side=side.value, digest__in=digests)
    return list(found.values_list("record_id", flat=True)) if digests else []


def apart_keys(mapping: TableMapping, side: SideName, fields: Fields) -> tuple[str, ...]:
    """Return the match keys of a record whose coupling was deleted, in a form that no match finds: only we do."""
    return tuple(f"apart {key}" for key in mapping.match_keys(side, fields))
