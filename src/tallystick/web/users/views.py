"""Users of a company: list, add, role, sign-in link, switching off."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.financials.models import Company, Membership, Role, User
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import users as service
from tallystick.financials.services.web_service_keys import key_of
from tallystick.web.shell.desk import Desk, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import crumb, show
from tallystick.web.users.forms import AddUserForm, RoleForm


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A fresh sign-in link, to be shown once."""

    url: str
    expires_at: datetime


@require_safe
@at_desk(Role.ADMINISTRATOR)
def users(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who works in this company."""
    memberships = Membership.objects.filter(company=desk.company).select_related("user").order_by("user__email")
    return show(request, desk, "users/users.html", title="Users", memberships=memberships)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMINISTRATOR)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add a person: a new user, or one who works in another company already."""
    form = AddUserForm(request.POST or None, initial={"role": Role.CLERK})
    if form.is_valid():
        try:
            member = _add(form, desk.company)
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


def _add(form: AddUserForm, company: Company) -> User:
    entered = form.cleaned_data
    with transaction.atomic():
        member = User.objects.filter(email=entered["email"].strip().lower()).first() or service.create_user(
            entered["email"], first_name=entered["first_name"], last_name=entered["last_name"]
        )
        service.grant_role(member, company, entered["role"])
    return member


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Role.ADMINISTRATOR)
def edit(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """A member's role here."""
    membership = _membership(desk, user_id)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if form.is_valid():
        try:
            service.grant_role(membership.user, desk.company, form.cleaned_data["role"])
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, f"{membership.user} is {Role(form.cleaned_data['role']).label.lower()} now.")
            return redirect("users", desk.company.slug)
    return _show_member(request, desk, membership.user, form)


def _show_member(
    request: HttpRequest, desk: Desk, member: User, form: RoleForm, link: ShownLink | None = None
) -> HttpResponse:
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
        may_manage_account=may_manage_account(desk, member),
        key=key_of(member),
        now=timezone.now(),
        sign_in_link=link,
        status=422 if form.errors else 200,
    )


@require_POST
@never_cache
@at_desk(Role.ADMINISTRATOR)
def make_link(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Make a one-time sign-in link and show it, once."""
    membership = account(desk, user_id)
    token = service.create_sign_in_link(membership.user)
    url = request.build_absolute_uri(reverse("sign-in-link", args=(token,)))
    link = ShownLink(url, timezone.now() + service.LINK_LIFETIME)
    return _show_member(request, desk, membership.user, RoleForm(initial={"role": membership.role}), link)


@require_POST
@at_desk(Role.ADMINISTRATOR)
def switch_active(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Switch a user off, or on again."""
    member = account(desk, user_id).user
    if member == desk.user:
        raise PermissionDenied
    try:
        service.set_active(member, not member.is_active)
    except InvalidRecord as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{member} is switched {'on again' if member.is_active else 'off'}.")
    return redirect("user-edit", desk.company.slug, user_id)


@require_POST
@at_desk(Role.ADMINISTRATOR)
def remove(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """Take a person out of this company; they and what they entered stay."""
    member = _membership(desk, user_id).user
    try:
        service.revoke_role(member, desk.company)
    except InvalidRecord as refused:
        messages.error(request, str(refused))
        return redirect("user-edit", desk.company.slug, user_id)
    messages.success(request, f"{member} does not work in {desk.company} any more.")
    return redirect("users", desk.company.slug)


def _membership(desk: Desk, user_id: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user"), company=desk.company, user_id=user_id)


def account(desk: Desk, user_id: int) -> Membership:
    """The member of that id, whose account the person at the desk may manage: `Http404` or `PermissionDenied` else."""
    membership = _membership(desk, user_id)
    if not may_manage_account(desk, membership.user):
        raise PermissionDenied
    return membership


def may_manage_account(desk: Desk, member: User) -> bool:
    """Whether the person at the desk may open or close this member's account.

    An account opens every company of its owner, so only who administers all of those may: otherwise an administrator
    could add a stranger, make a sign-in link in their name, and walk into the stranger's other companies."""
    administered = Membership.objects.filter(user=desk.user, role=Role.ADMINISTRATOR).values("company")
    elsewhere = Membership.objects.filter(user=member).exclude(company__in=administered)
    return not elsewhere.exists() and (not member.is_superuser or desk.user.is_superuser)
