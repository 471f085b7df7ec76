"""Who may do what. The services ask; pages ask too, so that they offer only what will be done. Standard library only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tallystick.financials.problems import FinancialsError


class Permission(StrEnum):
    """One kind of thing to do in a company; the words end the sentence "You may not …"."""

    READ = "look at its customers, contacts, items and prices"
    READ_DOCUMENTS = "look at its documents, and at what customers owe"
    READ_LEDGER = "look at its general ledger"
    READ_AVAILABILITY = "look at the availability of its items"
    WRITE = "change its records"
    POST = "post"
    SYNCHRONIZE = "couple and synchronize its records"
    INTEGRATE = "set up its integration"
    SET_UP = "change its settings"
    MANAGE_USERS = "manage its users"


class PermissionSet(StrEnum):
    """What people are given in a company: some permissions under one name. Somebody may have several."""

    ADMINISTRATOR = "administrator"
    FINANCE_CLERK = "finance-clerk"
    SALES_VIEWER = "sales-viewer"
    INTEGRATION_ADMINISTRATOR = "integration-administrator"
    ITEM_AVAILABILITY_READER = "item-availability-reader"

    @property
    def label(self) -> str:
        """What pages call it."""
        return self.value.replace("-", " ").capitalize().replace("Item availability", "Item-availability")

    @property
    def explanation(self) -> str:
        """Whom it is meant for, in a sentence."""
        return EXPLANATIONS[self]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What it allows."""
        return ALLOWED[self]


SALES = frozenset({Permission.READ, Permission.READ_DOCUMENTS, Permission.READ_AVAILABILITY})

ALLOWED: Mapping[PermissionSet, frozenset[Permission]] = {
    PermissionSet.ADMINISTRATOR: frozenset(Permission),
    PermissionSet.FINANCE_CLERK: SALES
    | {Permission.READ_LEDGER, Permission.WRITE, Permission.POST, Permission.SYNCHRONIZE},
    PermissionSet.SALES_VIEWER: SALES,
    PermissionSet.INTEGRATION_ADMINISTRATOR: frozenset({Permission.READ, Permission.SYNCHRONIZE, Permission.INTEGRATE}),
    PermissionSet.ITEM_AVAILABILITY_READER: frozenset({Permission.READ_AVAILABILITY}),
}
EXPLANATIONS: Mapping[PermissionSet, str] = {
    PermissionSet.ADMINISTRATOR: "May do everything, and decides who works in the company.",
    PermissionSet.FINANCE_CLERK: "Keeps the books: enters records, posts, and couples records with Dynamics CRM.",
    PermissionSet.SALES_VIEWER: "Looks at what sales needs, from customers and prices to invoices. Changes nothing.",
    PermissionSet.INTEGRATION_ADMINISTRATOR: "Connects the company with Dynamics CRM and keeps the synchronization "
    "going. Sees no documents and no ledgers.",
    PermissionSet.ITEM_AVAILABILITY_READER: "Looks at how many of an item can be sold, and at nothing else: for "
    "salespeople who work in Dynamics CRM.",
}


def allowed_by(sets: Iterable[PermissionSet]) -> frozenset[Permission]:
    """Return what these sets allow together."""
    return frozenset().union(*(ALLOWED[one] for one in sets))


def sets_that_allow(permission: Permission) -> tuple[PermissionSet, ...]:
    """Return the sets that allow this, the one that allows least first."""
    return tuple(
        sorted((one for one in PermissionSet if permission in ALLOWED[one]), key=lambda one: len(ALLOWED[one]))
    )


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
        sets = " or ".join(one.label for one in sets_that_allow(permission))
        super().__init__(
            f"{name or 'This account'} may not {permission} in this company.",
            hint=f"Ask an administrator of the company for a permission set that allows it: {sets}.",
        )
        self.permission = permission


OPERATOR = Actor("", frozenset(Permission))  # whoever can run commands on the machine can do everything to its data
# A service at work for somebody whose permission it has asked for already. Another one than the operator, so that a page
# that forgets to say who asks is told from a service that does its work.
CHECKED = Actor("", frozenset(Permission))


def operator(name: str) -> Actor:
    """Return whoever runs commands, under the name that history is to show."""
    return Actor(name, OPERATOR.permissions)
