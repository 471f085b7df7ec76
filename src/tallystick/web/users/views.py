"""Users of a company: list, add, permission sets, sign-in link, switching off."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.financials.models import GrantedSet, Membership, User
from tallystick.financials.people import Member, labels_of, member_of, members_of
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import second_factor, sessions, sign_in
from tallystick.financials.services import users as service
from tallystick.financials.services.web_service_keys import key_of
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import crumb, show
from tallystick.web.sign_in.sessions import end_one, shown
from tallystick.web.users.forms import AddUserForm, SetsForm
from tallystick.web.users.matrix import matrix


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A fresh sign-in link, to be shown once."""

    url: str
    expires_at: datetime


@require_safe
@at_desk(Permission.MANAGE_USERS)
def users(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who works in this company, and what the permission sets allow."""
    members = members_of(desk.company, by=desk.actor)
    return show(
        request, desk, "users/users.html", title="Users", members=members, matrix=matrix(), all_sets=list(PermissionSet)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.MANAGE_USERS)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add a person: a new user, or one who works in another company already."""
    form = AddUserForm(request.POST or None, initial={"sets": [PermissionSet.FINANCE_CLERK]})
    if form.is_valid():
        try:
            member = _add(form, desk)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, f"{member} is added. Make a sign-in link to let them in.")
            return redirect("user-edit", desk.company.slug, member.pk)
    return show(
        request,
        desk,
        "shell/form_page.html",
        title="Add user",
        breadcrumbs=[crumb("Users", "users", desk)],
        form=form,
        submit_label="Add",
        cancel_url=reverse("users", args=(desk.company.slug,)),
        explanation="They sign in with a one-time link that you make on the next page, and can choose a password then.",
        status=422 if form.errors else 200,
    )


def _add(form: AddUserForm, desk: Desk) -> User:
    entered = form.cleaned_data
    with transaction.atomic():
        member = User.objects.filter(email=entered["email"].strip().lower()).first() or service.create_user(
            entered["email"], first_name=entered["first_name"], last_name=entered["last_name"], by=desk.actor
        )
        service.grant(member, desk.company, *entered["sets"], by=desk.actor)
    return member


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.MANAGE_USERS)
def edit(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """A member's permission sets here."""
    member = _member(desk, user_id)
    posted = request.POST if request.method == "POST" else None  # a form without a tick is a form too
    form = SetsForm(posted, initial={"sets": list(member.sets)})
    if form.is_valid():
        try:
            given = service.give_sets(member.user, desk.company, form.cleaned_data["sets"], by=desk.actor)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, f"{member.user} is {labels_of(given)} now.")
            return redirect("users", desk.company.slug)
    return _show_member(request, desk, member.user, form)


def _show_member(
    request: HttpRequest, desk: Desk, member: User, form: SetsForm, link: ShownLink | None = None
) -> HttpResponse:
    manages = may_manage_account(desk, member)
    return show(
        request,
        desk,
        "users/edit.html",
        title=str(member),
        breadcrumbs=[crumb("Users", "users", desk)],
        form=form,
        submit_label="Save",
        cancel_url=reverse("users", args=(desk.company.slug,)),
        explanation=member.email,
        member=member,
        may_manage_account=manages,
        sessions=shown(request, member, desk.actor) if manages else (),
        key=key_of(member),
        second_factor=second_factor.standing_of(member),
        entra=sign_in.entra_account_of(member),
        entra_offered=sign_in.directory_in_use() is not None,
        now=timezone.now(),
        sign_in_link=link,
        matrix=matrix(),
        all_sets=list(PermissionSet),
        status=422 if form.errors else 200,
    )


