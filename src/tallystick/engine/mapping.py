"""Integration table mappings: what pairs with what, which way, and who wins. Plain data, no behaviour that does I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tallystick.engine.model import FINANCE, SALES, Fields, SideName, Value


class Direction(StrEnum):
    """Which way values travel."""

    TO_SALES = "to sales"
    TO_FINANCE = "to finance"
    BOTH = "both"

    def reaches(self, side: SideName) -> bool:
        """Whether values may be written on `side`."""
        return self is BOTH or (self is TO_SALES) == (side is SALES)


BOTH, TO_SALES, TO_FINANCE = Direction.BOTH, Direction.TO_SALES, Direction.TO_FINANCE


class ConflictPolicy(StrEnum):
    """Who wins a field that both sides changed."""

    ASK = "ask"
    FINANCE_WINS = "finance wins"
    SALES_WINS = "sales wins"
    LATEST_WINS = "latest wins"


class DeletionPolicy(StrEnum):
    """What becomes of a record whose counterpart was deleted."""

    ASK = "ask"
    UNCOUPLE = "delete coupling"
    RESTORE = "restore"
    DELETE = "delete the counterpart"


@dataclass(frozen=True, slots=True)
class Via:
    """A field that refers to another record is translated through the couplings of that record's mapping.

    `finance` and `sales` name the tables referred to, which a side needs where a reference can lead to several."""

    mapping: str
    finance: str
    sales: str


def coupled(mapping: str, *, finance: str, sales: str) -> Via:
    """Translate a reference through the couplings of `mapping`."""
    return Via(mapping, finance, sales)


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """A finance field paired with a Dataverse column.

    `match` is the priority group this field belongs to in match-based coupling (1 is tried first; 0: not used); fields of
    one group must all match. `not_null`: a blank is never written to the other side. `clear_if_uncoupled`: a reference to
    a record that is not coupled does not hold its record back; the field alone waits. `create_only`: written when the
    counterpart is created, then left alone. `enabled` rows take part."""

    finance: str
    sales: str
    direction: Direction = BOTH
    via: Via | None = None
    match: int = 0
    not_null: bool = False
    clear_if_uncoupled: bool = False
    create_only: bool = False
    enabled: bool = True

    def name_on(self, side: SideName) -> str:
        return self.finance if side is FINANCE else self.sales


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that a new record gets on `side`, whatever the other side holds."""

    side: SideName
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter line: rows of `side` take part where `field` is one of `values` (`negated`: none of them).

    `text` is the rule in the user's words, shown as the reason for what it leaves out."""

    side: SideName
    field: str
    values: tuple[Value, ...]
    text: str
    negated: bool = False

    def holds(self, fields: Fields) -> bool:
        return (fields.get(self.field) in self.values) is not self.negated


def is_blank(side: SideName, field: str, text: str) -> Condition:
    """Only rows where `field` is blank take part."""
    return Condition(side, field, (None,), text)


def is_filled(side: SideName, field: str, text: str) -> Condition:
    """Only rows where `field` is not blank take part."""
    return Condition(side, field, (None,), text, negated=True)


def is_one_of(side: SideName, field: str, *values: Value, text: str) -> Condition:
    """Only rows where `field` has one of `values` take part."""
    return Condition(side, field, values, text)


@dataclass(frozen=True, slots=True)
class TableMapping:
    """An integration table mapping. `finance` and `sales` are the table names as each side calls them.

    `after` names the mappings to run first. `creates` says whether scheduled cycles create counterparts too (otherwise
    only a full synchronization does: "synch. only coupled records"). `first` wins the fields that differ when two records
    are coupled for the first time; blanks are filled from either side before that. `max_share` is the share of coupled
    rows, in percent, that one run may delete, uncouple or blank without asking; `max_free` such changes always pass.
    `scope` keeps apart the ids that several companies settle for their counterparts of one and the same record."""

    name: str
    finance: str
    sales: str
    fields: tuple[FieldMapping, ...]
    direction: Direction = BOTH
    after: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    constants: tuple[Constant, ...] = ()
    creates: bool = False
    first: SideName = FINANCE
    conflicts: ConflictPolicy = ConflictPolicy.ASK
    deletions: DeletionPolicy = DeletionPolicy.ASK
    max_share: int = 20
    max_free: int = 10
    label_finance: str = ""
    label_sales: str = ""
    scope: str = ""

    @property
    def namespace(self) -> str:
        """Where the settled ids of new records come from."""
        return f"{self.scope}/{self.name}" if self.scope else self.name

    def table(self, side: SideName) -> str:
        return self.finance if side is FINANCE else self.sales

    def label(self, side: SideName) -> str:
        """What people call a record of this table on `side`, such as "Customer" or "Account"."""
        return (self.label_finance or self.finance) if side is FINANCE else (self.label_sales or self.sales)

    def enabled_fields(self) -> Iterator[FieldMapping]:
        return (row for row in self.fields if row.enabled)

    def field_names(self, side: SideName) -> tuple[str, ...]:
        """Every field of `side` that has to be read: mapped, filtered on; each once, in mapping order."""
        mapped = (row.name_on(side) for row in self.enabled_fields())
        filtered = (condition.field for condition in self.conditions if condition.side is side)
        return tuple(dict.fromkeys((*mapped, *filtered)))

    def excluded_by(self, side: SideName, fields: Fields) -> str | None:
        """Return the text of the first filter line that leaves this row out, or None where it takes part."""
        for condition in self.conditions:
            if condition.side is side and not condition.holds(fields):
                return condition.text
        return None

    def match_keys(self, side: SideName, fields: Fields) -> tuple[str, ...]:
        """Return one key per match group whose fields are all filled, best first; case does not count."""
        return keys_of(self.match_groups(side), fields)

    def match_groups(self, side: SideName) -> "MatchGroups":
        """Return the match groups, best first, each with the fields of `side` that have to match."""
        groups = sorted({row.match for row in self.enabled_fields() if row.match})
        return tuple(
            (group, tuple(row.name_on(side) for row in self.enabled_fields() if row.match == group)) for group in groups
        )


MatchGroups: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]


def keys_of(groups: MatchGroups, fields: Fields) -> tuple[str, ...]:
    """Return the match keys of one record: for many records of a mapping, with its groups asked for once."""
    keys = []
    for group, names in groups:
        values = [fields.get(name) for name in names]
        if None not in values:
            keys.append(f"{group}:" + "\x1f".join([str(value).strip().casefold() for value in values]))
    return tuple(keys)
