"""Which rights a user lacks on which tables. What a privilege is called is asked of the service, never guessed:
price lists go by the privileges of products, an order's lines by those of the order, and users are `prvReadUser`.

https://learn.microsoft.com/power-platform/admin/security-roles-privileges"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from tallystick.dataverse.batch import Operation
from tallystick.dataverse.errors import error_for, refusal_in
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.webapi import WebApi, in_chunks, query
from tallystick.engine import SideUnavailable

EVERYWHERE = "Global"


class Right(StrEnum):
    """What may be done to the rows of a table; the values are those of `PrivilegeType`."""

    CREATE = "Create"
    READ = "Read"
    WRITE = "Write"
    DELETE = "Delete"
    APPEND = "Append"
    APPEND_TO = "AppendTo"
    ASSIGN = "Assign"
    SHARE = "Share"


TO_READ = (Right.READ,)
TO_WRITE = (Right.READ, Right.CREATE, Right.WRITE, Right.APPEND, Right.APPEND_TO)


@dataclass(frozen=True, slots=True)
class MissingPrivilege:
    """A right that a user does not have on all rows of a table. `name` is the privilege's; `depth` how far the user has
    it (Basic, Local, Deep), "" for not at all."""

    table: str
    right: Right
    name: str
    depth: str = ""

    def __str__(self) -> str:
        only = f", only to the depth {self.depth}" if self.depth else ""
        return f"{self.right} on {self.table} ({self.name}{only})"


def missing_privileges(
    api: WebApi,
    metadata: Metadata,
    user: str,
    wanted: Mapping[str, Sequence[Right]],
    held: Mapping[str, str] | None = None,
) -> list[MissingPrivilege]:
    """Return what `user` lacks of the wanted rights for the whole organization, table by table.

    `held` is what `held_privileges` said, where it was asked already. A right that a table does not know (rows without
    owner cannot be assigned) is not lacking. Two requests, and one that is kept for all names. Raises SetupError for a
    table that the environment does not have."""
    for table in wanted:
        metadata.name(table)
    if not wanted:
        return []
    named = privilege_names(api, list(wanted))
    if held is None:
        held = held_privileges(api, user)
    found = []
    for table, rights in wanted.items():
        for right in rights:
            name = named[table].get(right)
            if name is not None and held.get(name.lower()) != EVERYWHERE:
                found.append(MissingPrivilege(table, right, name, held.get(name.lower(), "")))
    return found


def held_privileges(api: WebApi, user: str) -> Mapping[str, str]:
    """Return the depth of every privilege of a user, own and through teams, by its name in small letters."""
    answer = api.fetch(f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()")
    return {row["PrivilegeName"].lower(): row.get("Depth") or EVERYWHERE for row in answer["RolePrivileges"]}


def privilege_names(api: WebApi, tables: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return, by table and right, what the privilege is called. One request for up to 100 tables."""
    found: dict[str, Mapping[str, str]] = {}
    for some in in_chunks(list(tables)):
        paths = [query(f"EntityDefinitions(LogicalName='{table}')", select="LogicalName,Privileges") for table in some]
        for table, part in zip(some, api.batch([Operation("GET", path) for path in paths]), strict=True):
            if part.status >= 400:
                raise error_for(refusal_in(part.status, part.body))
            found[table] = _names_in(table, part.body)
    return found


def _names_in(table: str, body: bytes) -> Mapping[str, str]:
    try:
        return {str(row["PrivilegeType"]): str(row["Name"]) for row in orjson.loads(body)["Privileges"]}
    except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
        raise SideUnavailable(f"Dynamics CRM does not tell the privileges of {table}.", hint="Run again.") from exc
