"""Tables, relationships and choices made and deleted over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from tallystick.sandbox.errors import Refusal, invalid_argument, payload_error
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Choice, Required, Table
from tallystick.sandbox.metadata.cascade import OnDelete
from tallystick.sandbox.metadata.changes import (
    add_column,
    column_from,
    new_options,
    required_level,
    schema_name,
    text_of,
)
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.metadata.new_tables import NewTable, add_table, remove_table
from tallystick.sandbox.metadata.relationships import NewLookup, add_lookup, add_pair, remove_relationship
from tallystick.sandbox.metadata.stored import forget_choice, remember_choice
from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.security import checks
from tallystick.sandbox.security.roles import forget_table_privileges, register_table
from tallystick.sandbox.solutions import components
from tallystick.sandbox.webapi.call import Call, no_content
from tallystick.sandbox.webapi.components import add_to_named

Json = Mapping[str, object]


def _created(call: Call, address: str) -> Response:
    return no_content({"OData-EntityId": f"{call.root}/{address}"})


def _type_of(given: Json) -> str:
    return str(given.get("@odata.type", "")).rpartition(".")[2]


# ---- tables ----------------------------------------------------------------------------------------------------------


def create_table(call: Call) -> Response:
    """EntityDefinitions POST: a table with its primary name column and whatever columns come along."""
    checks.require(call.caller, "prvCreateEntity")
    given = call.json_object()
    with call.writing() as writing:
        table = make_table(writing, given)
        add_to_named(call, writing, components.TABLE, table.metadata_id)
    return _created(call, f"EntityDefinitions({table.metadata_id})")


def make_table(writing: Writing, given: Json) -> Table:
    """A table from its EntityMetadata."""
    transaction = writing.transaction
    if given.get("IsActivity"):
        raise Refusal(501, "0x80060888", "Activity tables cannot be created in this environment.")
    attributes = given.get("Attributes")
    columns = [one for one in attributes if isinstance(one, dict)] if isinstance(attributes, list) else []
    primary = [one for one in columns if one.get("IsPrimaryName")]
    if len(primary) != 1 or _type_of(primary[0]) != "StringAttributeMetadata":
        raise invalid_argument("Attributes must hold one StringAttributeMetadata with IsPrimaryName true.")
    schema = schema_name(given)
    label = text_of(given.get("DisplayName")) or schema
    new = NewTable(
        schema,
        label,
        text_of(given.get("DisplayCollectionName")) or f"{label}s",
        column_from(transaction.catalog, primary[0]),
        str(given.get("OwnershipType") or "UserOwned"),
        text_of(given.get("Description")),
        str(given.get("EntitySetName") or ""),
        change_tracking=bool(given.get("ChangeTrackingEnabled")),
        has_notes=bool(given.get("HasNotes")),
    )
    table = add_table(transaction, new)
    register_table(transaction, table)
    for one in columns:
        if one is not primary[0]:
            add_column(transaction, transaction.catalog[table.name], one)
    return table


def create_entities(call: Call, inside: str | None) -> Response:
    """CreateEntities: several tables, written as Complex…Metadata, all or none."""
    checks.require(call.caller, "prvCreateEntity")
    entities = call.json_object().get("Entities")
    if not isinstance(entities, list) or not entities:
        raise payload_error("The parameter 'Entities' must be a list of tables.")
    with call.writing() as writing:
        for one in entities:
            table = make_table(writing, _plain(one))
            add_to_named(call, writing, components.TABLE, table.metadata_id)
    return no_content()


def _plain(value: object) -> dict[str, object]:
    """`ComplexStringAttributeMetadata` is StringAttributeMetadata by another name."""
    if not isinstance(value, dict):
        raise payload_error("Every one of 'Entities' must be an object.")
    plain = {**value, "@odata.type": str(value.get("@odata.type", "")).replace(".Complex", ".")}
    attributes = value.get("Attributes")
    if isinstance(attributes, list):
        plain["Attributes"] = [_plain(one) for one in attributes]
    return plain


def delete_table(call: Call, table: Table) -> Response:
    checks.require(call.caller, "prvDeleteEntity")
    with call.writing() as writing:
        remove_table(writing.transaction, table)
        forget_table_privileges(writing.transaction, table)
        components.forget(writing.transaction, components.TABLE, table.metadata_id)
    return no_content()


# ---- relationships ---------------------------------------------------------------------------------------------------


def create_relationship(call: Call) -> Response:
    """RelationshipDefinitions POST."""
    checks.require(call.caller, "prvCreateRelationship")
    given = call.json_object()
    kind = _type_of(given)
    with call.writing() as writing:
        if kind == "OneToManyRelationshipMetadata":
            new = _lookup_of(given)
            add_lookup(writing.transaction, new)
            made = stable_id("relationship", new.relationship, new.table, new.target)
        elif kind == "ManyToManyRelationshipMetadata":
            schema = schema_name(given)
            intersect = str(given.get("IntersectEntityName") or schema)
            first, second = str(given.get("Entity1LogicalName")), str(given.get("Entity2LogicalName"))
            add_pair(writing.transaction, schema, first, second, schema_name({"SchemaName": intersect}))
            made = stable_id("relationship", schema)
        else:
            raise invalid_argument(f"'{kind[:100]}' is not a relationship; it is one to many or many to many.")
        add_to_named(call, writing, components.RELATIONSHIP, made)
    return _created(call, f"RelationshipDefinitions({made})")


def _lookup_of(given: Json) -> NewLookup:
    lookup = given.get("Lookup")
    if not isinstance(lookup, Mapping):
        raise invalid_argument("A relationship one to many needs its Lookup (a LookupAttributeMetadata).")
    cascade = given.get("CascadeConfiguration")
    return NewLookup(
        schema_name(given),
        str(given.get("ReferencingEntity")),
        str(given.get("ReferencedEntity")),
        schema_name(lookup),
        text_of(lookup.get("DisplayName")),
        delete_behaviour(cascade.get("Delete") if isinstance(cascade, Mapping) else None),
        required_level(lookup, Required.NONE),
        str(given.get("ReferencedEntityNavigationPropertyName") or ""),
    )


def delete_behaviour(word: object) -> OnDelete:
    """What CascadeConfiguration says about Delete; without a word the link is removed."""
    if word in (None, "", "NoCascade"):
        return OnDelete.REMOVE_LINK
    try:
        return OnDelete(str(word))
    except ValueError:
        raise invalid_argument(f"'{str(word)[:50]}' is not a way to cascade a deletion.") from None


def delete_relationship(call: Call, schema: str) -> Response:
    checks.require(call.caller, "prvDeleteRelationship")
    with call.writing() as writing:
        remove_relationship(writing.transaction, schema)
    return no_content()


def create_customer_relationships(call: Call, inside: str | None) -> Response:
    raise Refusal(501, "0x80060888", "Customer columns cannot be created in this environment yet; nothing was changed.")


# ---- choices ---------------------------------------------------------------------------------------------------------


def create_choice(call: Call) -> Response:
    """GlobalOptionSetDefinitions POST."""
    checks.require(call.caller, "prvCreateOptionSet")
    given = call.json_object()
    name = schema_name({"SchemaName": given.get("Name")}).lower()
    with call.writing() as writing:
        if name in writing.transaction.catalog.choices:
            raise Refusal(400, "0x80048403", f"A choice with the name {name} already exists.")
        choice = Choice(name, text_of(given.get("DisplayName")) or name, new_options(given), custom=True)
        remember_choice(writing.transaction, choice)
        add_to_named(call, writing, components.CHOICE, choice.id)
    return _created(call, f"GlobalOptionSetDefinitions({choice.id})")


def delete_choice(call: Call, choice: Choice) -> Response:
    checks.require(call.caller, "prvDeleteOptionSet")
    with call.writing() as writing:
        refuse_used_choice(writing, choice)
        forget_choice(writing.transaction, choice)
        components.forget(writing.transaction, components.CHOICE, choice.id)
    return no_content()


def refuse_used_choice(writing: Writing, choice: Choice) -> None:
    if not choice.custom:
        raise Refusal(400, "0x8004f01f", f"The choice {choice.name} is part of the system and cannot be deleted.")
    for table in writing.transaction.catalog.tables.values():
        for column in table.columns.values():
            if column.global_choice and column.option_set == choice.name:
                raise Refusal(
                    400, "0x8004f01f",
                    f"The choice {choice.name} cannot be deleted: the column {column.name} of {table.name} uses it.",
                )  # fmt: skip
