"""The form of the CRM Connection Setup."""

from typing import Any

from django import forms
from django.http import QueryDict

from tallystick.integration.models import Connection
from tallystick.integration.models.connection import DEFAULT_AUTHORITY, DEFAULT_SCHEDULE_SECONDS

SLOWEST = 24 * 60 * 60


class ConnectionForm(forms.Form):
    """Where the environment is and how to sign in there. The secret goes in and never comes out again."""

    address = forms.CharField(
        label="Dynamics CRM address",
        max_length=300,
        help_text="Such as https://contoso.crm4.dynamics.com, or the address a Sales sandbox printed.",
        widget=forms.TextInput({"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    tenant = forms.CharField(
        label="Tenant",
        max_length=100,
        help_text="The directory (tenant) ID or a domain of the directory.",
        widget=forms.TextInput({"spellcheck": "false", "autocomplete": "off"}),
    )
    client_id = forms.CharField(
        label="Client ID",
        max_length=100,
        help_text="The application (client) ID of the app registration.",
        widget=forms.TextInput({"spellcheck": "false", "autocomplete": "off"}),
    )
    client_secret = forms.CharField(
        label="Client secret",
        required=False,
        strip=True,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    authority = forms.CharField(
        label="Authority",
        max_length=300,
        required=False,
        help_text=f"Where tokens come from. Blank is {DEFAULT_AUTHORITY}; a sandbox issues its own at its address.",
        widget=forms.TextInput({"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
    )
    schedule_seconds = forms.IntegerField(
        label="Seconds between cycles",
        min_value=1,
        max_value=SLOWEST,
        initial=DEFAULT_SCHEDULE_SECONDS,
        help_text="How long the worker rests between two looks for changes.",
    )

    def __init__(self, connection: Connection | None, data: QueryDict | None = None, *, may_edit: bool) -> None:
        super().__init__(data, initial=_stored(connection))
        kept = f"A secret is {secret_in_words(connection)}. Leave blank to keep it." if connection else ""
        self.fields["client_secret"].help_text = kept or "Kept encrypted and never shown again."
        if connection is None:
            self.fields["client_secret"].required = True
        for field in self.fields.values():
            field.disabled = not may_edit


def _stored(connection: Connection | None) -> dict[str, Any]:
    if connection is None:
        return {}
    names = ("address", "tenant", "client_id", "authority", "schedule_seconds")
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
