"""The query functions of the `Microsoft.Dynamics.CRM.` namespace.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/queryfunctions"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson

from tallystick.sandbox.errors import query_error
from tallystick.sandbox.metadata import Kind
from tallystick.sandbox.query.literals import stored_value
from tallystick.sandbox.query.scope import Resolved, Scope, Sql, comparable, resolve
from tallystick.sandbox.query.syntax import Literal, LiteralKind, Named, parse_literal
from tallystick.sandbox.rows.values import SqlValue, moment_text, parse_guid
from tallystick.sandbox.store.collation import fold
from tallystick.sandbox.store.schema import quoted

_THIS_SECOND = timedelta(seconds=1)  # stored moments have whole seconds: "until now" includes the current one
_NAMESPACE = "Microsoft.Dynamics.CRM."
Span = tuple[datetime | None, datetime | None]
"""From (included) to (excluded); None is open."""


def named_function(scope: Scope, node: Named) -> Sql:
    """The condition a query function stands for."""
    name = node.function.removeprefix(_NAMESPACE)
    if not node.function.startswith(_NAMESPACE) or name not in _FUNCTIONS:
        raise query_error(f"An unknown function with name '{node.function}' was found.")
    literal = node.arguments.get("PropertyName")
    if literal is None or literal.kind is not LiteralKind.TEXT:
        raise query_error(f"{name} needs PropertyName='<column>'.")
    subject = resolve(scope, _property(scope, str(literal.value)))
    return _FUNCTIONS[name](scope, subject, node)


def _property(scope: Scope, name: str) -> tuple[str, ...]:
    """A lookup may be named by its logical name here."""
    names = tuple(name.split("/"))
    column = scope.table.columns.get(name)
    return (column.property_name,) if column is not None and column.is_lookup else names


def _values(node: Named, subject: Resolved) -> list[SqlValue]:
    literal = node.arguments.get("PropertyValues")
    if literal is None or not isinstance(literal.value, list):
        raise query_error(f"{node.function} needs PropertyValues=[…].")
    return [_value(subject, one) for one in literal.value]


def _value(subject: Resolved, given: object) -> SqlValue:
    """Values come as strings, whatever the column's type."""
    column = subject.column
    if column.kind in (Kind.STRING, Kind.MEMO, Kind.MULTIPICKLIST):
        return fold(str(given))
    if column.kind is Kind.BOOLEAN:
        literal: Literal | None = Literal(LiteralKind.BOOLEAN, str(given).lower() in ("1", "true"))
    elif isinstance(given, bool | dict | list):
        literal = None
    else:
        literal = parse_literal(str(given))
    if literal is None:
        raise query_error(f"The value '{str(given)[:100]}' does not fit the column '{column.name}'.")
    return stored_value(column, literal)[0]


def _argument(node: Named, name: str = "PropertyValue") -> Literal:
    literal = node.arguments.get(name)
    if literal is None:
        raise query_error(f"{node.function} needs {name}.")
    return literal


def _whole_argument(node: Named) -> int:
    value = _argument(node).value
    try:
        number = int(Decimal(str(value)))
    except ArithmeticError:
        raise query_error(f"{node.function} needs a whole number as PropertyValue.") from None
    if not 0 < number <= 10_000:
        raise query_error(f"{node.function} takes a whole number from 1 to 10000.")
    return number


# ---- sets and ranges -------------------------------------------------------------------------------------------------


def _in(scope: Scope, subject: Resolved, node: Named) -> Sql:
    values = orjson.dumps(_values(node, subject)).decode()
    return Sql(f"{comparable(subject)} IN (SELECT value FROM json_each(?))", (values,))  # noqa: S608 (columns from metadata)


def _not_in(scope: Scope, subject: Resolved, node: Named) -> Sql:
    values = orjson.dumps(_values(node, subject)).decode()
    text = comparable(subject)
    return Sql(f"({text} IS NULL OR {text} NOT IN (SELECT value FROM json_each(?)))", (values,))  # noqa: S608 (columns from metadata)


def _between(scope: Scope, subject: Resolved, node: Named) -> Sql:
    values = _values(node, subject)
    if len(values) != 2:
        raise query_error(f"{node.function} takes two values.")
    return Sql(f"{comparable(subject)} BETWEEN ? AND ?", tuple(values))


def _not_between(scope: Scope, subject: Resolved, node: Named) -> Sql:
    inner = _between(scope, subject, node)
    return Sql(f"NOT ({inner.text})", inner.params)


def _contains_values(scope: Scope, subject: Resolved, node: Named) -> Sql:
    if subject.column.kind is not Kind.MULTIPICKLIST:
        raise query_error(f"'{subject.column.name}' is not a multi-select choice.")
    values = _values(node, subject)
    terms = " OR ".join(f"instr(',' || {subject.sql} || ',', ?) > 0" for _ in values)
    return Sql(f"({terms or '0'})", tuple(f",{value}," for value in values))


