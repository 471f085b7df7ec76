"""Users, their roles in companies, and one-time sign-in links."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from tallystick.financials.models import Company, Membership, Role, SignInLink, User
from tallystick.financials.problems import InvalidRecord, Problem, SignInRefused

LINK_LIFETIME = timedelta(minutes=30)


def create_user(email: str, *, first_name: str = "", last_name: str = "", password: str | None = None) -> User:
    """Return a stored user. Raises `InvalidRecord`: no e-mail address, or one that is taken."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise _invalid(email, f"{email!r} is no e-mail address.", "Write name@example.com.") from None
    if User.objects.filter(email=email).exists():
        raise _invalid(email, f"There is a user {email} already.", "Give that user a role in this company instead.")
    return User.objects.create_user(email, password, first_name=first_name.strip(), last_name=last_name.strip())


def grant_role(user: User, company: Company, role: str) -> Membership:
    """Give the user this role in the company, instead of whatever role they had there."""
    if role not in Role.values:
        raise _invalid(user.email, f"There is no role {role!r}.", f"Choose one of: {', '.join(Role.values)}.")
    with transaction.atomic():
        _keep_an_administrator(company, without=user if role != Role.ADMINISTRATOR else None)
        membership, _ = Membership.objects.update_or_create(user=user, company=company, defaults={"role": role})
    return membership


def revoke_role(user: User, company: Company) -> None:
    """Take the user out of the company. Their other companies stay."""
    with transaction.atomic():
        _keep_an_administrator(company, without=user)
        Membership.objects.filter(user=user, company=company).delete()


def set_active(user: User, active: bool) -> None:
    """Let the user sign in, or not any more. A deactivated user's open links stop working too."""
    with transaction.atomic():
        if not active:
            for membership in Membership.objects.filter(user=user, role=Role.ADMINISTRATOR).select_related("company"):
                _keep_an_administrator(membership.company, without=user)
            SignInLink.objects.filter(user=user, used_at=None).delete()
        User.objects.filter(pk=user.pk).update(is_active=active)
    user.is_active = active


def create_sign_in_link(user: User, *, lifetime: timedelta = LINK_LIFETIME, now: datetime | None = None) -> str:
    """Return the token of a link that signs the user in once, within the lifetime. It is stored as a hash only."""
    token = secrets.token_urlsafe(32)
    start = now or timezone.now()
    SignInLink.objects.create(token_hash=_hash(token), user=user, created_at=start, expires_at=start + lifetime)
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


def _keep_an_administrator(company: Company, *, without: User | None) -> None:
    """Refuse to take the last active administrator from a company that has one."""
    if without is None:
        return
    administrators = Membership.objects.select_for_update().filter(
        company=company, role=Role.ADMINISTRATOR, user__is_active=True
    )
    users = {membership.user_id for membership in administrators}
    if users == {without.pk}:
        raise _invalid(
            without.email,
            f"{without} is the only administrator of {company}.",
            "Make somebody else administrator first.",
            field="role",
        )


def _invalid(email: str, message: str, hint: str, field: str = "email") -> InvalidRecord:
    return InvalidRecord([Problem("user", email or "new record", field, message, hint)])
