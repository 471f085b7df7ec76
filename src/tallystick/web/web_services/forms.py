"""The forms of web services: who may read a set, how long a key lasts."""

from django import forms

from tallystick.financials.models import Role
from tallystick.financials.services.web_service_keys import DAYS, MOST_DAYS

WHO_MAY_READ = {
    Role.VIEWER: "Every user of this company",
    Role.CLERK: "Clerks and administrators",
    Role.ADMINISTRATOR: "Administrators only",
}
LASTING = {30: "30 days", 90: "90 days", DAYS: "A year", MOST_DAYS: "Two years"}


class PublishForm(forms.Form):
    """The least role that may read a set."""

    least_role = forms.ChoiceField(
        label="Who may read it", choices=[(role.value, words) for role, words in WHO_MAY_READ.items()]
    )


class KeyForm(forms.Form):
    """How long a new key lasts."""

    days = forms.TypedChoiceField(
        label="The new key lasts",
        choices=list(LASTING.items()),
        coerce=int,
        initial=DAYS,
        help_text="Change it before it expires; what uses the old key has to be given the new one.",
    )
