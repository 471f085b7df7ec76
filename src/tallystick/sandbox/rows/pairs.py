"""Pairing rows of many-to-many relationships: roles of users, members of teams."""

from __future__ import annotations

import sqlite3

from tallystick.sandbox.errors import Refusal, duplicate_row, invalid_argument, no_such_row
from tallystick.sandbox.metadata import ManyToMany
from tallystick.sandbox.metadata.privileges import ASSIGN_ROLE, Verb
from tallystick.sandbox.rows.delete import remove
from tallystick.sandbox.rows.values import new_id
from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.security import checks
from tallystick.sandbox.store import quoted


def pair_rows(writing: Writing, pair: ManyToMany, ids: dict[str, str]) -> None:
    """`ids` gives the row of each of the two tables. Pairing twice is refused."""
    _check(writing, pair, ids)
    if pair.intersect in ("systemuserroles", "teamroles"):
        _check_unit(writing, pair, ids)
    statement = (
        f"INSERT INTO {quoted(pair.intersect)} ({quoted(pair.intersect + 'id')}, {quoted(pair.first + 'id')}, "  # noqa: S608 (names from metadata)
        f"{quoted(pair.second + 'id')}, versionnumber) VALUES (?, ?, ?, ?)"
    )
    values = (new_id(), ids[pair.first], ids[pair.second], writing.transaction.version())
    try:
        writing.transaction.connection.execute(statement, values)
    except sqlite3.IntegrityError as error:
        raise duplicate_row() from error
    writing.transaction.count("created", pair.intersect)


def _check(writing: Writing, pair: ManyToMany, ids: dict[str, str]) -> None:
    """Who may pair and part: roles and team members have rules of their own."""
    caller, transaction = writing.caller, writing.transaction
    if pair.intersect == "roleprivileges":
        raise Refusal(
            405, "0x80040800", "The privileges of a role are changed with AddPrivilegesRole and RemovePrivilegeRole."
        )
    if pair.intersect in ("systemuserroles", "teamroles"):
        checks.require(caller, ASSIGN_ROLE)
    elif pair.intersect == "teammembership":
        checks.require_row(caller, transaction.connection, transaction.catalog["team"], Verb.WRITE, ids["team"])
    else:
        target = {(pair.second, ids[pair.second])}
        table = transaction.catalog[pair.first]
        checks.require_links(caller, transaction.connection, transaction.catalog, table, ids[pair.first], target)


def _check_unit(writing: Writing, pair: ManyToMany, ids: dict[str, str]) -> None:
    """A user or team is given the copy of a role that lives in its own business unit."""
    holder = pair.first
    query = (
        f'SELECT h."businessunitid", r."businessunitid", r."name" FROM {quoted(holder)} h, "role" r '  # noqa: S608 (systemuser or team)
        f'WHERE h.{quoted(holder + "id")} = ? AND r."roleid" = ?'
    )
    own, of_role, name = writing.transaction.connection.execute(query, (ids[holder], ids["role"])).fetchone()
    if own != of_role:
        raise invalid_argument(
            f"The role {name} ({ids['role']}) belongs to the business unit {of_role}, the {holder} {ids[holder]} to "
            f"{own}: assign the copy of the role in that business unit."
        )


def unpair_rows(writing: Writing, pair: ManyToMany, ids: dict[str, str]) -> None:
    _check(writing, pair, ids)
    query = (
        f"SELECT {quoted(pair.intersect + 'id')} FROM {quoted(pair.intersect)} "  # noqa: S608 (names from metadata)
        f"WHERE {quoted(pair.first + 'id')} = ? AND {quoted(pair.second + 'id')} = ?"
    )
    found = writing.transaction.connection.execute(query, (ids[pair.first], ids[pair.second])).fetchone()
    if found is None:
        raise no_such_row(pair.intersect, f"{ids[pair.first]}/{ids[pair.second]}")
    remove(writing, writing.transaction.catalog[pair.intersect], str(found[0]))
