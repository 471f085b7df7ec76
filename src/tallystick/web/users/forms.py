"""The forms of the page Users."""

from django import forms

from tallystick.financials.models import Role

ROLE_HELP = "A viewer reads; a clerk also writes records; an administrator also sets up the company and its users."


class RoleForm(forms.Form):
    """What a member may do here."""

    role = forms.ChoiceField(label="Role in this company", choices=Role.choices, help_text=ROLE_HELP)


class AddUserForm(RoleForm):
    """A person to work in this company, known by an e-mail address."""

    email = forms.CharField(label="E-mail", required=False, widget=forms.EmailInput)
    first_name = forms.CharField(
        label="First name", max_length=150, required=False, widget=forms.TextInput({"dir": "auto"})
    )
    last_name = forms.CharField(
        label="Last name", max_length=150, required=False, widget=forms.TextInput({"dir": "auto"})
    )
    field_order = ("email", "first_name", "last_name", "role")
