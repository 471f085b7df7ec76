"""Carrying out a read: one SQL query for the rows, one more for each expanded navigation property."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from tallystick.sandbox.errors import query_error
from tallystick.sandbox.metadata import Kind, NavigationTarget, Table
from tallystick.sandbox.query.conditions import condition, in_list
from tallystick.sandbox.query.cookies import Cookie, SortTerm, after, decode_cookie, order_by
from tallystick.sandbox.query.options import MAX_PAGE, Expand, Query
from tallystick.sandbox.query.scope import (
    Asking,
    Resolved,
    Scope,
    Sql,
    comparable,
    primary_name,
    readable,
    resolve,
    unknown_property,
)
from tallystick.sandbox.query.shape import Annotations, Row, make_shape, selected_columns
from tallystick.sandbox.query.syntax import Order
from tallystick.sandbox.rows.values import SqlValue
from tallystick.sandbox.store.schema import quoted


@dataclass(frozen=True, slots=True)
class Reading:
    """What every read of one request shares. `root` is the service root that links start with."""

    connection: sqlite3.Connection
    asking: Asking
    annotations: Annotations
    root: str
    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and, when there are more, the cookie of the next page with its column names."""

    rows: list[Row]
    next_token: str = ""
    count: int | None = None
    more_than_counted: bool = False


def root_scope(reading: Reading, table: Table) -> Scope:
    return Scope(reading.asking, table, "t0")


def read_page(reading: Reading, table: Table, query: Query, only: Sequence[Sql] = (), stamp: str = "") -> Page:
    """One page of the rows that `query` and the conditions `only` allow."""
    scope = root_scope(reading, table)
    where = list(only)
    if query.where is not None:
        where.append(condition(scope, query.where))
    count = _count(reading, scope, where) if query.count else None
    terms = sort_terms(scope, query.order)
    page = 1
    if query.skip_token:
        cookie = decode_cookie(query.skip_token, len(terms))
        page, stamp = cookie.page, cookie.stamp or stamp
        where.append(after(terms, cookie.last))
    limited = query.top is not None and reading.page_size is None
    size = (query.top or 0) if limited else reading.page_size or MAX_PAGE
    found = select_rows(reading, scope, query, where, terms, size + 1, [term.expression for term in terms])
    token = ""
    if len(found) > size and not limited:
        last = found[size - 1][1]
        token = Cookie(page + 1, last, stamp).encode([term.name for term in terms])
    return Page([row for row, _ in found[:size]], token, count, count is not None and count > MAX_PAGE)


def _count(reading: Reading, scope: Scope, where: Sequence[Sql]) -> int:
    """How many rows there are, not counting further than the service does (one more says that there are more)."""
    text, params = _where([*where, *readable(scope)])
    query = f"SELECT count(*) FROM (SELECT 1 FROM {quoted(scope.table.name)} {scope.alias}{text} LIMIT {MAX_PAGE + 1})"  # noqa: S608
    return int(reading.connection.execute(query, params).fetchone()[0])


def count_rows(reading: Reading, table: Table, query: Query, only: Sequence[Sql] = ()) -> int:
    """For `/$count`: at most 5000."""
    scope = root_scope(reading, table)
    where = list(only)
    if query.where is not None:
        where.append(condition(scope, query.where))
    return min(_count(reading, scope, where), MAX_PAGE)


def read_one(reading: Reading, table: Table, query: Query, row_id: str) -> Row | None:
    scope = root_scope(reading, table)
    only = [Sql(f"{scope.column(table.id_column)} = ?", (row_id,))]
    found = select_rows(reading, scope, query, only, (), 1, ())
    return found[0][0] if found else None


def sort_terms(scope: Scope, orders: Sequence[Order]) -> list[SortTerm]:
    """The sort columns with the primary key behind them, so that the order is total. Lookups sort by name."""
    terms = []
    for order in orders:
        resolved = resolve(scope, order.path.names)
        expression = f"fold({primary_name(scope, resolved)})" if resolved.column.is_lookup else comparable(resolved)
        terms.append(SortTerm(resolved.column.name, expression, order.descending))
    key = SortTerm(scope.table.id_column, scope.column(scope.table.id_column))
    return terms if any(term.expression == key.expression for term in terms) else [*terms, key]


