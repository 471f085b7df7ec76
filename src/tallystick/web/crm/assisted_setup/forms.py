"""The forms of the guide's steps. A secret goes in and never comes out again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from tallystick.financials.models import User
from tallystick.integration.setup.availability import AvailabilityOutlook
from tallystick.integration.setup.data import MappingChoice
from tallystick.integration.setup.orders import OrderChoice, OrderIntegration

_DIRECTIONS = {"to sales": "To Dynamics CRM", "to finance": "From Dynamics CRM", "both": "Both ways"}


class NothingForm(forms.Form):
    """A step in which nothing is entered."""


class AvailabilityForm(forms.Form):
    """Whose web service key Dynamics CRM asks with."""

    user = forms.ChoiceField(
        label="OData web service user",
        required=False,
        help_text="Choose one who may look at the availability of items and at nothing else: whoever may see the stock in "
        "Dynamics CRM can read the key of this user there.",
    )

    def __init__(self, outlook: AvailabilityOutlook, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"user": outlook.user})
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as declared above
        field.choices = [("", "Choose a user"), *people(outlook.candidates)]


def people(users: Sequence[User]) -> list[tuple[str, str]]:
    """Users as choices: by their e-mail address."""
    return [(user.email, f"{user} ({user.email})" if str(user) != user.email else user.email) for user in users]


class OrdersForm(forms.Form):
    """What becomes of sales orders, and whose task that is."""

    integration = forms.ChoiceField(
        label="Sales order integration",
        choices=[(one.value, one.label) for one in OrderIntegration],
        widget=forms.RadioSelect,
        help_text="Take over submitted orders: an order that is submitted in Dynamics CRM becomes a sales order here. "
        "Two-way: orders and their lines are kept equal on both sides.",
    )
    handled_by = forms.ChoiceField(
        label="Handled by",
        required=False,
        help_text="The user in whose name orders are taken over: the integration user, or a user of this company who may "
        "change its records.",
    )

    def __init__(self, choice: OrderChoice, handlers: Sequence[User], data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"integration": choice.integration.value, "handled_by": choice.handled_by})
        field = self.fields["handled_by"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as declared above
        field.choices = [("", "The integration user"), *people(handlers)]


@dataclass(frozen=True, slots=True)
class MappingFields:
    """The two fields of a mapping, and what it is."""

    choice: MappingChoice
    takes_part: BoundField
    direction: BoundField


class DataForm(forms.Form):
    """Which mappings take part, each in which direction."""

    def __init__(
        self, choices: Sequence[MappingChoice], data: QueryDict | None = None, *, also: Mapping[str, str] | None = None
    ) -> None:
        if data is not None and also:  # what was added is shown as if it had been ticked
            data = data.copy()
            data.update(dict.fromkeys((field_name(name, "on") for name in also), "on"))
        super().__init__(data)
        self.choices = choices
        for one in choices:
            self.fields[field_name(one.name, "on")] = forms.BooleanField(
                label=one.name, required=False, initial=one.enabled
            )
            self.fields[field_name(one.name, "direction")] = forms.ChoiceField(
                label=f"Direction of {one.name}",
                choices=[(direction, _DIRECTIONS[direction]) for direction in one.directions],
                initial=one.direction,
                required=False,
                disabled=len(one.directions) == 1,
            )

    def rows(self) -> Iterator[MappingFields]:
        for one in self.choices:
            yield MappingFields(one, self[field_name(one.name, "on")], self[field_name(one.name, "direction")])

    @property
    def chosen(self) -> dict[str, str]:
        """The directions of the mappings that were ticked, by name."""
        return {
            one.name: str(self.cleaned_data[field_name(one.name, "direction")])
            for one in self.choices
            if self.cleaned_data[field_name(one.name, "on")]
        }


def field_name(mapping: str, what: str) -> str:
    """What a field of a mapping is called in the form."""
    return f"{mapping.lower().replace(' ', '-')}-{what}"
