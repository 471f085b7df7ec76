"""What the services refuse, shown at the fields of a form."""

from collections.abc import Iterable

from django import forms

from tallystick.financials.problems import Problem


def add_problems(form: forms.BaseForm, problems: Iterable[Problem]) -> None:
    """Put every problem at its field, or on top when the form does not show that field."""
    for problem in problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
