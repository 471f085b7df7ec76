"""$apply: `filter(…)/groupby((a,b),aggregate(…))` and `aggregate(…)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from tallystick.sandbox.errors import Refusal, query_error
from tallystick.sandbox.metadata import Kind, Table
from tallystick.sandbox.query.conditions import condition
from tallystick.sandbox.query.options import Query, split_outside
from tallystick.sandbox.query.read import Reading, root_scope
from tallystick.sandbox.query.scope import Resolved, Scope, Sql, comparable, readable, resolve
from tallystick.sandbox.query.syntax import parse_filter
from tallystick.sandbox.rows.values import MONEY_SCALE, SqlValue, money_text, to_json
from tallystick.sandbox.store.schema import quoted

SOURCE_LIMIT = 50_000
_STEP = re.compile(r"\s*(filter|groupby|aggregate)\((.*)\)\s*", re.DOTALL)
_AGGREGATE = re.compile(r"\s*([\w/$]+)(?:\s+with\s+(\w+))?\s+as\s+(\w{1,100})\s*")
_FUNCTIONS = {"sum": "sum", "average": "avg", "min": "min", "max": "max", "countdistinct": "count"}


@dataclass(frozen=True, slots=True)
class _Output:
    name: str
    expression: str
    resolved: Resolved | None
    function: str = ""

    def shown(self, value: SqlValue) -> object:
        column = self.resolved.column if self.resolved else None
        if value is None or column is None or self.function == "countdistinct":
            return value
        if column.kind is Kind.MONEY and self.function == "average":
            return float(value) / MONEY_SCALE
        if column.kind is Kind.MONEY:
            return orjson.Fragment(money_text(int(value)))
        convert = None if self.function else to_json(column)
        return convert(value) if convert else value


def read_apply(reading: Reading, table: Table, query: Query, only: Sequence[Sql]) -> dict[str, object]:
    """The answer to $apply. More than 50,000 source rows are refused."""
    scope = root_scope(reading, table)
    where, groups, aggregates = list(only), list[_Output](), list[_Output]()
    if query.where is not None:
        where.append(condition(scope, query.where))
    for step in split_outside(query.apply, "/"):
        found = _STEP.fullmatch(step)
        if found is None or groups or aggregates:
            raise query_error(
                f"$apply '{query.apply[:200]}' is not supported; use filter(…)/groupby(…) or aggregate(…)."
            )
        if found[1] == "filter":
            where.append(condition(scope, parse_filter(found[2], {})))
        elif found[1] == "aggregate":
            aggregates = _aggregates(scope, found[2])
        else:
            groups, aggregates = _groupby(scope, found[2])
    outputs = [*groups, *aggregates]
    if not outputs:
        raise query_error("$apply needs a groupby or an aggregate.")
    rows = _run(reading, scope, [*where, *readable(scope)], groups, outputs)
    return {"@odata.context": f"{reading.root}/$metadata#{table.set_name}", "value": rows}


def _run(
    reading: Reading, scope: Scope, where: Sequence[Sql], groups: list[_Output], outputs: list[_Output]
) -> list[dict[str, object]]:
    text = f" WHERE {' AND '.join(one.text for one in where)}" if where else ""
    params = [value for one in where for value in one.params]
    source = f"FROM {quoted(scope.table.name)} {scope.alias}{text}"
    counted = f"SELECT count(*) FROM (SELECT 1 {source} LIMIT {SOURCE_LIMIT + 1})"  # noqa: S608 (names from metadata)
    if reading.connection.execute(counted, params).fetchone()[0] > SOURCE_LIMIT:
        raise Refusal(
            400, "0x8004e023", f"The maximum record limit of {SOURCE_LIMIT} is exceeded. Reduce the number of records."
        )
    grouping = f" GROUP BY {', '.join(one.expression for one in groups)}" if groups else ""
    statement = f"SELECT {', '.join(one.expression for one in outputs)} {source}{grouping} LIMIT 5000"
    return [
        {output.name: output.shown(value) for output, value in zip(outputs, row, strict=True)}
        for row in reading.connection.execute(statement, params)
    ]


def _groupby(scope: Scope, inside: str) -> tuple[list[_Output], list[_Output]]:
    parts = list(split_outside(inside, ","))
    first = parts[0].strip() if parts else ""
    if not (first.startswith("(") and first.endswith(")")) or len(parts) > 2:
        raise query_error("groupby takes its columns in parentheses: groupby((a,b),aggregate(…)).")
    groups = [_group(scope, name.strip()) for name in first[1:-1].split(",")]
    if len(parts) == 1:
        return groups, []
    found = _STEP.fullmatch(parts[1])
    if found is None or found[1] != "aggregate":
        raise query_error("The second argument of groupby is aggregate(…).")
    return groups, _aggregates(scope, found[2])


def _group(scope: Scope, name: str) -> _Output:
    resolved = resolve(scope, tuple(name.split("/")))
    return _Output(name.replace("/", "_"), resolved.sql, resolved)


def _aggregates(scope: Scope, inside: str) -> list[_Output]:
    outputs = []
    for part in split_outside(inside, ","):
        found = _AGGREGATE.fullmatch(part)
        if found is None:
            raise query_error(f"'{part[:100]}' is not an aggregate; write it like 'revenue with sum as total'.")
        outputs.append(_aggregate(scope, *found.groups()))
    return outputs


def _aggregate(scope: Scope, name: str, function: str | None, alias: str) -> _Output:
    if name == "$count" and function is None:
        return _Output(alias, "count(*)", None)
    if function not in _FUNCTIONS:
        raise query_error(f"'{function}' is not an aggregate function; use sum, average, min, max or countdistinct.")
    resolved = resolve(scope, tuple(name.split("/")))
    expression = comparable(resolved)
    if function == "countdistinct":
        return _Output(alias, f"count(DISTINCT {expression})", resolved, function)
    numeric = (Kind.INTEGER, Kind.MONEY, Kind.DECIMAL, Kind.DOUBLE, Kind.BIGINT)
    if function in ("sum", "average") and resolved.column.kind not in numeric:
        raise query_error(f"'{name}' is not a number, so it has no {function}.")
    return _Output(
        alias,
        f"{_FUNCTIONS[function]}({expression if resolved.column.kind in numeric else resolved.sql})",
        resolved,
        function,
    )