@require_POST
@never_cache
@at_desk(Permission.MANAGE_USERS)
def make_link(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Make a one-time sign-in link and show it, once."""
    member = account(desk, user_id)
    token = service.create_sign_in_link(member.user, by=desk.actor)
    url = request.build_absolute_uri(reverse("sign-in-link", args=(token,)))
    link = ShownLink(url, timezone.now() + service.LINK_LIFETIME)
    return _show_member(request, desk, member.user, SetsForm(initial={"sets": list(member.sets)}), link)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def switch_active(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Switch a user off, or on again."""
    member = account(desk, user_id).user
    if member == desk.user:
        raise PermissionDenied
    try:
        service.set_active(member, not member.is_active, by=desk.actor)
    except InvalidRecord as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{member} is switched {'on again' if member.is_active else 'off'}.")
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def require_second_factor(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Have a user use a second factor, or leave that to the settings of signing in."""
    member = account(desk, user_id).user
    required = not member.must_use_second_factor
    second_factor.set_required(member, required, by=desk.actor)
    has = "has to have a second factor now" if required else "has to have a second factor only where everybody has to"
    messages.success(request, f"{member} {has}.")
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def reset_second_factor(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Take the second factor away from who lost the telephone. One's own is turned off with a code, not here."""
    member = account(desk, user_id).user
    if member == desk.user:
        messages.error(request, "Turn your own second factor off on the page Your sign-in, with a code of it.")
    elif second_factor.reset(member, by=desk.actor):
        messages.success(request, f"The second factor of {member} is reset, and {member} is signed out everywhere.")
    else:
        messages.info(request, f"{member} has no second factor.")
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def end_session(request: HttpRequest, desk: Desk, user_id: int, session_id: int) -> HttpResponse:
    """End one session of a member."""
    end_one(request, account(desk, user_id).user, session_id, desk.actor)
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def end_sessions(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Sign a member out everywhere. One's own sessions are on the page Your sign-in, which carries this one on."""
    member = account(desk, user_id).user
    if member == desk.user:
        messages.error(request, "End your own sessions on the page Your sign-in.")
    else:
        sessions.end_every_session(member, by=desk.actor)
        messages.success(request, f"{member} is signed out everywhere.")
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def switch_entra(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Let a user sign in with Microsoft Entra ID, or not any more."""
    member = account(desk, user_id).user
    if sign_in.disallow_entra(member, by=desk.actor):
        messages.success(request, f"{member} may not sign in with Entra ID any more.")
    else:
        sign_in.allow_entra(member, by=desk.actor, now=timezone.now())
        messages.success(request, f"{member} may sign in with Entra ID, as the account there named {member.email}.")
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Permission.MANAGE_USERS)
def remove(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Take a person out of this company; they and what they entered stay."""
    member = _member(desk, user_id).user
    try:
        service.revoke(member, desk.company, by=desk.actor)
    except InvalidRecord as refused:
        messages.error(request, str(refused))
        return redirect("user-edit", desk.company.slug, user_id)
    messages.success(request, f"{member} does not work in {desk.company} any more.")
    return redirect("users", desk.company.slug)


def _member(desk: Desk, user_id: int) -> Member:
    member = member_of(desk.company, user_id)
    if member is None:
        raise Http404(f"no user {user_id} in this company")
    return member


def account(desk: Desk, user_id: int) -> Member:
    """The member of that id, whose account the person at the desk may manage: `Http404` or `PermissionDenied` else."""
    member = _member(desk, user_id)
    if not may_manage_account(desk, member.user):
        raise PermissionDenied
    return member


def may_manage_account(desk: Desk, member: User) -> bool:
    """Whether the person at the desk may open or close this member's account.

    An account opens every company of its owner, so only who administers all of those may: otherwise an administrator
    could add a stranger, make a sign-in link in their name, and walk into the stranger's other companies."""
    administered = GrantedSet.objects.filter(
        membership__user=desk.user, permission_set=PermissionSet.ADMINISTRATOR
    ).values("membership__company")
    elsewhere = Membership.objects.filter(user=member).exclude(company__in=administered)
    return not elsewhere.exists() and (not member.is_superuser or desk.user.is_superuser)
