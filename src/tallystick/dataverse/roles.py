"""Security roles of users: read, and assigned.

https://learn.microsoft.com/power-apps/developer/data-platform/security-roles"""

from dataclasses import dataclass
from typing import Any

import orjson

from tallystick.dataverse.errors import DUPLICATE_ID, error_for
from tallystick.dataverse.solution import Role
from tallystick.dataverse.webapi import Request, WebApi, query
from tallystick.dataverse.wire import GUID
from tallystick.engine import SetupError

# Ids of role templates: the same in every environment, where names are translated.
ADMINISTRATOR = "627090ff-40a3-4053-8790-584edc5be201"
CUSTOMIZER = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
# Access modes: support user, non-interactive, delegated administrator.
_WITHOUT_LICENCE = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a user has. `root` is the id of the role in the root business unit, `template` "" for one not shipped."""

    name: str
    root: str
    template: str


@dataclass(frozen=True, slots=True)
class ApplicationUser:
    """The user that an application is in an environment."""

    id: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class UserState:
    """A user of an environment and the roles that were given to it itself, by name.

    `needs_licence`: it is a person's account; applications and non-interactive users work without."""

    id: str
    name: str
    enabled: bool
    is_application: bool
    needs_licence: bool
    licensed: bool
    roles: tuple[HeldRole, ...] = ()

    @property
    def is_administrator(self) -> bool:
        return any(role.template == ADMINISTRATOR for role in self.roles)

    def has(self, role: Role) -> bool:
        """Whether it was given this role of the solution."""
        return any(held.root == role.id for held in self.roles)


def held_roles(api: WebApi, user: str) -> list[HeldRole]:
    """Return the roles that were given to a user itself, by name. One request."""
    rows = api.fetch_rows(f"systemusers({user})/systemuserroles_association")
    return sorted((_held(row) for row in rows), key=lambda role: role.name)


def _held(row: dict[str, Any]) -> HeldRole:
    # The template is a lookup in the service, and a plain id elsewhere.
    template = row.get("_roletemplateid_value") or row.get("roletemplateid")
    root = row.get("_parentrootroleid_value") or row["roleid"]
    return HeldRole(str(row.get("name") or ""), str(root).lower(), str(template or "").lower())


def user_state(api: WebApi, user: str) -> UserState:
    """Return what a user is and which roles it has. Two requests."""
    columns = "systemuserid,fullname,isdisabled,islicensed,accessmode,applicationid"
    row = api.fetch(query(f"systemusers({user})", select=columns))
    application = bool(row.get("applicationid"))
    return UserState(
        str(row["systemuserid"]).lower(),
        str(row.get("fullname") or ""),
        enabled=not row.get("isdisabled"),
        is_application=application,
        needs_licence=not application and row.get("accessmode") not in _WITHOUT_LICENCE,
        licensed=bool(row.get("islicensed")),
        roles=tuple(held_roles(api, user)),
    )


def application_user(api: WebApi, client_id: str) -> ApplicationUser:
    """Return the user that the application is. Raises SetupError where it is none, or is disabled. One request."""
    if GUID.fullmatch(client_id.strip().lower()) is None:
        raise SetupError(f"{client_id!r} is not the id of an application.", hint="You find it in the app registration.")
    columns = "systemuserid,fullname,isdisabled,_businessunitid_value"
    rows = api.fetch_rows(query("systemusers", select=columns, filter=f"applicationid eq {client_id.strip()}"))
    if not rows:
        raise SetupError(
            f"The application {client_id} is not a user of this Dynamics 365 environment.",
            hint="Add it in the Power Platform admin center: the environment, Settings, Application users.",
        )
    row = rows[0]
    if row.get("isdisabled"):
        raise SetupError(
            f"The application user {row.get('fullname') or client_id} is disabled.",
            hint="Enable it in the Power Platform admin center.",
        )
    return ApplicationUser(
        str(row["systemuserid"]).lower(), str(row.get("fullname") or ""), str(row["_businessunitid_value"]).lower()
    )


def assign_role(api: WebApi, user: ApplicationUser, role: Role) -> bool:
    """Give a user a role of the solution; return whether it did not have it before. Two requests.

    It gets the copy of its own business unit, as the service insists. Raises SetupError where the role is not there."""
    wanted = f"_parentrootroleid_value eq {role.id} and _businessunitid_value eq {user.unit}"
    rows = api.fetch_rows(query("roles", select="roleid", filter=wanted))
    if not rows:
        raise SetupError(
            f"This Dynamics 365 environment has no role {role.name}.", hint="Import the integration solution first."
        )
    body = orjson.dumps({"@odata.id": f"{api.address.api}roles({rows[0]['roleid']})"})
    path = f"systemusers({user.id})/systemuserroles_association/$ref"
    reply = api.send(Request("POST", path, {"Content-Type": "application/json"}, body, repeatable=True))
    if (refusal := reply.refusal) is None:
        return True
    if refusal.code == DUPLICATE_ID:
        return False
    raise error_for(refusal)
