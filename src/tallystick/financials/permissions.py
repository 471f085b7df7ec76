"""Who may do what. The services ask; pages ask too, so that they offer only what will be done. Standard library only."""

from dataclasses import dataclass
from enum import StrEnum

from tallystick.financials.problems import FinancialsError


class Permission(StrEnum):
    """One kind of thing to do in a company; the words end the sentence "You may not …"."""

    READ = "look at its records"
    READ_AVAILABILITY = "look at the availability of its items"
    WRITE = "change its records"
    POST = "post"
    SET_UP = "change its settings"
    MANAGE_USERS = "manage its users"
    INTEGRATE = "set up its integration"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at work in one company: their e-mail address ('' for whoever runs commands), and what they may do."""

    name: str
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Whether they may do this kind of thing."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises `NotPermitted` when they may not."""
        if not self.may(permission):
            raise NotPermitted(self.name, permission)


class NotPermitted(FinancialsError):
    """Somebody asked for what their permission sets do not allow. Nothing was done."""

    def __init__(self, name: str, permission: Permission) -> None:
        super().__init__(
            f"{name or 'This account'} may not {permission} in this company.",
            hint="Ask an administrator of the company for a permission set that allows it.",
        )
        self.permission = permission


OPERATOR = Actor("", frozenset(Permission))  # whoever can run commands on the machine can do everything to its data
