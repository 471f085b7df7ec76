"""Signing in with Microsoft Entra ID: to the directory, and back."""

import time
from dataclasses import asdict

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from tallystick.config import environment
from tallystick.financials.problems import FinancialsError, SignInRefused
from tallystick.financials.services import sign_in
from tallystick.web.sign_in import openid
from tallystick.web.sign_in.openid import Asked, DirectoryRefused
from tallystick.web.sign_in.pending import open_session

ASKED = "asked_the_directory"
AT_ONCE = 5  # windows in which one person signs in at the same time
MINUTES = 15


@login_not_required
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Go and ask the directory. A link, not a form: the policy of the pages lets no form lead to another host."""
    directory = sign_in.directory_in_use()
    if directory is None:
        return _refused(request, "Signing in with Entra ID is not offered here.", "Sign in with your password.", 404)
    try:
        address, asked = openid.ask(directory, address_to_come_back_to(request))
    except DirectoryRefused as refused:
        return _refused(request, refused.what, refused.hint, 502)
    kept = dict(list(request.session.get(ASKED, {}).items())[-AT_ONCE + 1 :])
    kept[asked.state] = {**asdict(asked), "until": time.time() + MINUTES * 60, "next": _next_page(request)}
    request.session[ASKED] = kept
    return HttpResponseRedirect(address)


@login_not_required
@never_cache
@sensitive_variables("code")
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Come back from the directory. What it says counts once, in the browser that asked, for a quarter of an hour."""
    open_questions = dict(request.session.get(ASKED, {}))
    kept = open_questions.pop(request.GET.get("state", ""), None)
    if kept is None or kept["until"] < time.time():
        return _refused(
            request,
            "This browser did not ask to sign in just now, or the answer was used already.",
            "Begin again on the sign-in page.",
        )
    request.session[ASKED] = open_questions
    if "code" not in request.GET:
        error = request.GET.get("error", "no code")[:60]
        return _refused(
            request, f"The directory did not sign you in ({error}).", "Begin again, or ask an administrator."
        )
    try:
        user = sign_in.user_for(
            _person(request, Asked(kept["state"], kept["nonce"], kept["verifier"])), now=timezone.now()
        )
    except (DirectoryRefused, SignInRefused) as refused:
        return _refused(request, refused.what, refused.hint)
    except FinancialsError as refused:
        return _refused(request, refused.what, refused.hint, 500)
    request.session.pop(ASKED)
    return open_session(request, user, kept["next"], vouched_for=True)


def address_to_come_back_to(request: HttpRequest) -> str:
    """Return the redirect URI, which the app registration has to name to the letter."""
    path = reverse("sign-in-entra-back")
    base = environment().base_url.rstrip("/")
    return base + path if base else request.build_absolute_uri(path)


def _person(request: HttpRequest, asked: Asked) -> sign_in.Person:
    directory = sign_in.directory_in_use()
    if directory is None:
        raise DirectoryRefused("Signing in with Entra ID was switched off meanwhile.", hint="Ask an administrator.")
    return openid.person_behind(
        directory, sign_in.directory_secret(), asked, request.GET["code"], address_to_come_back_to(request)
    )


def _next_page(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("home")


def _refused(request: HttpRequest, what: str, hint: str, status: int = 403) -> HttpResponse:
    context = {"title": "You are not signed in", "what": what, "hint": hint}
    return render(request, "sign_in/entra_refused.html", context, status=status)
