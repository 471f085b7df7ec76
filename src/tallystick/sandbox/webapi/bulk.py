"""CreateMultiple, UpdateMultiple, UpsertMultiple: many rows of one table in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from tallystick.sandbox.errors import Refusal, payload_error
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Table
from tallystick.sandbox.rows.write import create_many, update_many, upsert_many
from tallystick.sandbox.webapi.call import Call, json_response, no_content


def _targets(call: Call, table: Table) -> list[dict[str, object]]:
    """The rows of the message, each of which must say that it is one of `table`."""
    targets = call.json_object().get("Targets")
    if not isinstance(targets, list):
        raise payload_error("The parameter 'Targets' must be a list of rows.")
    if not targets:
        raise Refusal(400, "0x80040203", "The parameter 'Targets' must have at least one row.")
    allowed = (table.type_name, f"#{table.type_name}")
    for target in targets:
        if not isinstance(target, dict) or target.get("@odata.type") not in allowed:
            raise payload_error(f'Every row in \'Targets\' needs "@odata.type": "{table.type_name}".')
    return targets


def _create_multiple(call: Call, table: Table) -> Response:
    targets = _targets(call, table)
    with call.writing() as writing:
        ids = create_many(writing, table, targets)
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
    return json_response(200, {"@odata.context": context, "Ids": ids})


def _update_multiple(call: Call, table: Table) -> Response:
    targets = _targets(call, table)
    with call.writing() as writing:
        update_many(writing, table, targets)
    return no_content()


def _upsert_multiple(call: Call, table: Table) -> Response:
    targets = _targets(call, table)
    with call.writing() as writing:
        upsert_many(writing, table, targets)
    return no_content()


def _delete_multiple(call: Call, table: Table) -> Response:
    raise Refusal(501, "0x80060888", f"DeleteMultiple has not yet been implemented. (Table '{table.name}'.)")


MESSAGES: dict[str, Callable[[Call, Table], Response]] = {
    "CreateMultiple": _create_multiple,
    "UpdateMultiple": _update_multiple,
    "UpsertMultiple": _upsert_multiple,
    "DeleteMultiple": _delete_multiple,
}
