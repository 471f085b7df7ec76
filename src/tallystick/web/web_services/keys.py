"""Change Web Service Key: one's own, and that of a user whose account the person at the desk may manage."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.financials.models import User
from tallystick.financials.services.web_service_keys import NewKey, change_key, key_of, revoke_key
from tallystick.odata.views import service_root
from tallystick.web.shell.desk import ANYONE, Desk, Permission, at_desk
from tallystick.web.shell.show import Crumb, crumb, show
from tallystick.web.users.views import account
from tallystick.web.web_services.forms import KeyForm

TITLE = "Change Web Service Key"


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Whose key a page is about, and where the page lies."""

    owner: User
    url: str
    revoke_url: str
    back_url: str
    breadcrumbs: Sequence[Crumb]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(ANYONE)
def own(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One's own key."""
    return _answer(request, desk, _own(desk))


@require_POST
@at_desk(ANYONE)
def revoke_own(request: HttpRequest, desk: Desk) -> HttpResponse:
    """End one's own key."""
    return _revoke(request, desk, _own(desk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.MANAGE_USERS)
def of_user(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """The key of a user of this company."""
    return _answer(request, desk, _of_user(desk, user_id))


@require_POST
@at_desk(Permission.MANAGE_USERS)
def revoke_of_user(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """End the key of a user of this company."""
    return _revoke(request, desk, _of_user(desk, user_id))


def _own(desk: Desk) -> KeyPage:
    slug = desk.company.slug
    back = crumb("Web Services", "web-services", desk)
    return KeyPage(
        desk.user, reverse("own-key", args=(slug,)), reverse("own-key-revoke", args=(slug,)), back.url, (back,)
    )


def _of_user(desk: Desk, user_id: int) -> KeyPage:
    owner = account(desk, user_id).user
    place = (desk.company.slug, user_id)
    back = crumb(str(owner), "user-edit", desk, user_id)
    return KeyPage(
        owner,
        reverse("user-key", args=place),
        reverse("user-key-revoke", args=place),
        back.url,
        (crumb("Users", "users", desk), back),
    )


def _answer(request: HttpRequest, desk: Desk, page: KeyPage) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if not form.is_valid():
        return _show(request, desk, page, form)
    made = change_key(page.owner, by=desk.actor, now=timezone.now(), days=form.cleaned_data["days"])
    return _show(request, desk, page, KeyForm(), made)


def _show(request: HttpRequest, desk: Desk, page: KeyPage, form: KeyForm, made: NewKey | None = None) -> HttpResponse:
    return show(
        request,
        desk,
        "web_services/key.html",
        title=TITLE,
        breadcrumbs=page.breadcrumbs,
        page=page,
        form=form,
        key=key_of(page.owner),
        new_key=made,
        now=timezone.now(),
        root=service_root(desk.company, request),
        cancel_url=page.back_url,
        status=422 if form.errors else 200,
    )


def _revoke(request: HttpRequest, desk: Desk, page: KeyPage) -> HttpResponseRedirect:
    if revoke_key(page.owner, by=desk.actor, now=timezone.now()):
        messages.success(request, "The web service key is revoked: what used it finds the door closed from now on.")
    return redirect(page.url)
