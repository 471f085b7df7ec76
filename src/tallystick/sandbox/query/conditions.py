"""A $filter tree to an SQL condition."""

from __future__ import annotations

import orjson

from tallystick.sandbox.errors import query_error
from tallystick.sandbox.metadata import Column, Kind, NavigationTarget
from tallystick.sandbox.query.functions import named_function
from tallystick.sandbox.query.literals import NUMBERS, TEXTS, incompatible, stored_value
from tallystick.sandbox.query.scope import FALSE, TRUE, Resolved, Scope, Sql, comparable, readable, resolve
from tallystick.sandbox.query.syntax import (
    Bare,
    Comparison,
    Lambda,
    Literal,
    LiteralKind,
    Logic,
    Named,
    Node,
    Not,
    Path,
    TextMatch,
)
from tallystick.sandbox.rows.values import SqlValue
from tallystick.sandbox.store.collation import fold
from tallystick.sandbox.store.schema import quoted

_OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MIRRORED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


def condition(scope: Scope, node: Node) -> Sql:
    """The SQL that holds for the rows of `scope` that the tree describes."""
    match node:
        case Logic(operator, terms):
            parts = [condition(scope, term) for term in terms]
            joined = f" {operator.upper()} ".join(part.text for part in parts)
            return Sql(f"({joined})", tuple(value for part in parts for value in part.params))
        case Not(term):
            inner = condition(scope, term)
            # Two-valued, as in the service: what is not known to hold does not hold.
            return Sql(f"NOT ifnull({inner.text}, 0)", inner.params)
        case Comparison():
            return _comparison(scope, node)
        case TextMatch():
            return _text_match(scope, node)
        case Named():
            return named_function(scope, node)
        case Lambda():
            return _lambda(scope, node)
        case Bare(path):
            resolved = resolve(scope, path.names)
            if resolved.column.kind is not Kind.BOOLEAN:
                raise query_error(f"'{'/'.join(path.names)}' is not a condition; compare it with a value.")
            return Sql(f"{resolved.sql} = 1")


def _comparison(scope: Scope, node: Comparison) -> Sql:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Literal) and isinstance(right, Literal):
        return _constants(left, right, operator)
    if isinstance(left, Literal):
        left, right, operator = right, left, _MIRRORED[operator]
    assert isinstance(left, Path)  # noqa: S101 (one of the two is a path by now)
    subject = resolve(scope, left.names)
    if isinstance(right, Path):
        return _two_columns(scope, subject, resolve(scope, right.names), operator)
    return compare(subject, operator, right)


def _constants(left: Literal, right: Literal, operator: str) -> Sql:
    if left.kind is not right.kind:
        raise incompatible(left.kind.name, right.kind.name, operator)
    if left.kind not in (LiteralKind.NUMBER, LiteralKind.TEXT, LiteralKind.DAY, LiteralKind.BOOLEAN):
        return TRUE if (left.value == right.value) is (operator in ("eq", "ge", "le")) else FALSE
    one, other = (str(fold(x.value)) if isinstance(x.value, str) else x.value for x in (left, right))
    holds = {
        "eq": one == other, "ne": one != other, "gt": one > other, "ge": one >= other,  # type: ignore[operator]
        "lt": one < other, "le": one <= other,  # type: ignore[operator]
    }[operator]  # fmt: skip
    return TRUE if holds else FALSE


def _two_columns(scope: Scope, left: Resolved, right: Resolved, operator: str) -> Sql:
    def family(column: Column) -> str:
        if column.kind in NUMBERS:
            return "number"
        if column.is_lookup or column.kind is Kind.UNIQUEIDENTIFIER:
            return "guid"
        return "text" if column.kind in TEXTS else column.kind.name

    if family(left.column) != family(right.column):
        raise incompatible(left.column.kind.value, right.column.kind.value, operator)
    one, other = _number_scale(left), _number_scale(right)
    if operator == "ne":
        return Sql(f"{one} IS NOT {other}")
    return Sql(f"{one} {_OPERATORS[operator]} {other}")


def _number_scale(resolved: Resolved) -> str:
    text = comparable(resolved)
    return f"{text} / 10000.0" if resolved.column.kind is Kind.MONEY else text


def compare(subject: Resolved, operator: str, literal: Literal) -> Sql:
    """Column against literal. As in the service, `ne` also holds for rows that have no value."""
    expression = comparable(subject)
    if literal.kind is LiteralKind.NULL:
        if operator in ("eq", "ne"):
            return Sql(f"{subject.sql} IS {'NOT ' if operator == 'ne' else ''}NULL")
        return FALSE
    value, cut = stored_value(subject.column, literal, operator)
    if cut:  # whole seconds are stored: x > 1.5 s and x >= 1.5 s both mean x > 1 s
        if operator in ("eq", "ne"):
            return FALSE if operator == "eq" else TRUE
        operator = {"gt": "gt", "ge": "gt", "lt": "le", "le": "le"}[operator]
    if operator == "ne":
        return Sql(f"({expression} <> ? OR {subject.sql} IS NULL)", (value,))
    return Sql(f"{expression} {_OPERATORS[operator]} ?", (value,))


