"""Reading and writing rows over HTTP: every place of an entity set's URL with every verb it takes."""

from __future__ import annotations

import re
import sqlite3
from urllib.parse import quote

from tallystick.sandbox.errors import (
    no_such_row,
    no_such_segment,
    payload_error,
    query_error,
    wrong_verb,
)
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Table
from tallystick.sandbox.metadata.privileges import Verb
from tallystick.sandbox.query.apply import read_apply
from tallystick.sandbox.query.options import Query, parse_query
from tallystick.sandbox.query.read import Reading, context_members, count_rows, read_one, read_page
from tallystick.sandbox.query.shape import Row
from tallystick.sandbox.rows import write
from tallystick.sandbox.rows.delete import delete
from tallystick.sandbox.rows.references import RowAddress, locate
from tallystick.sandbox.rows.values import to_json
from tallystick.sandbox.security import checks
from tallystick.sandbox.solutions import components
from tallystick.sandbox.store import quoted
from tallystick.sandbox.webapi import operations, refs, tracking
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.components import add_to_named
from tallystick.sandbox.webapi.paths import (
    Count,
    OneRow,
    Operation,
    Place,
    Property,
    Ref,
    Rows,
    Segment,
    find_place,
    only_rows_of,
)
from tallystick.sandbox.webapi.solutions import delete_solution


def answer_rows(call: Call, table: Table, segments: list[Segment]) -> Response:
    """Answer a request whose path starts with an entity set."""
    with call.reading() as reading:
        place = find_place(reading, table, segments)
        if call.method == "GET" and not isinstance(place, Operation):
            return _get(call, reading, place)
    match place:
        case Operation(name, inside, on):
            return operations.bound(call, name, inside, on)
        case Ref(of):
            return refs.change_reference(call, of)
        case Rows():
            return _post(call, place)
        case OneRow():
            return _change_row(call, place)
        case Property():
            return _change_property(call, place)
        case Count():
            raise wrong_verb(call.method, "$count can only be read")


# ---- GET -------------------------------------------------------------------------------------------------------------


def _get(call: Call, reading: Reading, place: Place) -> Response:
    query = parse_query(call.parameters)
    match place:
        case Rows():
            return _get_rows(call, reading, place, query)
        case OneRow():
            return _get_row(call, reading, place, query)
        case Property():
            return _get_property(call, reading, place)
        case Count(of):
            return _get_count(call, reading, of, query)
        case Ref(of):
            return refs.get_references(call, reading, of, query)
        case Operation():
            raise no_such_segment(place.name)


def _get_rows(call: Call, reading: Reading, place: Rows, query: Query) -> Response:
    if query.delta_token is not None:
        return tracking.delta_page(call, reading, place, query)
    if query.apply:
        return json_response(200, read_apply(reading, place.table, query, only_rows_of(reading, place)), call=call)
    stamp = ""
    if call.prefer.track_changes or 'istracking="True"' in query.skip_token:
        stamp = tracking.begin(call, reading, place, query)
    page = read_page(reading, place.table, query, only_rows_of(reading, place), stamp)
    context = f"{call.root}/$metadata#{place.table.set_name}{context_members(query)}"
    content: dict[str, object] = {"@odata.context": context}
    if page.count is not None:
        content["@odata.count"] = min(page.count, 5000)
    content |= collection_annotations(call, page.count, more=page.more_than_counted)
    content["value"] = page.rows
    if page.next_token:
        content["@odata.nextLink"] = link_with(call, "$skiptoken", page.next_token)
    elif stamp:
        token = tracking.final_stamp(query, stamp)
        content["@odata.deltaLink"] = tracking.delta_link(call, place.table, query, token)
    return json_response(200, content, call=call)


def collection_annotations(call: Call, count: int | None, *, more: bool) -> dict[str, object]:
    """The annotations of a collection as a whole, when asked for."""
    prefix, wanted = "Microsoft.Dynamics.CRM.", call.prefer.annotations
    values: dict[str, object] = {
        "totalrecordcount": -1 if count is None else min(count, 5000),
        "totalrecordcountlimitexceeded": more,
        "globalmetadataversion": str(call.catalog.version),
    }
    wants = [name.replace("*", "") for name in wanted]
    return {
        f"@{prefix}{name}": value
        for name, value in values.items()
        if any(f"{prefix}{name}".startswith(one) for one in wants)
    }


def link_with(call: Call, name: str, value: str) -> str:
    """The URL of this request with one parameter replaced or added at the end."""
    parts = [
        part for part in call.query.split("&") if part and not re.match(rf"(?:\$|%24){name[1:]}=", part, re.IGNORECASE)
    ]
    parts.append(f"{name}={quote(value, safe='=/')}")
    path = quote(call.path, safe="/()$',=._-")
    return f"{call.root}/{path}?{'&'.join(parts)}"


def _get_row(call: Call, reading: Reading, place: OneRow, query: Query) -> Response:
    refused = query.given - {"$select", "$expand"}
    if refused:
        raise query_error(f"The query option {sorted(refused)[0]} cannot be used on a single row.")
    if place.address is None:
        return no_content()
    row_id = locate(reading.connection, place.address)
    checks.require_row(call.caller, reading.connection, place.table, Verb.READ, row_id)
    row = read_one(reading, place.table, query, row_id)
    if row is None:
        raise no_such_row(place.table.name, row_id)
    etag = str(row.get("@odata.etag", ""))
    if call.headers.get("if-none-match") == etag and etag and not query.expand and not call.prefer.annotations:
        return Response(304, {"OData-Version": "4.0", "ETag": etag})
    return json_response(200, _entity(call, place.table, query, row), {"ETag": etag} if etag else {}, call)


