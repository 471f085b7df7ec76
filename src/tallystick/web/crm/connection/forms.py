"""The forms of the connection: of CRM Connection Setup, and of the guide."""

from typing import Any

from django import forms
from django.http import QueryDict

from tallystick.integration.models import Connection, SignIn
from tallystick.integration.models.connection import DEFAULT_AUTHORITY, DEFAULT_SCHEDULE_SECONDS

SLOWEST = 24 * 60 * 60


_PLAIN = {"spellcheck": "false", "autocomplete": "off"}


class SecretText(forms.Textarea):
    """A text of several lines that never comes back to the page, as with `PasswordInput`."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class SignInForm(forms.Form):
    """Where the environment is and how to sign in there. A secret goes in and never comes out again."""

    address = forms.CharField(
        label="Dynamics CRM address",
        max_length=300,
        help_text="Such as https://contoso.crm4.dynamics.com, or on premises https://crm.contoso.com/contoso. What follows "
        "the organization in a pasted address is dropped.",
        widget=forms.TextInput({"inputmode": "url", **_PLAIN}),
    )
    sign_in = forms.ChoiceField(
        label="Kind of sign-in",
        choices=[(SignIn.SECRET.value, "Client secret"), (SignIn.CERTIFICATE.value, "Certificate")],
        initial=SignIn.SECRET,
        required=False,
        help_text="On premises this needs federated sign-in that hands out tokens for applications; Windows accounts are "
        "not offered.",
    )
    tenant = forms.CharField(
        label="Tenant",
        max_length=100,
        help_text="The directory (tenant) ID or a domain of the directory.",
        widget=forms.TextInput(_PLAIN),
    )
    client_id = forms.CharField(
        label="Client ID",
        max_length=100,
        help_text="The application (client) ID of the user that synchronizes.",
        widget=forms.TextInput(_PLAIN),
    )
    client_secret = forms.CharField(
        label="Client secret", required=False, strip=True, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    authority = forms.CharField(
        label="Authority",
        max_length=300,
        required=False,
        help_text=f"Where tokens come from. Blank is {DEFAULT_AUTHORITY}; a sandbox issues its own at its address.",
        widget=forms.TextInput({"inputmode": "url", **_PLAIN}),
    )
    certificate = forms.CharField(
        label="Certificate and private key",
        required=False,
        help_text="One PEM text with both, the key without a password. Kept encrypted and never shown again.",
        widget=SecretText({"rows": 4, **_PLAIN}),
    )

    def __init__(self, connection: Connection | None, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_stored(connection))
        self._connection = connection
        kept = f"It is {secret_in_words(connection)}. Leave blank to keep it." if connection else ""
        self.fields["client_secret"].help_text = kept or "Kept encrypted and never shown again."

    def clean_sign_in(self) -> str:
        return str(self.cleaned_data["sign_in"] or SignIn.SECRET)

    def clean(self) -> dict[str, Any]:
        """A first connection needs what it signs in with. Who enters a certificate and no secret means the certificate."""
        _either(self)
        if self.cleaned_data.get("certificate"):
            self.cleaned_data["sign_in"] = SignIn.CERTIFICATE.value
        if self._connection is None and "sign_in" in self.cleaned_data and not self.secret:
            self.add_error(self._secret_field, "This field is required.")
        return self.cleaned_data

    @property
    def _secret_field(self) -> str:
        return "certificate" if self.cleaned_data["sign_in"] == SignIn.CERTIFICATE else "client_secret"

    @property
    def secret(self) -> str:
        """What was entered to sign in with, of the kind that was chosen."""
        return str(self.cleaned_data.get(self._secret_field, ""))

    @property
    def signs_in_by_certificate(self) -> bool:
        """Whether the field for a certificate has to be in sight."""
        return bool(self["sign_in"].value() == SignIn.CERTIFICATE or self.errors.get("certificate"))


class AccountForm(forms.Form):
    """An administrator's account, used once. Whether it is needed is for the step to say; no secret comes out again."""

    client_id = forms.CharField(
        label="Client ID of the administrative account",
        max_length=100,
        required=False,
        help_text="Of an application whose user has the roles System Administrator and System Customizer.",
        widget=forms.TextInput(_PLAIN),
    )
    client_secret = forms.CharField(
        label="Client secret of the administrative account",
        required=False,
        strip=True,
        help_text="Used this once and kept nowhere.",
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )
    certificate = forms.CharField(
        label="Certificate and private key of the administrative account",
        required=False,
        help_text="One PEM text with both, the key without a password. Used this once and kept nowhere.",
        widget=SecretText({"rows": 4, **_PLAIN}),
    )

    def clean(self) -> dict[str, Any]:
        _either(self)
        return self.cleaned_data

    @property
    def secret(self) -> str:
        """What was entered to sign in with."""
        return str(self.cleaned_data["certificate"] or self.cleaned_data["client_secret"])


class ConnectionForm(SignInForm):
    """CRM Connection Setup: the sign-in, and how often there is a look for changes."""

    schedule_seconds = forms.IntegerField(
        label="Seconds between cycles",
        min_value=1,
        max_value=SLOWEST,
        initial=DEFAULT_SCHEDULE_SECONDS,
        help_text="How long the worker rests between two looks for changes.",
    )

    def __init__(self, connection: Connection | None, data: QueryDict | None = None, *, may_edit: bool) -> None:
        super().__init__(connection, data)
        for field in self.fields.values():
            field.disabled = not may_edit


def _either(form: forms.Form) -> None:
    """Refuse a client secret together with a certificate: one of them would be dropped without a word."""
    if form.cleaned_data.get("client_secret") and form.cleaned_data.get("certificate"):
        form.add_error("certificate", "Enter either a client secret or a certificate.")


def _stored(connection: Connection | None) -> dict[str, Any]:
    if connection is None:
        return {}
    names = ("address", "sign_in", "tenant", "client_id", "authority", "schedule_seconds")
    return {name: getattr(connection, name) for name in names}


def secret_in_words(connection: Connection | None) -> str:
    """Whether a secret is stored, and since when as far as is known; never anything of the secret itself."""
    if connection is None or not connection.sealed_secret:
        return "none stored"
    if connection.secret_version <= 1:
        return f"stored since {connection.created_at:%Y-%m-%d %H:%M} UTC"
    return f"stored, replaced {_times(connection.secret_version - 1)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
