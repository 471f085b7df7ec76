"""Users, what they are given in companies, and one-time sign-in links."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, GrantedSet, Membership, SignInLink, User
from tallystick.financials.people import labels_of, sets_of
from tallystick.financials.permissions import OPERATOR, Actor, Permission, PermissionSet
from tallystick.financials.problems import InvalidRecord, Problem, SignInRefused

LINK_LIFETIME = timedelta(minutes=30)


def create_user(
    email: str, *, first_name: str = "", last_name: str = "", password: str | None = None, by: Actor = OPERATOR
) -> User:
    """Return a stored user. Raises `InvalidRecord`: no e-mail address, or one that is taken."""
    by.require(Permission.MANAGE_USERS)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise _invalid(email, f"{email!r} is no e-mail address.", "Write name@example.com.") from None
    if User.objects.filter(email=email).exists():
        raise _invalid(email, f"There is a user {email} already.", "Give that user a permission set instead.")
    return User.objects.create_user(email, password, first_name=first_name.strip(), last_name=last_name.strip())


def give_sets(user: User, company: Company, sets: Iterable[str], *, by: Actor = OPERATOR) -> tuple[PermissionSet, ...]:
    """Give the user these permission sets in the company, instead of whatever they had there; return them.

    Without any they do not work in the company any more. Raises `InvalidRecord` for a set that does not exist, and rather
    than take the last administrator from the company; `NotPermitted` also for a set that allows more than `by` may."""
    by.require(Permission.MANAGE_USERS)
    wanted = _known(user, sets)
    with transaction.atomic():
        take_turn_with_users(company)
        before = sets_of(user, company)
        _not_beyond(by, set(wanted) - set(before))
        if PermissionSet.ADMINISTRATOR in before and PermissionSet.ADMINISTRATOR not in wanted:
            _keep_an_administrator(company, without=user)
        _store(user, company, wanted)
        audit.note(company, Area.PERMISSION_SETS, user.email, _as_setting(before), _as_setting(wanted), by=by)
    return wanted


def grant(user: User, company: Company, *sets: str, by: Actor = OPERATOR) -> tuple[PermissionSet, ...]:
    """Give the user these permission sets in the company too; return all they have there now."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        take_turn_with_users(company)
        return give_sets(user, company, [*sets_of(user, company), *sets], by=by)


def revoke(user: User, company: Company, *sets: str, by: Actor = OPERATOR) -> tuple[PermissionSet, ...]:
    """Take these permission sets from the user in the company, or (none named) all; return what they have left there.

    Who has none left does not work in the company any more. Their other companies stay."""
    by.require(Permission.MANAGE_USERS)
    taken = _known(user, sets) if sets else tuple(PermissionSet)
    with transaction.atomic():
        take_turn_with_users(company)
        left = [one for one in sets_of(user, company) if one not in taken]
        return give_sets(user, company, left, by=by)


def take_turn_with_users(company: Company) -> None:
    """Wait until whoever else changes the company's people has ended.

    So of two administrators who take each other out at the same moment, the second is told that they are the last."""
    # NO KEY: records of the company can be written meanwhile. On SQLite we hold the write lock.
    list(Company.objects.select_for_update(no_key=True).filter(pk=company.pk).values_list("pk"))


