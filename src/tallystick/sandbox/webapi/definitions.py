"""EntityDefinitions, RelationshipDefinitions and GlobalOptionSetDefinitions: metadata read and changed over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from tallystick.sandbox.errors import Refusal, no_such_segment, query_error, wrong_verb
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Catalog, Column, Key, Table, changes, describe
from tallystick.sandbox.query.options import Expand, Query, parse_query
from tallystick.sandbox.query.syntax import Comparison, Literal, Logic, Node, Not, Operand, Path, TextMatch
from tallystick.sandbox.security import checks
from tallystick.sandbox.solutions.components import COLUMN, KEY
from tallystick.sandbox.webapi import schema
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.components import add_to_named
from tallystick.sandbox.webapi.paths import NAMESPACE, Segment

ROOTS = frozenset({"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions"})
Json = dict[str, object]
Expander = Callable[[str], object]
_NAMED = re.compile(r"\s*(\w+)\s*=\s*'([^']*)'\s*")
_ENUM = re.compile(r"Microsoft\.Dynamics\.CRM\.\w+'([^']*)'")


def _not_found(what: str, name: str) -> Refusal:
    return Refusal(404, "0x80060888", f"Could not find {what} '{name[:100]}'.")


def answer_definitions(call: Call, segments: Sequence[Segment]) -> Response:
    """Answer a request whose path starts with one of the ROOTS."""
    root, rest = segments[0], segments[1:]
    if root.name == "EntityDefinitions":
        return _tables(call, root) if not rest and root.inside is None else _table(call, root, rest)
    if root.name == "GlobalOptionSetDefinitions":
        return _choices(call, root, rest)
    return _relationships(call, root, rest)


def _query(call: Call) -> Query:
    parameters = dict(call.parameters)
    if "$filter" in parameters:
        parameters["$filter"] = _ENUM.sub(r"'\1'", parameters["$filter"])
    query = parse_query(parameters)
    refused = query.given - {"$select", "$filter", "$expand", "$count"}
    if refused:
        raise query_error(f"The query parameter {sorted(refused)[0]} is not supported on metadata.")
    return query


# ---- EntityDefinitions -----------------------------------------------------------------------------------------------


def _tables(call: Call, root: Segment) -> Response:
    if call.method == "POST":
        return schema.create_table(call)
    if call.method != "GET":
        raise wrong_verb(call.method, "table definitions are listed with GET and created with POST")
    query = _query(call)
    rows = []
    for table in call.catalog.tables.values():
        whole = describe.entity_json(table)
        if query.where is None or _holds(query.where, whole):
            rows.append(_shown(whole, query, partial(_part_of_table, call, table)))
    return _collection(call, "EntityDefinitions", query, rows)


def _find_table(call: Call, inside: str | None) -> Table:
    text = (inside or "").strip()
    named = _NAMED.fullmatch(text)
    table = (
        call.catalog.get(named[2]) if named and named[1] == "LogicalName" else call.catalog.by_metadata_id(text.lower())
    )
    if table is None:
        raise _not_found("an entity with", text)
    return table


def _table(call: Call, root: Segment, rest: Sequence[Segment]) -> Response:
    table = _find_table(call, root.inside)
    if rest:
        return _table_part(call, table, rest)
    if call.method == "GET":
        query = _query(call)
        row = _shown(describe.entity_json(table), query, partial(_part_of_table, call, table))
        return json_response(
            200, {"@odata.context": f"{call.root}/$metadata#EntityDefinitions/$entity", **row}, call=call
        )
    if call.method == "PUT":
        checks.require(call.caller, "prvWriteEntity")
        with call.writing() as writing:
            changes.change_table(writing.transaction, table, call.json_object())
        return no_content()
    if call.method == "DELETE":
        return schema.delete_table(call, table)
    raise wrong_verb(call.method, "table definitions take GET, PUT and DELETE")


def _part_of_table(call: Call, table: Table, name: str) -> list[Json]:
    parts: dict[str, Callable[[], Iterable[Json]]] = {
        "Attributes": lambda: [describe.attribute_json(table, column) for column in table.columns.values()],
        "Keys": lambda: [describe.key_json(table, key) for key in table.keys],
        "OneToManyRelationships": lambda: describe.one_to_many(call.catalog, table),
        "ManyToOneRelationships": lambda: describe.many_to_one(call.catalog, table),
        "ManyToManyRelationships": lambda: [
            describe.many_to_many_json(call.catalog, pair)
            for pair in call.catalog.many_to_many
            if table.name in (pair.first, pair.second)
        ],
    }
    if name not in parts:
        raise no_such_segment(name)
    return list(parts[name]())


def _table_part(call: Call, table: Table, rest: Sequence[Segment]) -> Response:
    part, more = rest[0], rest[1:]
    if part.name == "Attributes":
        return _attributes(call, table, part, more)
    if part.name == "Keys":
        return _keys(call, table, part, more)
    if call.method != "GET":
        raise wrong_verb(call.method, f"{part.name} is read here; relationships are made in RelationshipDefinitions")
    whole = describe.entity_json(table)
    if part.name in whole and not more and part.inside is None:
        context = f"{call.root}/$metadata#EntityDefinitions({table.metadata_id})/{part.name}"
        return json_response(200, {"@odata.context": context, "value": whole[part.name]})
    rows = _part_of_table(call, table, part.name)
    return _listed(call, f"EntityDefinitions('{table.name}')/{part.name}", rows)


def _listed(call: Call, context: str, rows: Iterable[Json]) -> Response:
    query = _query(call)
    kept = [row for row in rows if query.where is None or _holds(query.where, row)]
    return _collection(call, context, query, [_shown(row, query, _nothing) for row in kept])


def _collection(call: Call, context: str, query: Query, rows: list[Json]) -> Response:
    content: Json = {"@odata.context": f"{call.root}/$metadata#{context}"}
    if query.count:
        content["@odata.count"] = len(rows)
    return json_response(200, {**content, "value": rows}, call=call)


def _nothing(name: str) -> object:
    raise query_error(f"'{name}' cannot be expanded here.")


# ---- Attributes ------------------------------------------------------------------------------------------------------


def _attributes(call: Call, table: Table, part: Segment, more: Sequence[Segment]) -> Response:
    if part.inside is None:
        return _all_attributes(call, table, more)
    column = _find_column(table, part.inside)
    if call.method == "GET":
        return _one_attribute(call, table, column, more)
    if more:
        raise no_such_segment(more[0].name)
    checks.require(call.caller, "prvDeleteAttribute" if call.method == "DELETE" else "prvWriteAttribute")
    with call.writing() as writing:
        if call.method == "PUT":
            changes.change_column(writing.transaction, table, column, call.json_object())
        elif call.method == "DELETE":
            changes.remove_column(writing.transaction, table, column)
        else:
            raise wrong_verb(call.method, "column definitions take GET, PUT and DELETE")
    return no_content()


def _all_attributes(call: Call, table: Table, more: Sequence[Segment]) -> Response:
    if call.method == "POST" and not more:
        checks.require(call.caller, "prvCreateAttribute")
        with call.writing() as writing:
            made = changes.add_column(writing.transaction, table, call.json_object())
            add_to_named(call, writing, COLUMN, describe.column_id(table, made))
        address = f"EntityDefinitions({table.metadata_id})/Attributes({describe.column_id(table, made)})"
        return no_content({"OData-EntityId": f"{call.root}/{address}"})
    if call.method != "GET":
        raise wrong_verb(call.method, "column definitions are listed with GET and created with POST")
    query, cast = _query(call), _cast(more)
    rows = []
    for column in table.columns.values():
        whole = describe.attribute_json(table, column)
        if cast and whole["@odata.type"] != f"#{cast}":
            continue
        if query.where is None or _holds(query.where, whole):
            rows.append(_shown(whole, query, partial(_part_of_column, call.catalog, table, column)))
    return _collection(call, f"EntityDefinitions('{table.name}')/Attributes{f'/{cast}' if cast else ''}", query, rows)


def _cast(more: Sequence[Segment]) -> str:
    if not more:
        return ""
    if len(more) > 1 or not more[0].name.startswith(NAMESPACE) or not more[0].name.endswith("AttributeMetadata"):
        raise no_such_segment(more[0].name)
    return more[0].name


def _find_column(table: Table, inside: str) -> Column:
    named = _NAMED.fullmatch(inside)
    if named and named[1] == "LogicalName":
        column = table.columns.get(named[2])
    else:
        wanted = inside.strip().lower()
        column = next((one for one in table.columns.values() if describe.column_id(table, one) == wanted), None)
    if column is None:
        raise _not_found("an attribute with", inside)
    return column


def _part_of_column(catalog: Catalog, table: Table, column: Column, name: str) -> object:
    if name == "OptionSet":
        return describe.option_set_json(table, column)
    if name == "GlobalOptionSet":
        choice = catalog.choices.get(column.option_set) if column.global_choice else None
        return describe.choice_json(choice) if choice else None
    raise query_error(f"'{name}' cannot be expanded on an attribute.")


def _one_attribute(call: Call, table: Table, column: Column, more: Sequence[Segment]) -> Response:
    whole = describe.attribute_json(table, column)
    if more and more[0].name.startswith(NAMESPACE):
        if whole["@odata.type"] != f"#{more[0].name}":
            raise _not_found(f"a {more[0].name} with", column.name)
        more = more[1:]
    query = _query(call)
    context = f"{call.root}/$metadata#EntityDefinitions('{table.name}')/Attributes"
    if more:
        if len(more) > 1:
            raise no_such_segment(more[1].name)
        part = _part_of_column(call.catalog, table, column, more[0].name)
        if not isinstance(part, dict):
            return no_content()
        return json_response(
            200, {"@odata.context": f"{context}/{more[0].name}", **_shown(part, query, _nothing)}, call=call
        )
    row = _shown(whole, query, partial(_part_of_column, call.catalog, table, column))
    return json_response(200, {"@odata.context": f"{context}/$entity", **row}, call=call)


# ---- Keys ------------------------------------------------------------------------------------------------------------


def _keys(call: Call, table: Table, part: Segment, more: Sequence[Segment]) -> Response:
    if part.inside is None:
        if call.method == "POST" and not more:
            checks.require(call.caller, "prvWriteEntity")
            with call.writing() as writing:
                key = changes.add_key(writing.transaction, table, call.json_object())
                add_to_named(call, writing, KEY, key.metadata_id)
            address = f"EntityDefinitions({table.metadata_id})/Keys({describe.key_json(table, key)['MetadataId']})"
            return no_content({"OData-EntityId": f"{call.root}/{address}"})
        rows = [describe.key_json(table, key) for key in table.keys]
        return _listed(call, f"EntityDefinitions('{table.name}')/Keys", rows)
    key = find_key(table, part.inside)
    if call.method == "DELETE":
        checks.require(call.caller, "prvWriteEntity")
        with call.writing() as writing:
            changes.remove_key(writing.transaction, table, key)
        return no_content()
    if call.method != "GET":
        raise wrong_verb(call.method, "keys take GET and DELETE")
    row = _shown(describe.key_json(table, key), _query(call), _nothing)
    context = f"{call.root}/$metadata#EntityDefinitions('{table.name}')/Keys/$entity"
    return json_response(200, {"@odata.context": context, **row}, call=call)


def find_key(table: Table, inside: str) -> Key:
    named = _NAMED.fullmatch(inside)
    for key in table.keys:
        if (named and named[2] == key.name) or inside.strip().lower() == describe.key_json(table, key)["MetadataId"]:
            return key
    raise _not_found("a key with", inside)


# ---- other roots -----------------------------------------------------------------------------------------------------


def _choices(call: Call, root: Segment, rest: Sequence[Segment]) -> Response:
    if rest and rest[0].name not in (f"{NAMESPACE}OptionSetMetadata",):
        raise no_such_segment(rest[0].name)
    if root.inside is None:
        if call.method == "POST":
            return schema.create_choice(call)
        return _listed(call, root.name, [describe.choice_json(one) for one in call.catalog.choices.values()])
    named = _NAMED.fullmatch(root.inside)
    for choice in call.catalog.choices.values():
        if (named and named[2] == choice.name) or root.inside.strip().lower() == choice.id:
            if call.method == "DELETE":
                return schema.delete_choice(call, choice)
            return _single(call, root, describe.choice_json(choice))
    raise _not_found("an option set with", root.inside)


def _single(call: Call, root: Segment, whole: Json) -> Response:
    """One definition of a root collection."""
    if call.method != "GET":
        raise wrong_verb(call.method, f"one of {root.name} takes GET and DELETE")
    row = _shown(whole, _query(call), _nothing)
    return json_response(200, {"@odata.context": f"{call.root}/$metadata#{root.name}/$entity", **row}, call=call)


def _relationships(call: Call, root: Segment, rest: Sequence[Segment]) -> Response:
    rows = [row for table in call.catalog.tables.values() for row in describe.many_to_one(call.catalog, table)]
    rows += [describe.many_to_many_json(call.catalog, pair) for pair in call.catalog.many_to_many]
    cast = _relationship_cast(rest)
    if root.inside is None:
        if call.method == "POST" and not cast:
            return schema.create_relationship(call)
        if call.method != "GET":
            raise wrong_verb(call.method, "relationships are listed with GET and created with POST")
        return _listed(call, root.name, [row for row in rows if not cast or row["@odata.type"] == f"#{cast}"])
    named = _NAMED.fullmatch(root.inside)
    for row in rows:
        if row["MetadataId"] == root.inside.strip().lower() or (named and row["SchemaName"] == named[2]):
            if call.method == "DELETE" and not cast:
                return schema.delete_relationship(call, str(row["SchemaName"]))
            return _single(call, root, row)
    raise _not_found("a relationship with", root.inside)


def _relationship_cast(rest: Sequence[Segment]) -> str:
    if not rest:
        return ""
    if len(rest) > 1 or not rest[0].name.startswith(NAMESPACE) or not rest[0].name.endswith("RelationshipMetadata"):
        raise no_such_segment(rest[0].name)
    return rest[0].name


# ---- $select, $expand and $filter on plain JSON ----------------------------------------------------------------------


def _shown(whole: Json, query: Query, expand: Expander) -> Json:
    """The members asked for, with MetadataId always, and the expanded parts."""
    if query.select is None:
        row = dict(whole)
    else:
        for name in query.select:
            if name not in whole and name not in _TYPE_SPECIFIC:
                raise query_error(f"Could not find a property named '{name}' on this metadata type.")
        row = {
            name: value
            for name, value in whole.items()
            if name in query.select or name in ("MetadataId", "@odata.type")
        }
    for item in query.expand:
        row[item.name] = _expanded(expand(item.name), item)
    return row


_TYPE_SPECIFIC = frozenset(
    {"MaxLength", "Format", "FormatName", "MinValue", "MaxValue", "Precision", "PrecisionSource", "Targets", "DefaultValue",
     "DefaultFormValue", "DateTimeBehavior", "ImeMode", "IsBaseCurrency", "CalculationOf", "IsLocalizable", "Options",
     "TrueOption", "FalseOption"}
)  # fmt: skip


def _expanded(part: object, item: Expand) -> object:
    if isinstance(part, list):
        kept = [one for one in part if item.query.where is None or _holds(item.query.where, one)]
        return [_shown(one, item.query, _nothing) for one in kept]
    return _shown(part, item.query, _nothing) if isinstance(part, dict) else None


def _holds(node: Node, row: Mapping[str, object]) -> bool:
    match node:
        case Logic("and", terms):
            return all(_holds(term, row) for term in terms)
        case Logic(_, terms):
            return any(_holds(term, row) for term in terms)
        case Not(term):
            return not _holds(term, row)
        case Comparison(operator, left, right):
            return _compared(operator, _value(left, row), _value(right, row))
        case TextMatch(function, left, right):
            text, part = str(_value(left, row)).lower(), str(_value(right, row)).lower()
            return {"contains": part in text, "startswith": text.startswith(part), "endswith": text.endswith(part)}[
                function
            ]
    raise query_error("This condition is not supported on metadata.")


def _value(operand: Operand, row: Mapping[str, object]) -> object:
    if isinstance(operand, Literal):
        return operand.value
    assert isinstance(operand, Path)  # noqa: S101 (an operand is one or the other)
    value: object = row
    for name in operand.names:
        if not isinstance(value, Mapping) or name not in value:
            raise query_error(f"Could not find a property named '{name}' on this metadata type.")
        value = value[name]
    return value


def _compared(operator: str, left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        left, right = left.lower(), right.lower()
    if operator in ("eq", "ne"):
        return (left == right) is (operator == "eq")
    if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
        return {"gt": left > right, "ge": left >= right, "lt": left < right, "le": left <= right}[operator]
    raise query_error(f"The operator {operator} is not supported for these metadata properties.")
