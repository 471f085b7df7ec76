"""The forms of the company pages."""

from typing import Any

from django import forms

from tallystick.financials.models import Company, Currency, Experience
from tallystick.web.shell.desk import Desk

EXPLANATIONS = {
    Experience.BASIC: "Financials for a small company: customers, contacts and what they refer to. "
    "The integration with Dynamics CRM is not offered.",
    Experience.ESSENTIAL: "All of Financials. The integration with Dynamics CRM is not offered.",
    Experience.SUITE: "All of Financials, and the integration with Dynamics CRM: connection, coupling and synchronization.",
}


class CompanyForm(forms.Form):
    """The settings of a company but for the experience, which is switched by itself. The service checks them."""

    name = forms.CharField(label="Name", required=False, help_text="The legal name, as on documents.")
    display_name = forms.CharField(
        label="Display name", required=False, help_text="Shown in menus; blank shows the name."
    )
    address = forms.CharField(label="Address", required=False)
    address_2 = forms.CharField(label="Address 2", required=False)
    post_code = forms.CharField(label="Post code", required=False)
    city = forms.CharField(label="City", required=False)
    country_code = forms.CharField(label="Country/region code", required=False)
    phone_no = forms.CharField(label="Phone no.", required=False)
    email = forms.CharField(label="E-mail", required=False, widget=forms.EmailInput)
    local_currency = forms.ChoiceField(
        label="Local currency",
        required=False,
        help_text="What the books are kept in. It is settled as soon as customers or exchange rates count in it.",
    )

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = list(Currency.objects.filter(company=desk.company).order_by("code").values_list("code", flat=True))
        choices = sorted({*codes, desk.company.local_currency})
        self.fields["local_currency"].choices = [(code, code) for code in choices]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.disabled = not desk.may_administer
            if name != "local_currency":
                field.widget.attrs["dir"] = "auto"

    @classmethod
    def settings_of(cls, company: Company) -> dict[str, str]:
        """The settings as the form shows them."""
        return {name: getattr(company, name) for name in cls.base_fields}


class NewCompanyForm(forms.Form):
    """The least that a new company needs."""

    name = forms.CharField(label="Name", required=False, widget=forms.TextInput({"dir": "auto"}))
    local_currency = forms.CharField(
        label="Local currency",
        initial="EUR",
        required=False,
        help_text="The code of the currency the books are kept in.",
    )
    experience = forms.ChoiceField(
        label="Experience",
        choices=Experience.choices,
        initial=Experience.ESSENTIAL,
        help_text="Suite includes the integration with Dynamics CRM. It can be switched later.",
    )
