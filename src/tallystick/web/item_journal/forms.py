"""What is asked when stock is adjusted."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from tallystick.financials.services.adjusting import Adjustment

NUMBER: dict[str, Any] = {"max_digits": 15, "decimal_places": 5, "required": False}


def _number_box() -> forms.TextInput:
    return forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})


class AdjustForm(forms.Form):
    """Either what was counted, or what is to be added or taken away; and why. `seen`: what was on hand when asked."""

    new_quantity = forms.DecimalField(
        label="New quantity", help_text="What was counted.", widget=_number_box(), **NUMBER
    )
    change = forms.DecimalField(
        label="Or change by", help_text="Below zero takes goods out.", widget=_number_box(), **NUMBER
    )
    unit = forms.ChoiceField(label="Unit of measure")
    unit_cost = forms.DecimalField(
        label="Unit cost",
        min_value=Decimal(0),
        help_text="Of a base unit, for goods that come in. Left empty, that of the item.",
        widget=_number_box(),
        **NUMBER,
    )
    posting_date = forms.DateField(
        label="Posting date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    document_no = forms.CharField(label="Document No.", max_length=20, required=False)
    reason = forms.CharField(label="Reason", max_length=100, required=False, widget=forms.TextInput({"dir": "auto"}))
    seen = forms.DecimalField(required=False, widget=forms.HiddenInput)

    def __init__(self, units: Sequence[tuple[str, str]], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        if isinstance(unit, forms.ChoiceField):
            unit.choices = units

    def adjustment(self, item: UUID) -> Adjustment:
        """What was entered; the form is valid."""
        given = self.cleaned_data
        names = ("new_quantity", "change", "unit_cost", "document_no", "reason")
        return Adjustment(item=item, unit=UUID(given["unit"]), **{name: given[name] for name in names})
