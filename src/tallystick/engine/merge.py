"""Three-way merge, field by field: each side's value now, against what that side held when the halves last agreed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tallystick.engine.mapping import ConflictPolicy, TableMapping
from tallystick.engine.model import FINANCE, SALES, Coupling, FieldConflict, Fields, Record, SideName, Target, Value
from tallystick.engine.translate import MISSING, UNCOUPLED, References, Row, Rows, Translated


class FieldMerge(Enum):
    """What becomes of one field."""

    AGREED = "agreed"
    TAKE_FINANCE = "take finance"
    TAKE_SALES = "take sales"
    CONFLICT = "conflict"


AGREED, TAKE_FINANCE, TAKE_SALES, CONFLICT = FieldMerge


def take(side: SideName) -> FieldMerge:
    return TAKE_FINANCE if side is FINANCE else TAKE_SALES


def merge_field(*, finance_moved: bool, sales_moved: bool, equal: bool, winner: SideName | None) -> FieldMerge:
    """Decide a field that may travel both ways. `winner` settles the one case in which both sides moved apart."""
    match finance_moved, sales_moved:
        case _ if equal:
            return AGREED
        case True, False:
            return TAKE_FINANCE
        case False, True:
            return TAKE_SALES
        case True, True:
            return take(winner) if winner else CONFLICT  # no winner: ask
        case _:
            return AGREED  # neither moved: two spellings that both sides had settled on


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge wants: fields to write on each side, and what each side will have agreed on once that is done.

    `taken` names each row to write and the side it is written on. `unsettled` fields (by finance name) keep their old
    base: they are in `conflicts` or wait for one of `waits`."""

    writes: Mapping[SideName, dict[str, Value]]
    bases: Mapping[SideName, dict[str, Value]]
    taken: tuple[tuple[Row, SideName], ...]
    conflicts: tuple[FieldConflict, ...]
    waits: tuple[tuple[str, Target], ...]
    unsettled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """Who wins where both sides moved: a person's decisions first, then the policy; `first` at the first agreement."""

    policy: ConflictPolicy
    first: SideName | None
    decisions: Mapping[str, SideName]
    later: SideName | None

    @classmethod
    def of(
        cls, mapping: TableMapping, coupling: Coupling, finance: Record, sales: Record, *, first: SideName | None
    ) -> "Rules":
        return cls(mapping.conflicts, first, coupling.decisions, _later(finance, sales))

    def winner(self, field: str, *, agreed_before: bool) -> SideName | None:
        decided = self.decisions.get(field) or self.decisions.get("")
        if decided is not None:
            return decided
        if not agreed_before and self.first is not None:
            return self.first
        match self.policy:
            case ConflictPolicy.FINANCE_WINS:
                return FINANCE
            case ConflictPolicy.SALES_WINS:
                return SALES
            case ConflictPolicy.LATEST_WINS:
                return self.later
            case _:
                return None


def _later(finance: Record, sales: Record) -> SideName | None:
    """Return the side modified later; None where the clocks do not tell, so that a person is asked."""
    if finance.modified_at is None or sales.modified_at is None or finance.modified_at == sales.modified_at:
        return None
    return FINANCE if finance.modified_at > sales.modified_at else SALES


def _known_base(rows: Rows, coupling: Coupling, side: SideName, record: Record) -> Fields:
    """Return the side's base, brought up to date with what this integration itself wrote last.

    A half without version was written and not read back since. If that side says the last write is still ours, whatever
    it holds now is how it keeps what we wrote (trimmed, rounded, filled with a default): nobody edited it. Fields that
    are unsettled were not ours to write, so theirs stay."""
    half = coupling.half(side)
    if half.version is not None or not record.by_us:
        return half.base
    unsettled = {row.name_on(side) for row in rows.rows if row.finance in coupling.unsettled}
    return {name: old if name in unsettled else record.fields.get(name) for name, old in half.base.items()}


