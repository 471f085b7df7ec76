"""The header of a document: the form of a card, with what the page shows elsewhere left out."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tallystick.financials import services
from tallystick.financials.problems import StaleRecord
from tallystick.financials.queries import Record
from tallystick.web.records import editing
from tallystick.web.records.conflict import FieldConflict
from tallystick.web.records.forms import Entry, RecordForm, Section, promoted, sections
from tallystick.web.records.reading import record_or_404
from tallystick.web.sales.kinds import HEADER_ELSEWHERE, DocumentKind
from tallystick.web.shell.desk import Desk

FORM_ID = "document-header"
FREE_WHEN_RELEASED = ("posting_date", "external_document_no", "your_reference")
WORK_DESCRIPTION = "work_description"
ATTEMPTS = 5


def header_form(desk: Desk, record: Record) -> RecordForm:
    """The form of a document as it is now. Its fields name their form, because the lines stand between them."""
    return on_page(editing.form_of(desk, record), record)


def on_page(form: RecordForm, record: Record) -> RecordForm:
    """Let every field say to which form of the page it belongs, and close what a released document keeps as it is."""
    for name, field in form.fields.items():
        field.widget.attrs["form"] = FORM_ID
        if record.values["status"] != "Open" and name in form.table.by_name and name not in FREE_WHEN_RELEASED:
            field.disabled = True
            if form.is_bound:
                field.initial = form.opened_as().get(name, "")
    return form


def header_sections(form: RecordForm, conflicts: Mapping[str, FieldConflict] | None = None) -> Sequence[Section]:
    """The FastTabs: only the first is open, and those with something to say."""
    shown = []
    for place, section in enumerate(sections(form, conflicts)):
        entries = [entry for entry in section.entries if entry.field.name not in HEADER_ELSEWHERE]
        work = [entry for entry in entries if entry.field.name == WORK_DESCRIPTION]
        entries = [entry for entry in entries if entry.field.name != WORK_DESCRIPTION]
        shown.append(Section(section.label, entries, _promoted(entries), open=not place or _calls(entries)))
        if work:
            text = str(work[0].field.value() or "")
            shown.append(Section("Work Description", work, text[:80], open=_calls(work)))
    return [*shown[:1], *shown[2:], *shown[1:2]]


def _promoted(entries: Sequence[Entry]) -> str:
    return promoted([entry for entry in entries if not entry.field.field.disabled and entry.field.value() != "0"])


def _calls(entries: Sequence[Entry]) -> bool:
    return any(entry.conflict or entry.field.errors for entry in entries)


def save_header(form: RecordForm, desk: Desk, record_id: UUID) -> bool:
    """Store what was changed in the header; False when the form says what is wrong with it.

    Saving a line changes the totals of its document, which is no edit of the header: then the header is saved on top.
    Raises `StaleRecord` when somebody changed a field that is entered, `RecordMissing` when the document is gone."""
    for _ in range(ATTEMPTS):
        try:
            return editing.update(form, desk, record_id) is not None
        except StaleRecord:
            fresh, reconciled = editing.reconciled_form(form, desk, record_or_404(desk, form.table, record_id))
            if reconciled.conflicts or reconciled.followed or not fresh.is_valid():
                raise
            form.cleaned_data["version"] = fresh.cleaned_data["version"]
    raise AssertionError("a document changed faster than it could be read")


def create_document(desk: Desk, kind: DocumentKind, customer_no: str, more: Mapping[str, str]) -> UUID:
    """Begin a document for a customer. Raises `InvalidRecord`, also when no customer is named."""
    entered = {"customer_no": customer_no.strip(), **{name: text for name, text in more.items() if text}}
    values = editing.values_of(kind.table, desk, {name: text for name, text in entered.items() if text})
    return services.create(desk.company, kind.table.name, values, by=desk.actor).id