def set_active(user: User, active: bool, *, by: Actor = OPERATOR) -> None:
    """Let the user sign in, or not any more. A deactivated user's open links stop working too."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        companies = _companies_of(user)
        for company in companies:
            take_turn_with_users(company)
            if not active and PermissionSet.ADMINISTRATOR in sets_of(user, company):
                _keep_an_administrator(company, without=user)
        was_active = User.objects.values_list("is_active", flat=True).get(pk=user.pk)
        if not active:
            SignInLink.objects.filter(user=user, used_at=None).delete()
        User.objects.filter(pk=user.pk).update(is_active=active)
        for company in companies:
            before, after = {"may sign in": _yes(was_active)}, {"may sign in": _yes(active)}
            audit.note(company, Area.USER, user.email, before, after, by=by)
    user.is_active = active


def create_sign_in_link(
    user: User, *, lifetime: timedelta = LINK_LIFETIME, now: datetime | None = None, by: Actor = OPERATOR
) -> str:
    """Return the token of a link that signs the user in once, within the lifetime. It is stored as a hash only."""
    by.require(Permission.MANAGE_USERS)
    token = secrets.token_urlsafe(32)
    start = now or timezone.now()
    with transaction.atomic():
        SignInLink.objects.create(token_hash=_hash(token), user=user, created_at=start, expires_at=start + lifetime)
        for company in _companies_of(user):
            until = f"made, good until {start + lifetime:%Y-%m-%d %H:%M} UTC"
            audit.note(company, Area.USER, user.email, {}, {"sign-in link": until}, by=by)
    return token


def redeem_sign_in_link(token: str, *, now: datetime | None = None) -> User:
    """Return the user of the link and use it up. Raises `SignInRefused` when it is unknown, used, or too old."""
    moment = now or timezone.now()
    usable = SignInLink.objects.filter(
        token_hash=_hash(token), used_at=None, expires_at__gt=moment, user__is_active=True
    )
    # One UPDATE decides, so that of two who come at the same moment only one gets in.
    if not SignInLink.objects.filter(pk__in=usable.values("pk"), used_at=None).update(used_at=moment):
        raise SignInRefused(
            "This sign-in link was used already, has expired or never existed.",
            hint="Sign in with your password, or ask an administrator for a new link.",
        )
    return User.objects.get(sign_in_links__token_hash=_hash(token))


def _hash(token: str) -> str:
    # The token has 256 random bits, so a fast hash without salt is enough: there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()


def _known(user: User, sets: Iterable[str]) -> tuple[PermissionSet, ...]:
    names = {name.strip().lower() for name in sets}
    unknown = sorted(names - set(PermissionSet))
    if unknown:
        message = f"There is no permission set {unknown[0]!r}."
        raise _invalid(user.email, message, f"Choose from: {', '.join(PermissionSet)}.", field="sets")
    return tuple(one for one in PermissionSet if one in names)


def _not_beyond(by: Actor, sets: Iterable[PermissionSet]) -> None:
    """Nobody gives away more than they have; otherwise who manages users could make themselves administrator."""
    for one in sets:
        for permission in one.permissions:
            by.require(permission)


def _store(user: User, company: Company, sets: Iterable[PermissionSet]) -> None:
    sets = list(sets)
    if not sets:
        Membership.objects.filter(user=user, company=company).delete()
        return
    membership, _ = Membership.objects.get_or_create(user=user, company=company)
    GrantedSet.objects.filter(membership=membership).exclude(permission_set__in=sets).delete()
    GrantedSet.objects.bulk_create(
        (GrantedSet(membership=membership, permission_set=one.value) for one in sets), ignore_conflicts=True
    )


def _as_setting(sets: tuple[PermissionSet, ...]) -> dict[str, str]:
    return {"permission sets": labels_of(sets)} if sets else {}


def _companies_of(user: User) -> list[Company]:
    return list(Company.objects.filter(memberships__user=user).order_by("pk"))


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _keep_an_administrator(company: Company, *, without: User) -> None:
    """Refuse to take the last active administrator from a company. The caller has the turn."""
    others = GrantedSet.objects.filter(
        membership__company=company, permission_set=PermissionSet.ADMINISTRATOR, membership__user__is_active=True
    ).exclude(membership__user=without)
    if not others.exists():
        raise _invalid(
            without.email,
            f"{without} is the only administrator of {company}.",
            "Make somebody else administrator first.",
            field="sets",
        )


def _invalid(email: str, message: str, hint: str, field: str = "email") -> InvalidRecord:
    return InvalidRecord([Problem("user", email or "new record", field, message, hint)])
