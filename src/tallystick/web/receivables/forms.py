"""The forms of receivables."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from tallystick.web.records.forms import Lookup
from tallystick.web.shell.desk import Desk


class CustomerForm(forms.Form):
    """Whose payment it is."""

    customer_no = forms.CharField(
        label="Customer No.", required=False, help_text="Type a number or a part of the name."
    )

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        url = reverse("record-lookup", args=(desk.company.slug, "customer")) + "?field=customer_no"
        self.fields["customer_no"].widget = Lookup(url, attrs={"aria-required": "true"})


class PaymentForm(forms.Form):
    """How much a customer paid, when, and where it arrived. The service checks it."""

    amount = forms.DecimalField(
        label="Amount",
        max_digits=15,
        decimal_places=3,
        help_text="Below zero: paid back to the customer.",
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "data-payment-amount": ""}),
    )
    posting_date = forms.DateField(
        label="Posting date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    currency_code = forms.CharField(label="Currency Code", required=False, help_text="Blank is the local currency.")
    bank_account_no = forms.CharField(
        label="Bank Account", required=False, help_text="Blank is that of the sales setup."
    )
    external_document_no = forms.CharField(label="External Document No.", required=False)
    description = forms.CharField(label="Description", required=False)
    order_no = forms.CharField(label="Order No.", required=False, help_text="The order it is paid on account of.")

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["posting_date"].initial = timezone.localdate
        for name, table in (("currency_code", "currency"), ("bank_account_no", "g-l-account")):
            self.fields[name].widget = Lookup(
                reverse("record-lookup", args=(desk.company.slug, table)) + f"?field={name}"
            )
        for name in ("external_document_no", "description", "order_no"):
            self.fields[name].widget.attrs["dir"] = "auto"
