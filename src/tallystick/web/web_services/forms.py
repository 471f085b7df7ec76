"""The form of a web service key: how long it lasts."""

from django import forms

from tallystick.financials.services.web_service_keys import DAYS, MOST_DAYS

LASTING = {30: "30 days", 90: "90 days", DAYS: "A year", MOST_DAYS: "Two years"}


class KeyForm(forms.Form):
    """How long a new key lasts."""

    days = forms.TypedChoiceField(
        label="The new key lasts",
        choices=list(LASTING.items()),
        coerce=int,
        initial=DAYS,
        help_text="Change it before it expires; what uses the old key has to be given the new one.",
    )