def _lacks_values(scope: Scope, subject: Resolved, node: Named) -> Sql:
    inner = _contains_values(scope, subject, node)
    return Sql(f"NOT ifnull({inner.text}, 0)", inner.params)


# ---- dates -----------------------------------------------------------------------------------------------------------


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _add_months(moment: datetime, months: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise query_error("The date range lies outside the calendar.")
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _days(first: int, length: int) -> Callable[[datetime], Span]:
    def span(now: datetime) -> Span:
        start = _midnight(now) + timedelta(days=first)
        return start, start + timedelta(days=length)

    return span


def _week(offset: int) -> Callable[[datetime], Span]:
    """Weeks start on Sunday."""

    def span(now: datetime) -> Span:
        start = _midnight(now) - timedelta(days=(now.weekday() + 1) % 7) + timedelta(weeks=offset)
        return start, start + timedelta(weeks=1)

    return span


def _months(offset: int, length: int, grid: int) -> Callable[[datetime], Span]:
    """A block of `length` months, `offset` blocks from the current one; blocks start every `grid` months."""

    def span(now: datetime) -> Span:
        start = _midnight(now).replace(day=1)
        start = _add_months(start, -((now.month - 1) % grid) + offset * length)
        return start, _add_months(start, length)

    return span


_FIXED_SPANS: dict[str, Callable[[datetime], Span]] = {
    "Today": _days(0, 1),
    "Yesterday": _days(-1, 1),
    "Tomorrow": _days(1, 1),
    "Last7Days": lambda now: (_midnight(now) - timedelta(days=7), now + _THIS_SECOND),
    "Next7Days": lambda now: (now, _midnight(now) + timedelta(days=8)),
    "LastWeek": _week(-1),
    "ThisWeek": _week(0),
    "NextWeek": _week(1),
    "LastMonth": _months(-1, 1, 1),
    "ThisMonth": _months(0, 1, 1),
    "NextMonth": _months(1, 1, 1),
    "LastYear": _months(-1, 12, 12),
    "ThisYear": _months(0, 12, 12),
    "NextYear": _months(1, 12, 12),
    # The fiscal calendar is the calendar year in quarters: the shipped setting of a new organization.
    "LastFiscalYear": _months(-1, 12, 12),
    "ThisFiscalYear": _months(0, 12, 12),
    "NextFiscalYear": _months(1, 12, 12),
    "LastFiscalPeriod": _months(-1, 3, 3),
    "ThisFiscalPeriod": _months(0, 3, 3),
    "NextFiscalPeriod": _months(1, 3, 3),
}


def _last(step: Callable[[datetime, int], datetime]) -> Callable[[datetime, int], Span]:
    return lambda now, number: (step(now, -number), now + _THIS_SECOND)


def _next(step: Callable[[datetime, int], datetime]) -> Callable[[datetime, int], Span]:
    return lambda now, number: (now, step(now, number))


def _older(step: Callable[[datetime, int], datetime]) -> Callable[[datetime, int], Span]:
    return lambda now, number: (None, step(now, -number))


_STEPS: dict[str, Callable[[datetime, int], datetime]] = {
    "Minutes": lambda moment, number: moment + timedelta(minutes=number),
    "Hours": lambda moment, number: moment + timedelta(hours=number),
    "Days": lambda moment, number: moment + timedelta(days=number),
    "Weeks": lambda moment, number: moment + timedelta(weeks=number),
    "Months": _add_months,
    "Years": lambda moment, number: _add_months(moment, 12 * number),
}
_COUNTED_SPANS: dict[str, Callable[[datetime, int], Span]] = {
    f"{prefix}X{unit}": make(step)
    for unit, step in _STEPS.items()
    for prefix, make in (("Last", _last), ("Next", _next), ("OlderThan", _older))
    if prefix == "OlderThan" or unit != "Minutes"
}


def _need_date(subject: Resolved, node: Named) -> None:
    if subject.column.kind not in (Kind.DATETIME, Kind.DATE):
        raise query_error(f"{node.function} works on dates; '{subject.column.name}' is none.")


def _within(subject: Resolved, span: Span) -> Sql:
    day_only = subject.column.kind is Kind.DATE
    terms, params = [], []
    for moment, operator in ((span[0], ">="), (span[1], "<")):
        if moment is not None:
            text = moment_text(moment.astimezone(UTC))
            terms.append(f"{subject.sql} {operator} ?")
            params.append(text[:10] if day_only else text)
    return Sql(f"({' AND '.join(terms)})", tuple(params))


def _fixed(name: str) -> Callable[[Scope, Resolved, Named], Sql]:
    def function(scope: Scope, subject: Resolved, node: Named) -> Sql:
        _need_date(subject, node)
        return _within(subject, _FIXED_SPANS[name](scope.asking.now))

    return function


def _counted(name: str) -> Callable[[Scope, Resolved, Named], Sql]:
    def function(scope: Scope, subject: Resolved, node: Named) -> Sql:
        _need_date(subject, node)
        try:
            return _within(subject, _COUNTED_SPANS[name](scope.asking.now, _whole_argument(node)))
        except OverflowError:
            raise query_error("The date range lies outside the calendar.") from None

    return function


def _on(scope: Scope, subject: Resolved, node: Named) -> Sql:
    start, end = _day_of(subject, node)
    return _within(subject, (start, end))


def _on_or_after(scope: Scope, subject: Resolved, node: Named) -> Sql:
    return _within(subject, (_day_of(subject, node)[0], None))


def _on_or_before(scope: Scope, subject: Resolved, node: Named) -> Sql:
    return _within(subject, (None, _day_of(subject, node)[1]))


def _day_of(subject: Resolved, node: Named) -> tuple[datetime, datetime]:
    _need_date(subject, node)
    text = str(_argument(node).value)[:10]
    try:
        start = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return start, start + timedelta(days=1)
    except (ValueError, OverflowError):
        raise query_error(f"'{text}' is not a date; write it like 2026-03-04.") from None


# ---- identity --------------------------------------------------------------------------------------------------------


def _equals(value: Callable[[Scope], str], *, negated: bool = False) -> Callable[[Scope, Resolved, Named], Sql]:
    def function(scope: Scope, subject: Resolved, node: Named) -> Sql:
        if negated:
            return Sql(f"{subject.sql} IS NOT ?", (value(scope),))
        return Sql(f"{subject.sql} = ?", (value(scope),))

    return function


_TEAMS = 'SELECT "teamid" FROM "teammembership" WHERE "systemuserid" = ?'


def _user_teams(*, with_user: bool) -> Callable[[Scope, Resolved, Named], Sql]:
    def function(scope: Scope, subject: Resolved, node: Named) -> Sql:
        user = scope.asking.caller.user_id
        if not with_user:
            return Sql(f"{subject.sql} IN ({_TEAMS})", (user,))
        return Sql(f"({subject.sql} = ? OR {subject.sql} IN ({_TEAMS}))", (user, user))

    return function


# ---- hierarchies -----------------------------------------------------------------------------------------------------

_PARENTS = {
    "account": "parentaccountid",
    "systemuser": "parentsystemuserid",
    "businessunit": "parentbusinessunitid",
}


def _hierarchy(*, up: bool, include: bool, negated: bool = False) -> Callable[[Scope, Resolved, Named], Sql]:
    def function(scope: Scope, subject: Resolved, node: Named) -> Sql:
        table = subject.table
        parent = _PARENTS.get(table.name)
        if parent is None or subject.column.name != table.id_column:
            raise query_error(f"{node.function} works on the primary key of a table with a hierarchy.")
        start = parse_guid(str(_argument(node).value))
        if start is None:
            raise query_error(f"{node.function} needs the id of a row as PropertyValue.")
        key, link, name = quoted(table.id_column), quoted(parent), quoted(table.name)
        step = f"r.{link} = family.id" if not up else f"r.{key} = family.up"
        family = (
            f"WITH RECURSIVE family(id, up) AS (SELECT {key}, {link} FROM {name} WHERE {key} = ? "  # noqa: S608 (names from metadata)
            f"UNION SELECT r.{key}, r.{link} FROM {name} r JOIN family ON {step}) SELECT id FROM family"
        )
        own = "" if include else f" AND {subject.sql} <> ?"
        params: tuple[SqlValue, ...] = (start,) if include else (start, start)
        text = f"({subject.sql} IN ({family}){own})"
        return Sql(f"NOT {text}" if negated else text, params)

    return function


_FUNCTIONS: dict[str, Callable[[Scope, Resolved, Named], Sql]] = {
    "In": _in,
    "NotIn": _not_in,
    "Between": _between,
    "NotBetween": _not_between,
    "ContainValues": _contains_values,
    "DoesNotContainValues": _lacks_values,
    **{name: _fixed(name) for name in _FIXED_SPANS},
    **{name: _counted(name) for name in _COUNTED_SPANS},
    "On": _on,
    "OnOrAfter": _on_or_after,
    "OnOrBefore": _on_or_before,
    "EqualUserId": _equals(lambda scope: scope.asking.caller.user_id),
    "NotEqualUserId": _equals(lambda scope: scope.asking.caller.user_id, negated=True),
    "EqualBusinessId": _equals(lambda scope: scope.asking.caller.business_unit),
    "NotEqualBusinessId": _equals(lambda scope: scope.asking.caller.business_unit, negated=True),
    "EqualUserTeams": _user_teams(with_user=False),
    "EqualUserOrUserTeams": _user_teams(with_user=True),
    "Above": _hierarchy(up=True, include=False),
    "AboveOrEqual": _hierarchy(up=True, include=True),
    "Under": _hierarchy(up=False, include=False),
    "UnderOrEqual": _hierarchy(up=False, include=True),
    "NotUnder": _hierarchy(up=False, include=False, negated=True),
}