def _where(conditions: Sequence[Sql]) -> tuple[str, list[SqlValue]]:
    if not conditions:
        return "", []
    text = " AND ".join(one.text for one in conditions)
    return f" WHERE {text}", [value for one in conditions for value in one.params]


def select_rows(
    reading: Reading,
    scope: Scope,
    query: Query,
    where: Sequence[Sql],
    terms: Sequence[SortTerm],
    limit: int,
    hidden: Sequence[str],
    source: str = "",
    offset: int = 0,
) -> list[tuple[Row, tuple[SqlValue, ...]]]:
    """Rows with their expanded navigation properties, and per row the values of the `hidden` expressions."""
    table = scope.table
    columns = selected_columns(table, query.select)
    expands = [(item, _navigation(scope, item)) for item in query.expand]
    links = [expression for _, target in expands for expression in _link_columns(scope, target)]
    shape = make_shape(reading.connection, scope, columns, reading.annotations, (*hidden, *links))
    text, params = _where([*where, *readable(scope)])
    ordering = f" ORDER BY {order_by(terms)}" if terms else ""
    statement = (
        f"SELECT {', '.join(shape.expressions)} FROM {source or f'{quoted(table.name)} {scope.alias}'}"  # noqa: S608
        f"{text}{ordering} LIMIT {limit} OFFSET {offset}"
    )
    raw = reading.connection.execute(statement, params).fetchall()
    start = len(shape.expressions) - len(links) - len(hidden)
    rows = [(shape.row(values), values[start : start + len(hidden)]) for values in raw]
    at = start + len(hidden)
    for item, target in expands:
        width = len(_link_columns(scope, target))
        keys = [values[at : at + width] for values in raw]
        _fill(reading, scope, item, target, [row for row, _ in rows], keys, query)
        at += width
    return rows


# ---- $expand ---------------------------------------------------------------------------------------------------------


def _navigation(scope: Scope, item: Expand) -> NavigationTarget:
    target = scope.asking.catalog.navigation(scope.table.name).get(item.name)
    if target is None:
        raise unknown_property(scope.table, item.name)
    if item.reference and target.collection:
        raise query_error("$ref can be expanded for single-valued navigation properties only.")
    if target.many is not None and item.query.expand:
        raise query_error("A many-to-many relationship cannot be expanded together with a nested $expand.")
    if target.collection and item.query.expand and (item.query.top is not None or item.query.order):
        raise query_error("$top and $orderby are not supported on a collection in a nested $expand.")
    return target


def _link_columns(scope: Scope, target: NavigationTarget) -> list[str]:
    if target.collection:
        return [scope.column(scope.table.id_column)]
    assert target.column is not None  # noqa: S101 (a single-valued property has its column)
    column = target.column
    kind = scope.column(column.type_column) if column.polymorphic else f"'{column.targets[0]}'"
    return [scope.column(column.name), kind]


def _fill(
    reading: Reading,
    scope: Scope,
    item: Expand,
    target: NavigationTarget,
    rows: list[Row],
    keys: Sequence[Sequence[SqlValue]],
    outer: Query,
) -> None:
    if target.collection:
        _fill_collections(reading, scope, item, target, rows, [key[0] for key in keys], outer)
    else:
        _fill_singles(reading, item, target, rows, keys)


def _fill_singles(
    reading: Reading, item: Expand, target: NavigationTarget, rows: list[Row], keys: Sequence[Sequence[SqlValue]]
) -> None:
    catalog = reading.asking.catalog
    is_owner = target.column is not None and target.column.kind is Kind.OWNER
    kinds = target.column.targets if is_owner and target.column else (target.target,)
    found: dict[tuple[str, SqlValue], Row] = {}
    for kind in kinds:
        table = catalog[kind]
        wanted = sorted({str(key[0]) for key in keys if key[0] is not None and key[1] == kind})
        if not wanted:
            continue
        query = _for_principal(item.query, table) if is_owner else item.query
        for row, (row_id,) in _related(reading, table, query, wanted):
            found[kind, row_id] = row
            if item.reference:
                found[kind, row_id] = {"@odata.id": f"{reading.root}/{table.set_name}({row_id})"}
            elif is_owner:
                found[kind, row_id] = {"@odata.type": f"#{table.type_name}", **row}
    for row, key in zip(rows, keys, strict=True):
        row[item.name] = found.get((str(key[1]), key[0]))


