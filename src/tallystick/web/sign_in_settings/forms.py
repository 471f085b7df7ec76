"""The forms of the page Sign-in."""

from django import forms

from tallystick.financials.models import SignInSettings, Who
from tallystick.financials.services.sign_in import AUTHORITY


class RulesForm(forms.Form):
    """Of whom a second factor is required, and whom passwords let in."""

    second_factor = forms.ChoiceField(
        label="Second factor required of",
        choices=Who.choices,
        help_text="Who has none is signed out, and sets one up at the next sign-in. Each user's page can require it too.",
    )
    passwords = forms.ChoiceField(
        label="Passwords are for",
        choices=Who.choices[1:],
        help_text="Administrators keep theirs, so that an error of the directory does not lock everybody out.",
    )


class DirectoryForm(forms.Form):
    """The app registration of Entra ID. The secret is never sent back to the page."""

    tenant = forms.CharField(label="Directory (tenant) id", max_length=100)
    client_id = forms.CharField(label="Application (client) id", max_length=100)
    client_secret = forms.CharField(
        label="Client secret",
        max_length=500,
        required=False,
        strip=True,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text="Stored sealed and never shown again. Leave it empty to keep it while the ids stay.",
    )
    authority = forms.CharField(
        label="Authority",
        max_length=300,
        required=False,
        help_text=f"Empty for {AUTHORITY}; national clouds have others.",
    )


def rules_form(row: SignInSettings) -> RulesForm:
    """The form with what is stored."""
    return RulesForm(initial={"second_factor": row.second_factor, "passwords": row.passwords})


def directory_form(row: SignInSettings) -> DirectoryForm:
    """The form with what is stored; never the secret."""
    return DirectoryForm(initial={"tenant": row.tenant, "client_id": row.client_id, "authority": row.authority})
