"""Your sign-in: one's own second factor, recovery codes, and where one signed in lately."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import segno
from axes.models import AccessLog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials.models import User
from tallystick.financials.permissions import Actor
from tallystick.financials.problems import CodeRefused, FinancialsError
from tallystick.financials.services import second_factor, sign_in
from tallystick.web.shell.desk import signed_in
from tallystick.web.sign_in.forms import CodeForm
from tallystick.web.sign_in.pending import MUST_SET_UP
from tallystick.web.sign_in.sessions import browser_in_words, shown

LATEST = 10


@require_safe
@never_cache
def own_sign_in(request: HttpRequest) -> HttpResponse:
    """How one signs in, and what one can do about it."""
    return _show(request)


@require_POST
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Make a secret for an app; the page shows it until a first code confirms it."""
    user = signed_in(request)
    try:
        second_factor.begin(user, by=_self(user), now=timezone.now())
    except FinancialsError as refused:
        messages.error(request, str(refused))
    return redirect("own-sign-in")


@require_POST
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Turn it on with a first code, and show the recovery codes, once."""
    return _with_code(
        request,
        lambda user, code: second_factor.confirm(user, code, by=_self(user), now=timezone.now()),
    )


@require_POST
@never_cache
def renew(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, for a code of the app, and show them, once."""
    return _with_code(
        request,
        lambda user, code: second_factor.renew_recovery_codes(user, code, by=_self(user), now=timezone.now()),
    )


@require_POST
@never_cache
def turn_off(request: HttpRequest) -> HttpResponse:
    """Take one's second factor away, for a code of it."""

    def off(user: User, code: str) -> list[str]:
        second_factor.turn_off(user, code, by=_self(user), now=timezone.now())
        messages.success(request, "Your second factor is off.")
        return []

    return _with_code(request, off)


def _with_code(request: HttpRequest, do: Callable[[User, str], list[str]]) -> HttpResponse:
    """Do what needs a code of the app; a wrong one shows the page again with what is wrong."""
    user = signed_in(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    try:
        codes = do(user, form.cleaned_data["code"])
    except CodeRefused as refused:
        form.add_error("code", str(refused))
        return _show(request, form)
    except FinancialsError as refused:
        messages.error(request, str(refused))
        return redirect("own-sign-in")
    if not codes:
        return redirect("own-sign-in")
    request.session.pop(MUST_SET_UP, None)
    return render(request, "sign_in/recovery_codes.html", {"title": "Your recovery codes", "codes": codes})


def _show(request: HttpRequest, form: CodeForm | None = None) -> HttpResponse:
    user = signed_in(request)
    enrolment = second_factor.begun(user, by=_self(user))
    context = {
        "title": "Your sign-in",
        "form": form or CodeForm(),
        "standing": second_factor.standing_of(user),
        "held_back": MUST_SET_UP in request.session,
        "enrolment": enrolment,
        "qr_code": _qr_code(enrolment.uri) if enrolment else "",
        "entra": sign_in.entra_account_of(user),
        "sessions": shown(request, user, _self(user)),
        "latest": _latest(user),
    }
    return render(request, "sign_in/own.html", context, status=422 if form else 200)


@dataclass(frozen=True, slots=True)
class LatestSignIn:
    """That somebody signed in, with which browser in words, and from where."""

    at: datetime
    browser: str
    ip_address: str


def _latest(user: User) -> list[LatestSignIn]:
    rows = AccessLog.objects.filter(username=user.email).order_by("-attempt_time")[:LATEST]
    return [LatestSignIn(row.attempt_time, browser_in_words(row.user_agent), row.ip_address or "") for row in rows]


def _qr_code(text: str) -> SafeString:
    """Return the code as SVG of shapes and attributes alone: the policy of the pages allows no styles."""
    drawn = segno.make(text, error="m").svg_inline(
        scale=5,
        dark="#000",
        light="#fff",
        title="QR code for the authenticator app",
        svgclass="qr-code",
        lineclass=None,
    )
    return mark_safe(drawn)  # noqa: S308 - drawn from modules by the library; the text itself is not in it


def _self(user: User) -> Actor:
    return Actor(user.email, frozenset())
