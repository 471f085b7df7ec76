"""Web service access keys: what programs prove themselves with, one per user and for all of the user's companies.

A key reads `tsk_<lookup>_<secret>`. The lookup finds its row, the secret proves it: 256 random bits, of which a salted
scrypt hash is stored. Nobody can guess them, so the hash needs only to be slow enough to spoil a stolen database.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tallystick.financials.models import User, WebServiceKey
from tallystick.financials.permissions import Actor, Permission
from tallystick.financials.problems import FinancialsError, KeyRefused

DAYS, MOST_DAYS = 365, 730  # how long a key lasts unless told, and at most
EXACTNESS_OF_LAST_USE = timedelta(minutes=1)
COST = 1 << 12  # of scrypt: some ten milliseconds and 4 MB for each request
_SHAPE = re.compile(r"tsk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_WRONG = "This web service key is wrong, or it was changed or revoked since."
_ASK = "Change the key on the page Web Service Key, or ask an administrator to."


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `text` is told once: only its hash is kept."""

    text: str
    key: WebServiceKey


def change_key(user: User, *, by: Actor, now: datetime, days: int = DAYS) -> NewKey:
    """Give the user a new key in place of the one they had, which stops working at once."""
    if not 1 <= days <= MOST_DAYS:
        raise FinancialsError(
            f"A web service key cannot last {days} days.", hint=f"Choose from 1 to {MOST_DAYS} days, two years."
        )
    _require(by, user)
    lookup, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two who change it at once take turns
        _revoke(user, by, now)
        key = WebServiceKey.objects.create(
            user=user,
            lookup=lookup,
            secret_hash=_hashed(secret),
            created_at=now,
            created_by=by.name,
            expires_at=now + timedelta(days=days),
        )
    return NewKey(f"tsk_{lookup}_{secret}", key)


def revoke_key(user: User, *, by: Actor, now: datetime) -> bool:
    """End the user's key; whether they had one. Raises `NotPermitted` for another's who manages no users."""
    _require(by, user)
    return _revoke(user, by, now)


def _require(by: Actor, user: User) -> None:
    if by.name != user.email:
        by.require(Permission.MANAGE_USERS)


def _revoke(user: User, by: Actor, now: datetime) -> bool:
    keys = WebServiceKey.objects.filter(user=user, revoked_at=None)
    return keys.update(revoked_at=now, revoked_by=by.name, secret_hash="") > 0


def key_of(user: User) -> WebServiceKey | None:
    """Return the user's key, expired or not; None when there is none or it was revoked."""
    return WebServiceKey.objects.filter(user=user, revoked_at=None).first()


def lookup_in(text: str) -> str:
    """Return the lookup of a key, which is no secret; '' for text that cannot be a key."""
    shape = _SHAPE.fullmatch(text)
    return shape[1] if shape else ""


def holder_of(text: str, *, email: str | None, now: datetime) -> WebServiceKey:
    """Return the key with its user. `email`, when given, has to be the user's. One query.

    Raises `KeyRefused`. Only who knows the secret is told that a key has expired or that its user is switched off."""
    shape = _SHAPE.fullmatch(text)
    key = (
        WebServiceKey.objects.select_related("user").filter(lookup=shape[1], revoked_at=None).first() if shape else None
    )
    if shape is None or key is None or not _matches(shape[2], key.secret_hash):
        raise KeyRefused(_WRONG, hint=_ASK)
    if email is not None and email.strip().lower() != key.user.email:
        raise KeyRefused("This web service key belongs to another user.", hint="Send the e-mail address of its user.")
    if key.expires_at <= now:
        raise KeyRefused(f"This web service key expired on {key.expires_at:%Y-%m-%d}.", hint=_ASK)
    if not key.user.is_active:
        raise KeyRefused("The user of this web service key is switched off.", hint="Ask an administrator.")
    return key


def note_use(key: WebServiceKey, now: datetime) -> None:
    """Remember that the key was used, to the minute."""
    if key.last_used_at is None or now - key.last_used_at >= EXACTNESS_OF_LAST_USE:
        WebServiceKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _hashed(secret: str) -> str:
    salt = secrets.token_hex(16)
    return f"scrypt${COST}${salt}${_scrypt(secret, salt, COST)}"


def _matches(secret: str, stored: str) -> bool:
    _, cost, salt, digest = stored.split("$")
    return hmac.compare_digest(_scrypt(secret, salt, int(cost)), digest)


def _scrypt(secret: str, salt: str, cost: int) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt.encode(), n=cost, r=8, p=1, dklen=32).hex()