def _entity(call: Call, table: Table, query: Query, row: Row) -> Row:
    context = f"{call.root}/$metadata#{table.set_name}{context_members(query)}/$entity"
    return {"@odata.context": context, **row}


def _get_property(call: Call, reading: Reading, place: Property) -> Response:
    table, column = place.row.table, place.column
    if place.row.address is None:
        return no_content()
    row_id = locate(reading.connection, place.row.address)
    checks.require_row(call.caller, reading.connection, table, Verb.READ, row_id)
    value = stored(reading.connection, table, row_id, column.name)
    if value is None:
        return no_content()
    convert = to_json(column)
    shown = convert(value) if convert else value  # type: ignore[arg-type]  # what SQLite returned
    if place.raw:
        raw = json_response(200, shown).body
        text = str(value).encode() if isinstance(shown, str) else raw
        return Response(200, {"Content-Type": "text/plain;charset=utf-8", "OData-Version": "4.0"}, text)
    context = f"{call.root}/$metadata#{table.set_name}({row_id})/{column.property_name}"
    return json_response(200, {"@odata.context": context, "value": shown}, call=call)


def stored(connection: sqlite3.Connection, table: Table, row_id: str, name: str) -> object:
    query = f"SELECT {quoted(name)} FROM {quoted(table.name)} WHERE {quoted(table.id_column)} = ?"  # noqa: S608 (names from metadata)
    return connection.execute(query, (row_id,)).fetchone()[0]


def _get_count(call: Call, reading: Reading, of: Rows, query: Query) -> Response:
    if query.delta_token is not None:
        number = tracking.count_changes(call, reading, of, query)
    else:
        number = count_rows(reading, of.table, query, only_rows_of(reading, of))
    headers = {"Content-Type": "text/plain; charset=utf-8", "OData-Version": "4.0"}
    return Response(200, headers, b"\xef\xbb\xbf" + str(number).encode())


# ---- writes ----------------------------------------------------------------------------------------------------------


def _post(call: Call, place: Rows) -> Response:
    if call.method != "POST":
        raise wrong_verb(call.method, f"'{place.table.set_name}' is a collection")
    payload = call.json_object()
    if place.owned is not None:
        if place.owned.target.many is not None or place.owned.target.column is None:
            raise wrong_verb("POST", "rows of a many-to-many relationship are associated with $ref")
        navigation = place.owned.target.column.navigation_for(place.owned.table.name)
        payload = {**payload, f"{navigation}@odata.bind": f"/{place.owned.table.set_name}({place.owned.id})"}
    with call.writing() as writing:
        row_id = write.create(writing, place.table, payload)
        if place.table.name in components.ROWS:
            add_to_named(call, writing, components.ROWS[place.table.name], row_id)
        return _written(call, writing, place.table, row_id, f"{place.table.set_name}({row_id})", created=True)


def _written(call: Call, writing: write.Writing, table: Table, row_id: str, address: str, *, created: bool) -> Response:
    """204 with the row's address, or the row itself when the caller prefers it."""
    url = f"{call.root}/{address}"
    if not call.prefer.representation:
        location = {"Location": url} if created and call.transaction is not None else {}
        return no_content({"OData-EntityId": url, **location})
    query = parse_query(call.parameters)
    if not created:
        query = Query(select=query.select)
    reading = call.reading_on(writing.transaction.connection)
    row = read_one(reading, table, query, row_id) or {}
    etag = str(row.get("@odata.etag", ""))
    headers = {"ETag": etag} if etag else {}
    return json_response(201 if created else 200, _entity(call, table, query, row), headers, call)


def _change_row(call: Call, place: OneRow) -> Response:
    if place.address is None:
        raise no_such_segment(place.table.name)
    if call.method == "PATCH":
        return _patch(call, place.table, place.address)
    if call.method == "DELETE" and place.table.name == "solution":
        return delete_solution(call, place.address)
    if call.method == "DELETE":
        with call.writing() as writing:
            row_id = locate(writing.transaction.connection, place.address)
            delete(writing, place.table, row_id, call.etag_condition())
        return no_content()
    raise wrong_verb(call.method, "a row takes GET, PATCH and DELETE")


def _patch(call: Call, table: Table, address: RowAddress) -> Response:
    payload = call.json_object()
    none_match = call.headers.get("if-none-match").strip()
    with call.writing() as writing:
        done = write.upsert(writing, address, payload, if_match=call.etag_condition(), create_only=none_match == "*")
        shown = f"{table.set_name}({done.id})"
        if address.key is not None:
            shown = quote(call.path, safe="()',=._-$")
        return _written(call, writing, table, done.id, shown, created=done.created)


def _change_property(call: Call, place: Property) -> Response:
    if place.row.address is None:
        raise no_such_segment(place.column.name)
    if call.method == "PUT":
        body = call.json_object()
        if "value" not in body:
            raise payload_error('The body must be {"value": …}.')
        value = body["value"]
    elif call.method == "DELETE":
        value = None
    else:
        raise wrong_verb(call.method, "a property takes GET, PUT and DELETE")
    with call.writing() as writing:
        row_id = locate(writing.transaction.connection, place.row.address)
        write.update(writing, place.row.table, row_id, {place.column.property_name: value}, call.etag_condition())
    return no_content()
