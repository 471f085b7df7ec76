"""Which components belong to which solution."""

from __future__ import annotations

from collections.abc import Mapping

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata import describe
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.store import Transaction

TABLE, COLUMN, RELATIONSHIP, CHOICE, ENTITY_RELATIONSHIP, KEY, ROLE, WEB_RESOURCE = 1, 2, 3, 9, 10, 14, 20, 61
ROWS = {"role": ROLE, "webresource": WEB_RESOURCE}
"""Tables whose rows are components themselves."""


def solution_named(transaction: Transaction, name: str) -> str:
    """The id of an unmanaged solution that components can be added to."""
    query = 'SELECT "solutionid", "ismanaged" FROM "solution" WHERE fold("uniquename") = fold(?)'
    found = transaction.connection.execute(query, (name,)).fetchone()
    if found is None:
        raise invalid_argument(f"There is no solution with the unique name {name[:100]}.")
    if found[1]:
        raise invalid_argument(f"The solution {name} is managed; components cannot be added to it.")
    return str(found[0])


def add(
    transaction: Transaction, solution: str, kind: int, object_id: str, stamp: Mapping[str, object], behavior: int = 0
) -> str:
    """Make a component part of a solution; once is enough. Returns the id of the solutioncomponent."""
    row_id = stable_id("component", solution, str(kind), object_id)
    query = 'SELECT 1 FROM "solutioncomponent" WHERE "solutioncomponentid" = ?'
    if transaction.connection.execute(query, (row_id,)).fetchone() is None:
        transaction.put("solutioncomponent", {
            "solutioncomponentid": row_id, "solutionid": solution, "componenttype": kind, "objectid": object_id,
            "rootcomponentbehavior": behavior, "ismetadata": int(kind not in ROWS.values()), **stamp,
        })  # fmt: skip
        transaction.count("created", "solutioncomponent")
    return row_id


def forget(transaction: Transaction, kind: int, object_id: str) -> None:
    """A component that has gone is part of nothing."""
    statement = 'DELETE FROM "solutioncomponent" WHERE "componenttype" = ? AND "objectid" = ?'
    transaction.connection.execute(statement, (kind, object_id))


def of_solution(transaction: Transaction, solution: str) -> list[tuple[int, str]]:
    query = (
        'SELECT "componenttype", "objectid" FROM "solutioncomponent" WHERE "solutionid" = ? ORDER BY "versionnumber"'
    )
    return [(int(kind), str(object_id)) for kind, object_id in transaction.connection.execute(query, (solution,))]


def remove(transaction: Transaction, solution: str, kind: int, object_id: str) -> None:
    statement = 'DELETE FROM "solutioncomponent" WHERE "solutionid" = ? AND "componenttype" = ? AND "objectid" = ?'
    transaction.connection.execute(statement, (solution, kind, object_id))


def check_exists(transaction: Transaction, kind: int, object_id: str) -> None:
    """Raises 404 for an id that no component of this kind has; kinds that are not kept here are refused."""
    catalog = transaction.catalog
    if kind == TABLE:
        there = catalog.by_metadata_id(object_id) is not None
    elif kind == COLUMN:
        there = any(
            describe.column_id(table, column) == object_id
            for table in catalog.tables.values()
            for column in table.columns.values()
        )
    elif kind == CHOICE:
        there = any(choice.id == object_id for choice in catalog.choices.values())
    elif kind in ROWS.values():
        table = next(name for name, number in ROWS.items() if number == kind)
        query = f'SELECT 1 FROM "{table}" WHERE "{table}id" = ?'  # noqa: S608 (role or webresource)
        there = transaction.connection.execute(query, (object_id,)).fetchone() is not None
    else:
        raise invalid_argument(f"Components of type {kind} cannot be added to a solution in this environment.")
    if not there:
        raise Refusal(404, "0x80040217", f"There is no component of type {kind} with the id {object_id}.")


def is_shared(transaction: Transaction, solution: str, kind: int, object_id: str) -> bool:
    """Whether another solution holds the component too."""
    query = (
        'SELECT 1 FROM "solutioncomponent" WHERE "componenttype" = ? AND "objectid" = ? AND "solutionid" <> ? LIMIT 1'
    )
    return transaction.connection.execute(query, (kind, object_id, solution)).fetchone() is not None
