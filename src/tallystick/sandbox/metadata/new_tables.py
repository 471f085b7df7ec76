"""Making tables and taking them away again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata.build import ACTIVE_INACTIVE, guid, history, ownership, read_only, table
from tallystick.sandbox.metadata.model import Column, ManyToMany, Table
from tallystick.sandbox.metadata.stored import forget_table, remember_table
from tallystick.sandbox.metadata.tables.people import intersect
from tallystick.sandbox.store import Transaction, quoted
from tallystick.sandbox.store.schema import table_statements

FIRST_CODE = 10_000
OWNERSHIPS = ("UserOwned", "OrganizationOwned")


@dataclass(frozen=True, slots=True)
class NewTable:
    """What a table is made from. `name_column` is its primary name, ready to be used."""

    schema: str
    label: str
    plural: str
    name_column: Column
    ownership: str = "UserOwned"
    description: str = ""
    set_name: str = ""
    change_tracking: bool = False
    has_notes: bool = False

    @property
    def name(self) -> str:
        return self.schema.lower()


def plural_of(name: str) -> str:
    """The set name of a new table when none is asked for."""
    if name.endswith(("s", "x", "z", "ch", "sh")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"


def add_table(transaction: Transaction, new: NewTable) -> Table:
    """A new custom table with the columns that every table has."""
    catalog = transaction.catalog
    if new.name in catalog.tables:
        raise Refusal(400, "0x8004700b", f"An entity with the name {new.name} already exists. Choose another name.")
    if new.ownership not in OWNERSHIPS:
        raise invalid_argument(f"OwnershipType is one of {', '.join(OWNERSHIPS)}, not '{new.ownership[:50]}'.")
    made = _built(new, _next_code(catalog.tables.values()))
    if catalog.by_set(made.set_name) is not None:
        raise Refusal(400, "0x8004700b", f"An entity set with the name {made.set_name} already exists.")
    create_sql(transaction, made)
    remember_table(transaction, made)
    return made


def create_sql(transaction: Transaction, made: Table) -> None:
    for statement in table_statements(made):
        transaction.connection.execute(statement)


def _next_code(tables: Iterable[Table]) -> int:
    codes = [one.code for one in tables]
    return max(FIRST_CODE - 1, *codes) + 1


def _built(new: NewTable, code: int) -> Table:
    owner = ownership(new.name) if new.ownership == "UserOwned" else [read_only(guid("organizationid", "Organization"))]
    made = table(
        new.name,
        new.schema,
        code,
        new.label,
        new.plural,
        [new.name_column, *owner, *history(new.name), *ACTIVE_INACTIVE],
        set_name=new.set_name or plural_of(new.name),
        name_column=new.name_column.name,
        ownership_type=new.ownership,
        change_tracking=new.change_tracking,
        description=new.description,
        custom=True,
        has_notes=new.has_notes,
    )
    key = replace(made.columns[made.id_column], schema=f"{new.schema}Id")
    return replace(made, columns={**made.columns, key.name: key})


def add_intersect(transaction: Transaction, pair: ManyToMany, schema: str) -> Table:
    """The table behind a many-to-many relationship."""
    if pair.intersect in transaction.catalog.tables:
        raise Refusal(400, "0x8004700b", f"An entity with the name {pair.intersect} already exists.")
    code = _next_code(transaction.catalog.tables.values())
    made = intersect(pair.intersect, schema, code, pair.intersect_set, pair.first, pair.second)
    first = transaction.catalog[pair.first]
    made = replace(made, custom=True, privilege=first.privilege or first.schema)
    create_sql(transaction, made)
    remember_table(transaction, made)
    return made


def remove_table(transaction: Transaction, doomed: Table) -> None:
    """Take a custom table away with its rows; what still points to it keeps it."""
    if not doomed.custom:
        raise Refusal(400, "0x8004f01f", f"The table {doomed.name} is part of the system and cannot be deleted.")
    for other, column in transaction.catalog.referencing[doomed.name]:
        if other.name != doomed.name:
            raise Refusal(
                400, "0x8004f01f",
                f"The table {doomed.name} cannot be deleted: the column {column.name} of {other.name} points to it. Delete "
                "that relationship first.",
            )  # fmt: skip
    for pair in transaction.catalog.many_to_many:
        if doomed.name in (pair.first, pair.second):
            raise Refusal(
                400, "0x8004f01f", f"The table {doomed.name} cannot be deleted: the relationship {pair.schema} uses it."
            )
    drop_table(transaction, doomed)


def drop_table(transaction: Transaction, doomed: Table) -> None:
    transaction.connection.execute(f"DROP TABLE {quoted(doomed.name)}")
    transaction.connection.execute('DELETE FROM "_deleted" WHERE table_name = ?', (doomed.name,))
    forget_table(transaction, doomed)
