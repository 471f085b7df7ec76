"""The members of a row in an answer: which columns, in which order, converted and annotated how."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tallystick.sandbox.metadata import Column, Kind, Table
from tallystick.sandbox.query.formatting import Symbol, currency_symbols, formatted, symbol_of
from tallystick.sandbox.query.scope import Resolved, Scope, primary_name, unknown_property
from tallystick.sandbox.rows.values import SqlValue, ToJson, to_json
from tallystick.sandbox.store.schema import quoted

Row = dict[str, object]
FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
LOOKUP_NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
_ADDRESS_PART = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")


@dataclass(frozen=True, slots=True)
class Annotations:
    """Which annotations the caller asked for (`Prefer: odata.include-annotations`)."""

    patterns: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        return any(pattern == "*" or fnmatchcase(name, pattern) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Shape:
    """`expressions` are selected in this order; the first `len(keys)` become members, the rest are for the caller."""

    keys: tuple[str, ...]
    expressions: tuple[str, ...]
    converters: tuple[tuple[str, ToJson], ...]
    annotate: Callable[[Row, tuple[SqlValue, ...]], None] | None

    def row(self, values: tuple[SqlValue, ...]) -> Row:
        row: Row = dict(zip(self.keys, values, strict=False))
        if self.annotate is not None:
            self.annotate(row, values)
        for key, convert in self.converters:
            row[key] = convert(row[key])  # type: ignore[arg-type]  # still the stored value
        return row


def selected_columns(table: Table, select: tuple[str, ...] | None) -> list[Column]:
    """The columns an answer shows: those asked for, what comes along with them, and the primary key."""
    if select is None:
        return [column for column in table.columns.values() if column.is_property]
    chosen: dict[str, Column] = {}
    for name in select:
        column = table.column_of(name)
        if column is None:
            raise unknown_property(table, name)
        chosen[column.name] = column
        for companion in _companions(table, column):
            chosen.setdefault(companion.name, companion)
    chosen.setdefault(table.id_column, table.columns[table.id_column])
    return list(chosen.values())


def _companions(table: Table, column: Column) -> Iterable[Column]:
    """Money brings its currency, part of an address its composite."""
    if column.kind is Kind.MONEY and "transactioncurrencyid" in table.columns:
        yield table.columns["transactioncurrencyid"]
    if column.name.startswith("address") and column.name[9:] in _ADDRESS_PART:
        composite = table.columns.get(f"{column.name[:8]}_composite")
        if composite is not None:
            yield composite


def make_shape(
    connection: sqlite3.Connection,
    scope: Scope,
    columns: list[Column],
    annotations: Annotations,
    hidden: Iterable[str] = (),
) -> Shape:
    """The shape of rows of `scope`. `hidden` expressions are selected too, after everything else."""
    keys = [column.property_name for column in columns]
    expressions = [scope.column(column.name) for column in columns]
    if "versionnumber" in scope.table.columns:
        keys.insert(0, "@odata.etag")
        expressions.insert(0, f"""'W/"' || {scope.column("versionnumber")} || '"'""")
    annotate, extra = _annotator(connection, scope, columns, annotations, len(expressions))
    converters = [(column.property_name, to_json(column)) for column in columns]
    return Shape(
        tuple(keys),
        (*expressions, *extra, *hidden),
        tuple((key, convert) for key, convert in converters if convert is not None),
        annotate,
    )


def _annotator(
    connection: sqlite3.Connection, scope: Scope, columns: list[Column], annotations: Annotations, width: int
) -> tuple[Callable[[Row, tuple[SqlValue, ...]], None] | None, list[str]]:
    if not annotations.patterns:
        return None, []
    extra: list[str] = []
    steps: list[Callable[[Row, tuple[SqlValue, ...]], None]] = []

    def position(expression: str) -> int:
        extra.append(expression)
        return width + len(extra) - 1

    texts, tables = annotations.wants(FORMATTED), annotations.wants(LOOKUP_TABLE)
    money = texts and any(column.kind is Kind.MONEY for column in columns)
    symbols = currency_symbols(connection) if money else {}
    base = str(connection.execute("SELECT basecurrencyid FROM organization").fetchone()[0]) if money else ""
    currency_at = position(scope.column("transactioncurrencyid")) if money else -1
    for column in columns:
        if column.is_lookup:
            name_at = position(primary_name(scope, _resolved(scope, column))) if texts else -1
            type_at = position(scope.column(column.type_column)) if column.polymorphic else -1
            navigation = annotations.wants(LOOKUP_NAVIGATION)
            steps.append(_lookup_step(column, name_at, type_at, tables=tables, navigation=navigation))
        elif texts:
            steps.append(_format_step(column, symbols, base, currency_at))

    def annotate(row: Row, values: tuple[SqlValue, ...]) -> None:
        for step in steps:
            step(row, values)

    return annotate, extra


def _resolved(scope: Scope, column: Column) -> Resolved:
    return Resolved(scope.column(column.name), column, scope.table)


def _lookup_step(
    column: Column, name_at: int, type_at: int, *, tables: bool, navigation: bool
) -> Callable[[Row, tuple[SqlValue, ...]], None]:
    key = column.property_name

    def step(row: Row, values: tuple[SqlValue, ...]) -> None:
        if row[key] is None:
            return
        if name_at >= 0 and values[name_at] is not None:
            row[f"{key}@{FORMATTED}"] = values[name_at]
        target = str(values[type_at]) if type_at >= 0 else column.targets[0]
        if tables:
            row[f"{key}@{LOOKUP_TABLE}"] = target
        if navigation:
            row[f"{key}@{LOOKUP_NAVIGATION}"] = column.navigation_for(target)

    return step


def _format_step(
    column: Column, symbols: dict[str, Symbol], base: str, currency_at: int
) -> Callable[[Row, tuple[SqlValue, ...]], None]:
    key, is_money = column.property_name, column.kind is Kind.MONEY

    def step(row: Row, values: tuple[SqlValue, ...]) -> None:
        symbol = symbol_of(symbols, base, column, values[currency_at]) if is_money else None
        text = formatted(column, row[key], symbol)  # type: ignore[arg-type]  # still the stored value
        if text is not None:
            row[f"{key}@{FORMATTED}"] = text

    return step


def hidden_column(scope: Scope, name: str) -> str:
    return f"{scope.alias}.{quoted(name)}"
