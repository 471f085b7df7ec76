"""What the installation asks of whoever signs in, and who may come through Microsoft Entra ID.

These settings are for all companies at once, so only who administers every one of them may change them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from tallystick.config import secret_box
from tallystick.config.secret_box import SecretBoxProblem
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, EntraAccount, GrantedSet, SecondFactor, SignInSettings, User, Who
from tallystick.financials.permissions import OPERATOR, Actor, Permission, PermissionSet
from tallystick.financials.problems import FinancialsError, SignInRefused
from tallystick.financials.services.second_factor import end_sessions, is_among

AUTHORITY = "https://login.microsoftonline.com"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_RULES = {"second_factor": "second factor required of", "passwords": "passwords open the door to"}
_ENTRA = {
    "entra_enabled": "sign-in with Entra ID",
    "authority": "authority",
    "tenant": "tenant",
    "client_id": "client id",
}


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory that people may sign in with, and as which application we ask it. Addresses without a slash behind."""

    authority: str
    tenant: str
    client_id: str

    @property
    def issuer(self) -> str:
        """Whose tokens are taken, to the letter."""
        return f"{self.authority}/{self.tenant}/v2.0"


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is in the directory: the ids that last, and the names that it vouches for."""

    tenant_id: str
    object_id: str
    names: tuple[str, ...]


def settings_of_sign_in() -> SignInSettings:
    """Return the settings; as shipped where nobody changed them. One query. Not for writing."""
    return SignInSettings.objects.first() or SignInSettings()


def administers_everything(user: User) -> bool:
    """Whether the user is administrator of every company there is. One query."""
    administered = GrantedSet.objects.filter(membership__user=user, permission_set=PermissionSet.ADMINISTRATOR).values(
        "membership__company"
    )
    return not Company.objects.exclude(pk__in=administered).exists()


def password_opens(user: User) -> bool:
    """Whether this user may come in with a password. At most two queries."""
    return user.is_superuser or is_among(user, Who(settings_of_sign_in().passwords))


def set_rules(*, second_factor: str, passwords: str, by: Actor = OPERATOR) -> SignInSettings:
    """Say of whom a second factor is required and whom passwords let in. Who lacks a second factor now is signed out.

    Passwords always let administrators in: an error of the directory must not lock everybody out."""
    by.require(Permission.MANAGE_USERS)
    known = {one.casefold(): one for one in Who}
    of_whom, whom = (known.get(given.strip().casefold()) for given in (second_factor, passwords))
    if of_whom is None:
        raise FinancialsError(
            f"A second factor cannot be required of {second_factor!r}.", hint=f"Choose {_these(Who)}."
        )
    if whom is None or whom is Who.NOBODY:
        raise FinancialsError(
            f"Passwords cannot be for {passwords!r}.", hint=f"Choose {_these([Who.ADMINISTRATORS, Who.EVERYBODY])}."
        )
    with transaction.atomic():
        row = _locked()
        before = _in_words(row, _RULES)
        changed = row.second_factor != of_whom
        row.second_factor, row.passwords = of_whom, whom
        row.save()
        if changed:
            _end_sessions_of_who_lacks_one(of_whom)
        _note(before, _in_words(row, _RULES), by)
    return row


def set_directory(
    authority: str, tenant: str, client_id: str, client_secret: str, *, enabled: bool = True, by: Actor = OPERATOR
) -> SignInSettings:
    """Let people sign in with this directory of Microsoft Entra ID. A blank secret keeps that of the same application.

    Raises `FinancialsError` for what cannot be; then nothing is changed. Accounts of another tenant that were linked stay
    and open nothing."""
    by.require(Permission.MANAGE_USERS)
    directory = directory_of(authority, tenant, client_id)
    with transaction.atomic():
        row = _locked()
        before = _in_words(row, _ENTRA)
        if not client_secret and (
            not row.sealed_client_secret or directory != Directory(row.authority, row.tenant, row.client_id)
        ):
            # The one there is was entered for another application: it is not to be sent to a new address unseen.
            raise FinancialsError("The client secret is missing.", hint="Make one in the app registration of Entra ID.")
        row.authority, row.tenant, row.client_id = directory.authority, directory.tenant, directory.client_id
        row.entra_enabled = enabled
        if client_secret:
            row.sealed_client_secret = _sealed(client_secret)
        row.save()
        after = _in_words(row, _ENTRA) | ({"client secret": "replaced"} if client_secret else {})
        _note(before, after, by)
    return row


def switch_directory(enabled: bool, *, by: Actor = OPERATOR) -> SignInSettings:
    """Offer signing in with Entra ID, or not any more; what was entered stays."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        row = _locked()
        if enabled and not row.sealed_client_secret:
            raise FinancialsError(
                "Signing in with Entra ID is not set up.", hint="Enter tenant, client id and secret first."
            )
        before = _in_words(row, _ENTRA)
        row.entra_enabled = enabled
        row.save()
        _note(before, _in_words(row, _ENTRA), by)
    return row


def directory_in_use() -> Directory | None:
    """Return the directory that people may sign in with now; None where that is off. One query."""
    row = settings_of_sign_in()
    return Directory(row.authority, row.tenant, row.client_id) if row.entra_enabled else None


