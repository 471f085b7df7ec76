"""The forms of the document pages."""

from typing import Any

from django import forms
from django.urls import reverse

from tallystick.web.records.forms import Lookup
from tallystick.web.shell.desk import Desk


class NewDocumentForm(forms.Form):
    """Who the document is for."""

    customer_no = forms.CharField(
        label="Customer No.", required=False, help_text="Type a number or a part of the name."
    )
    opportunity_no = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        url = reverse("record-lookup", args=(desk.company.slug, "customer")) + "?field=customer_no"
        self.fields["customer_no"].widget = Lookup(url, attrs={"aria-required": "true"})
