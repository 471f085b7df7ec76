"""The form that starts an import."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tallystick.financials.tables import TABLES
from tallystick.web.imports.uploads import MAX_BYTES
from tallystick.web.shell.desk import Desk


class UploadForm(forms.Form):
    """What to import, and from which file."""

    table = forms.ChoiceField(label="Table")
    file = forms.FileField(
        label="File",
        help_text="CSV (UTF-8, comma or semicolon) or Excel workbook (.xlsx), at most 20 MB.",
        widget=forms.FileInput({"accept": ".csv,.xlsx"}),
        error_messages={"required": "Choose a file.", "empty": "This file is empty. Choose another one."},
    )

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(table.name, table.label_plural) for table in TABLES.values() if desk.may_enter(table)]
        self.fields["table"].choices = choices  # type: ignore[attr-defined]  # it is a choice field

    def clean_file(self) -> Any:
        """Return the file when it is of a kind and size that can be read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        name = (file.name or "").lower()
        if not name.endswith((".csv", ".txt", ".xlsx")):
            raise forms.ValidationError(
                f"{file.name} is neither CSV nor XLSX. Save it as CSV (UTF-8) or as an Excel workbook (.xlsx)."
            )
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                f"{file.name} has {(file.size or 0) // 1024 // 1024} MB; at most 20 MB can be taken. Split it up."
            )
        return file