def directory_secret() -> str:
    """Return the client secret in clear, for a request to the directory. Raises `FinancialsError` without the key."""
    try:
        return secret_box.unseal(
            settings_of_sign_in().sealed_client_secret, "client secret of signing in with Entra ID"
        )
    except SecretBoxProblem as problem:
        raise FinancialsError(problem.what, hint=problem.hint) from problem


def entra_account_of(user: User) -> EntraAccount | None:
    """Return what the user may sign in with Entra ID as; None where they may not."""
    return EntraAccount.objects.filter(user=user).first()


def allow_entra(user: User, *, by: Actor = OPERATOR, now: datetime) -> None:
    """Let the user sign in with Entra ID. The first time, the account there with the name of their address is linked."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        _, made = EntraAccount.objects.get_or_create(user=user, defaults={"allowed_at": now, "allowed_by": by.name})
        if made:
            _note_user(user, {}, {"Entra ID": "allowed"}, by)


def disallow_entra(user: User, *, by: Actor = OPERATOR) -> bool:
    """Do not let the user sign in with Entra ID any more, and forget which account there was theirs; whether they might.

    They are signed out everywhere. To link another account, allow it again."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        might = EntraAccount.objects.filter(user=user).delete()[0] > 0
        if might:
            end_sessions(user)
            _note_user(user, {"Entra ID": "allowed"}, {}, by)
    return might


def user_for(person: Person, *, now: datetime) -> User:
    """Return the user who this person of the directory is; the first time, by name, for who was allowed to.

    Raises `SignInRefused` for a stranger, for who was not allowed, and for who is switched off."""
    known = EntraAccount.objects.select_related("user").filter(tenant_id=person.tenant_id, object_id=person.object_id)
    account = known.first() or _link(person, now)
    if account is None:
        named = person.names[0] if person.names else "This account"
        raise SignInRefused(
            f"{named} of your directory is no user here who may sign in with it.",
            hint="Ask an administrator to allow it on the page Users, for the user with that e-mail address.",
        )
    if not account.user.is_active:
        raise SignInRefused("This user is switched off.", hint="Ask an administrator to switch it on again.")
    return account.user


def _link(person: Person, now: datetime) -> EntraAccount | None:
    """Link the one user whose address the directory vouches for, if they were allowed and are not linked yet."""
    names = {name.strip().lower() for name in person.names}
    waiting = EntraAccount.objects.filter(user__email__in=names, object_id="")
    found = list(waiting.select_related("user")[:2])
    if len(found) != 1:
        return None
    account = found[0]
    try:
        with transaction.atomic():
            linked = EntraAccount.objects.filter(pk=account.pk, object_id="").update(
                tenant_id=person.tenant_id, object_id=person.object_id, linked_at=now
            )
            if linked:
                as_whom = f"linked with account {person.object_id}"
                _note_user(account.user, {}, {"Entra ID": as_whom}, Actor(account.user.email, frozenset()))
    except IntegrityError:  # the same person came in twice at once
        return None
    return account if linked else None


def directory_of(authority: str, tenant: str, client_id: str) -> Directory:
    """Return what was entered as a directory. Raises `FinancialsError` for what cannot be one; asks nobody."""
    authority = (authority.strip() or AUTHORITY).rstrip("/")
    parts = urlsplit(authority)
    if not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    ):
        raise FinancialsError(
            f"{authority!r} is no https address.", hint=f"For the cloud of Microsoft enter {AUTHORITY}."
        )
    tenant, client_id = tenant.strip().lower(), client_id.strip()
    if not _GUID.fullmatch(tenant):
        raise FinancialsError(
            f"{tenant!r} is no tenant id.",
            hint="Enter the directory (tenant) id of the app registration, a GUID. A domain name or 'common' would not say "
            "whose tokens to take.",
        )
    if not client_id:
        raise FinancialsError("The client id is missing.", hint="You find it in the app registration of Entra ID.")
    return Directory(authority, tenant, client_id)


def _sealed(secret: str) -> str:
    try:
        return secret_box.seal(secret)
    except SecretBoxProblem as problem:
        raise FinancialsError(problem.what, hint=problem.hint) from problem


def _end_sessions_of_who_lacks_one(who: Who) -> None:
    if who is Who.NOBODY:
        return
    have = SecondFactor.objects.exclude(confirmed_at=None).values("user")
    for user in User.objects.exclude(pk__in=have):
        if is_among(user, who):
            end_sessions(user)


def _locked() -> SignInSettings:
    SignInSettings.objects.get_or_create(pk=1)
    return SignInSettings.objects.select_for_update().get(pk=1)


def _in_words(row: SignInSettings, names: dict[str, str]) -> dict[str, object]:
    return {words: getattr(row, name) for name, words in names.items() if getattr(row, name) not in ("", False)}


def _note(before: dict[str, object], after: dict[str, object], by: Actor) -> None:
    for company in Company.objects.all():
        audit.note(company, Area.SIGN_IN, "all companies", before, after, by=by)


def _note_user(user: User, before: dict[str, object], after: dict[str, object], by: Actor) -> None:
    for company in Company.objects.filter(memberships__user=user):
        audit.note(company, Area.USER, user.email, before, after, by=by)


def _these(values: Iterable[Who]) -> str:
    return ", ".join(values)
