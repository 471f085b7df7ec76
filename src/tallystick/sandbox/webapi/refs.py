"""`$ref`: reading, setting and removing references between rows."""

from __future__ import annotations

from tallystick.sandbox.errors import no_such_row, payload_error, query_error, wrong_verb
from tallystick.sandbox.http import Response
from tallystick.sandbox.query.options import Query
from tallystick.sandbox.query.read import Reading, read_page
from tallystick.sandbox.rows import write
from tallystick.sandbox.rows.pairs import pair_rows, unpair_rows
from tallystick.sandbox.rows.references import RowAddress, locate, parse_reference
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.paths import OneRow, Owned, Rows, only_rows_of


def get_references(call: Call, reading: Reading, of: Rows | OneRow, query: Query) -> Response:
    """The addresses of the rows a navigation property leads to."""
    context = f"{call.root}/$metadata#"
    if isinstance(of, OneRow):
        if of.address is None:
            return no_content()
        row_id = locate(reading.connection, of.address)
        address = f"{call.root}/{of.table.set_name}({row_id})"
        return json_response(200, {"@odata.context": f"{context}$ref", "@odata.id": address}, call=call)
    page = read_page(
        reading, of.table, Query(select=(of.table.id_column,), where=query.where), only_rows_of(reading, of)
    )
    key = of.table.id_column
    rows = [{"@odata.id": f"{call.root}/{of.table.set_name}({row[key]})"} for row in page.rows]
    return json_response(200, {"@odata.context": f"{context}Collection($ref)", "value": rows}, call=call)


def change_reference(call: Call, of: Rows | OneRow) -> Response:
    """POST adds to a collection, PUT sets a single-valued property, DELETE removes."""
    owned = of.owned
    if owned is None:
        raise query_error("$ref is used behind a navigation property.")
    if owned.target.collection:
        if call.method == "POST" and isinstance(of, Rows):
            return _associate(call, owned, _named_row(call))
        if call.method == "DELETE":
            return _disassociate(call, owned, of)
        raise wrong_verb(call.method, "references of a collection are added with POST and removed with DELETE")
    if call.method == "PUT":
        return _point(call, owned, _named_row(call))
    if call.method == "DELETE":
        return _point(call, owned, None)
    raise wrong_verb(call.method, "a single reference is set with PUT and removed with DELETE")


def _named_row(call: Call) -> str:
    address = call.json_object().get("@odata.id")
    if not isinstance(address, str):
        raise payload_error('The body must be {"@odata.id": "<address of a row>"}.')
    return call.dereference(address)


def _point(call: Call, owned: Owned, address: str | None) -> Response:
    with call.writing() as writing:
        write.update(writing, owned.table, owned.id, {f"{owned.target.name}@odata.bind": address})
    return no_content()


def _related_id(writing: write.Writing, owned: Owned, address: RowAddress) -> str:
    if address.table.name != owned.target.target:
        raise payload_error(f"'{owned.target.name}' holds rows of {owned.target.target}, not of {address.table.name}.")
    return locate(writing.transaction.connection, address)


def _associate(call: Call, owned: Owned, text: str) -> Response:
    with call.writing() as writing:
        related = _related_id(writing, owned, parse_reference(writing.transaction.catalog, text))
        if owned.target.many is not None:
            pair_rows(writing, owned.target.many, {owned.table.name: owned.id, owned.target.target: related})
        else:
            _point_back(writing, owned, related, f"/{owned.table.set_name}({owned.id})")
    return no_content()


def _disassociate(call: Call, owned: Owned, of: Rows | OneRow) -> Response:
    with call.writing() as writing:
        if isinstance(of, OneRow):
            address = of.address
        else:
            text = call.parameters.get("$id")
            if text is None:
                raise query_error("Name the row to remove: …/nav(<id>)/$ref or …/nav/$ref?$id=<address>.")
            address = parse_reference(writing.transaction.catalog, text)
        if address is None:
            raise no_such_row(owned.target.target, "null")
        related = _related_id(writing, owned, address)
        if owned.target.many is not None:
            unpair_rows(writing, owned.target.many, {owned.table.name: owned.id, owned.target.target: related})
        else:
            _point_back(writing, owned, related, None)
    return no_content()


def _point_back(writing: write.Writing, owned: Owned, related: str, address: str | None) -> None:
    """A one-to-many reference is the lookup of the row on the other side."""
    column = owned.target.column
    assert column is not None  # noqa: S101 (not many-to-many)
    table = writing.transaction.catalog[owned.target.target]
    write.update(writing, table, related, {f"{column.navigation_for(owned.table.name)}@odata.bind": address})
