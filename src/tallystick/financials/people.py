"""Who works in a company, and what they may do there."""

from collections.abc import Iterable
from dataclasses import dataclass

from tallystick.financials.models import Company, GrantedSet, Membership, User
from tallystick.financials.permissions import OPERATOR, Actor, Permission, PermissionSet, allowed_by, sets_that_allow


@dataclass(frozen=True, slots=True)
class Place:
    """A company somebody works in, and the permission sets they have there."""

    company: Company
    sets: tuple[PermissionSet, ...]

    def actor(self, user: User) -> Actor:
        """Return who they are there."""
        return Actor(user.email, allowed_by(self.sets))


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in a company, and the permission sets they have there."""

    user: User
    sets: tuple[PermissionSet, ...]

    @property
    def labels(self) -> str:
        """The sets in words."""
        return labels_of(self.sets)


def labels_of(sets: Iterable[PermissionSet]) -> str:
    """Return permission sets in words: "Finance clerk, Sales viewer"."""
    return ", ".join(one.label for one in sets)


def actor_for(user: User, company: Company) -> Actor:
    """Return who this user is in the company; somebody who may do nothing where they do not work. One query."""
    return Actor(user.email, allowed_by(sets_of(user, company)))


def sets_of(user: User, company: Company) -> tuple[PermissionSet, ...]:
    """Return the permission sets the user has in the company. One query."""
    granted = GrantedSet.objects.filter(membership__user=user, membership__company=company)
    return _in_order(granted.values_list("permission_set", flat=True))


def place_of(user: User, slug: str) -> Place | None:
    """Return the company of that slug with what the user has there, or None where they do not work. One query."""
    granted = list(
        GrantedSet.objects.filter(membership__user=user, membership__company__slug=slug).select_related(
            "membership__company"
        )
    )
    if not granted:
        return None
    return Place(granted[0].membership.company, _in_order(one.permission_set for one in granted))


def places_of(user: User) -> list[Place]:
    """Return the companies the user works in, by name. Two queries."""
    memberships = Membership.objects.filter(user=user).select_related("company").prefetch_related("granted_sets")
    return [Place(one.company, _sets(one)) for one in memberships.order_by("company__name", "company")]


def members_of(company: Company, *, by: Actor = OPERATOR) -> list[Member]:
    """Return who works in the company, by e-mail address. Two queries. Raises `NotPermitted` for who manages no users."""
    by.require(Permission.MANAGE_USERS)
    memberships = Membership.objects.filter(company=company).select_related("user").prefetch_related("granted_sets")
    return [Member(one.user, _sets(one)) for one in memberships.order_by("user__email")]


def member_of(company: Company, user_id: int) -> Member | None:
    """Return somebody who works in the company, or None where they do not. Two queries."""
    memberships = Membership.objects.filter(company=company, user=user_id).select_related("user")
    found = memberships.prefetch_related("granted_sets").first()
    return Member(found.user, _sets(found)) if found else None


def administrators_of(company: Company) -> list[User]:
    """Return who can give permission sets in the company and can sign in, by e-mail address. One query."""
    return list(
        User.objects.filter(
            memberships__company=company,
            memberships__granted_sets__permission_set=PermissionSet.ADMINISTRATOR,
            is_active=True,
        ).order_by("email")
    )


def users_who_may(company: Company, permission: Permission) -> list[User]:
    """Return who may do this kind of thing in the company and can sign in, by e-mail address. One query."""
    found = User.objects.filter(
        memberships__company=company,
        memberships__granted_sets__permission_set__in=sets_that_allow(permission),
        is_active=True,
    )
    return list(found.distinct().order_by("email"))


def _sets(membership: Membership) -> tuple[PermissionSet, ...]:
    return _in_order(one.permission_set for one in membership.granted_sets.all())


def _in_order(names: Iterable[str]) -> tuple[PermissionSet, ...]:
    given = set(names)
    return tuple(one for one in PermissionSet if one in given)
