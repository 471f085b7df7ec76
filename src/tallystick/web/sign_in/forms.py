"""The forms of signing in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from tallystick.financials.models import User
from tallystick.financials.services.sign_in import password_opens


class SignInForm(AuthenticationForm):
    """E-mail address and password; one message for a wrong address and a wrong password, so that neither is told apart."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not match. Mind capital letters in the password.",
        "not_by_password": "You sign in with Microsoft Entra ID here; passwords are for administrators.",
        "inactive": "This user is switched off. Ask an administrator of your company to switch it on again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:  # it is the password that people mistype
            self.fields["username"].widget.attrs.pop("autofocus", None)
            self.fields["password"].widget.attrs["autofocus"] = True

    def clean_username(self) -> str:
        """Return the address as it is stored. Wrong attempts are counted per address: however it is capitalised, once."""
        return str(self.cleaned_data["username"]).strip().lower()

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse whom passwords do not let in. Asked when the password was right, so that it tells nobody else anything."""
        super().confirm_login_allowed(user)
        if not password_opens(user):
            raise ValidationError(self.error_messages["not_by_password"], code="not_by_password")


class CodeForm(forms.Form):
    """A code of an authenticator app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}),
    )
