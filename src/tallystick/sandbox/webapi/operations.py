"""Functions and actions, bound and unbound."""

from __future__ import annotations

import re
from collections.abc import Callable

from tallystick.sandbox.errors import invalid_argument, no_such_segment, payload_error, wrong_verb
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata.privileges import PUBLISH, Verb
from tallystick.sandbox.query.syntax import parse_literal
from tallystick.sandbox.rows.references import RowAddress
from tallystick.sandbox.security import checks
from tallystick.sandbox.store import quoted
from tallystick.sandbox.webapi import bulk
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.paths import OneRow, Rows

VERSION = "9.2.24114.00185"
_ARGUMENT = re.compile(r"\s*(\w+)\s*=\s*(@\w+|'(?:[^']|'')*'|\[[^\]]*\]|[^,]+)\s*(?:,|$)")


def arguments(call: Call, inside: str | None) -> dict[str, str]:
    """The arguments of a function as text, aliases replaced by their values."""
    found: dict[str, str] = {}
    at, text = 0, inside or ""
    while at < len(text):
        match = _ARGUMENT.match(text, at)
        if match is None:
            raise payload_error(f"The function arguments '{text[:200]}' cannot be read.")
        value = match[2].strip()
        found[match[1]] = call.parameters.get(value, "") if value.startswith("@") else value
        at = match.end()
    return found


def context_of(call: Call, response: str) -> dict[str, object]:
    return {"@odata.context": f"{call.root}/$metadata#Microsoft.Dynamics.CRM.{response}"}


# ---- unbound ---------------------------------------------------------------------------------------------------------


def _who_am_i(call: Call, inside: str | None) -> Response:
    return json_response(
        200,
        {
            **context_of(call, "WhoAmIResponse"),
            "BusinessUnitId": call.caller.business_unit,
            "UserId": call.caller.user_id,
            "OrganizationId": call.caller.organization,
        },
    )


def _version(call: Call, inside: str | None) -> Response:
    return json_response(200, {**context_of(call, "RetrieveVersionResponse"), "Version": VERSION})


def _organization(call: Call, inside: str | None) -> Response:
    with call.reading() as reading:
        name = reading.connection.execute("SELECT name FROM organization").fetchone()[0]
    origin = call.root.partition("/api/")[0]
    endpoints = {"WebApplication": f"{origin}/", "OrganizationDataService": f"{call.root}/"}
    detail = {
        "OrganizationId": call.caller.organization,
        "FriendlyName": name,
        "OrganizationVersion": VERSION,
        "EnvironmentId": call.caller.organization,
        "Geo": "EMEA",
        "TenantId": call.environment.tenant,
        "UrlName": "sandbox",
        "UniqueName": "sandbox",
        "State": "Enabled",
        "OrganizationType": "CustomerTest",
        "Endpoints": {
            "Count": len(endpoints),
            "IsReadOnly": False,
            "Keys": list(endpoints),
            "Values": list(endpoints.values()),
        },
    }
    return json_response(200, {**context_of(call, "RetrieveCurrentOrganizationResponse"), "Detail": detail})


def _total_counts(call: Call, inside: str | None) -> Response:
    literal = parse_literal(arguments(call, inside).get("EntityNames", ""))
    names = literal.value if literal is not None else None
    if not isinstance(names, list):
        raise invalid_argument("EntityNames must be a list of table names, such as ['account'].")
    counts = []
    with call.reading() as reading:
        for name in names:
            if call.catalog.get(str(name)) is None:
                raise invalid_argument(f"The entity with a name = '{str(name)[:100]}' was not found.")
            checks.require_on(call.caller, call.catalog[str(name)], Verb.READ)
            query = f"SELECT count(*) FROM {quoted(str(name))}"  # noqa: S608 (a known table)
            counts.append(reading.connection.execute(query).fetchone()[0])
    collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
    content = context_of(call, "RetrieveTotalRecordCountResponse")
    return json_response(200, {**content, "EntityRecordCountCollection": collection})


def _publish(call: Call, inside: str | None) -> Response:
    """Changes of definitions are effective at once here; there is nothing left to publish."""
    checks.require(call.caller, PUBLISH)
    return no_content()


Unbound = Callable[[Call, str | None], Response]
"""A function or action: the call, and what stands in its parentheses."""

_FUNCTIONS: dict[str, Unbound] = {
    "WhoAmI": _who_am_i,
    "RetrieveVersion": _version,
    "RetrieveCurrentOrganization": _organization,
    "RetrieveTotalRecordCount": _total_counts,
}
_ACTIONS: dict[str, Unbound] = {"PublishAllXml": _publish}


def add_action(name: str, action: Unbound) -> None:
    """Other parts (metadata, later solutions and sales documents) bring their own actions."""
    _ACTIONS[name] = action


def add_function(name: str, function: Unbound) -> None:
    _FUNCTIONS[name] = function


def unbound(call: Call, name: str, inside: str | None) -> Response | None:
    """The answer of an unbound function or action, or None when there is none of that name."""
    name = name.removeprefix("Microsoft.Dynamics.CRM.")
    if name in _FUNCTIONS:
        if call.method != "GET":
            raise wrong_verb(call.method, f"{name} is a function: use GET")
        return _FUNCTIONS[name](call, inside)
    if name in _ACTIONS:
        if call.method != "POST":
            raise wrong_verb(call.method, f"{name} is an action: use POST")
        return _ACTIONS[name](call, inside)
    return None


# ---- bound -----------------------------------------------------------------------------------------------------------


Bound = Callable[[Call, str | None, RowAddress], Response]
"""A function or action of one row: the call, the function's arguments, and the row."""

_BOUND: dict[tuple[str, str], tuple[str, Bound]] = {}


def add_bound(table: str, name: str, verb: str, operation: Bound) -> None:
    """A function (GET) or action (POST) bound to the rows of one table."""
    _BOUND[table, name] = (verb, operation)


def bound(call: Call, name: str, inside: str | None, on: Rows | OneRow) -> Response:
    if isinstance(on, Rows) and name in bulk.MESSAGES:
        if call.method != "POST":
            raise wrong_verb(call.method, f"{name} is an action: use POST")
        return bulk.MESSAGES[name](call, on.table)
    if isinstance(on, OneRow) and on.address is not None and (on.table.name, name) in _BOUND:
        verb, operation = _BOUND[on.table.name, name]
        if call.method != verb:
            raise wrong_verb(call.method, f"{name} takes {verb}")
        return operation(call, inside, on.address)
    raise no_such_segment(f"Microsoft.Dynamics.CRM.{name}")
