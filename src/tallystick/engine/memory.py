"""A side and a coupling store in dictionaries: for trying a mapping out, and for simulated tests of the engine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tallystick.engine.errors import CursorExpired, RecordExists, RecordGone, RecordRefused, StaleRecord
from tallystick.engine.mapping import TableMapping
from tallystick.engine.model import FINANCE, SALES, Coupling, Fields, Loose, Record, RowState, SideName, Value
from tallystick.engine.ports import (
    Change,
    Delete,
    Done,
    HistoryEntry,
    Insert,
    Page,
    Reach,
    Result,
    Revisit,
    Write,
    Written,
)
from tallystick.engine.values import Shape

Keeps = Callable[[str, Value], Value]
Refuses = Callable[[str, Fields], str | None]


def _keeps_as_given(_field: str, value: Value) -> Value:
    return value


def _refuses_nothing(_table: str, _fields: Fields) -> str | None:
    return None


@dataclass(slots=True)
class MemorySide:
    """One system in dictionaries. `keeps` is how it alters what it is given (trims, rounds) without telling in advance.

    `knows_us`: it records whether its last write was the integration's own. `reads_back`: a new record is told at once,
    not only by the feed. `clock` gives the time of an edit."""

    name: SideName
    table_shapes: Mapping[str, Mapping[str, Shape]]
    keeps: Keeps = _keeps_as_given
    refuses: Refuses = _refuses_nothing
    knows_us: bool = True
    reads_back: bool = True
    page_size: int = 3
    clock: datetime | None = None
    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    feed: dict[str, dict[str, int]] = field(default_factory=dict)
    last: int = 0
    epoch: int = 0
    written: int = 0

    def table(self, name: str) -> dict[str, Record]:
        return self.tables.setdefault(name, {})

    def edit(self, table: str, record_id: str, fields: Fields) -> None:
        """What a person does: create the record or change some of its fields."""
        old = self.table(table).get(record_id)
        self._put(table, record_id, {**(old.fields if old else {}), **fields}, by_us=False)

    def remove(self, table: str, record_id: str) -> None:
        """What a person does: delete the record."""
        if self.table(table).pop(record_id, None) is not None:
            self._note(table, record_id)

    def expire_feed(self) -> None:
        """Let every cursor handed out so far be too old."""
        self.epoch += 1

    def shapes(self, mapping: TableMapping) -> Mapping[str, Shape]:
        return self.table_shapes[mapping.table(self.name)]

    def changes(self, mapping: TableMapping, cursor: str | None) -> Page:
        table = mapping.table(self.name)
        epoch, since = (int(part) for part in cursor.split(":")) if cursor is not None else (self.epoch, -1)
        if epoch != self.epoch:
            raise CursorExpired("The feed no longer reaches back that far.", record=table)
        behind = sorted((at, record_id) for record_id, at in self.feed.get(table, {}).items() if at > since)
        page = behind[: self.page_size]
        found = self.read(mapping, [record_id for _, record_id in page])
        at = page[-1][0] if page else max(since, self.last)
        deleted = [] if cursor is None else [record_id for _, record_id in page if record_id not in found]
        return Page(list(found.values()), deleted, f"{epoch}:{at}", more=len(behind) > len(page))

    def read(self, mapping: TableMapping, ids: Sequence[str]) -> Mapping[str, Record]:
        table = self.table(mapping.table(self.name))
        return {record_id: table[record_id] for record_id in ids if record_id in table}

    def write(self, mapping: TableMapping, writes: Sequence[Write]) -> Sequence[Written]:
        return [self._write(mapping.table(self.name), write) for write in writes]

    def _write(self, table: str, write: Write) -> Written:
        old = self.table(table).get(write.id)
        fields = write.fields if isinstance(write, Insert | Change) else {}
        reason = self.refuses(table, fields)
        match write:
            case Insert() if old is not None:
                return RecordExists("It is there already.", record=write.id)
            case Change() | Delete() if old is None:
                return RecordGone("It does not exist.", record=write.id)
            case Change() | Delete() if old is not None and old.version != write.version:
                return StaleRecord("It changed meanwhile.", record=write.id)
            case _ if reason is not None:
                return RecordRefused(reason, record=write.id)
        self.written += 1
        if isinstance(write, Delete):
            self.remove(table, write.id)
            return Done(write.id)
        new = self._put(table, write.id, {**(old.fields if old else {}), **fields}, by_us=self.knows_us)
        return Done(write.id, new if self.reads_back or old is not None else None)

    def _put(self, table: str, record_id: str, fields: Fields, *, by_us: bool) -> Record:
        shapes = self.table_shapes[table]
        held = {
            name: self.keeps(name, shape.fit(fields.get(name))) if fields.get(name) is not None else None
            for name, shape in shapes.items()
        }
        self._note(table, record_id)
        record = Record(record_id, str(self.last), held, self.clock, by_us, label=record_id)
        self.table(table)[record_id] = record
        return record

    def _note(self, table: str, record_id: str) -> None:
        self.last += 1
        self.feed.setdefault(table, {})[record_id] = self.last


@dataclass(slots=True)
class _Kept:
    """What is remembered of one mapping."""

    couplings: dict[str, Coupling] = field(default_factory=dict)
    by_sales: dict[str, str] = field(default_factory=dict)
    loose: dict[tuple[SideName, str], Loose] = field(default_factory=dict)
    cursors: dict[SideName, str] = field(default_factory=dict)
    seen: dict[SideName, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class MemoryStore:
    """A coupling store in dictionaries."""

    kept: dict[str, _Kept] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)

    def of(self, mapping: str) -> _Kept:
        return self.kept.setdefault(mapping, _Kept())

    def cursor(self, mapping: str, side: SideName) -> str | None:
        return self.of(mapping).cursors.get(side)

    def couplings(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, Coupling]:
        kept = self.of(mapping)
        names = ids if side is FINANCE else [kept.by_sales.get(record_id, "") for record_id in ids]
        return {
            record_id: kept.couplings[name]
            for record_id, name in zip(ids, names, strict=True)
            if name in kept.couplings
        }

    def counterparts(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, str]:
        return {
            record_id: coupling.half(side.other).id
            for record_id, coupling in self.couplings(mapping, side, ids).items()
        }

    def candidates(self, mapping: str, side: SideName, keys: Sequence[str]) -> Mapping[str, Sequence[Loose]]:
        found: dict[str, list[Loose]] = {}
        for row in self.of(mapping).loose.values():
            for key in row.keys if row.side is side else ():
                if key in keys:
                    found.setdefault(key, []).append(row)
        return found

    def due(self, mapping: str, reach: Reach, after: str | None, limit: int) -> Revisit:
        kept = self.of(mapping)
        pairs = [(f"c{name}", coupling) for name, coupling in kept.couplings.items() if self._is_due(coupling)]
        rows = [
            (f"l{side}{record_id}", row)
            for (side, record_id), row in kept.loose.items()
            if self._loose_is_due(row, reach)
        ]
        behind = sorted(name for name, _ in (*pairs, *rows) if after is None or name > after)
        page = set(behind[:limit])
        return Revisit(
            [coupling for name, coupling in pairs if name in page],
            [row for name, row in rows if name in page],
            behind[limit - 1] if len(behind) > limit else None,
        )

    def _is_due(self, row: Coupling | Loose) -> bool:
        standing = row.standing
        if standing.state is RowState.WAITING:
            target = standing.waits_for
            return target is None or bool(self.counterparts(target.mapping, target.side, [target.id]))
        if standing.state is RowState.FAILED:
            return standing.retry == "next run"
        return isinstance(row, Coupling) and standing.state is RowState.CONFLICT and bool(row.decisions)

    def _loose_is_due(self, row: Loose, reach: Reach) -> bool:
        return row.eligible and (self._is_due(row) or reach is not Reach.COUPLED)

    def selected(self, mapping: str, finance_ids: Sequence[str], sales_ids: Sequence[str]) -> Revisit:
        kept = self.of(mapping)
        pairs = {**self.couplings(mapping, FINANCE, finance_ids)}
        for coupling in self.couplings(mapping, SALES, sales_ids).values():
            pairs[coupling.finance.id] = coupling
        keys = [*((FINANCE, name) for name in finance_ids), *((SALES, name) for name in sales_ids)]
        return Revisit(list(pairs.values()), [kept.loose[key] for key in keys if key in kept.loose], None)

    def count(self, mapping: str) -> int:
        return len(self.of(mapping).couplings)

    def unseen(self, mapping: str, side: SideName, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        kept = self.of(mapping)
        seen = kept.seen.get(side)
        if seen is None:
            return [], None
        ids = {coupling.half(side).id for coupling in kept.couplings.values()}
        ids |= {record_id for where, record_id in kept.loose if where is side}
        behind = sorted(record_id for record_id in ids - seen if after is None or record_id > after)
        return behind[:limit], behind[limit - 1] if len(behind) > limit else None

    def start_over(self, mapping: str, side: SideName) -> None:
        self.of(mapping).cursors.pop(side, None)
        self.of(mapping).seen[side] = set()

    def swept(self, mapping: str, side: SideName) -> None:
        self.of(mapping).seen.pop(side, None)

    def commit(
        self,
        mapping: str,
        results: Sequence[Result],
        *,
        cursor: tuple[SideName, str] | None,
        seen: tuple[SideName, Sequence[str]] | None,
        at: datetime,
    ) -> None:
        kept = self.of(mapping)
        for result in results:
            self._remember(kept, result)
            self.history.extend(result.history)
        if seen is not None and seen[0] in kept.seen:
            kept.seen[seen[0]].update(seen[1])
        if cursor is not None:
            kept.cursors[cursor[0]] = cursor[1]

    def _remember(self, kept: _Kept, result: Result) -> None:
        if result.uncouple is not None:
            kept.couplings.pop(result.uncouple.finance.id, None)
            kept.by_sales.pop(result.uncouple.sales.id, None)
        if result.coupling is not None:
            self._couple(kept, result.coupling)
        for row in result.loose:
            kept.loose[row.side, row.record.id] = row
        for key in result.forget:
            kept.loose.pop(key, None)

    def _couple(self, kept: _Kept, coupling: Coupling) -> None:
        other = kept.by_sales.get(coupling.sales.id, coupling.finance.id)
        if other != coupling.finance.id:
            raise ValueError(f"{coupling.sales.id} is coupled with {other} already")
        kept.couplings[coupling.finance.id] = coupling
        kept.by_sales[coupling.sales.id] = coupling.finance.id
        kept.loose.pop((FINANCE, coupling.finance.id), None)
        kept.loose.pop((SALES, coupling.sales.id), None)

    def decide(self, mapping: str, finance_id: str, winner: SideName, fields: Iterable[str] = ("",)) -> None:
        """Note what a person decided of a conflict."""
        kept = self.of(mapping)
        coupling = kept.couplings[finance_id]
        kept.couplings[finance_id] = replace(coupling, decisions=dict.fromkeys(fields, winner))


def all_rows(store: MemoryStore, mapping: str) -> list[Coupling | Loose]:
    """Return every row that is remembered of a mapping: each entity once."""
    kept = store.of(mapping)
    return [*kept.couplings.values(), *kept.loose.values()]
