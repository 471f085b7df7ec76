"""Where somebody is signed in: their sessions, each since when, from where and with what; and ending them.

Django's store keeps the sessions themselves, by keys that no page ever shows. Beside it we note whose each is."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, SignedInSession, User
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services.second_factor import end_sessions


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that goes on. `ip_address` and `user_agent` are as the browser came, "" where they are not known."""

    id: int
    began_at: datetime
    ends_at: datetime
    ip_address: str
    user_agent: str
    is_this: bool = False


def note_session(user: User, key: str, *, ip_address: str | None, user_agent: str, now: datetime) -> None:
    """Note whose the session of this key is. What was noted of sessions that have ended goes."""
    going_on = Session.objects.filter(expire_date__gt=now).values("session_key")
    SignedInSession.objects.filter(user=user).exclude(session_key__in=going_on).delete()
    SignedInSession.objects.create(
        session_key=key, user=user, began_at=now, ip_address=ip_address or None, user_agent=user_agent[:300]
    )


def carry_on_session(old_key: str | None, new_key: str | None) -> None:
    """Have what was noted of a session stay with it when it changes its key."""
    SignedInSession.objects.filter(session_key=old_key).update(session_key=new_key)


def open_sessions(user: User, *, this: str | None = None, by: Actor = OPERATOR) -> list[OpenSession]:
    """Return the user's sessions that go on, the newest first; `this` is the key of the one that asks. Two queries.

    Raises `NotPermitted` for another user's, to who may not manage users."""
    _must_be_own_or_managed(user, by)
    noted = {row.session_key: row for row in SignedInSession.objects.filter(user=user)}
    sessions = Session.objects.filter(session_key__in=noted, expire_date__gt=timezone.now())
    current = user.get_session_auth_hash()
    # A session that was begun under another password or another session number has ended, though its row is there.
    going_on = [one for one in sessions if one.get_decoded().get(HASH_SESSION_KEY) == current]
    found = [_open(noted[one.session_key], one, this) for one in going_on]
    return sorted(found, key=lambda one: one.began_at, reverse=True)


def end_session(user: User, session_id: int, *, this: str | None = None, by: Actor = OPERATOR) -> bool:
    """End one session of the user; whether it was going on. Raises `NotPermitted` like `open_sessions`.

    Raises `FinancialsError` for `this`, the one that asks."""
    ended = next((one for one in open_sessions(user, this=this, by=by) if one.id == session_id), None)
    if ended is None:
        return False
    if ended.is_this:
        raise FinancialsError("You are working in this session.", hint="To end it, sign out.")
    with transaction.atomic():
        keys = SignedInSession.objects.filter(pk=session_id).values("session_key")
        Session.objects.filter(session_key__in=keys).delete()
        SignedInSession.objects.filter(pk=session_id).delete()
        where = f" from {ended.ip_address}" if ended.ip_address else ""
        _note(user, f"that of {ended.began_at:%Y-%m-%d %H:%M} UTC{where} was ended", by)
    return True


def end_every_session(user: User, *, by: Actor = OPERATOR) -> None:
    """Sign the user out everywhere; a page may carry its own session on. Raises `NotPermitted` like `open_sessions`."""
    _must_be_own_or_managed(user, by)
    with transaction.atomic():
        end_sessions(user)
        _note(user, "all were ended", by)


def _must_be_own_or_managed(user: User, by: Actor) -> None:
    if by.name != user.email:
        by.require(Permission.MANAGE_USERS)


def _open(row: SignedInSession, session: Session, this: str | None) -> OpenSession:
    return OpenSession(
        row.pk, row.began_at, session.expire_date, row.ip_address or "", row.user_agent, row.session_key == this
    )


def _note(user: User, what: str, by: Actor) -> None:
    for company in Company.objects.filter(memberships__user=user):
        audit.note(company, Area.USER, user.email, {}, {"sessions": what}, by=by)
