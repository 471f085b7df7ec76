"""Functions and actions, bound and unbound."""

from __future__ import annotations

import re
from collections.abc import Callable

from tallystick.sandbox.errors import invalid_argument, no_such_segment, payload_error, wrong_verb
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Table
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.query.syntax import parse_literal
from tallystick.sandbox.rows.pairs import pair_rows, unpair_rows
from tallystick.sandbox.rows.references import RowAddress, locate
from tallystick.sandbox.rows.values import parse_guid
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


def _context(call: Call, response: str) -> dict[str, object]:
    return {"@odata.context": f"{call.root}/$metadata#Microsoft.Dynamics.CRM.{response}"}


# ---- unbound ---------------------------------------------------------------------------------------------------------


def _who_am_i(call: Call, inside: str | None) -> Response:
    return json_response(
        200,
        {
            **_context(call, "WhoAmIResponse"),
            "BusinessUnitId": call.caller.business_unit,
            "UserId": call.caller.user_id,
            "OrganizationId": call.caller.organization,
        },
    )


def _version(call: Call, inside: str | None) -> Response:
    return json_response(200, {**_context(call, "RetrieveVersionResponse"), "Version": VERSION})


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
    return json_response(200, {**_context(call, "RetrieveCurrentOrganizationResponse"), "Detail": detail})


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
            query = f"SELECT count(*) FROM {quoted(str(name))}"  # noqa: S608 (a known table)
            counts.append(reading.connection.execute(query).fetchone()[0])
    collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
    content = _context(call, "RetrieveTotalRecordCountResponse")
    return json_response(200, {**content, "EntityRecordCountCollection": collection})


def _publish(call: Call, inside: str | None) -> Response:
    """Changes of definitions are effective at once here; there is nothing left to publish."""
    return no_content()


_FUNCTIONS: dict[str, Callable[[Call, str | None], Response]] = {
    "WhoAmI": _who_am_i,
    "RetrieveVersion": _version,
    "RetrieveCurrentOrganization": _organization,
    "RetrieveTotalRecordCount": _total_counts,
}
_ACTIONS: dict[str, Callable[[Call, str | None], Response]] = {"PublishAllXml": _publish, "PublishXml": _publish}


def add_action(name: str, action: Callable[[Call, str | None], Response]) -> None:
    """Other parts (metadata, later solutions and sales documents) bring their own actions."""
    _ACTIONS[name] = action


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


def bound(call: Call, name: str, inside: str | None, on: Rows | OneRow) -> Response:
    if isinstance(on, Rows) and name in bulk.MESSAGES:
        if call.method != "POST":
            raise wrong_verb(call.method, f"{name} is an action: use POST")
        return bulk.MESSAGES[name](call, on.table)
    if isinstance(on, OneRow) and on.address is not None:
        if on.table.name == "systemuser" and name == "RetrieveUserPrivileges" and call.method == "GET":
            return _user_privileges(call, on.address)
        if on.table.name == "team" and name in ("AddMembersTeam", "RemoveMembersTeam") and call.method == "POST":
            return _change_members(call, on.address, add=name == "AddMembersTeam")
    raise no_such_segment(f"Microsoft.Dynamics.CRM.{name}")


_VERBS = ("Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share")


def privileges_of(table: Table) -> list[str]:
    """Names of the privileges on one table; organization-owned tables cannot be assigned or shared."""
    verbs = _VERBS if table.ownership == "UserOwned" else _VERBS[:6]
    return [f"prv{verb}{table.schema}" for verb in verbs]


def _user_privileges(call: Call, address: RowAddress) -> Response:
    """What the user may do: everything on every table as soon as one role is held, else nothing."""
    with call.reading() as reading:
        user = locate(reading.connection, address)
        unit = reading.connection.execute(
            "SELECT businessunitid FROM systemuser WHERE systemuserid = ?", (user,)
        ).fetchone()
        roles = reading.connection.execute(
            'SELECT count(*) FROM "systemuserroles" WHERE "systemuserid" = ?', (user,)
        ).fetchone()[0]
    names = [name for table in call.catalog.tables.values() if not table.intersect for name in privileges_of(table)]
    names += ["prvPublishCustomization", "prvCreateAttribute", "prvActOnBehalfOfAnotherUser"]
    granted = [
        {
            "Depth": "Global",
            "PrivilegeId": stable_id("privilege", name),
            "BusinessUnitId": unit[0],
            "PrivilegeName": name,
        }
        for name in (names if roles else [])
    ]
    return json_response(200, {**_context(call, "RetrieveUserPrivilegesResponse"), "RolePrivileges": granted})


def _change_members(call: Call, address: RowAddress, *, add: bool) -> Response:
    members = call.json_object().get("Members")
    if not isinstance(members, list):
        raise payload_error("The parameter 'Members' must be a list of users.")
    pair = next(one for one in call.catalog.many_to_many if one.intersect == "teammembership")
    with call.writing() as writing:
        team = locate(writing.transaction.connection, address)
        for member in members:
            given = member.get("systemuserid") or member.get("ownerid") if isinstance(member, dict) else None
            user = parse_guid(given)
            if user is None:
                raise payload_error("Every member must name its 'systemuserid'.")
            locate(writing.transaction.connection, RowAddress(writing.transaction.catalog["systemuser"], user))
            (pair_rows if add else unpair_rows)(writing, pair, {"team": team, "systemuser": user})
    return no_content()
