"""Creating, updating and upserting rows inside one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from tallystick.sandbox.errors import (
    Refusal,
    already_exists,
    duplicate_key,
    duplicate_row,
    invalid_argument,
    no_such_key,
    no_such_row,
    payload_error,
    stale_version,
)
from tallystick.sandbox.metadata import Kind, NavigationTarget, Table
from tallystick.sandbox.metadata.privileges import Verb
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.change import Change
from tallystick.sandbox.rows.followups import after_create, after_update
from tallystick.sandbox.rows.plan import Resolve, WritePlan, check_present, write_plan
from tallystick.sandbox.rows.references import RowAddress, find_by_key, folded_key, locate, parse_reference
from tallystick.sandbox.rows.rules import apply_rules, rules_of
from tallystick.sandbox.rows.values import SqlValue, new_id
from tallystick.sandbox.security import checks
from tallystick.sandbox.store import Transaction, quoted

Payload = Mapping[str, object]
References = Callable[[str], str]
"""Turns `$1` of a change set into the address of the row it stands for; other texts stay as they are."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a write needs to know besides the rows: transaction, caller, the moment, and `$n` references."""

    transaction: Transaction
    caller: Caller
    now: str
    references: References = str

    def resolver(self) -> Resolve:
        known, catalog = self.transaction.known_rows, self.transaction.catalog

        def resolve(text: str) -> tuple[str, str]:
            address = parse_reference(catalog, self.references(text))
            if address.id and (address.table.name, address.id) in known:
                return address.table.name, address.id
            row_id = locate(self.transaction.connection, address)
            known.add((address.table.name, row_id))
            return address.table.name, row_id

        return resolve


def create(writing: Writing, table: Table, payload: Payload) -> str:
    """One new row, with the related rows nested in the payload; returns its id."""
    return create_many(writing, table, [payload])[0]


def create_many(writing: Writing, table: Table, payloads: Sequence[Payload]) -> list[str]:
    """New rows in one statement; ids in the order of the payloads. One refused row refuses all."""
    if not table.creatable:
        raise Refusal(405, "0x80040800", f"The 'Create' method does not support entities of type '{table.name}'.")
    checks.require_on(writing.caller, table, Verb.CREATE)
    plan = write_plan(writing.transaction.catalog, table.name)
    resolve = writing.resolver()
    rows, nested = [], []
    links: set[checks.Target] = set()
    for payload in payloads:
        translated = plan.translate(payload, resolve, creating=True)
        row = dict(plan.defaults)
        row.update(translated.values)
        row_id = row.get(table.id_column)
        if row_id is None:
            row_id = row[table.id_column] = new_id()
        if translated.nested:
            _create_parents(writing, row, translated.nested)
            nested.append((str(row_id), translated.nested))
        links |= _links(plan, translated.values)
        _complete_new(writing, plan, row)
        checks.require_new(writing.caller, table, row)
        rows.append(row)
    checks.require_links(writing.caller, writing.transaction.connection, writing.transaction.catalog, table, "", links)
    _insert(writing.transaction, table, rows)
    ids = [str(row[table.id_column]) for row in rows]
    writing.transaction.known_rows.update((table.name, row_id) for row_id in ids)
    for row in rows:
        after_create(writing, table.name, row)
    for row_id, targets in nested:
        _create_children(writing, table, row_id, targets)
    return ids


def _links(plan: WritePlan, values: Mapping[str, SqlValue]) -> set[checks.Target]:
    """The rows that the lookups in a payload point to; becoming an owner is another matter."""
    found = set()
    for name, column in plan.references.items():
        target = values.get(name)
        if target is not None:
            kind = values.get(column.type_column) if column.polymorphic else column.targets[0]
            found.add((str(kind), str(target)))
    return found


