"""Which user a request acts as, and whether that user may act at all."""

from __future__ import annotations

import sqlite3

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.errors import forbidden
from tallystick.sandbox.http import Headers
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import parse_guid

_HAS_ROLE = (
    'SELECT 1 FROM "systemuserroles" WHERE "systemuserid" = :user UNION ALL '
    'SELECT 1 FROM "teamroles" JOIN "teammembership" USING ("teamid") WHERE "teammembership"."systemuserid" = :user LIMIT 1'
)


def caller_of(environment: Environment, client_id: str, headers: Headers) -> Caller:
    """The user that the application acts as: its own, or the one it impersonates. Raises 403 as the service does."""
    with environment.database.read() as connection:
        user, unit = _user(connection, "applicationid", client_id)
        acting = _impersonated(connection, headers)
    if acting is None:
        return Caller(user, unit, environment.organization, None, client_id)
    return Caller(*acting, environment.organization, user, client_id)


def _user(connection: sqlite3.Connection, column: str, value: str) -> tuple[str, str]:
    query = f'SELECT systemuserid, businessunitid, isdisabled FROM systemuser WHERE "{column}" = ?'  # noqa: S608 (a fixed name)
    row = connection.execute(query, (value,)).fetchone()
    if row is None:
        raise forbidden("0x80072560", "The user is not a member of the organization.")
    if row[2]:
        raise forbidden("0x80040225", f"The specified user(Id = {row[0]}) is disabled. Consider enabling this user.")
    if connection.execute(_HAS_ROLE, {"user": row[0]}).fetchone() is None:
        message = f"The user with id {row[0]} has not been assigned any roles; give it one."
        raise forbidden("0x80042f09", message)
    return str(row[0]), str(row[1])


def _impersonated(connection: sqlite3.Connection, headers: Headers) -> tuple[str, str] | None:
    for header, column in (("CallerObjectId", "azureactivedirectoryobjectid"), ("MSCRMCallerID", "systemuserid")):
        text = headers.get(header).strip()
        if text:
            user = parse_guid(text)
            if user is None:
                raise forbidden("0x80072560", f"The header {header} does not hold the id of a user.")
            return _user(connection, column, user)
    return None
