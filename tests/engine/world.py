"""A small world for simulated tests: two systems in dictionaries, two mappings, people who edit, and crashes."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tallystick.engine import (
    BOTH,
    FINANCE,
    SALES,
    TO_SALES,
    ConflictPolicy,
    DeletionPolicy,
    FieldMapping,
    Kind,
    Reach,
    Shape,
    SideName,
    TableMapping,
    Value,
    coupled,
    is_blank,
    is_one_of,
)
from tallystick.engine.memory import MemorySide, MemoryStore
from tallystick.engine.plan import Brake
from tallystick.engine.run import run_mapping
from tallystick.engine.step import PageResult, sync_page

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

SHAPES: dict[SideName, dict[str, dict[str, Shape]]] = {
    FINANCE: {
        "person": {"email": Shape(Kind.TEXT, 20), "name": Shape(Kind.TEXT, 10)},
        "customer": {
            "name": Shape(Kind.TEXT, 12),
            "city": Shape(Kind.TEXT, 12),
            "credit": Shape(Kind.DECIMAL, scale=2),
            "person": Shape(Kind.REFERENCE),
            "friend": Shape(Kind.REFERENCE),
            "blocked": Shape(Kind.OPTION),
        },
    },
    SALES: {
        "user": {"mail": Shape(Kind.TEXT, 20), "fullname": Shape(Kind.TEXT, 10)},
        "account": {
            "name": Shape(Kind.TEXT, 8),
            "town": Shape(Kind.TEXT, 12),
            "creditlimit": Shape(Kind.DECIMAL, scale=1),
            "ownerid": Shape(Kind.REFERENCE),
            "friendid": Shape(Kind.REFERENCE),
            "statecode": Shape(Kind.INTEGER),
        },
    },
}

PEOPLE = TableMapping(
    "PEOPLE",
    finance="person",
    sales="user",
    fields=(FieldMapping("email", "mail", match=1), FieldMapping("name", "fullname")),
    max_free=10_000,
)
CUSTOMERS = TableMapping(
    "CUSTOMERS",
    finance="customer",
    sales="account",
    after=("PEOPLE",),
    fields=(
        FieldMapping("name", "name", match=1),
        FieldMapping("city", "town"),
        FieldMapping("credit", "creditlimit", direction=TO_SALES),
        FieldMapping("person", "ownerid", via=coupled("PEOPLE", finance="person", sales="user")),
        FieldMapping(
            "friend",
            "friendid",
            via=coupled("CUSTOMERS", finance="customer", sales="account"),
            clear_if_uncoupled=True,
        ),
    ),
    conditions=(
        is_blank(FINANCE, "blocked", "Blocked is not blank"),
        is_one_of(SALES, "statecode", None, 0, text="Status is not Active"),
    ),
    direction=BOTH,
    max_free=10_000,
)
FIELD_ON: dict[SideName, dict[str, str]] = {
    FINANCE: {row.sales: row.finance for row in CUSTOMERS.fields},
    SALES: {row.finance: row.sales for row in CUSTOMERS.fields},
}


def quietly_replaces_sharp_s(_field: str, value: Value) -> Value:
    """How the sales system keeps some values otherwise than it was given them, which no metadata tells."""
    return value.replace("ß", "ss") if isinstance(value, str) else value


class Crash(BaseException):
    """The process is killed. Not an Exception, so that nothing catches it by mistake."""


@dataclass
class Fuse:
    """Burns at the n-th call of a port: before the call, or after it was done and before the answer arrives."""

    at: int = -1
    after: bool = False
    calls: int = 0

    def guard(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            burns = self.calls == self.at
            if burns and not self.after:
                raise Crash
            answer = call(*args, **kwargs)
            if burns:
                raise Crash
            return answer

        return guarded


class Fused:
    """A port whose every method burns with the fuse."""

    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        return self._fuse.guard(getattr(self._port, name))


@dataclass
class World:
    """Both systems, what is remembered of them, and every edit a person made, in order."""

    conflicts: ConflictPolicy = ConflictPolicy.ASK
    deletions: DeletionPolicy = DeletionPolicy.ASK
    reads_back: bool = True
    finance: MemorySide = field(init=False)
    sales: MemorySide = field(init=False)
    store: MemoryStore = field(default_factory=MemoryStore)
    edits: list[tuple[SideName, str, str, Value]] = field(default_factory=list)
    created: dict[SideName, set[str]] = field(default_factory=lambda: {FINANCE: set(), SALES: set()})
    deleted: dict[SideName, set[str]] = field(default_factory=lambda: {FINANCE: set(), SALES: set()})

    def __post_init__(self) -> None:
        self.finance = MemorySide(FINANCE, SHAPES[FINANCE], knows_us=False)
        self.sales = MemorySide(SALES, SHAPES[SALES], keeps=quietly_replaces_sharp_s, reads_back=self.reads_back)

    @property
    def mappings(self) -> tuple[TableMapping, ...]:
        policies = {"conflicts": self.conflicts, "deletions": self.deletions}
        return PEOPLE, replace(CUSTOMERS, **policies)

    def side(self, name: SideName) -> MemorySide:
        return self.finance if name is FINANCE else self.sales

    def table(self, name: SideName) -> str:
        return CUSTOMERS.table(name)

    def edit(self, side: SideName, record_id: str, fields: Mapping[str, Value]) -> None:
        """A person creates or edits a customer; `fields` by finance name."""
        names = {name: FIELD_ON[side].get(name, name) if side is SALES else name for name in fields}
        if record_id not in self.side(side).table(self.table(side)):
            self.created[side].add(record_id)
        old = self.rows(side).get(record_id)
        self.side(side).edit(self.table(side), record_id, {names[name]: value for name, value in fields.items()})
        new = self.rows(side)[record_id]
        changed = [name for name in fields if old is None or old.fields[names[name]] != new.fields[names[name]]]
        self.edits.extend((side, record_id, name, fields[name]) for name in changed)

    def delete(self, side: SideName, record_id: str) -> None:
        self.side(side).remove(self.table(side), record_id)
        self.deleted[side].add(record_id)

    def rows(self, side: SideName) -> Mapping[str, Any]:
        return self.side(side).table(self.table(side))

    def cycle(self, reach: Reach = Reach.COUPLED, fuse: Fuse | None = None) -> list[PageResult]:
        """Run every mapping once, in order; a fuse kills it somewhere inside."""
        fuse = fuse or Fuse()
        sides: dict[SideName, Any] = {FINANCE: Fused(self.finance, fuse), SALES: Fused(self.sales, fuse)}
        store: Any = Fused(self.store, fuse)
        pages = []
        for mapping in self.mappings:
            brake = Brake(self.store.count(mapping.name))

            def do_page(work: Any, mapping: TableMapping = mapping, brake: Brake = brake) -> PageResult:
                return sync_page(mapping, sides, store, work, reach=reach, brake=brake, now=NOW)

            pages += list(run_mapping(mapping, store, do_page))
        return pages

    def crash(self, reach: Reach, at: int, *, after: bool) -> None:
        with contextlib.suppress(Crash):
            self.cycle(reach, Fuse(at, after))

    def settle(self, reach: Reach = Reach.FULL) -> int:
        """Cycle until nothing is written any more; return how many cycles that took."""
        for number in range(12):
            before = self.finance.written, self.sales.written
            self.cycle(reach)
            if before == (self.finance.written, self.sales.written):
                return number
        raise AssertionError("does not settle")

    def pairs(self) -> list[tuple[Any, Any, Any]]:
        """Coupled customers as (coupling, finance record, sales record); None for a record that is gone."""
        return [
            (coupling, self.rows(FINANCE).get(coupling.finance.id), self.rows(SALES).get(coupling.sales.id))
            for coupling in self.store.of("CUSTOMERS").couplings.values()
        ]
