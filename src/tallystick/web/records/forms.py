"""The form of a card, made from the description of its table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from tallystick.financials.tables import Field, Kind, Table
from tallystick.web.records.conflict import FieldConflict
from tallystick.web.shell.desk import Desk

INPUT_TYPES = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.URL: "url"}


class Lookup(forms.TextInput):
    """A text box for a code with suggestions of the table it refers to."""

    template_name = "records/_lookup.html"

    def __init__(self, lookup_url: str, caption: str = "", attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"class": "textinput form-control", **(attrs or {})})
        self.lookup_url = lookup_url
        self.caption = caption

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"lookup_url": self.lookup_url, "caption": self.caption}
        return context


class RecordForm(forms.Form):
    """Every field of a table as text boxes and choices, and what the record looked like when the card was opened.

    Values leave as the text that was typed: the services read it, so that a number or a code is understood alike on
    a card, in a file and on the command line."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, table: Table, desk: Desk, *args: Any, captions: Mapping[str, str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.table = table
        for field in table.fields:
            self.fields[field.name] = form_field(field, desk, (captions or {}).get(field.name, ""))
            if field.computed or not desk.may_enter(table):
                self.fields[field.name].disabled = True
            if field.computed and self.is_bound:
                self.fields[field.name].initial = self.opened_as().get(field.name, "")

    def typed(self) -> dict[str, Any]:
        """What was entered, by field name: text, and True or False for check boxes. Nobody enters computed fields."""
        return {field.name: self.cleaned_data[field.name] for field in self.table.fields if not field.computed}

    def opened_as(self) -> dict[str, str]:
        """The texts the card showed when it was opened; empty when the browser sent none that can be read."""
        try:
            opened = json.loads(self.data.get("opened", ""))
        except ValueError:
            return {}
        return {str(name): str(text) for name, text in opened.items()} if isinstance(opened, dict) else {}


def form_field(field: Field, desk: Desk, caption: str = "") -> forms.Field:
    """The form field for a field of a table."""
    shared: dict[str, Any] = {"label": field.label, "required": False, "help_text": field.help}
    match field.kind:
        case Kind.BOOLEAN:
            return forms.BooleanField(**shared)
        case Kind.CHOICE:
            return forms.ChoiceField(choices=[(choice.value, choice.label) for choice in field.choices], **shared)
        case Kind.REFERENCE:
            url = reverse("record-lookup", args=(desk.company.slug, field.references)) + f"?field={field.name}"
            return forms.CharField(widget=Lookup(url, caption), **shared)
        case _:
            return forms.CharField(widget=_text_box(field), strip=False, **shared)


def _text_box(field: Field) -> forms.Widget:
    attrs: dict[str, Any] = {"dir": "auto"}
    if field.required:
        attrs["aria-required"] = "true"
    match field.kind:
        case Kind.LONG_TEXT:
            return forms.Textarea(attrs={**attrs, "rows": 4})
        case Kind.DATE:
            return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        case Kind.DECIMAL:
            return forms.TextInput(attrs={**attrs, "inputmode": "decimal"})
        case Kind.INTEGER:
            return forms.TextInput(attrs={**attrs, "inputmode": "numeric"})
        case _:
            # No maxlength: a browser would cut a pasted text without a word; the service says that it is too long.
            box = forms.TextInput(attrs={**attrs, "spellcheck": "false"} if field.kind is Kind.CODE else attrs)
            box.input_type = INPUT_TYPES.get(field.kind, "text")
            return box


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a section, and beside it what someone else made of it meanwhile (None: nothing to say)."""

    field: forms.BoundField
    conflict: FieldConflict | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A FastTab: a group of fields under one heading, with what it promotes when it is closed."""

    label: str
    entries: Sequence[Entry]
    promoted: str
    open: bool


def sections(form: RecordForm, conflicts: Mapping[str, FieldConflict] | None = None) -> Sequence[Section]:
    """The fields in their groups, in the order of the table, each with what somebody else made of it meanwhile."""
    groups: dict[str, list[Entry]] = {}
    for field in form.table.fields:
        groups.setdefault(field.group, []).append(Entry(form[field.name], (conflicts or {}).get(field.name)))
    return [Section(label, entries, promoted(entries), open=True) for label, entries in groups.items()]


def promoted(entries: Sequence[Entry]) -> str:
    """What a section shows while it is closed: the first of its fields that say something."""
    values = (str(entry.field.value() or "") for entry in entries if not isinstance(entry.field.value(), bool))
    return " · ".join([value for value in values if value][:3])
