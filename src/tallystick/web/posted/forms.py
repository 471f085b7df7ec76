"""The forms of posted documents."""

from django import forms


class ReversalForm(forms.Form):
    """On which day a posting is taken back."""

    posting_date = forms.DateField(
        label="Posting date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
