"""A preview: the run itself, with the writes held back and what it would remember kept aside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tallystick.engine.errors import RecordExists, RecordGone, StaleRecord
from tallystick.engine.mapping import TableMapping
from tallystick.engine.match import Sides
from tallystick.engine.memory import MemoryStore
from tallystick.engine.model import FINANCE, SALES, Coupling, Fields, Loose, Record, SideName
from tallystick.engine.plan import Brake, Work
from tallystick.engine.ports import (
    CouplingStore,
    Delete,
    Done,
    Insert,
    Page,
    Reach,
    Result,
    Revisit,
    Side,
    Write,
    Written,
)
from tallystick.engine.run import run_mapping
from tallystick.engine.step import PageResult, sync_page
from tallystick.engine.values import Shape

_KINDS = {"created": "create", "updated": "update", "deleted": "delete", "coupled": "couple", "uncoupled": "uncouple"}


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """One write that a run would make, and why. `before` holds what the fields have now (nothing for a new record)."""

    kind: str
    side: SideName
    finance_id: str | None
    sales_id: str | None
    label: str
    before: Fields
    after: Fields
    why: str
    risky: bool


def rehearse(
    mapping: TableMapping, sides: Sides, store: CouplingStore, *, reach: Reach, now: datetime
) -> Iterator[PlannedWrite | Result]:
    """Yield every write a run of `mapping` would make, and the results of what it would leave, wait with or refuse to do.

    Reads both sides as a run would and writes nothing, there or here. Memory grows with the number of changes."""
    rehearsed: dict[SideName, Side] = {side: _HeldBack(sides[side]) for side in (FINANCE, SALES)}
    aside = _Aside(store)
    found: list[PlannedWrite | Result] = []

    def do_page(work: Work) -> PageResult:
        page = sync_page(mapping, rehearsed, aside, work, reach=reach, brake=Brake(0, lifted=True), now=now)
        for result in page.results:
            planned = list(_planned(result))
            found.extend(planned or [result])
        return page

    for _ in run_mapping(mapping, aside, do_page):
        yield from found
        found.clear()


def _planned(result: Result) -> Iterator[PlannedWrite]:
    """Read the writes of a rehearsed result back out of what it would put into history."""
    if result.created_on is not None and result.coupling is not None and result.uncouple is None:
        on, coupling = result.created_on, result.coupling
        made = {name: value for name, value in coupling.half(on).base.items() if value is not None}
        ids = coupling.finance.id, coupling.sales.id
        yield PlannedWrite("create", on, *ids, result.label, {}, made, f"new in {on.other.title}", False)
    for entry in result.history:
        blanks = any(value is None and entry.before.get(name) is not None for name, value in entry.after.items())
        yield PlannedWrite(
            _KINDS.get(entry.kind, entry.kind),
            entry.side,
            entry.finance_id,
            entry.sales_id,
            entry.label,
            entry.before,
            entry.after,
            entry.why,
            risky=blanks or entry.kind in ("deleted", "uncoupled"),
        )


@dataclass(slots=True)
class _HeldBack:
    """A side that reads for real and only pretends to write: its answers show what would be there afterwards."""

    side: Side
    pretended: dict[str, Record | None] = field(default_factory=dict)

    def shapes(self, mapping: TableMapping) -> Mapping[str, Shape]:
        return self.side.shapes(mapping)

    def changes(self, mapping: TableMapping, cursor: str | None) -> Page:
        page = self.side.changes(mapping, cursor)
        records = [self.pretended.get(record.id, record) for record in page.records]
        return replace(page, records=[record for record in records if record is not None])

    def read(self, mapping: TableMapping, ids: Sequence[str]) -> Mapping[str, Record]:
        found = dict(self.side.read(mapping, [record_id for record_id in ids if record_id not in self.pretended]))
        for record_id in ids:
            if (record := self.pretended.get(record_id)) is not None:
                found[record_id] = record
        return found

    def write(self, mapping: TableMapping, writes: Sequence[Write]) -> Sequence[Written]:
        there = self.read(mapping, [write.id for write in writes])
        return [self._pretend(write, there.get(write.id)) for write in writes]

    def _pretend(self, write: Write, old: Record | None) -> Written:
        if isinstance(write, Insert):
            if old is not None:
                return RecordExists("It is there already.", record=write.label)
            new = Record(write.id, "'", write.fields, None, by_us=True, label=write.label)
        elif old is None:
            return RecordGone("It no longer exists.", record=write.label)
        elif old.version != write.version:
            return StaleRecord("It changed meanwhile.", record=write.label)
        elif isinstance(write, Delete):
            self.pretended[write.id] = None
            return Done(write.id)
        else:
            new = replace(old, version=old.version + "'", fields={**old.fields, **write.fields}, by_us=True)
        self.pretended[write.id] = new
        return Done(write.id, new)


@dataclass(slots=True)
class _Aside:
    """A coupling store that reads through to the real one and remembers only aside."""

    below: CouplingStore
    over: MemoryStore = field(default_factory=MemoryStore)
    uncoupled: set[str] = field(default_factory=set)
    forgotten: set[tuple[SideName, str]] = field(default_factory=set)
    restarted: set[SideName] = field(default_factory=set)

    def cursor(self, mapping: str, side: SideName) -> str | None:
        own = self.over.cursor(mapping, side)
        return own if own is not None or side in self.restarted else self.below.cursor(mapping, side)

    def couplings(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, Coupling]:
        under = self.below.couplings(mapping, side, ids)
        kept = {key: found for key, found in under.items() if found.finance.id not in self.uncoupled}
        return {**kept, **self.over.couplings(mapping, side, ids)}

    def counterparts(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, str]:
        return {**self.below.counterparts(mapping, side, ids), **self.over.counterparts(mapping, side, ids)}

    def candidates(self, mapping: str, side: SideName, keys: Sequence[str]) -> Mapping[str, Sequence[Loose]]:
        under = self.below.candidates(mapping, side, keys)
        over = self.over.candidates(mapping, side, keys)
        return {key: [*self._still_loose(mapping, under.get(key, ())), *over.get(key, ())] for key in {*under, *over}}

    def due(self, mapping: str, reach: Reach, after: str | None, limit: int) -> Revisit:
        """The real store's rows page by page, then those kept aside, each once."""
        if after is None or not after.startswith("aside"):
            under = self.below.due(mapping, reach, after, limit)
            couplings = [row for row in under.couplings if row.finance.id not in self._known(mapping)]
            return Revisit(couplings, self._still_loose(mapping, under.loose), under.after or "aside")
        over = self.over.due(mapping, reach, after.removeprefix("aside") or None, limit)
        return Revisit(over.couplings, over.loose, f"aside{over.after}" if over.after is not None else None)

    def selected(self, mapping: str, finance_ids: Sequence[str], sales_ids: Sequence[str]) -> Revisit:
        under = self.below.selected(mapping, finance_ids, sales_ids)
        over = self.over.selected(mapping, finance_ids, sales_ids)
        couplings = [row for row in under.couplings if row.finance.id not in self._known(mapping)]
        return Revisit([*couplings, *over.couplings], [*self._still_loose(mapping, under.loose), *over.loose], None)

    def count(self, mapping: str) -> int:
        return self.below.count(mapping)

    def unseen(self, mapping: str, side: SideName, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        # Deletions that only a sweep would find cannot be previewed without noting what is seen, which is the run's to do.
        return [], None

    def start_over(self, mapping: str, side: SideName) -> None:
        self.restarted.add(side)
        self.over.of(mapping).cursors.pop(side, None)

    def swept(self, mapping: str, side: SideName) -> None:
        """Nothing was noted, so nothing is to be dropped."""

    def commit(
        self,
        mapping: str,
        results: Sequence[Result],
        *,
        cursor: tuple[SideName, str] | None,
        seen: tuple[SideName, Sequence[str]] | None,
        at: datetime,
    ) -> None:
        for result in results:
            if result.uncouple is not None:
                self.uncoupled.add(result.uncouple.finance.id)
            self.forgotten.update(result.forget)
        self.over.commit(mapping, results, cursor=cursor, seen=None, at=at)

    def _known(self, mapping: str) -> set[str]:
        """Finance ids of couplings that the rehearsal has dropped or has its own word on."""
        return self.uncoupled | self.over.of(mapping).couplings.keys()

    def _still_loose(self, mapping: str, rows: Sequence[Loose]) -> list[Loose]:
        kept = self.over.of(mapping)
        coupled = {SALES: kept.by_sales.keys(), FINANCE: kept.couplings.keys()}
        return [
            row
            for row in rows
            if row.record.id not in coupled[row.side]
            and (row.side, row.record.id) not in kept.loose
            and (row.side, row.record.id) not in self.forgotten
        ]
