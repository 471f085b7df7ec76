"""The checks of reads and writes. Each raises the refusal the service answers with; nothing is returned in silence."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tallystick.sandbox.errors import Refusal, forbidden
from tallystick.sandbox.metadata import Catalog, Table
from tallystick.sandbox.metadata.privileges import Verb, privilege_id, privilege_name
from tallystick.sandbox.security.rights import Condition, Rights, covers, reach_condition
from tallystick.sandbox.store.schema import quoted

if TYPE_CHECKING:
    from tallystick.sandbox.rows.caller import Caller


def missing_privilege(rights: Rights, name: str, table: Table | None = None) -> Refusal:
    """403 with the sentence that clients look for: it names the user and the privilege."""
    where = f" on OTC={table.code} for entity '{table.name}'" if table else ""
    return forbidden(
        "0x80040220",
        f"Principal user (Id={rights.user_id}, type=8, roleCount={rights.roles}, privilegeCount={rights.privileges}, "
        f"accessMode={rights.access_mode}), is missing {name} privilege (Id={privilege_id(name)}){where}. "
        f"context.Caller={rights.user_id}",
    )


def missing_access(rights: Rights, verb: Verb, table: Table, row_id: str) -> Refusal:
    """403: the user has the privilege, but not for this row."""
    return forbidden(
        "0x80048306",
        f"Principal with id {rights.user_id} does not have {verb.value}Access right(s) for record with id {row_id} of "
        f"entity {table.name}.",
    )


def require(caller: Caller, privilege: str) -> None:
    """A privilege that is about the environment and not about rows."""
    for rights in caller.rights:
        if rights.named(privilege) is None:
            raise missing_privilege(rights, privilege)


def require_on(caller: Caller, table: Table, verb: Verb) -> None:
    """The privilege on the table, for whichever rows."""
    for rights in caller.rights:
        if rights.on(table, verb) is None:
            raise missing_privilege(rights, privilege_name(table, verb), table)


def require_everywhere(caller: Caller, table: Table, verb: Verb) -> None:
    """The privilege for all rows of the organization, as change tracking asks for."""
    for rights in caller.rights:
        reach = rights.on(table, verb)
        if reach is None or reach_condition(rights, reach, table, "t"):
            raise missing_privilege(rights, privilege_name(table, verb), table)


def within_reach(caller: Caller, table: Table, verb: Verb, alias: str) -> list[Condition]:
    """The conditions that leave only the rows the caller may reach. Raises when the caller has no such privilege."""
    found = []
    for rights in caller.rights:
        reach = rights.on(table, verb)
        if reach is None:
            raise missing_privilege(rights, privilege_name(table, verb), table)
        condition = reach_condition(rights, reach, table, alias)
        if condition is not None:
            found.append(condition)
    return found


def require_row(caller: Caller, connection: sqlite3.Connection, table: Table, verb: Verb, row_id: str) -> None:
    """The privilege on one existing row; a query only when it is not good for all rows."""
    if not caller.rights:
        return
    for text, params in within_reach(caller, table, verb, "t"):
        query = f"SELECT 1 FROM {quoted(table.name)} t WHERE t.{quoted(table.id_column)} = ? AND {text}"  # noqa: S608 (names from metadata)
        if connection.execute(query, (row_id, *params)).fetchone() is None:
            raise missing_access(caller.rights[0], verb, table, row_id)


def require_new(caller: Caller, table: Table, row: Mapping[str, object]) -> None:
    """Create, for a row with this owner and business unit."""
    for rights in caller.rights:
        reach = rights.on(table, Verb.CREATE)
        if reach is None:
            raise missing_privilege(rights, privilege_name(table, Verb.CREATE), table)
        if not covers(rights, reach, table, row):
            raise missing_access(rights, Verb.CREATE, table, str(row.get(table.id_column)))


Target = tuple[str, str]
"""Table and id of a row that a lookup is being pointed to."""


def require_links(
    caller: Caller,
    connection: sqlite3.Connection,
    catalog: Catalog,
    table: Table,
    row_id: str,
    targets: Collection[Target],
) -> None:
    """Pointing a lookup somewhere takes Append on the row and AppendTo on the row it points to."""
    if not caller.rights or not targets:
        return
    if row_id:
        require_row(caller, connection, table, Verb.APPEND, row_id)
    else:
        require_on(caller, table, Verb.APPEND)
    for target, target_id in targets:
        require_row(caller, connection, catalog[target], Verb.APPEND_TO, target_id)
