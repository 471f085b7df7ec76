"""Signing in and out."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from tallystick.financials.models import User
from tallystick.financials.problems import SignInRefused
from tallystick.financials.services.users import redeem_sign_in_link
from tallystick.web.shell.desk import signed_in
from tallystick.web.sign_in.forms import SignInForm

CAME_BY_LINK = "came_by_link"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(auth_views.LoginView):
    """E-mail address and password. Too many wrong ones lock it out for a while (`locked.html`)."""

    template_name = "sign_in/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True
    extra_context = {"title": "Sign in"}


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
        return super().form_valid(form)  # type: ignore[arg-type]  # it is what `get_form_class` says


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
    login(request, user, backend=MODEL_BACKEND)
    request.session[CAME_BY_LINK] = True
    return redirect("home")
