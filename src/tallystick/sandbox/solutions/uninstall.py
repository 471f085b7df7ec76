"""Taking a solution away, with what it brought when it is managed; and promoting a newer version over an older."""

from __future__ import annotations

from collections.abc import Callable

from tallystick.sandbox.errors import Refusal, no_such_row, not_deletable
from tallystick.sandbox.metadata import describe
from tallystick.sandbox.metadata.changes import remove_column, remove_key
from tallystick.sandbox.metadata.new_tables import remove_table
from tallystick.sandbox.metadata.relationships import remove_relationship
from tallystick.sandbox.metadata.stored import forget_choice
from tallystick.sandbox.rows.delete import delete, remove
from tallystick.sandbox.rows.write import Writing, write_values
from tallystick.sandbox.security.roles import forget_table_privileges
from tallystick.sandbox.solutions import components
from tallystick.sandbox.solutions.check import HOLDING, installed
from tallystick.sandbox.store import Transaction


def uninstall(writing: Writing, solution: str, *, default: str) -> None:
    """Delete a solution by its id. An unmanaged one is only a list; a managed one goes with all it brought and its data,
    unless another solution has it too. Raises 405 when something else still uses it."""
    transaction = writing.transaction
    query = 'SELECT "uniquename", "ismanaged" FROM "solution" WHERE "solutionid" = ?'
    row = transaction.connection.execute(query, (solution,)).fetchone()
    if row is None:
        raise no_such_row("solution", solution)
    if solution == default:
        raise not_deletable("The solution Default belongs to the environment and cannot be deleted.")
    if row[1]:
        _remove_components(writing, str(row[0]), solution)
    _forget(writing, solution)


def _forget(writing: Writing, solution: str) -> None:
    writing.transaction.connection.execute('DELETE FROM "solutioncomponent" WHERE "solutionid" = ?', (solution,))
    remove(writing, writing.transaction.catalog["solution"], solution)


def _remove_components(writing: Writing, name: str, solution: str) -> None:
    """In the order in which nothing is left that something else of the solution still needs."""
    transaction = writing.transaction
    own = [
        (kind, object_id)
        for kind, object_id in components.of_solution(transaction, solution)
        if not components.is_shared(transaction, solution, kind, object_id)
    ]
    try:
        for kind, remover in _REMOVERS:
            for _, object_id in (one for one in own if one[0] == kind):
                remover(writing, object_id)
    except Refusal as refusal:
        raise Refusal(
            refusal.status, refusal.code, f"The solution {name} cannot be uninstalled: {refusal.message}"
        ) from refusal


def promote(writing: Writing, name: str) -> str:
    """DeleteAndPromote: the waiting newer version takes the place of the installed one; what only the old one had goes.

    Returns the id of the solution that is left."""
    transaction = writing.transaction
    old, new = installed(transaction.connection, name), installed(transaction.connection, f"{name}{HOLDING}")
    if old is None or new is None:
        raise Refusal(
            404, "0x80040217",
            f"There is no solution {name} with a newer version waiting ({name}{HOLDING}); import it with "
            f"HoldingSolution first.",
        )  # fmt: skip
    _remove_components(writing, name, old.id)
    _forget(writing, old.id)
    write_values(
        writing,
        transaction.catalog["solution"],
        new.id,
        {"uniquename": name},
        {"solutionid": new.id, "version": new.version},
    )
    return new.id


# ---- single components -----------------------------------------------------------------------------------------------


def _relationship(writing: Writing, object_id: str) -> None:
    catalog = writing.transaction.catalog
    for table in catalog.tables.values():
        for row in describe.many_to_one(catalog, table):
            if row["MetadataId"] == object_id:
                remove_relationship(writing.transaction, str(row["SchemaName"]))
                return
    for pair in catalog.many_to_many:
        if describe.many_to_many_json(catalog, pair)["MetadataId"] == object_id:
            remove_relationship(writing.transaction, pair.schema)
            return


def _key(writing: Writing, object_id: str) -> None:
    for table in writing.transaction.catalog.tables.values():
        for key in table.keys:
            if key.metadata_id == object_id:
                remove_key(writing.transaction, table, key)
                return


def _column(writing: Writing, object_id: str) -> None:
    """A column of a table that goes as well goes with it."""
    transaction = writing.transaction
    for table in transaction.catalog.tables.values():
        for column in table.columns.values():
            if column.custom and not column.primary_name and describe.column_id(table, column) == object_id:
                remove_column(transaction, table, column)
                return


def _table(writing: Writing, object_id: str) -> None:
    table = writing.transaction.catalog.by_metadata_id(object_id)
    if table is not None and table.custom:
        remove_table(writing.transaction, table)
        forget_table_privileges(writing.transaction, table)


def _choice(writing: Writing, object_id: str) -> None:
    transaction = writing.transaction
    for choice in transaction.catalog.choices.values():
        if choice.id == object_id and choice.custom and not _is_used(transaction, choice.name):
            forget_choice(transaction, choice)
            return


def _is_used(transaction: Transaction, choice: str) -> bool:
    tables = transaction.catalog.tables.values()
    return any(
        column.global_choice and column.option_set == choice for table in tables for column in table.columns.values()
    )


def _row(table: str) -> Callable[[Writing, str], None]:
    def remover(writing: Writing, object_id: str) -> None:
        definition = writing.transaction.catalog[table]
        query = f'SELECT 1 FROM "{table}" WHERE "{table}id" = ?'  # noqa: S608 (role or webresource)
        if writing.transaction.connection.execute(query, (object_id,)).fetchone():
            delete(writing, definition, object_id)

    return remover


_REMOVERS: tuple[tuple[int, Callable[[Writing, str], None]], ...] = (
    (components.WEB_RESOURCE, _row("webresource")),
    (components.ROLE, _row("role")),
    (components.KEY, _key),
    (components.ENTITY_RELATIONSHIP, _relationship),
    (components.RELATIONSHIP, _relationship),
    (components.COLUMN, _column),
    (components.TABLE, _table),
    (components.CHOICE, _choice),
)
