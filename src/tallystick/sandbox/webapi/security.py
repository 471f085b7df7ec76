"""Functions and actions about rights: what users may do, what roles allow, who belongs to teams."""

from __future__ import annotations

import sqlite3

from tallystick.sandbox.errors import invalid_argument, no_such_row, payload_error
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata.privileges import Depth, Verb, all_privileges, depth_named, privilege_id
from tallystick.sandbox.query.syntax import parse_literal
from tallystick.sandbox.rows.pairs import pair_rows, unpair_rows
from tallystick.sandbox.rows.references import RowAddress, locate, parse_reference
from tallystick.sandbox.rows.values import parse_guid
from tallystick.sandbox.security import checks, roles
from tallystick.sandbox.security.rights import Rights, reach_condition, rights_of, rights_of_team
from tallystick.sandbox.store import Transaction, quoted
from tallystick.sandbox.webapi import operations
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.operations import arguments, context_of

Json = dict[str, object]


# ---- what a user or team may do --------------------------------------------------------------------------------------


def _principal(call: Call, connection: sqlite3.Connection, address: RowAddress) -> Rights:
    """The rights of the user or team at this address; the caller must be allowed to read it."""
    row_id, table = locate(connection, address), address.table
    checks.require_row(call.caller, connection, table, Verb.READ, row_id)
    if table.name == "team":
        query = "SELECT businessunitid FROM team WHERE teamid = ?"
        return rights_of_team(connection, row_id, str(connection.execute(query, (row_id,)).fetchone()[0]))
    query = "SELECT businessunitid, accessmode FROM systemuser WHERE systemuserid = ?"
    unit, mode = connection.execute(query, (row_id,)).fetchone()
    return rights_of(connection, row_id, str(unit), int(mode or 0))


def _role_privilege(name: str, depth: Depth, unit: str) -> Json:
    return {"Depth": depth.word, "PrivilegeId": privilege_id(name), "BusinessUnitId": unit, "PrivilegeName": name}


def _privileges(call: Call, rights: Rights, names: list[str] | None = None) -> list[Json]:
    found = []
    for name in sorted(all_privileges(call.catalog)) if names is None else names:
        reach = rights.named(name)
        if reach is not None:
            found.append(_role_privilege(name, reach.depth, reach.unit))
    return found


def _granted(call: Call, response: str, granted: list[Json]) -> Response:
    return json_response(200, {**context_of(call, response), "RolePrivileges": granted})


def _user_privileges(call: Call, inside: str | None, address: RowAddress) -> Response:
    with call.reading() as reading:
        rights = _principal(call, reading.connection, address)
    return _granted(call, "RetrieveUserPrivilegesResponse", _privileges(call, rights))


def _team_privileges(call: Call, inside: str | None, address: RowAddress) -> Response:
    with call.reading() as reading:
        rights = _principal(call, reading.connection, address)
    return _granted(call, "RetrieveTeamPrivilegesResponse", _privileges(call, rights))


def _privilege_by_name(call: Call, inside: str | None, address: RowAddress) -> Response:
    literal = parse_literal(arguments(call, inside).get("PrivilegeName", ""))
    if literal is None or not isinstance(literal.value, str):
        raise invalid_argument("PrivilegeName must be the name of a privilege, such as 'prvReadAccount'.")
    with call.reading() as reading:
        rights = _principal(call, reading.connection, address)
    found = _privileges(call, rights, _known(call, [literal.value]))
    return _granted(call, "RetrieveUserPrivilegeByPrivilegeNameResponse", found)


def _privileges_by_names(call: Call, inside: str | None, address: RowAddress) -> Response:
    literal = parse_literal(arguments(call, inside).get("PrivilegeNames", ""))
    if literal is None or not isinstance(literal.value, list):
        raise invalid_argument('PrivilegeNames must be a list of privileges, such as ["prvReadAccount"].')
    with call.reading() as reading:
        rights = _principal(call, reading.connection, address)
    found = _privileges(call, rights, _known(call, [str(one) for one in literal.value]))
    return _granted(call, "RetrieveUserSetOfPrivilegesByNamesResponse", found)


