"""Pairing rows of many-to-many relationships: roles of users, members of teams."""

from __future__ import annotations

import sqlite3

from tallystick.sandbox.errors import duplicate_row, no_such_row
from tallystick.sandbox.metadata import ManyToMany
from tallystick.sandbox.rows.delete import remove
from tallystick.sandbox.rows.values import new_id
from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.store import quoted


def pair_rows(writing: Writing, pair: ManyToMany, ids: dict[str, str]) -> None:
    """`ids` gives the row of each of the two tables. Pairing twice is refused."""
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


def unpair_rows(writing: Writing, pair: ManyToMany, ids: dict[str, str]) -> None:
    query = (
        f"SELECT {quoted(pair.intersect + 'id')} FROM {quoted(pair.intersect)} "  # noqa: S608 (names from metadata)
        f"WHERE {quoted(pair.first + 'id')} = ? AND {quoted(pair.second + 'id')} = ?"
    )
    found = writing.transaction.connection.execute(query, (ids[pair.first], ids[pair.second])).fetchone()
    if found is None:
        raise no_such_row(pair.intersect, f"{ids[pair.first]}/{ids[pair.second]}")
    remove(writing, writing.transaction.catalog[pair.intersect], str(found[0]))
