"""Which user a request acts as, and whether that user may act at all."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.errors import forbidden
from tallystick.sandbox.http import Headers
from tallystick.sandbox.metadata.privileges import ACT_ON_BEHALF
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import parse_guid
from tallystick.sandbox.security.rights import Rights, rights_of

_WITHOUT_LICENCE = frozenset({3, 4, 5})
"""Access modes that need no licence: support user, non-interactive, delegated admin."""


@dataclass(frozen=True, slots=True)
class _User:
    id: str
    unit: str
    rights: Rights


def caller_of(environment: Environment, client_id: str, headers: Headers) -> Caller:
    """The user that the application acts as: its own, or the one it impersonates. Raises 403 as the service does."""
    generation = environment.database.rights_generation  # before the snapshot: what is read is at least this new
    with environment.database.read() as connection:
        user = _user(environment, connection, generation, "applicationid", client_id)
        acting = _impersonated(environment, connection, generation, headers)
    if acting is None:
        return Caller(user.id, user.unit, environment.organization, None, client_id, (user.rights,))
    if not user.rights.direct & {ACT_ON_BEHALF, "*"}:
        raise forbidden(
            "0x8004a110",
            f"The user {user.id} cannot act on behalf of another user: a role of its own, not only of a team, must "
            f"have the privilege {ACT_ON_BEHALF}.",
        )
    rights = (acting.rights, user.rights)
    return Caller(acting.id, acting.unit, environment.organization, user.id, client_id, rights)


def _user(environment: Environment, connection: sqlite3.Connection, generation: int, column: str, value: str) -> _User:
    query = (
        "SELECT systemuserid, businessunitid, isdisabled, accessmode, islicensed "  # noqa: S608 (a fixed name)
        f'FROM systemuser WHERE "{column}" = ?'
    )
    row = connection.execute(query, (value,)).fetchone()
    if row is None:
        raise forbidden("0x80072560", "The user is not a member of the organization.")
    user, unit, disabled, mode, licensed = row
    if disabled:
        raise forbidden("0x80040225", f"The specified user(Id = {user}) is disabled. Consider enabling this user.")
    if not licensed and mode not in _WITHOUT_LICENCE:
        raise forbidden("0x8004d24b", f"The user with id {user} has not been assigned any License.")
    rights = _rights(environment, connection, generation, (str(user), str(unit), int(mode or 0)))
    if not rights.roles:
        raise forbidden("0x80042f09", f"The user with id {user} has not been assigned any roles; give it one.")
    return _User(str(user), str(unit), rights)


def _rights(
    environment: Environment, connection: sqlite3.Connection, generation: int, user: tuple[str, str, int]
) -> Rights:
    """Rights are kept until somebody's rights may have changed (which makes a new generation)."""
    known = environment.rights.get(user)
    if known is not None and known[0] == generation:
        return known[1]
    rights = rights_of(connection, *user)
    environment.rights[user] = (generation, rights)
    return rights


def _impersonated(
    environment: Environment, connection: sqlite3.Connection, generation: int, headers: Headers
) -> _User | None:
    for header, column in (("CallerObjectId", "azureactivedirectoryobjectid"), ("MSCRMCallerID", "systemuserid")):
        text = headers.get(header).strip()
        if text:
            user = parse_guid(text)
            if user is None:
                raise forbidden("0x80072560", f"The header {header} does not hold the id of a user.")
            return _user(environment, connection, generation, column, user)
    return None