def _for_principal(query: Query, table: Table) -> Query:
    """An owner is a user or a team: what only the other has is left out instead of refused."""
    if query.select is None:
        return replace(query, select=("ownerid",))
    return replace(query, select=tuple(name for name in query.select if table.column_of(name)) or ("ownerid",))


def _related(reading: Reading, table: Table, query: Query, ids: list[str]) -> list[tuple[Row, tuple[SqlValue, ...]]]:
    scope = Scope(reading.asking, table, f"t{next(reading.asking.aliases)}")
    key = scope.column(table.id_column)
    return select_rows(reading, scope, query, [in_list(key, list(ids))], (), len(ids), [key])


def _fill_collections(
    reading: Reading,
    scope: Scope,
    item: Expand,
    target: NavigationTarget,
    rows: list[Row],
    owners: Sequence[SqlValue],
    outer: Query,
) -> None:
    table = reading.asking.catalog[target.target]
    inner = Scope(reading.asking, table, f"t{next(reading.asking.aliases)}")
    source, owner, where = _collection_source(scope, inner, target, list(owners))
    if item.query.where is not None:
        where.append(condition(inner, item.query.where))
    terms = sort_terms(inner, item.query.order)
    size = min(item.query.top or MAX_PAGE, (reading.page_size if outer.nested else None) or MAX_PAGE)
    found: dict[SqlValue, list[Row]] = defaultdict(list)
    for row, (owner_id,) in select_rows(reading, inner, item.query, where, terms, -1, [owner], source):
        found[owner_id].append(row)
    for row, owner_id in zip(rows, owners, strict=True):
        children = found.get(owner_id, [])
        row[item.name] = children[:size]
        if len(children) > size and item.query.top is None:
            row[f"{item.name}@odata.nextLink"] = _collection_link(reading, scope.table, str(owner_id), item)


def _collection_source(
    scope: Scope, inner: Scope, target: NavigationTarget, owners: list[SqlValue]
) -> tuple[str, str, list[Sql]]:
    """FROM, the expression of the owning row's id, and the conditions, for the children of many rows at once."""
    own = quoted(inner.table.name)
    if target.many is not None:
        pair = f"t{next(scope.asking.aliases)}"
        owner = f"{pair}.{quoted(scope.table.id_column)}"
        key = quoted(inner.table.id_column)
        source = (
            f"{quoted(target.many.intersect)} {pair} JOIN {own} {inner.alias} ON {inner.alias}.{key} = {pair}.{key}"
        )
        return source, owner, [in_list(owner, owners)]
    column = target.column
    assert column is not None  # noqa: S101 (a collection is one or the other)
    owner = inner.column(column.name)
    where = [in_list(owner, owners)]
    if column.polymorphic:
        where.append(Sql(f"{inner.column(column.type_column)} = '{scope.table.name}'"))
    return f"{own} {inner.alias}", owner, where


def _collection_link(reading: Reading, table: Table, owner_id: str, item: Expand) -> str:
    link = f"{reading.root}/{table.set_name}({owner_id})/{item.name}"
    if item.query.select:
        link += f"?$select={quote(','.join(item.query.select))}"
    return link


def context_members(query: Query) -> str:
    """The `(name,nav(fullname))` part of @odata.context."""
    parts = list(query.select or ())
    parts += [f"{item.name}({','.join(item.query.select or ())})" for item in query.expand]
    return f"({','.join(parts)})" if parts else ""


__all__ = [
    "Page",
    "Reading",
    "Resolved",
    "context_members",
    "count_rows",
    "read_one",
    "read_page",
    "root_scope",
    "select_rows",
    "sort_terms",
]
