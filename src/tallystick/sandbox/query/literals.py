"""Literals in the form a column is stored and compared in."""

from __future__ import annotations

from decimal import Decimal

from tallystick.sandbox.errors import Refusal, query_error
from tallystick.sandbox.metadata import Column, Kind
from tallystick.sandbox.query.syntax import Literal, LiteralKind
from tallystick.sandbox.rows.values import SqlValue, parse_guid, parse_moment
from tallystick.sandbox.store.collation import fold

NUMBERS = frozenset(
    {Kind.INTEGER, Kind.BIGINT, Kind.DOUBLE, Kind.DECIMAL, Kind.MONEY, Kind.PICKLIST, Kind.STATE, Kind.STATUS}
)
TEXTS = frozenset({Kind.STRING, Kind.MEMO, Kind.MULTIPICKLIST})


def incompatible(left: str, right: str, operator: str) -> Refusal:
    return query_error(
        "A binary operator with incompatible types was detected. "
        f"Found operand types '{left}' and '{right}' for operator kind '{operator}'."
    )


def stored_value(column: Column, literal: Literal, operator: str = "eq") -> tuple[SqlValue, bool]:
    """The literal in the form the column is stored and compared in; and whether part of a second was cut off."""
    value, kind = literal.value, literal.kind
    if column.kind in TEXTS and kind is LiteralKind.TEXT:
        return fold(str(value)), False
    if column.kind in NUMBERS and kind is LiteralKind.NUMBER:
        return _number(column, value), False
    if column.kind is Kind.BOOLEAN and kind is LiteralKind.BOOLEAN:
        return int(bool(value)), False
    if column.is_lookup or column.kind is Kind.UNIQUEIDENTIFIER:
        guid = parse_guid(value) if kind in (LiteralKind.GUID, LiteralKind.TEXT) else None
        if guid is not None:
            return guid, False
    if column.kind is Kind.DATETIME:
        if kind is LiteralKind.MOMENT and (parsed := parse_moment(str(value))):
            return parsed
        if kind is LiteralKind.DAY:
            return f"{value}T00:00:00Z", False
    if column.kind is Kind.DATE and kind in (LiteralKind.DAY, LiteralKind.MOMENT):
        return str(value)[:10], False
    raise incompatible(f"{column.kind.value} ({column.name})", kind.name, operator)


def _number(column: Column, value: object) -> SqlValue:
    number = Decimal(str(value))
    if column.kind is Kind.MONEY:
        number *= 10_000
    elif column.kind in (Kind.DECIMAL, Kind.DOUBLE):
        return float(number)
    if number == number.to_integral_value() and abs(number) < 9 * 10**18:
        return int(number)
    return float(number)
