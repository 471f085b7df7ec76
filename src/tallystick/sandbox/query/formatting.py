"""Values as a person reads them (the FormattedValue annotation and the pages), in the caller's locale: en-US, UTC."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tallystick.sandbox.metadata import Column, Kind
from tallystick.sandbox.rows.values import MONEY_SCALE, SqlValue


@dataclass(frozen=True, slots=True)
class Symbol:
    text: str
    places: int


def currency_symbols(connection: sqlite3.Connection) -> dict[str, Symbol]:
    """Symbol and decimals of every currency, by id."""
    query = "SELECT transactioncurrencyid, currencysymbol, currencyprecision FROM transactioncurrency"
    return {str(row[0]): Symbol(str(row[1]), int(row[2])) for row in connection.execute(query)}


def formatted(column: Column, value: SqlValue, symbol: Symbol | None = None) -> str | None:
    """The text of one stored value; None when there is none to show."""
    if value is None:
        return None
    match column.kind:
        case Kind.PICKLIST | Kind.STATE | Kind.STATUS | Kind.BOOLEAN:
            option = column.option(value)
            return option.label if option else str(value)
        case Kind.MULTIPICKLIST:
            options = [column.option(int(one)) for one in str(value).split(",")]
            return "; ".join(option.label for option in options if option)
        case Kind.MONEY:
            places = symbol.places if symbol else 2
            amount = Decimal(int(value)) / MONEY_SCALE
            sign = "-" if amount < 0 else ""
            return f"{sign}{symbol.text if symbol else ''}{abs(amount):,.{places}f}"
        case Kind.DECIMAL:
            return f"{Decimal(str(value)):,.{column.precision}f}"
        case Kind.DOUBLE:
            return f"{float(value):,.{column.precision}f}"
        case Kind.INTEGER | Kind.BIGINT:
            return f"{int(value):,}"
        case Kind.DATETIME:
            return _moment(str(value))
        case Kind.DATE:
            return _day(str(value))
    return None


def _day(text: str) -> str:
    return f"{int(text[5:7])}/{int(text[8:10])}/{text[:4]}"


def _moment(text: str) -> str:
    hour = int(text[11:13])
    return f"{_day(text)} {hour % 12 or 12}:{text[14:16]} {'AM' if hour < 12 else 'PM'}"


def symbol_of(symbols: Mapping[str, Symbol], base: str, column: Column, currency: SqlValue) -> Symbol | None:
    """The symbol for one money column: base amounts are in the base currency."""
    return symbols.get(base if column.name.endswith("_base") else str(currency))
