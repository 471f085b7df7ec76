"""The form of a number series."""

from django import forms

from tallystick.financials.tables import TABLES


def numbered_tables() -> list[tuple[str, str]]:
    """The tables that draw numbers from a series, with their labels."""
    return [(table.name, table.label_plural) for table in TABLES.values() if table.numbered]


class NumberSeriesForm(forms.Form):
    """A series. The service checks the patterns."""

    description = forms.CharField(
        label="Description", max_length=100, required=False, widget=forms.TextInput({"dir": "auto"})
    )
    used_for = forms.ChoiceField(label="Numbers", choices=[("", "Nothing"), *numbered_tables()], required=False)
    starting_no = forms.CharField(
        label="Starting No.", required=False, help_text="The first number; its last digits count up, as in C00010."
    )
    last_no_used = forms.CharField(
        label="Last No. Used", required=False, help_text="The next record gets the number after this one."
    )
    ending_no = forms.CharField(label="Ending No.", required=False, help_text="Blank for no end.")
    increment_by = forms.IntegerField(label="Increment by", initial=1)
