"""The forms of the page Users."""

from django import forms

from tallystick.financials.permissions import PermissionSet

CHOICES = [(one.value, f"{one.label}. {one.explanation}") for one in PermissionSet]


class SetsForm(forms.Form):
    """What a member may do here."""

    sets = forms.MultipleChoiceField(
        label="Permission sets in this company",
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="Several together allow what each of them allows.",
        error_messages={"required": "Choose at least one. To take somebody out of the company, remove them."},
    )


class AddUserForm(SetsForm):
    """A person to work in this company, known by an e-mail address."""

    email = forms.CharField(label="E-mail", required=False, widget=forms.EmailInput)
    first_name = forms.CharField(
        label="First name", max_length=150, required=False, widget=forms.TextInput({"dir": "auto"})
    )
    last_name = forms.CharField(
        label="Last name", max_length=150, required=False, widget=forms.TextInput({"dir": "auto"})
    )
    field_order = ("email", "first_name", "last_name", "sets")