def _text_match(scope: Scope, node: TextMatch) -> Sql:
    if isinstance(node.right, Path) or not isinstance(node.left, Path):
        raise query_error(f"{node.function} takes a column and a text, in this order.")
    subject = resolve(scope, node.left.names)
    if subject.column.kind not in TEXTS or node.right.kind is not LiteralKind.TEXT:
        raise query_error(
            f"{node.function} works on text columns with a text; '{'/'.join(node.left.names)}' was given."
        )
    text = str(node.right.value).casefold()
    expression = comparable(subject)
    if not any(character in text for character in "%_["):
        return _plain_match(node.function, expression, text)
    pattern = {"contains": f"%{text}%", "startswith": f"{text}%", "endswith": f"%{text}"}[node.function]
    return Sql(f"tlike(?, {expression})", (pattern,))


def _plain_match(function: str, expression: str, text: str) -> Sql:
    if function == "contains":
        return Sql(f"instr({expression}, ?) > 0", (text,))
    if function == "startswith":
        return Sql(f"substr({expression}, 1, ?) = ?", (len(text), text))
    if not text:
        return Sql(f"{expression} IS NOT NULL")
    return Sql(f"substr({expression}, ?) = ?", (-len(text), text.rstrip(" ")))


# ---- lambdas ---------------------------------------------------------------------------------------------------------


def _lambda(scope: Scope, node: Lambda) -> Sql:
    if len(node.path.names) > 1 and node.path.names[0] in scope.variables:
        outer, names = scope.variables[node.path.names[0]], node.path.names[1:]
    else:
        outer, names = scope, node.path.names
    if len(names) != 1:
        raise query_error("A collection behind a lookup cannot be filtered; start from the row itself.")
    target = scope.asking.catalog.navigation(outer.table.name).get(names[0])
    if target is None or not target.collection:
        raise query_error(f"'{names[0]}' is not a collection of '{outer.table.type_name}'.")
    inner = outer.fresh(scope.asking.catalog[target.target])
    source, text = _link(outer, inner, target)
    seen = readable(inner)
    link = " AND ".join([text, *(one.text for one in seen)])
    params = tuple(value for one in seen for value in one.params)
    if node.condition is None:
        return Sql(f"EXISTS (SELECT 1 FROM {source} WHERE {link})", params)  # noqa: S608 (names from metadata)
    with_variables = Scope(scope.asking, inner.table, inner.alias, {**scope.variables, node.variable: inner})
    held = condition(with_variables, node.condition)
    if node.quantifier == "any":
        return Sql(f"EXISTS (SELECT 1 FROM {source} WHERE {link} AND {held.text})", (*params, *held.params))  # noqa: S608
    text = f"NOT EXISTS (SELECT 1 FROM {source} WHERE {link} AND NOT ifnull({held.text}, 0))"  # noqa: S608
    return Sql(text, (*params, *held.params))


def _link(outer: Scope, inner: Scope, target: NavigationTarget) -> tuple[str, str]:
    """FROM and WHERE that tie the rows of a collection to the row they belong to."""
    own = outer.column(outer.table.id_column)
    if target.many is not None:
        pair = f"t{next(outer.asking.aliases)}"
        source = (
            f"{quoted(target.many.intersect)} {pair} JOIN {quoted(inner.table.name)} {inner.alias} "
            f"ON {inner.column(inner.table.id_column)} = {pair}.{quoted(inner.table.id_column)}"
        )
        return source, f"{pair}.{quoted(outer.table.id_column)} = {own}"
    column = target.column
    assert column is not None  # noqa: S101 (a collection is one or the other)
    link = f"{inner.column(column.name)} = {own}"
    if column.polymorphic:
        link += f" AND {inner.column(column.type_column)} = '{outer.table.name}'"
    return f"{quoted(inner.table.name)} {inner.alias}", link


def collection_filter(scope: Scope, target: NavigationTarget, owner: str, owner_id: str) -> Sql:
    """The condition that keeps only the rows of one row's collection (`accounts(id)/contact_customer_accounts`)."""
    if target.many is not None:
        key = quoted(scope.table.id_column)
        inner = f"SELECT {key} FROM {quoted(target.many.intersect)} WHERE {quoted(owner + 'id')} = ?"  # noqa: S608
        return Sql(f"{scope.column(scope.table.id_column)} IN ({inner})", (owner_id,))
    column = target.column
    assert column is not None  # noqa: S101 (a collection is one or the other)
    text = f"{scope.column(column.name)} = ?"
    if column.polymorphic:
        text += f" AND {scope.column(column.type_column)} = '{owner}'"
    return Sql(text, (owner_id,))


def in_list(expression: str, values: list[SqlValue]) -> Sql:
    """Membership with one parameter however long the list is."""
    return Sql(f"{expression} IN (SELECT value FROM json_each(?))", (orjson.dumps(values).decode(),))  # noqa: S608 (columns from metadata)
