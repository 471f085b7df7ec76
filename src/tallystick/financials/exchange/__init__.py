"""Import from and export to CSV and XLSX. A file that was exported imports again without a change."""

from tallystick.financials.exchange.exporting import Format, export_records, export_template
from tallystick.financials.exchange.importing import ImportRefused, ImportResult, preview_import, run_import
from tallystick.financials.exchange.preview import FieldChange, ImportPreview, ImportRow, RowOutcome
from tallystick.financials.exchange.reading import UnreadableFile

__all__ = [
    "FieldChange",
    "Format",
    "ImportPreview",
    "ImportRefused",
    "ImportResult",
    "ImportRow",
    "RowOutcome",
    "UnreadableFile",
    "export_records",
    "export_template",
    "preview_import",
    "run_import",
]
