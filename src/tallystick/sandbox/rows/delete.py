"""Deleting rows and what hangs on them."""

from __future__ import annotations

from tallystick.sandbox.errors import Refusal, no_such_row, not_deletable, stale_version
from tallystick.sandbox.metadata import Column, Table
from tallystick.sandbox.metadata.cascade import OnDelete, on_delete
from tallystick.sandbox.metadata.privileges import Verb
from tallystick.sandbox.rows.rules import base_currency
from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.security import checks
from tallystick.sandbox.security.rights import ADMINISTRATOR
from tallystick.sandbox.store import quoted


def delete(writing: Writing, table: Table, row_id: str, if_match: str = "") -> None:
    """Delete one row; the rows that point to it go too, lose the link, or forbid it."""
    if not table.deletable:
        raise Refusal(405, "0x80040800", f"The 'Delete' method does not support entities of type '{table.name}'.")
    checks.require_on(writing.caller, table, Verb.DELETE)
    connection = writing.transaction.connection
    query = f"SELECT versionnumber FROM {quoted(table.name)} WHERE {quoted(table.id_column)} = ?"  # noqa: S608 (names from metadata)
    row = connection.execute(query, (row_id,)).fetchone()
    if row is None:
        raise no_such_row(table.name, row_id)
    if if_match not in ("", "*") and if_match != str(row[0]):
        raise stale_version()
    checks.require_row(writing.caller, connection, table, Verb.DELETE, row_id)
    doomed = _doomed(writing, table, row_id)
    for other, other_id in doomed:
        checks.require_row(writing.caller, connection, other, Verb.DELETE, other_id)
        _check_allowed(writing, other, other_id, asked_for=other_id == row_id)
        _settle_references(writing, other, other_id, doomed)
        _unpair(writing, other, other_id)
    for other, other_id in reversed(doomed):
        remove(writing, other, other_id)


_Rows = dict[tuple[str, str], Table]


def _doomed(writing: Writing, table: Table, row_id: str) -> list[tuple[Table, str]]:
    """The row and, through cascading relationships, every row that goes with it; each once, also in a circle."""
    found: _Rows = {(table.name, row_id): table}
    waiting = [(table, row_id)]
    while waiting:
        target, target_id = waiting.pop()
        for other, column in writing.transaction.catalog.referencing[target.name]:
            if on_delete(other, column, target.name) is not OnDelete.CASCADE or not other.deletable:
                continue
            for child in _pointing(writing, other, column, target, target_id):
                if (other.name, child) not in found:
                    found[other.name, child] = other
                    waiting.append((other, child))
        if target.name == "businessunit":
            found |= _default_team(writing, target_id)
    return [(other, other_id) for (_, other_id), other in found.items()]


def _default_team(writing: Writing, unit: str) -> _Rows:
    """The team that came with a business unit goes with it; teams that somebody made keep it."""
    query = "SELECT teamid FROM team WHERE businessunitid = ? AND isdefault = 1"
    rows = writing.transaction.connection.execute(query, (unit,)).fetchall()
    return {("team", str(team)): writing.transaction.catalog["team"] for (team,) in rows}


def _pointing(writing: Writing, other: Table, column: Column, target: Table, target_id: str) -> list[str]:
    where = f"{quoted(column.name)} = ?"
    if column.polymorphic:
        where += f" AND {quoted(column.type_column)} = '{target.name}'"
    query = f"SELECT {quoted(other.id_column)} FROM {quoted(other.name)} WHERE {where}"  # noqa: S608 (names from metadata)
    return [str(row[0]) for row in writing.transaction.connection.execute(query, (target_id,))]


def remove(writing: Writing, table: Table, row_id: str) -> None:
    """Take the row out and leave the mark that change tracking reports."""
    transaction = writing.transaction
    transaction.connection.execute(
        f"DELETE FROM {quoted(table.name)} WHERE {quoted(table.id_column)} = ?",  # noqa: S608 (names from metadata)
        (row_id,),
    )
    transaction.connection.execute(
        'INSERT INTO "_deleted" VALUES (?, ?, ?, ?)', (transaction.version(), table.name, row_id, writing.now)
    )
    transaction.known_rows.discard((table.name, row_id))
    transaction.count("deleted", table.name)


def _check_allowed(writing: Writing, table: Table, row_id: str, *, asked_for: bool) -> None:
    if table.name == "transactioncurrency" and row_id == base_currency(writing.transaction):
        raise not_deletable("The base currency of the organization cannot be deleted.")
    if table.name == "team" and asked_for:
        query = "SELECT isdefault FROM team WHERE teamid = ?"
        if writing.transaction.connection.execute(query, (row_id,)).fetchone()[0]:
            raise not_deletable("The default team of a business unit cannot be deleted.")
    if table.name == "role" and asked_for:
        query = "SELECT roletemplateid FROM role WHERE roleid = ?"
        if writing.transaction.connection.execute(query, (row_id,)).fetchone()[0] == ADMINISTRATOR:
            raise not_deletable("The role System Administrator cannot be deleted.")
    if table.name == "businessunit":
        query = "SELECT parentbusinessunitid FROM businessunit WHERE businessunitid = ?"
        if writing.transaction.connection.execute(query, (row_id,)).fetchone()[0] is None:
            raise not_deletable("The root business unit cannot be deleted.")


def _settle_references(writing: Writing, table: Table, row_id: str, doomed: list[tuple[Table, str]]) -> None:
    """Rows that stay lose their link to the deleted row, or forbid the deletion."""
    connection = writing.transaction.connection
    going = {(other.name, other_id) for other, other_id in doomed}
    for other, column in writing.transaction.catalog.referencing[table.name]:
        staying = [one for one in _pointing(writing, other, column, table, row_id) if (other.name, one) not in going]
        if not staying:
            continue
        if on_delete(other, column, table.name) is OnDelete.RESTRICT:
            raise not_deletable(
                f"The {table.name} {row_id} cannot be deleted because rows of {other.name} refer to it "
                f"(column {column.name}, for example {staying[0]})."
            )
        types = f", {quoted(column.type_column)} = NULL" if column.polymorphic else ""
        statement = (
            f"UPDATE {quoted(other.name)} SET {quoted(column.name)} = NULL{types}, versionnumber = ?, modifiedon = ? "  # noqa: S608 (names from metadata)
            f"WHERE {quoted(other.id_column)} = ?"
        )
        for one in staying:
            connection.execute(statement, (writing.transaction.version(), writing.now, one))


def _unpair(writing: Writing, table: Table, row_id: str) -> None:
    for pair in writing.transaction.catalog.many_to_many:
        if table.name in (pair.first, pair.second):
            intersect = writing.transaction.catalog[pair.intersect]
            key, end = quoted(intersect.id_column), quoted(table.id_column)
            query = f"SELECT {key} FROM {quoted(pair.intersect)} WHERE {end} = ?"  # noqa: S608 (names from metadata)
            for (pair_id,) in writing.transaction.connection.execute(query, (row_id,)).fetchall():
                remove(writing, intersect, str(pair_id))
