"""Signing in and out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.financials.models import User
from tallystick.financials.permissions import Actor
from tallystick.financials.problems import CodeRefused, SignInRefused
from tallystick.financials.services import second_factor, sessions
from tallystick.financials.services.sign_in import directory_in_use
from tallystick.financials.services.users import redeem_sign_in_link
from tallystick.web.shell.desk import signed_in
from tallystick.web.sign_in.forms import CodeForm, SignInForm
from tallystick.web.sign_in.pending import CAME_BY_LINK, at_the_door, let_in, open_session
from tallystick.web.sign_in.sessions import carry_on, end_one


class SignIn(auth_views.LoginView):
    """E-mail address and password. Too many wrong ones lock it out for a while (`locked.html`)."""

    template_name = "sign_in/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True
    extra_context = {"title": "Sign in"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "directory": directory_in_use()}

    def form_valid(self, form: Any) -> HttpResponse:
        return let_in(self.request, form.get_user(), self.get_success_url())


class SignOut(auth_views.LogoutView):
    """Ends the session; POST only, so that no picture on some page can sign anyone out."""

    http_method_names = ["post", "options"]


class ChangePassword(auth_views.PasswordChangeView):
    """One's own password. Who came by a one-time link chooses a new one without knowing the old."""

    template_name = "sign_in/change_password.html"
    success_url = reverse_lazy("home")
    extra_context = {"title": "Change password"}

    def get_form_class(self) -> "type[SetPasswordForm[User]]":  # type: ignore[override]  # Django itself suggests it
        by_link = self.request.session.get(CAME_BY_LINK) or not signed_in(self.request).has_usable_password()
        return SetPasswordForm if by_link else PasswordChangeForm

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        self.request.session.pop(CAME_BY_LINK, None)
        messages.success(self.request, "Your password is changed.")
        old = self.request.session.session_key
        answer = super().form_valid(form)  # type: ignore[arg-type]  # it is what `get_form_class` says
        sessions.carry_on_session(old, self.request.session.session_key)
        return answer


@login_not_required
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def one_time_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a link that works once. Opening it only shows a button: mail programs open links to preview them."""
    if request.method != "POST":
        return render(request, "sign_in/link.html", {"title": "Sign in"})
    try:
        user = redeem_sign_in_link(token)
    except SignInRefused:
        return render(request, "sign_in/link_used.html", {"title": "This link does not work any more"}, status=410)
    return let_in(request, user, reverse("home"), by_link=True)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second factor, after the password: a code of the app, or a recovery code."""
    waiting = at_the_door(request)
    if waiting is None:
        messages.error(request, "Sign in again: the code was not entered in time, or the account has changed since.")
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs["autofocus"] = True
    status = 200
    if form.is_valid():
        try:
            by_recovery_code = second_factor.check(waiting.user, form.cleaned_data["code"], now=timezone.now())
        except CodeRefused as refused:
            form.add_error("code", str(refused))
            status = 429 if "Too many" in refused.what else 422
        else:
            if by_recovery_code:
                left = second_factor.standing_of(waiting.user).recovery_codes_left
                messages.warning(
                    request, f"You used a recovery code; {left} are left. Your sign-in page makes new ones."
                )
            return open_session(request, waiting.user, waiting.next_page, by_link=waiting.by_link)
    return render(request, "sign_in/code.html", {"title": "Enter the code", "form": form}, status=status)


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of the person but this one."""
    user = signed_in(request)
    sessions.end_every_session(user, by=Actor(user.email, frozenset()))
    carry_on(request, user)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("own-sign-in")


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one session of the person. This one is ended by signing out."""
    user = signed_in(request)
    end_one(request, user, session_id, Actor(user.email, frozenset()))
    return redirect("own-sign-in")
