"""A row about to be written, as the rules of the tables see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tallystick.sandbox.metadata import Table
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import SqlValue
from tallystick.sandbox.store import Transaction, quoted


@dataclass(slots=True)
class Change:
    """A row about to be written: `values` are written, `before` is what is stored (None when it is being created)."""

    table: Table
    values: dict[str, SqlValue]
    before: Mapping[str, SqlValue] | None
    caller: Caller
    now: str

    def after(self, column: str) -> SqlValue:
        if column in self.values or self.before is None:
            return self.values.get(column)
        return self.before.get(column)

    def touches(self, columns: frozenset[str]) -> bool:
        return not self.values.keys().isdisjoint(columns)


Rule = Callable[[Transaction, Change], None]


@dataclass(frozen=True, slots=True)
class Computed:
    """A rule that runs when any of `inputs` is written, and sees all of them through `Change.after`."""

    inputs: frozenset[str]
    rule: Rule


def organization_setting(transaction: Transaction, column: str) -> object:
    """A setting of the organization, read once in a transaction: a bulk message asks for it with every row."""
    if column not in transaction.organization:
        query = f"SELECT {quoted(column)} FROM organization"  # noqa: S608 (a fixed name)
        transaction.organization[column] = transaction.connection.execute(query).fetchone()[0]
    return transaction.organization[column]
