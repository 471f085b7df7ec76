"""Between a right password and a right code: who is at the door, kept in their session for a few minutes.

And what a session says about how it was begun."""

import time
from dataclasses import dataclass

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tallystick.financials.models import User
from tallystick.financials.services import second_factor
from tallystick.web.sign_in import sessions

PENDING = "second_factor_pending"
CAME_BY_LINK = "came_by_link"
MUST_SET_UP = "must_set_up_second_factor"
MINUTES = 10
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """Somebody who proved to be this user once, by password or by link, and still has to a second time."""

    user: User
    next_page: str
    by_link: bool


def let_in(request: HttpRequest, user: User, next_page: str, *, by_link: bool = False) -> HttpResponse:
    """Sign the user in, or ask for the second factor first where there is one. The session changes its key."""
    if second_factor.is_on(user):
        request.session.flush()
        request.session[PENDING] = {
            "user": user.pk,
            "epoch": user.get_session_auth_hash(),
            "until": time.time() + MINUTES * 60,
            "next": next_page,
            "by_link": by_link,
        }
        return redirect("second-factor-code")
    return open_session(request, user, next_page, by_link=by_link)


def open_session(
    request: HttpRequest, user: User, next_page: str, *, by_link: bool = False, vouched_for: bool = False
) -> HttpResponse:
    """Begin the session, under a new key. Who has to have a second factor and has none is led to set one up, unless
    their directory vouched for them: it asks for its own."""
    request.session.pop(PENDING, None)
    if by_link:
        # The log of sign-ins keeps the path, and that of a link holds its token.
        request.META["PATH_INFO"] = reverse("sign-in")
    login(request, user, backend=MODEL_BACKEND)
    sessions.note(request, user)
    if by_link:
        request.session[CAME_BY_LINK] = True
    if not vouched_for and not second_factor.is_on(user) and second_factor.is_required(user):
        request.session[MUST_SET_UP] = True
        return redirect("own-sign-in")
    return redirect(next_page)


def at_the_door(request: HttpRequest) -> AtTheDoor | None:
    """Return who has given the first proof in this session; None where nobody has, or too long ago. One query."""
    kept = request.session.get(PENDING)
    if not kept or kept["until"] < time.time():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    # A new password or a reset meanwhile counts: then the first proof is worth nothing any more.
    if user is None or user.get_session_auth_hash() != kept["epoch"]:
        return None
    return AtTheDoor(user, kept["next"], kept["by_link"])
