"""Who is asking, for which company, and what their role there allows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from tallystick.financials.models import Company, Membership, Role, User
from tallystick.financials.permissions import Actor, Permission

__all__ = ["Desk", "Role", "at_desk", "desk_for", "signed_in"]

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

LOOKING = frozenset({Permission.READ, Permission.READ_AVAILABILITY})
PERMISSIONS = {
    Role.VIEWER: LOOKING,
    Role.CLERK: LOOKING | {Permission.WRITE, Permission.POST},
    Role.ADMINISTRATOR: frozenset(Permission),
}
RANK = {Role.VIEWER: 0, Role.CLERK: 1, Role.ADMINISTRATOR: 2}


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at work in one company. Everything a page reads or writes goes through its company."""

    user: User
    company: Company
    role: Role

    def may(self, at_least: Role) -> bool:
        """Whether the role reaches this one: an administrator may do all a clerk may, a clerk all a viewer may."""
        return RANK[self.role] >= RANK[at_least]

    @property
    def may_edit(self) -> bool:
        return self.may(Role.CLERK)

    @property
    def may_post(self) -> bool:
        return self.may(Role.CLERK)

    @property
    def may_administer(self) -> bool:
        return self.may(Role.ADMINISTRATOR)

    @property
    def actor(self) -> Actor:
        """The person as the services know them, with what the role allows."""
        return Actor(self.user.email, PERMISSIONS[self.role])

    @property
    def role_label(self) -> str:
        return str(self.role.label)


def signed_in(request: HttpRequest) -> User:
    """The user of a request that the sign-in middleware let through."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    return request.user


def desk_for(user: User, slug: str) -> Desk:
    """The desk of this user in the company of that slug; `Http404` when it is not theirs to see. One query.

    A company that does not exist and one that belongs to others look the same from outside."""
    membership = Membership.objects.select_related("company").filter(user=user, company__slug=slug).first()
    if membership is None:
        raise Http404(f"no company {slug} for this user")
    return Desk(user, membership.company, Role(membership.role))


def at_desk(
    at_least: Role = Role.VIEWER,
) -> Callable[[Callable[Concatenate[HttpRequest, Desk, P], R]], Callable[..., R]]:
    """Decorates a view below `/c/<company>/`: it is given the desk in place of the slug, and only when the role suffices.

    404 for someone else's company, 403 for a role that is too low."""

    def decorate(view: Callable[Concatenate[HttpRequest, Desk, P], R]) -> Callable[..., R]:
        @wraps(view)
        def wrapped(request: HttpRequest, company: str, *args: P.args, **kwargs: P.kwargs) -> R:
            desk = desk_for(signed_in(request), company)
            if not desk.may(at_least):
                raise PermissionDenied
            return view(request, desk, *args, **kwargs)

        return wrapped

    return decorate