def _known(call: Call, names: list[str]) -> list[str]:
    """The names in the spelling of the environment. A name that no privilege has is refused."""
    known = {name.lower(): name for name in all_privileges(call.catalog)}
    for name in names:
        if name.lower() not in known:
            raise invalid_argument(f"There is no privilege with the name {name[:100]}.")
    return [known[name.lower()] for name in names]


_ACCESS = (Verb.READ, Verb.WRITE, Verb.SHARE, Verb.ASSIGN, Verb.APPEND, Verb.APPEND_TO, Verb.DELETE)


def _principal_access(call: Call, inside: str | None, address: RowAddress) -> Response:
    """Which rights a user or team has on one row."""
    literal = arguments(call, inside).get("Target", "")
    target = _reference_in(call, literal)
    with call.reading() as reading:
        rights = _principal(call, reading.connection, address)
        row_id = locate(reading.connection, target)
        held = [verb for verb in _ACCESS if _reaches(reading.connection, rights, target, row_id, verb)]
    shown = ", ".join(f"{verb.value}Access" for verb in held) or "None"
    return json_response(200, {**context_of(call, "RetrievePrincipalAccessResponse"), "AccessRights": shown})


def _reference_in(call: Call, text: str) -> RowAddress:
    """The row in `{'@odata.id':'accounts(<id>)'}`."""
    at = text.find("@odata.id")
    value = text[at + len("@odata.id") :].strip("'\" :}") if at >= 0 else ""
    if not value:
        raise invalid_argument("Target must be a reference to a row: @t with ?@t={'@odata.id':'accounts(<id>)'}.")
    return parse_reference(call.catalog, value)


def _reaches(connection: sqlite3.Connection, rights: Rights, target: RowAddress, row_id: str, verb: Verb) -> bool:
    table = target.table
    reach = rights.on(table, verb)
    if reach is None:
        return False
    condition = reach_condition(rights, reach, table, "t")
    if condition is None:
        return True
    query = f"SELECT 1 FROM {quoted(table.name)} t WHERE t.{quoted(table.id_column)} = ? AND {condition[0]}"  # noqa: S608 (names from metadata)
    return connection.execute(query, (row_id, *condition[1])).fetchone() is not None


# ---- what a role allows ----------------------------------------------------------------------------------------------


def _role_privileges(call: Call, inside: str | None) -> Response:
    role = parse_guid(arguments(call, inside).get("RoleId", "").strip("'"))
    table = call.catalog["role"]
    with call.reading() as reading:
        if role is None:
            raise invalid_argument("RoleId must be the id of a role.")
        row_id = locate(reading.connection, RowAddress(table, role))
        checks.require_row(call.caller, reading.connection, table, Verb.READ, row_id)
        query = (
            'SELECT p."name", g."privilegedepthmask", r."businessunitid" FROM "role" r '
            'JOIN "roleprivileges" g ON g."roleid" = coalesce(r."parentrootroleid", r."roleid") '
            'JOIN "privilege" p ON p."privilegeid" = g."privilegeid" WHERE r."roleid" = ? ORDER BY p."name"'
        )
        rows = reading.connection.execute(query, (row_id,)).fetchall()
    granted = [_role_privilege(str(name), Depth(depth), str(unit)) for name, depth, unit in rows]
    return _granted(call, "RetrieveRolePrivilegesRoleResponse", granted)


def _changeable_role(call: Call, transaction: Transaction, address: RowAddress) -> str:
    role = locate(transaction.connection, address)
    checks.require_row(call.caller, transaction.connection, address.table, Verb.WRITE, role)
    return roles.root_of(transaction, role)


def _given_privileges(call: Call) -> dict[str, Depth]:
    """`Privileges` of the body: each by name or id, and with a depth."""
    given = call.json_object().get("Privileges")
    if not isinstance(given, list):
        raise payload_error("The parameter 'Privileges' must be a list of RolePrivilege.")
    by_id = {privilege.id: name for name, privilege in all_privileges(call.catalog).items()}
    found: dict[str, Depth] = {}
    for one in given:
        row = one if isinstance(one, dict) else {}
        depth = depth_named(row.get("Depth"))
        name = row.get("PrivilegeName") or by_id.get(parse_guid(row.get("PrivilegeId")) or "")
        if depth is None or not isinstance(name, str):
            raise payload_error("Every privilege needs a Depth (Basic, Local, Deep, Global) and a known PrivilegeId.")
        found[name] = depth
    return found