def _complete_new(writing: Writing, plan: WritePlan, row: dict[str, SqlValue]) -> None:
    table, caller = plan.table, writing.caller
    columns = table.columns
    if "createdon" in columns:
        overridden = row.get("overriddencreatedon")
        row["createdon"] = overridden or writing.now
        if overridden:
            row["overriddencreatedon"] = writing.now
        row["modifiedon"] = writing.now
        row["createdby"] = row["modifiedby"] = caller.user_id
        if caller.behalf:
            row["createdonbehalfby"] = row["modifiedonbehalfby"] = caller.behalf
    owner = columns.get("ownerid")
    if owner is not None and owner.kind is Kind.OWNER:
        _set_owner(writing, row, default=caller.user_id)
    change = Change(table, row, None, caller, writing.now)
    apply_rules(writing.transaction, change)
    check_present(plan, row)
    row["versionnumber"] = writing.transaction.version()


def _set_owner(writing: Writing, row: dict[str, SqlValue], default: str) -> None:
    owner, kind = row.get("ownerid") or default, row.get("ownerid__type") or "systemuser"
    row["ownerid"], row["ownerid__type"] = owner, kind
    row["owninguser"] = owner if kind == "systemuser" else None
    row["owningteam"] = owner if kind == "team" else None
    if owner == writing.caller.user_id:
        row["owningbusinessunit"] = writing.caller.business_unit
        return
    query = f"SELECT businessunitid FROM {quoted(str(kind))} WHERE {quoted(f'{kind}id')} = ?"  # noqa: S608 (systemuser or team)
    found = writing.transaction.connection.execute(query, (owner,)).fetchone()
    row["owningbusinessunit"] = found[0] if found else None


def _insert(transaction: Transaction, table: Table, rows: Sequence[Mapping[str, SqlValue]]) -> None:
    columns = tuple(dict.fromkeys(chain.from_iterable(rows)))
    names = ", ".join(quoted(name) for name in columns)
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({places})"  # noqa: S608 (names from metadata)
    try:
        if len(rows) == 1:
            transaction.connection.execute(statement, tuple(rows[0].values()))
        else:
            transaction.connection.executemany(statement, (tuple(map(row.get, columns)) for row in rows))
    except sqlite3.IntegrityError as error:
        raise _duplicate(table, error) from error
    transaction.count("created", table.name, len(rows))


def _duplicate(table: Table, error: sqlite3.IntegrityError) -> Refusal:
    text = str(error)
    for key in table.keys:
        if f"{table.name}_key_{key.name}" in text or all(f"{table.name}.{name}" in text for name in key.columns):
            return duplicate_key(table.name, ", ".join(key.columns))
    return duplicate_row()


def _create_parents(writing: Writing, row: dict[str, SqlValue], nested: list[tuple[NavigationTarget, object]]) -> None:
    """Rows nested under lookups are made first, so that the new row can point to them."""
    for target, value in nested:
        column = target.column
        if target.collection or column is None:
            continue
        parent = writing.transaction.catalog[target.target]
        row[column.name] = create(writing, parent, _object(target.name, value))
        if column.polymorphic:
            row[column.type_column] = target.target


def _create_children(
    writing: Writing, table: Table, row_id: str, nested: list[tuple[NavigationTarget, object]]
) -> None:
    for target, value in nested:
        if not target.collection:
            continue
        if target.column is None:
            raise payload_error(
                f"Rows of '{target.name}' cannot be created together with a {table.name}; associate them."
            )
        if not isinstance(value, list):
            raise payload_error(f"The value of '{target.name}' must be a list of rows.")
        child = writing.transaction.catalog[target.target]
        bind = f"{target.column.navigation_for(table.name)}@odata.bind"
        address = f"/{table.set_name}({row_id})"
        payloads = [{**_object(target.name, one), bind: address} for one in value]
        if payloads:
            create_many(writing, child, payloads)


