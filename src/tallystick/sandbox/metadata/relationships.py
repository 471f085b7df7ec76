"""Making relationships between tables and taking them away again."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata.cascade import OnDelete
from tallystick.sandbox.metadata.catalog import Catalog
from tallystick.sandbox.metadata.changes import place_column, remove_column
from tallystick.sandbox.metadata.model import Column, Kind, ManyToMany, Required, Table
from tallystick.sandbox.metadata.new_tables import add_intersect, drop_table
from tallystick.sandbox.metadata.stored import forget_pair, remember_pair
from tallystick.sandbox.store import Transaction


@dataclass(frozen=True, slots=True)
class NewLookup:
    """A one-to-many relationship: `lookup_schema` of `table` points to `target`."""

    relationship: str
    table: str
    target: str
    lookup_schema: str
    label: str
    on_delete: OnDelete = OnDelete.REMOVE_LINK
    required: Required = Required.NONE
    collection: str = ""


def relationship_exists(catalog: Catalog, schema: str) -> bool:
    wanted = schema.lower()
    if any(pair.schema.lower() == wanted for pair in catalog.many_to_many):
        return True
    columns = (column for table in catalog.tables.values() for column in table.columns.values() if column.is_lookup)
    return any(name.lower() == wanted for column in columns for _, name, _ in column.inverse)


def table_named(catalog: Catalog, name: object) -> Table:
    table = catalog.get(str(name))
    if table is None:
        raise invalid_argument(f"There is no table '{str(name)[:100]}'.")
    return table


def add_lookup(transaction: Transaction, new: NewLookup) -> Column:
    """The lookup column and with it both navigation properties."""
    catalog = transaction.catalog
    table, target = table_named(catalog, new.table), table_named(catalog, new.target)
    if relationship_exists(catalog, new.relationship):
        raise Refusal(400, "0x80040203", f"A relationship with the name {new.relationship} already exists.")
    if table.intersect or target.intersect:
        raise invalid_argument("A table that pairs two others takes no part in relationships.")
    collection = new.collection or new.relationship
    column = Column(
        new.lookup_schema.lower(), Kind.LOOKUP, new.label or new.lookup_schema, new.lookup_schema, targets=(target.name,),
        navigation=new.lookup_schema, inverse=((target.name, new.relationship, collection),), custom=True,
        required=new.required, on_delete=new.on_delete.value,
    )  # fmt: skip
    _check_navigation(catalog, table, column, target, collection)
    place_column(transaction, table, column)
    return column


def _check_navigation(catalog: Catalog, table: Table, column: Column, target: Table, collection: str) -> None:
    if collection in catalog.navigation(target.name) or collection in target.columns:
        raise invalid_argument(f"{target.name} already has a property with the name {collection}.")
    if column.navigation in catalog.navigation(table.name):
        raise invalid_argument(f"{table.name} already has a property with the name {column.navigation}.")


def add_pair(transaction: Transaction, schema: str, first: str, second: str, intersect_schema: str) -> ManyToMany:
    """A many-to-many relationship with the table behind it."""
    catalog = transaction.catalog
    one, other = table_named(catalog, first), table_named(catalog, second)
    if one.name == other.name:
        raise Refusal(501, "0x80060888", "A many-to-many relationship of a table with itself is not possible here yet.")
    if relationship_exists(catalog, schema):
        raise Refusal(400, "0x80040203", f"A relationship with the name {schema} already exists.")
    name = intersect_schema.lower()
    pair = ManyToMany(schema, one.name, other.name, name, f"{name}set", custom=True)
    add_intersect(transaction, pair, intersect_schema)
    remember_pair(transaction, pair)
    return pair


def remove_relationship(transaction: Transaction, schema: str) -> None:
    """A custom relationship goes with its lookup column, or with the table behind it."""
    catalog = transaction.catalog
    for pair in catalog.many_to_many:
        if pair.schema == schema:
            remove_pair(transaction, pair)
            return
    for table in catalog.tables.values():
        for column in table.columns.values():
            if any(name == schema for _, name, _ in column.inverse):
                remove_column(transaction, table, column)
                return


def remove_pair(transaction: Transaction, pair: ManyToMany) -> None:
    if not pair.custom:
        raise Refusal(400, "0x8004f01f", f"The relationship {pair.schema} is part of the system and cannot be deleted.")
    forget_pair(transaction, pair)
    drop_table(transaction, transaction.catalog[pair.intersect])
