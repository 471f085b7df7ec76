"""What is asked when an opportunity is closed."""

from django import forms


class CloseForm(forms.Form):
    """When it was won or lost, and why."""

    date_closed = forms.DateField(
        label="Date Closed",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Left empty, today.",
    )
    close_reason = forms.CharField(
        label="Close Reason", max_length=100, required=False, widget=forms.TextInput({"dir": "auto"})
    )
