"""Who is asking, for which company, and what they may do there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from tallystick.financials import access
from tallystick.financials.models import Company, User
from tallystick.financials.people import labels_of, place_of
from tallystick.financials.permissions import Actor, NotPermitted, Permission, PermissionSet
from tallystick.financials.tables import Table

__all__ = ["ANYONE", "Desk", "DeskRefused", "Permission", "at_desk", "desk_for", "needs_of", "signed_in"]

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)

ANYONE: frozenset[Permission] = frozenset()
"""For a page that everybody who works in the company may open, because it shows each only what they may see."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at work in one company. Everything a page reads or writes goes through its company, as its actor."""

    user: User
    company: Company
    actor: Actor
    sets: tuple[PermissionSet, ...]

    def may(self, permission: Permission) -> bool:
        """Whether the person may do this kind of thing here."""
        return self.actor.may(permission)

    def may_read(self, table: Table) -> bool:
        """Whether the person may look at records of the table."""
        return access.may_read(self.actor, table)

    def may_enter(self, table: Table) -> bool:
        """Whether the person may enter and change records of the table; nobody enters what postings write."""
        return access.may_write(self.actor, table)

    # For templates, which cannot give arguments.

    @property
    def may_look(self) -> bool:
        return self.may(Permission.READ)

    @property
    def may_read_ledger(self) -> bool:
        return self.may(Permission.READ_LEDGER)

    @property
    def may_edit(self) -> bool:
        return self.may(Permission.WRITE)

    @property
    def may_post(self) -> bool:
        return self.may(Permission.POST)

    @property
    def may_synchronize(self) -> bool:
        return self.may(Permission.SYNCHRONIZE)

    @property
    def may_integrate(self) -> bool:
        return self.may(Permission.INTEGRATE)

    @property
    def may_administer(self) -> bool:
        return self.may(Permission.SET_UP)

    @property
    def may_manage_users(self) -> bool:
        return self.may(Permission.MANAGE_USERS)

    @property
    def sets_label(self) -> str:
        return labels_of(self.sets)


def signed_in(request: HttpRequest) -> User:
    """The user of a request that the sign-in middleware let through."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    return request.user


def desk_for(user: User, slug: str) -> Desk:
    """The desk of this user in the company of that slug; `Http404` when it is not theirs to see. One query.

    A company that does not exist and one that belongs to others look the same from outside."""
    place = place_of(user, slug)
    if place is None:
        raise Http404(f"no company {slug} for this user")
    return Desk(user, place.company, place.actor(user), place.sets)


class DeskRefused(PermissionDenied):
    """Somebody may not do what they asked for at this desk; `shell.refusal` says so."""

    def __init__(self, desk: Desk, refused: NotPermitted) -> None:
        super().__init__(str(refused))
        self.desk = desk
        self.permission = refused.permission


def at_desk(
    needs: Permission | frozenset[Permission] = Permission.READ,
) -> Callable[[Callable[Concatenate[HttpRequest, Desk, P], R]], Callable[..., R]]:
    """Decorates a view below `/c/<company>/`: it is given the desk in place of the slug, and only to who may do `needs`.

    404 for someone else's company; 403, with a page that says what is missing and who can give it, for who may not, and
    where a service refuses what the view asks of it. `needs` can be asked of the view with `needs_of`."""
    wanted = frozenset({needs}) if isinstance(needs, Permission) else needs

    def decorate(view: Callable[Concatenate[HttpRequest, Desk, P], R]) -> Callable[..., R]:
        @wraps(view)
        def wrapped(request: HttpRequest, company: str, *args: P.args, **kwargs: P.kwargs) -> R:
            desk = desk_for(signed_in(request), company)
            try:
                for permission in sorted(wanted):
                    desk.actor.require(permission)
                return view(request, desk, *args, **kwargs)
            except NotPermitted as refused:
                raise DeskRefused(desk, refused) from refused

        wrapped.needs = wanted  # type: ignore[attr-defined]  # for `needs_of`
        return wrapped

    return decorate


def needs_of(view: Callable[..., HttpResponseBase]) -> frozenset[Permission] | None:
    """What a view of `at_desk` needs before it looks at what exactly is asked; None for a view without a desk."""
    return getattr(view, "needs", None)
