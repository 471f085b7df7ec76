"""The sessions of a person, for the pages that show and end them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from tallystick.financials.models import User
from tallystick.financials.permissions import Actor
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services import sessions
from tallystick.financials.services.sessions import OpenSession

# What a browser calls itself, the first that fits: most of them also name those they descend from.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session, and its browser in words."""

    session: OpenSession
    browser: str


def note(request: HttpRequest, user: User) -> None:
    """Note whose session this is, once the user was signed in with it."""
    if request.session.session_key is None:  # somebody else's was thrown away, and the new one is not stored yet
        request.session.save()
    sessions.note_session(
        user,
        str(request.session.session_key),
        ip_address=get_client_ip_address(request),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        now=timezone.now(),
    )


def carry_on(request: HttpRequest, user: User) -> None:
    """Have this session go on where every other has ended. It gets a new key."""
    old = request.session.session_key
    update_session_auth_hash(request, user)
    sessions.carry_on_session(old, request.session.session_key)


def shown(request: HttpRequest, user: User, by: Actor) -> Sequence[ShownSession]:
    """Return the user's sessions that go on, this one first."""
    found = sessions.open_sessions(user, this=request.session.session_key, by=by)
    found.sort(key=lambda one: not one.is_this)
    return [ShownSession(one, browser_in_words(one.user_agent)) for one in found]


def end_one(request: HttpRequest, user: User, session_id: int, by: Actor) -> None:
    """End a session of the user, and have the next page say so."""
    try:
        ended = sessions.end_session(user, session_id, this=request.session.session_key, by=by)
    except FinancialsError as refused:
        messages.error(request, str(refused))
        return
    if ended:
        messages.success(request, "That session is ended: whoever works in it has to sign in again.")
    else:
        messages.info(request, "That session has ended already.")


def browser_in_words(user_agent: str) -> str:
    """Return what a browser says it is as people say it, such as "Firefox on Windows"."""
    browser = next((name for name, sign in _BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or user_agent[:60] or "an unknown browser"