def merge_records(
    rows: Rows, coupling: Coupling, finance: Record, sales: Record, refs: References, rules: Rules
) -> Merged:
    """Merge two coupled records. Fields that agree, or that one side gives, move the bases; the others stay unsettled."""
    base_finance, base_sales = _known_base(rows, coupling, FINANCE, finance), _known_base(rows, coupling, SALES, sales)
    writes: dict[SideName, dict[str, Value]] = {FINANCE: {}, SALES: {}}
    bases: dict[SideName, dict[str, Value]] = {FINANCE: dict(base_finance), SALES: dict(base_sales)}
    taken: list[tuple[Row, SideName]] = []
    conflicts: list[FieldConflict] = []
    waits: list[tuple[str, Target]] = []
    unsettled: set[str] = set()
    ours = finance.fields
    theirs = sales.fields
    for row in rows.rows:
        left, right = ours.get(row.finance), theirs.get(row.sales)
        was_left, was_right = base_finance.get(row.finance, MISSING), base_sales.get(row.sales, MISSING)
        if left == was_left and right == was_right and row.finance not in coupling.unsettled:
            continue  # by far the most common case: neither side touched it
        if row.field.create_only or not (row.writes_finance or row.writes_sales):
            verdict = AGREED
        else:
            verdict = _verdict(row, left, right, was_left, was_right, refs, rules)
        if verdict is CONFLICT:
            conflicts.append(FieldConflict(row.finance, left, right, _shown(was_left), _shown(was_right)))
            unsettled.add(row.finance)
            continue
        if verdict is not AGREED:
            source = FINANCE if verdict is TAKE_FINANCE else SALES
            value = left if source is FINANCE else right
            across = row.across(value, source, refs)
            if across is UNCOUPLED:
                waits.append((row.finance, row.target(value, source)))
                unsettled.add(row.finance)
                continue
            if not (across is None and row.field.not_null):
                writes[source.other][row.name_on(source.other)] = across  # type: ignore[assignment]  # MISSING never comes out of across
                taken.append((row, source.other))
        bases[FINANCE][row.finance] = left
        bases[SALES][row.sales] = right
    for row, side in taken:
        bases[side][row.name_on(side)] = writes[side][row.name_on(side)]
    _keep_unsettled(rows, unsettled, bases, base_finance, base_sales)
    for condition in rows.mapping.conditions:  # so that a half can be judged by its filters without reading it again
        bases[condition.side][condition.field] = (ours if condition.side is FINANCE else theirs).get(condition.field)
    return Merged(writes, bases, tuple(taken), tuple(conflicts), tuple(waits), frozenset(unsettled))


def _verdict(
    row: Row, left: Value, right: Value, was_left: Translated, was_right: Translated, refs: References, rules: Rules
) -> FieldMerge:
    moved_left, moved_right = left != was_left, right != was_right
    equal = _equal(row, left, right, refs)
    agreed_before = was_left is not MISSING or was_right is not MISSING
    filling = not agreed_before and not equal and "" not in rules.decisions and (left is None or right is None)
    if not row.writes_finance:  # one way: the receiving side's own edits are nobody's business until the giver moves
        return TAKE_FINANCE if moved_left and not equal and not (filling and left is None) else AGREED
    if not row.writes_sales:
        return TAKE_SALES if moved_right and not equal and not (filling and right is None) else AGREED
    if filling:
        return TAKE_FINANCE if right is None else TAKE_SALES  # at the first agreement a blank is filled, not spread
    winner = rules.winner(row.finance, agreed_before=agreed_before)
    return merge_field(finance_moved=moved_left, sales_moved=moved_right, equal=equal, winner=winner)


def _equal(row: Row, left: Value, right: Value, refs: References) -> bool:
    """Whether the two are one value: either is what the other would become on its side."""
    if left is None and right is None:
        return True
    return row.across(left, FINANCE, refs) == right or left == row.across(right, SALES, refs)


def _shown(base: Translated) -> Value:
    return base if isinstance(base, str | int | bool) else None


def _keep_unsettled(
    rows: Rows, unsettled: set[str], bases: Mapping[SideName, dict[str, Value]], finance: Fields, sales: Fields
) -> None:
    """Put the old base back for unsettled fields, also where another row of the same finance field moved it."""
    for row in rows.rows if unsettled else ():
        if row.finance in unsettled:
            _restore(bases[FINANCE], row.finance, finance)
            _restore(bases[SALES], row.sales, sales)


def _restore(base: dict[str, Value], name: str, old: Fields) -> None:
    if name in old:
        base[name] = old[name]
    else:
        base.pop(name, None)
