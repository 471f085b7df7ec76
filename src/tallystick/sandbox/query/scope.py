"""Names in a query: which SQL expression a path stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from tallystick.sandbox.errors import Refusal, query_error
from tallystick.sandbox.metadata import Catalog, Column, Kind, NavigationTarget, Table
from tallystick.sandbox.metadata.privileges import Verb
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import SqlValue
from tallystick.sandbox.security import checks
from tallystick.sandbox.store.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters in order."""

    text: str
    params: tuple[SqlValue, ...] = ()


TRUE = Sql("1")
FALSE = Sql("0")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when: some query functions depend on both."""

    catalog: Catalog
    caller: Caller
    now: datetime
    aliases: Iterator[int] = field(default_factory=lambda: count(1))


@dataclass(frozen=True, slots=True)
class Scope:
    """A table under an alias; `variables` are the lambda variables in reach."""

    asking: Asking
    table: Table
    alias: str
    variables: Mapping[str, Scope] = field(default_factory=dict)

    def fresh(self, table: Table) -> Scope:
        return Scope(self.asking, table, f"t{next(self.asking.aliases)}", self.variables)

    def with_variable(self, name: str, inner: Scope) -> Scope:
        return Scope(self.asking, self.table, self.alias, {**self.variables, name: inner})

    def column(self, name: str) -> str:
        return f"{self.alias}.{quoted(name)}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A column as an SQL expression; `table` is the table it belongs to."""

    sql: str
    column: Column
    table: Table


def unknown_property(table: Table, name: str) -> Refusal:
    return query_error(f"Could not find a property named '{name}' on type '{table.type_name}'.")


def resolve(scope: Scope, names: tuple[str, ...]) -> Resolved:
    """The SQL of a path: a column of the row, or of a row reached through lookups."""
    if names[0] in scope.variables:
        return resolve(scope.variables[names[0]], names[1:]) if len(names) > 1 else _no_property(scope, names[0])
    *hops, last = names
    if not hops:
        column = scope.table.column_of(last)
        if column is None:
            raise unknown_property(scope.table, last)
        return Resolved(scope.column(column.name), column, scope.table)
    return _through_lookups(scope, hops, last)


def _no_property(scope: Scope, name: str) -> Resolved:
    raise query_error(f"The variable '{name}' is a row; name one of its properties.")


def readable(scope: Scope) -> list[Sql]:
    """The conditions that leave the rows the caller may read. Raises when the caller may read none of the table."""
    found = checks.within_reach(scope.asking.caller, scope.table, Verb.READ, scope.alias)
    return [Sql(text, params) for text, params in found]


def single_valued(scope: Scope, table: Table, name: str) -> NavigationTarget:
    target = scope.asking.catalog.navigation(table.name).get(name)
    if target is None:
        raise unknown_property(table, name)
    if target.collection or target.column is None:
        raise query_error(f"The navigation property '{name}' is a collection; use any or all.")
    return target


def _through_lookups(scope: Scope, hops: list[str], last: str) -> Resolved:
    if len(hops) > 10:
        raise query_error("A path may follow at most 10 lookups.")
    catalog, table, previous = scope.asking.catalog, scope.table, scope.alias
    joins: list[str] = []
    first = ""
    for name in hops:
        target = single_valued(scope, table, name)
        column = target.column
        assert column is not None  # noqa: S101 (single_valued says so; this is for the type checker)
        joined, alias = catalog[target.target], f"t{next(scope.asking.aliases)}"
        checks.require_on(scope.asking.caller, joined, Verb.READ)
        condition = f"{alias}.{quoted(joined.id_column)} = {previous}.{quoted(column.name)}"
        if column.polymorphic:
            condition += f" AND {previous}.{quoted(column.type_column)} = '{target.target}'"
        if first:
            joins.append(f"JOIN {quoted(joined.name)} {alias} ON {condition}")
        else:
            first = condition
            joins.append(f"FROM {quoted(joined.name)} {alias}")
        table, previous = joined, alias
    column = table.column_of(last)
    if column is None:
        raise unknown_property(table, last)
    text = f"(SELECT {previous}.{quoted(column.name)} {' '.join(joins)} WHERE {first})"
    return Resolved(text, column, table)


def primary_name(scope: Scope, resolved: Resolved) -> str:
    """The SQL of the primary name of the row a lookup points to."""
    column = resolved.column
    options = []
    for target in column.targets:
        table = scope.asking.catalog[target]
        if table.name_column:
            options.append(
                f"SELECT {quoted(table.name_column)} FROM {quoted(target)} WHERE {quoted(table.id_column)} = {resolved.sql}"  # noqa: S608 (names from metadata)
            )
    if not options:
        return "NULL"
    return f"({options[0]})" if len(options) == 1 else f"coalesce({', '.join(f'({one})' for one in options)})"


def comparable(resolved: Resolved) -> str:
    """The expression to compare and sort by: text folds case, exact decimals become numbers."""
    if resolved.column.kind in (Kind.STRING, Kind.MEMO):
        return f"fold({resolved.sql})"
    if resolved.column.kind is Kind.DECIMAL:
        return f"CAST({resolved.sql} AS REAL)"
    return resolved.sql