def _add_privileges(call: Call, inside: str | None, address: RowAddress) -> Response:
    given = _given_privileges(call)
    with call.writing() as writing:
        roles.grant(writing.transaction, _changeable_role(call, writing.transaction, address), given)
    return no_content()


def _replace_privileges(call: Call, inside: str | None, address: RowAddress) -> Response:
    given = _given_privileges(call)
    with call.writing() as writing:
        role = _changeable_role(call, writing.transaction, address)
        roles.revoke_all(writing.transaction, role)
        roles.grant(writing.transaction, role, given)
    return no_content()


def _remove_privilege(call: Call, inside: str | None, address: RowAddress) -> Response:
    privilege = parse_guid(call.json_object().get("PrivilegeId"))
    if privilege is None:
        raise payload_error("The parameter 'PrivilegeId' must be the id of a privilege.")
    with call.writing() as writing:
        role = _changeable_role(call, writing.transaction, address)
        query = 'SELECT 1 FROM "privilege" WHERE "privilegeid" = ?'
        if writing.transaction.connection.execute(query, (privilege,)).fetchone() is None:
            raise no_such_row("privilege", privilege)
        roles.revoke(writing.transaction, role, privilege)
    return no_content()


# ---- teams -----------------------------------------------------------------------------------------------------------


def _change_members(call: Call, address: RowAddress, *, add: bool) -> Response:
    members = call.json_object().get("Members")
    if not isinstance(members, list):
        raise payload_error("The parameter 'Members' must be a list of users.")
    pair = next(one for one in call.catalog.many_to_many if one.intersect == "teammembership")
    with call.writing() as writing:
        team = locate(writing.transaction.connection, address)
        _check_not_default(writing.transaction, team)
        for member in members:
            given = member.get("systemuserid") or member.get("ownerid") if isinstance(member, dict) else None
            user = parse_guid(given)
            if user is None:
                raise payload_error("Every member must name its 'systemuserid'.")
            locate(writing.transaction.connection, RowAddress(writing.transaction.catalog["systemuser"], user))
            (pair_rows if add else unpair_rows)(writing, pair, {"team": team, "systemuser": user})
    return no_content()


def _check_not_default(transaction: Transaction, team: str) -> None:
    query = "SELECT isdefault, name FROM team WHERE teamid = ?"
    is_default, name = transaction.connection.execute(query, (team,)).fetchone()
    if is_default:
        raise invalid_argument(
            f"The team {name} is the default team of its business unit; its members follow from the business unit."
        )


def _add_members(call: Call, inside: str | None, address: RowAddress) -> Response:
    return _change_members(call, address, add=True)


def _remove_members(call: Call, inside: str | None, address: RowAddress) -> Response:
    return _change_members(call, address, add=False)


def register() -> None:
    """Make these functions and actions known."""
    operations.add_bound("systemuser", "RetrieveUserPrivileges", "GET", _user_privileges)
    operations.add_bound("systemuser", "RetrieveUserPrivilegeByPrivilegeName", "GET", _privilege_by_name)
    operations.add_bound("systemuser", "RetrieveUserSetOfPrivilegesByNames", "GET", _privileges_by_names)
    operations.add_bound("systemuser", "RetrievePrincipalAccess", "GET", _principal_access)
    operations.add_bound("team", "RetrieveTeamPrivileges", "GET", _team_privileges)
    operations.add_bound("team", "RetrievePrincipalAccess", "GET", _principal_access)
    operations.add_bound("team", "AddMembersTeam", "POST", _add_members)
    operations.add_bound("team", "RemoveMembersTeam", "POST", _remove_members)
    operations.add_bound("role", "AddPrivilegesRole", "POST", _add_privileges)
    operations.add_bound("role", "ReplacePrivilegesRole", "POST", _replace_privileges)
    operations.add_bound("role", "RemovePrivilegeRole", "POST", _remove_privilege)
    operations.add_function("RetrieveRolePrivilegesRole", _role_privileges)
