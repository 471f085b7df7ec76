"""What a person may change about a table mapping."""

from django import forms
from django.http import QueryDict

from tallystick.engine import ConflictPolicy, DeletionPolicy
from tallystick.integration import mappings, operations
from tallystick.integration.operations import MappingOverview
from tallystick.web.crm.places import DIRECTIONS

CONFLICTS = {
    ConflictPolicy.ASK: "Ask: both values are kept until a person decides",
    ConflictPolicy.FINANCE_WINS: "Financials wins",
    ConflictPolicy.SALES_WINS: "Dynamics CRM wins",
    ConflictPolicy.LATEST_WINS: "The later edit wins",
}
DELETIONS = {
    DeletionPolicy.ASK: "Ask: the other record stays until a person decides",
    DeletionPolicy.UNCOUPLE: "Delete the coupling, keep the other record",
    DeletionPolicy.RESTORE: "Restore the deleted record",
    DeletionPolicy.DELETE: "Delete the other record too",
}


class MappingForm(forms.Form):
    """The policies of a mapping."""

    enabled = forms.BooleanField(
        label="Enabled",
        required=False,
        help_text="Only enabled mappings take part in cycles and full synchronizations.",
    )
    creates = forms.BooleanField(
        label="Create counterparts in cycles",
        required=False,
        help_text="Otherwise only a full synchronization creates what is missing; cycles keep to coupled records.",
    )
    direction = forms.TypedChoiceField(
        label="Direction", required=False, empty_value=None, help_text="A mapping that goes both ways can be narrowed."
    )
    conflicts = forms.ChoiceField(
        label="When both sides changed one field", choices=[(policy.value, text) for policy, text in CONFLICTS.items()]
    )
    deletions = forms.ChoiceField(
        label="When one of two coupled records is deleted",
        choices=[(policy.value, text) for policy, text in DELETIONS.items()],
    )
    max_share = forms.IntegerField(
        label="Stop and ask above this share (%)",
        min_value=0,
        max_value=100,
        help_text="A run that would delete, uncouple or blank more than this share of the coupled records asks first.",
    )

    def __init__(self, overview: MappingOverview, data: QueryDict | None = None, *, may_edit: bool) -> None:
        names = ("enabled", "direction", "creates", "conflicts", "deletions", "max_share")
        super().__init__(data, initial={name: getattr(overview, name) for name in names})
        direction = self.fields["direction"]
        assert isinstance(direction, forms.ChoiceField)  # noqa: S101  # as declared above
        possible = operations.directions_of(mappings.by_name(overview.name))
        direction.choices = [(one.value, DIRECTIONS[one.value]) for one in possible]
        for field in self.fields.values():
            field.disabled = not may_edit