def _object(name: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise payload_error(f"The value of '{name}' must be a row (a JSON object).")
    return value


# ---- update ----------------------------------------------------------------------------------------------------------


def update(writing: Writing, table: Table, row_id: str, payload: Payload, if_match: str = "") -> None:
    """Write the given columns of an existing row. `if_match` is a version number, `*` or nothing."""
    if not table.updatable:
        raise Refusal(405, "0x80040800", f"The 'Update' method does not support entities of type '{table.name}'.")
    if not any(name.startswith("ownerid") for name in payload):
        checks.require_on(writing.caller, table, Verb.WRITE)
    plan = write_plan(writing.transaction.catalog, table.name)
    values = plan.translate(payload, writing.resolver(), creating=False).values
    values.pop(table.id_column, None)
    before = _stored(writing.transaction, table, row_id, values)
    if before is None:
        raise no_such_row(table.name, row_id)
    if if_match not in ("", "*") and if_match != str(before["versionnumber"]):
        raise stale_version()
    _check_update(writing, plan, row_id, values)
    write_values(writing, table, row_id, values, before)


def _check_update(writing: Writing, plan: WritePlan, row_id: str, values: Mapping[str, SqlValue]) -> None:
    """Changing the owner is assigning; everything else, also writing nothing new, is writing."""
    caller, transaction, table = writing.caller, writing.transaction, plan.table
    if not caller.rights:
        return
    assigned = values.keys() & {"ownerid", "ownerid__type"}
    if assigned:
        checks.require_row(caller, transaction.connection, table, Verb.ASSIGN, row_id)
    if values.keys() != assigned or not assigned:
        checks.require_row(caller, transaction.connection, table, Verb.WRITE, row_id)
    links = _links(plan, values)
    checks.require_links(caller, transaction.connection, transaction.catalog, table, row_id, links)


def write_values(
    writing: Writing, table: Table, row_id: str, values: dict[str, SqlValue], before: Mapping[str, SqlValue]
) -> None:
    """Write checked values, with what follows from them. The version and modification change even if nothing else does."""
    if "ownerid" in values and "ownerid__type" in values:
        _set_owner(writing, values, default=writing.caller.user_id)
    apply_rules(writing.transaction, Change(table, values, before, writing.caller, writing.now))
    if "modifiedon" in table.columns:
        values["modifiedon"], values["modifiedby"] = writing.now, writing.caller.user_id
        values["modifiedonbehalfby"] = writing.caller.behalf
    values["versionnumber"] = writing.transaction.version()
    terms = ", ".join(f"{quoted(name)} = ?" for name in values)
    statement = f"UPDATE {quoted(table.name)} SET {terms} WHERE {quoted(table.id_column)} = ?"  # noqa: S608 (names from metadata)
    try:
        writing.transaction.connection.execute(statement, (*values.values(), row_id))
    except sqlite3.IntegrityError as error:
        raise _duplicate(table, error) from error
    writing.transaction.count("updated", table.name)
    after_update(writing, table.name, row_id, values)
    if table.name == "organization":
        writing.transaction.organization.clear()


def _stored(
    transaction: Transaction, table: Table, row_id: str, values: Mapping[str, SqlValue]
) -> dict[str, SqlValue] | None:
    """The stored columns that the rules of this change read."""
    needed = {table.id_column: None, "versionnumber": None}
    for computed in rules_of(transaction.catalog, table.name):
        if not values.keys().isdisjoint(computed.inputs):
            needed.update(dict.fromkeys(computed.inputs))
    if table.name == "systemuser":
        needed["applicationid"] = None
    if "parentbusinessunitid" in table.columns:
        needed["parentbusinessunitid"] = None
    names = ", ".join(quoted(name) for name in needed)
    query = f"SELECT {names} FROM {quoted(table.name)} WHERE {quoted(table.id_column)} = ?"  # noqa: S608 (names from metadata)
    row = transaction.connection.execute(query, (row_id,)).fetchone()
    return None if row is None else dict(zip(needed, row, strict=True))


def update_many(writing: Writing, table: Table, payloads: Iterable[Payload]) -> None:
    """UpdateMultiple: each payload carries the primary key of its row."""
    for payload in payloads:
        row_id = _own_id(writing, table, payload)
        if row_id is None:
            raise invalid_argument(f"Every row of UpdateMultiple needs its primary key '{table.id_column}'.")
        try:
            update(writing, table, row_id, payload)
        except Refusal as refusal:
            if refusal.code == "0x80040217" and row_id in refusal.message:
                raise Refusal(404, refusal.code, f"{table.schema} With Ids = {row_id} Do Not Exist") from refusal
            raise


def _own_id(writing: Writing, table: Table, payload: Payload) -> str | None:
    """The id of the row a bulk payload is about: `@odata.id`, or its primary key column."""
    address = payload.get("@odata.id")
    if isinstance(address, str):
        return locate(writing.transaction.connection, _address_in(writing, table, address))
    plan = write_plan(writing.transaction.catalog, table.name)
    convert = plan.on_create.get(table.id_column)
    value = payload.get(table.id_column)
    found = None if value is None or convert is None else convert(value)
    return None if found is None else str(found)


def _address_in(writing: Writing, table: Table, text: str) -> RowAddress:
    address = parse_reference(writing.transaction.catalog, writing.references(text))
    if address.table.name != table.name:
        raise payload_error(f"'{text}' is a row of {address.table.name}, but rows of {table.name} are being written.")
    return address


# ---- upsert ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Upserted:
    id: str
    created: bool


def upsert(
    writing: Writing,
    address: RowAddress,
    payload: Payload,
    *,
    if_match: str = "",
    create_only: bool = False,
) -> Upserted:
    """Update the row when it is there, create it when not; `if_match` forbids creating, `create_only` updating."""
    table, connection = address.table, writing.transaction.connection
    row_id = find_by_key(connection, address) if address.key else _present(writing, table, address.id)
    if row_id is not None:
        if create_only:
            raise already_exists()
        key_columns = set(address.values or ())
        changes = {name: value for name, value in payload.items() if name not in key_columns}
        update(writing, table, row_id, changes, if_match)
        return Upserted(row_id, created=False)
    if if_match:
        raise no_such_key(table.name) if address.key else no_such_row(table.name, address.id)
    if not table.creatable:
        raise no_such_row(table.name, address.id)
    return Upserted(create(writing, table, _with_key(writing, address, payload)), created=True)


def _present(writing: Writing, table: Table, row_id: str) -> str | None:
    query = f"SELECT 1 FROM {quoted(table.name)} WHERE {quoted(table.id_column)} = ?"  # noqa: S608 (names from metadata)
    return row_id if writing.transaction.connection.execute(query, (row_id,)).fetchone() else None


def _with_key(writing: Writing, address: RowAddress, payload: Payload) -> dict[str, object]:
    """The body of a row being created through its address: key values come from the URL, the body wins."""
    table = address.table
    if address.key is None:
        return {**payload, table.id_column: address.id}
    body: dict[str, object] = {}
    for name, value in (address.values or {}).items():
        column = table.columns[name]
        if column.is_lookup:
            target = column.targets[0]
            body[f"{column.navigation_for(target)}@odata.bind"] = (
                f"/{writing.transaction.catalog[target].set_name}({value})"
            )
        else:
            body[name] = value
    return {**body, **payload}


def upsert_many(writing: Writing, table: Table, payloads: Iterable[Payload]) -> None:
    """UpsertMultiple: each payload names its row by `@odata.id` (a key allowed) or by its primary key column.

    Rows to create are gathered and inserted together, before anything else is done to them."""
    waiting: list[Payload] = []
    expected: set[object] = set()
    connection = writing.transaction.connection
    for payload in payloads:
        address = _upsert_address(writing, table, payload)
        body = {name: value for name, value in payload.items() if not name.startswith("@odata.")}
        name = (address.key.name, *folded_key(address)) if address.key else address.id
        if name in expected:
            create_many(writing, table, waiting)
            waiting, expected = [], set()
        found = find_by_key(connection, address) if address.key else _present(writing, table, address.id)
        if found is not None:
            upsert(writing, address, body)
            continue
        waiting.append(_with_key(writing, address, body))
        expected.add(name)
    if waiting:
        create_many(writing, table, waiting)


def _upsert_address(writing: Writing, table: Table, payload: Payload) -> RowAddress:
    text = payload.get("@odata.id")
    if isinstance(text, str):
        return _address_in(writing, table, text)
    plan = write_plan(writing.transaction.catalog, table.name)
    convert, value = plan.on_create[table.id_column], payload.get(table.id_column)
    if value is None:
        return RowAddress(table, new_id())
    row_id = convert(value) if convert else None
    return RowAddress(table, str(row_id))
