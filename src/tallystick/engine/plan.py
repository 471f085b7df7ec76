"""A plan: what we mean to do to each pair of one page, and why. Nothing in it has been done yet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tallystick.engine.errors import TallyError, UnsafePlan
from tallystick.engine.mapping import TableMapping
from tallystick.engine.merge import Merged
from tallystick.engine.model import (
    FINANCE,
    SALES,
    Coupling,
    Fields,
    Loose,
    Record,
    SideName,
    Standing,
    Target,
    by_the_million,
)
from tallystick.engine.ports import Change, Delete, HistoryEntry, Insert, Write
from tallystick.engine.translate import Rows


@by_the_million
class Pair:
    """Two coupled (or to-be-coupled) records as read now, or a single one that has no counterpart.

    `gone` are the sides whose record no longer exists. `adopted` marks a pair whose counterpart an earlier, unanswered
    request of ours had created."""

    finance: Record | None
    sales: Record | None
    coupling: Coupling | None = None
    gone: frozenset[SideName] = frozenset()
    adopted: bool = False
    loose: Loose | None = None

    def record(self, side: SideName) -> Record | None:
        return self.finance if side is FINANCE else self.sales

    def only_side(self) -> SideName:
        """The side that holds the record of an unpaired pair."""
        return FINANCE if self.finance is not None else SALES

    @property
    def label(self) -> str:
        for record in (self.finance, self.sales):
            if record is not None and record.label:
                return record.label
        return ""


@by_the_million
class Keep:
    """Write nothing; remember `coupling` where it changed."""

    pair: Pair
    coupling: Coupling | None = None
    forget: tuple[tuple[SideName, str], ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """Write fields on one side or both, then remember what was agreed on. `why` says it for each side written."""

    pair: Pair
    merged: Merged
    standing: Standing
    why: Mapping[SideName, str]


@by_the_million
class Create:
    """Create the counterpart of a record on side `on`, under an id settled now. `fields` holds no blanks."""

    pair: Pair
    on: SideName
    id: str
    fields: Fields
    waits: tuple[tuple[str, Target], ...]
    why: str
    replaces: Coupling | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the counterpart of a record that was deleted."""

    pair: Pair
    on: SideName
    why: str


@dataclass(frozen=True, slots=True)
class Uncouple:
    """Drop a coupling; what survives stays as it is and does not get a new counterpart by itself."""

    pair: Pair
    why: str


@by_the_million
class Leave:
    """Leave a record without counterpart, and say why."""

    pair: Pair
    loose: Loose


@dataclass(frozen=True, slots=True)
class Forget:
    """A record without counterpart no longer exists."""

    pair: Pair
    side: SideName
    id: str


Action: TypeAlias = Keep | Update | Create | Remove | Uncouple | Leave | Forget


def writes_of(action: Action) -> Iterator[tuple[SideName, Write]]:
    """Yield the writes an action asks for, each with its side."""
    match action:
        case Create(on=on, id=new_id, fields=fields, pair=pair):
            yield on, Insert(new_id, fields, pair.label)
        case Update(merged=merged, pair=pair):
            for side in (FINANCE, SALES):
                record = pair.record(side)
                if merged.writes[side] and record is not None:
                    yield side, Change(record.id, merged.writes[side], record.version, pair.label)
        case Remove(on=on, pair=pair):
            record = pair.record(on)
            if record is not None:
                yield on, Delete(record.id, record.version, pair.label)


def is_risky(action: Action) -> bool:
    """Whether an action deletes, uncouples, or blanks a field that held something."""
    match action:
        case Remove() | Uncouple():
            return True
        case Update(merged=merged, pair=pair):
            return any(_blanks(pair.record(side), fields) for side, fields in merged.writes.items())
        case _:
            return False


def _blanks(record: Record | None, fields: Fields) -> bool:
    return record is not None and any(
        value is None and record.fields.get(name) is not None for name, value in fields.items()
    )


@dataclass(frozen=True, slots=True)
class Brake:
    """How many risky changes a run may still make before a person has to say yes.

    `coupled` is how many couplings the mapping has, or how to find out, which is asked only when it matters: counting
    takes longer the more there are. `spent` is what this run did already."""

    coupled: int | Callable[[], int]
    spent: int = 0
    lifted: bool = False

    def check(self, mapping: TableMapping, risky: int) -> "Brake":
        """Return the brake after `risky` further changes; raises UnsafePlan when that is too much."""
        total = self.spent + risky
        if risky and total > mapping.max_free and not self.lifted:
            coupled = self.coupled() if callable(self.coupled) else self.coupled
            limit = max(mapping.max_free, coupled * mapping.max_share // 100)
            if total > limit:
                raise UnsafePlan(
                    f"This run would delete, uncouple or blank {total} of {coupled} coupled records, "
                    f"and {mapping.name} allows {limit} without asking.",
                    record=mapping.name,
                    hint="Look at the preview. If that is what you want, approve the run; "
                    "otherwise restore the records first.",
                )
        return Brake(self.coupled, total, self.lifted)


@dataclass(frozen=True, slots=True)
class Work:
    """One page of work: a side's next feed page, rows due again, a sweep for unseen rows, or records a person chose.

    `cursor` continues a feed from there instead of where the store stands; `after` continues the other kinds."""

    kind: str
    side: SideName = FINANCE
    cursor: str | None = None
    after: str | None = None
    finance_ids: tuple[str, ...] = ()
    sales_ids: tuple[str, ...] = ()

    @classmethod
    def feed(cls, side: SideName, cursor: str | None = None) -> "Work":
        return cls("feed", side, cursor)

    @classmethod
    def revisit(cls, after: str | None = None) -> "Work":
        return cls("revisit", after=after)

    @classmethod
    def sweep(cls, side: SideName, after: str | None = None) -> "Work":
        return cls("sweep", side, after=after)

    @classmethod
    def selection(cls, finance_ids: Sequence[str] = (), sales_ids: Sequence[str] = ()) -> "Work":
        return cls("selection", finance_ids=tuple(finance_ids), sales_ids=tuple(sales_ids))


@dataclass(frozen=True, slots=True)
class Plan:
    """The actions of one page. `cursor` and `seen` are remembered with their results; `next` is the work behind it.

    `unchanged` counts records the feed told of that are as we left them."""

    rows: Rows
    actions: tuple[Action, ...]
    unchanged: int = 0
    cursor: tuple[SideName, str] | None = None
    seen: tuple[SideName, tuple[str, ...]] | None = None
    next: Work | None = None
    problems: Mapping[str, TallyError] = field(default_factory=dict)

    @property
    def mapping(self) -> TableMapping:
        return self.rows.mapping

    @property
    def risky(self) -> int:
        return sum(map(is_risky, self.actions))

    def writes(self, side: SideName) -> list[Write]:
        return [write for action in self.actions for where, write in writes_of(action) if where is side]

    @property
    def writes_only(self) -> SideName | None:
        """The one side this plan writes on, or None where it writes on both or none."""
        sides = {side for action in self.actions for side, _ in writes_of(action)}
        return sides.pop() if len(sides) == 1 else None


__all__ = [
    "FINANCE",
    "SALES",
    "Action",
    "Brake",
    "Create",
    "Forget",
    "Keep",
    "Leave",
    "Pair",
    "Plan",
    "Remove",
    "Uncouple",
    "Update",
    "Work",
    "is_risky",
    "writes_of",
]
