"""The page Sign-in. Its settings are for all companies, so only who administers every one of them may change them."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials.problems import FinancialsError
from tallystick.financials.services import sign_in
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import show
from tallystick.web.sign_in import openid
from tallystick.web.sign_in.entra import address_to_come_back_to
from tallystick.web.sign_in_settings.forms import DirectoryForm, RulesForm, directory_form, rules_form

View = Callable[[HttpRequest, Desk], HttpResponse]


def _for_who_administers_everything(view: View) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, desk: Desk) -> HttpResponse:
        if sign_in.administers_everything(desk.user):
            return view(request, desk)
        messages.error(request, "Nothing was changed: you do not administer every company of this installation.")
        return _back(desk)

    return wrapped


@require_safe
@never_cache
@at_desk(Permission.MANAGE_USERS)
def settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """How people sign in."""
    return _show(request, desk)


@require_POST
@at_desk(Permission.MANAGE_USERS)
@_for_who_administers_everything
def save_rules(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Of whom a second factor is required, and whom passwords let in."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _show(request, desk, rules=form)
    try:
        sign_in.set_rules(by=desk.actor, **form.cleaned_data)
    except FinancialsError as refused:
        form.add_error(None, str(refused))
        return _show(request, desk, rules=form)
    messages.success(request, "Saved. Who has to set up a second factor now is asked at the next sign-in.")
    return _back(desk)


@sensitive_post_parameters("client_secret")
@require_POST
@never_cache
@at_desk(Permission.MANAGE_USERS)
@_for_who_administers_everything
def save_directory(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The app registration of Entra ID."""
    form = DirectoryForm(request.POST)
    if not form.is_valid():
        return _show(request, desk, directory=form)
    given = form.cleaned_data
    try:
        sign_in.set_directory(
            given["authority"], given["tenant"], given["client_id"], given["client_secret"], by=desk.actor
        )
    except FinancialsError as refused:
        form.add_error(None, str(refused))
        return _show(request, desk, directory=form)
    messages.success(request, "Saved. Allow users on their pages, then try it in another browser.")
    return _back(desk)


@require_POST
@at_desk(Permission.MANAGE_USERS)
@_for_who_administers_everything
def switch_directory(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Offer signing in with Entra ID, or not any more."""
    enabled = not sign_in.settings_of_sign_in().entra_enabled
    try:
        sign_in.switch_directory(enabled, by=desk.actor)
    except FinancialsError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Signing in with Entra ID is {'offered' if enabled else 'not offered any more'}.")
    return _back(desk)


@require_POST
@at_desk(Permission.MANAGE_USERS)
@_for_who_administers_everything
def test_directory(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask the directory for its endpoints. Whether it takes client id and secret shows only when somebody signs in."""
    directory = sign_in.directory_in_use()
    if directory is None:
        messages.error(request, "Signing in with Entra ID is off. Switch it on first.")
        return _back(desk)
    try:
        openid.endpoints_of(directory)
    except openid.DirectoryRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The directory answers as {directory.issuer}.")
    return _back(desk)


def _show(
    request: HttpRequest, desk: Desk, *, rules: RulesForm | None = None, directory: DirectoryForm | None = None
) -> HttpResponse:
    row = sign_in.settings_of_sign_in()
    refused: list[Form] = [form for form in (rules, directory) if form is not None]
    return show(
        request,
        desk,
        "sign_in_settings/settings.html",
        title="Sign-in",
        rules=rules or rules_form(row),
        directory=directory or directory_form(row),
        stored=row,
        may_change=sign_in.administers_everything(desk.user),
        back_to=address_to_come_back_to(request),
        status=422 if refused else 200,
    )


def _back(desk: Desk) -> HttpResponse:
    return redirect("sign-in-settings", desk.company.slug)
