"""Holds back who has to set up a second factor until they have."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from tallystick.web.sign_in.pending import MUST_SET_UP

OPEN = {
    *(
        "own-sign-in",
        "second-factor-begin",
        "second-factor-confirm",
        "change-password",
        "sign-out",
        "sign-out-everywhere",
        "session-end",
    ),
    *("healthz", "readyz", "odata"),
}


def second_factor_first(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send a session that still lacks its second factor to the page that sets one up. Asks the database nothing."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        # A request without a session's cookie has nothing to look up, and its answer is to stay one for everybody.
        came_with_one = settings.SESSION_COOKIE_NAME in request.COOKIES
        if came_with_one and request.session.get(MUST_SET_UP) and _name(request.path_info) not in OPEN:
            return redirect("own-sign-in")
        return get_response(request)

    return answer


def _name(path: str) -> str:
    try:
        return str(resolve(path).url_name)
    except Resolver404:
        return ""
