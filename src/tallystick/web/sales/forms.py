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


class PostingForm(forms.Form):
    """What of a document is posted, and on which day."""

    what = forms.ChoiceField(
        label="Post",
        choices=[("both", "Ship and invoice"), ("ship", "Ship"), ("invoice", "Invoice what was shipped")],
        widget=forms.RadioSelect,
    )
    posting_date = forms.DateField(
        label="Posting date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, is_order: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_order:
            del self.fields["what"]

    @property
    def ships(self) -> bool:
        """Whether goods leave the house."""
        return self.cleaned_data.get("what") in ("both", "ship")

    @property
    def invoices(self) -> bool:
        """Whether an invoice is written."""
        return self.cleaned_data.get("what") in ("both", "invoice")
