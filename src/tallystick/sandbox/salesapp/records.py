"""Record pages: a form to look at, edit and create; activate, deactivate, delete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.metadata import Table
from tallystick.sandbox.query.shape import Row
from tallystick.sandbox.rows.delete import delete
from tallystick.sandbox.rows.write import create, update
from tallystick.sandbox.salesapp.data import Desk, lookup_target, read_list, read_record, shown
from tallystick.sandbox.salesapp.forms import Typed, input_for, read_form, text_value
from tallystick.sandbox.salesapp.html import Child, Html, h
from tallystick.sandbox.salesapp.layout import hidden, list_url, record_url
from tallystick.sandbox.salesapp.lists import rows_table
from tallystick.sandbox.salesapp.views import LISTS, form_sections


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent and could not be saved: shown again as it was, with what is wrong."""

    form: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of sending a form: the row's id, or the attempt to show again."""

    row_id: str = ""
    attempt: Attempt | None = None
    changed: bool = True


def version_of(row: Row) -> str:
    return str(row.get("@odata.etag", "")).removeprefix('W/"').removesuffix('"')


def save(desk: Desk, table: Table, row_id: str, form: Mapping[str, str]) -> Saved:
    """Write what was changed in a form, when the row is still as the form showed it."""
    row = read_record(desk, table, row_id) if row_id else {}
    if row is None:
        return Saved(attempt=Attempt(form, {}, "This record has been deleted meanwhile."))
    columns = [column for _, section in form_sections(table, creating=not row_id) for column in section]
    typed = read_form(desk, table, columns, row, form)
    if row_id and form.get("version") != version_of(row):
        who = row.get("_modifiedby_value@OData.Community.Display.V1.FormattedValue", "somebody")
        problem = (
            f"{who} changed this record while you were editing it, so nothing was saved. "
            "Your entries are still here: check them and save again."
        )
        return Saved(attempt=Attempt(form, typed.errors, problem))
    if typed.errors:
        return Saved(attempt=Attempt(form, typed.errors, "Nothing was saved. Please correct the marked fields."))
    if not typed.payload and row_id:
        return Saved(row_id, changed=False)
    return _write(desk, table, row_id, form, typed)


def _write(desk: Desk, table: Table, row_id: str, form: Mapping[str, str], typed: Typed) -> Saved:
    try:
        with desk.writing() as writing:
            if row_id:
                update(writing, table, row_id, typed.payload, form.get("version", ""))
            else:
                row_id = create(writing, table, typed.payload)
    except Refusal as refusal:
        field_name = next((name for name in table.columns if f"'{name}'" in refusal.message and name in form), "")
        errors = {field_name: refusal.message} if field_name else {}
        return Saved(attempt=Attempt(form, errors, f"Nothing was saved. {refusal.message}"))
    return Saved(row_id)


def set_state(desk: Desk, table: Table, row_id: str, state: int) -> str:
    """Activate (0) or deactivate (1); returns what went wrong."""
    try:
        with desk.writing() as writing:
            update(writing, table, row_id, {"statecode": state})
    except Refusal as refusal:
        return refusal.message
    return ""


def remove(desk: Desk, table: Table, row_id: str) -> str:
    """Delete the row; returns what went wrong."""
    try:
        with desk.writing() as writing:
            delete(writing, table, row_id)
    except Refusal as refusal:
        return refusal.message
    return ""


# ---- the page --------------------------------------------------------------------------------------------------------


def record_content(
    desk: Desk, table: Table, row_id: str, row: Row, token: str, attempt: Attempt | None = None
) -> list[Child]:
    """The form of one row, or of a new one when `row_id` is empty."""
    attempt = attempt or Attempt()
    inactive = row.get("statecode") == 1
    locked = inactive or desk.person is None
    name = shown(row, table.columns[table.name_column]) if row_id else f"New {table.label.lower()}"
    return [
        _heading(table, row_id, row, name or "(no name)", inactive=inactive),
        h("p", {"class": "problem", "role": "alert"}, attempt.problem) if attempt.problem else None,
        h("p", {"class": "hint"}, "This record is inactive and read-only. Activate it to change it.")
        if inactive
        else None,
        h("p", {"class": "hint"}, "Nobody can work here yet: add a user first, then choose who you are.")
        if desk.person is None
        else None,
        _form(desk, table, row_id, row, token, attempt, locked=locked),
        _contacts(desk, row_id) if table.name == "account" and row_id else None,
        _about(table, row) if row_id else None,
    ]


def _heading(table: Table, row_id: str, row: Row, name: str, *, inactive: bool) -> Html:
    state = "statecode" in table.columns
    parameters = f"etn={table.name}&id={row_id}"
    actions: list[Child] = []
    if row_id and state:
        action = "activate" if inactive else "deactivate"
        actions.append(
            h("a", {"class": "button quiet", "href": f"/_app/confirm?action={action}&{parameters}"}, action.title())
        )
    if row_id and table.deletable:
        actions.append(
            h("a", {"class": "button quiet danger", "href": f"/_app/confirm?action=delete&{parameters}"}, "Delete")
        )
    badge = h("span", {"class": f"badge{' off' if inactive else ''}"}, "Inactive" if inactive else "Active")
    return h(
        "div", {"class": "heading"},
        h("div", None,
          h("p", {"class": "crumb"}, h("a", {"href": list_url(table.name)}, LISTS[table.name].title)),
          h("h1", None, name, " ", badge if row_id and state else None)),
        h("div", {"class": "actions"}, actions),
    )  # fmt: skip


def _form(desk: Desk, table: Table, row_id: str, row: Row, token: str, attempt: Attempt, *, locked: bool) -> Html:
    sections = []
    for number, (title, columns) in enumerate(form_sections(table, creating=not row_id)):
        if not columns:
            continue
        fields = [_field(table, row, column.name, attempt, locked=locked, creating=not row_id) for column in columns]
        wrong = any(column.name in attempt.errors for column in columns)
        content = h("div", {"class": "fields"}, fields)
        sections.append(
            h(
                "details",
                {"class": "card", "open": number < 3 or wrong},
                h("summary", None, h("h2", None, title)),
                content,
            )
        )
    save_bar = h("div", {"class": "save"}, h("button", {"type": "submit"}, "Save")) if not locked else None
    return h(
        "form", {"method": "post", "action": "/_app/save", "data-guard": True},
        hidden(token=token, etn=table.name, id=row_id, version=version_of(row)), sections, save_bar,
    )  # fmt: skip


def _field(table: Table, row: Row, name: str, attempt: Attempt, *, locked: bool, creating: bool) -> Html:
    column = table.columns[name]
    target = lookup_target(row, column) if column.is_lookup else None
    value = text_value(row, column)
    if creating and not attempt.form and column.default is not None:
        value = str(int(column.default))
    if name in attempt.form:
        value = attempt.form[name]
        if column.is_lookup:
            kind, _, row_id = attempt.form.get(f"{name}.row", "").partition(":")
            same = attempt.form.get(f"{name}.name", "").strip() == value.strip()
            target = (kind, row_id, value) if row_id and same and value.strip() else None
    return input_for(column, value, attempt.errors.get(name, ""), locked=locked, target=target)


def _contacts(desk: Desk, account_id: str) -> Html | None:
    names = ("fullname", "jobtitle", "emailaddress1", "telephone1")
    only = f"_parentcustomerid_value eq {account_id}"
    page = read_list(desk, LISTS["contact"], "active", "", "fullname", 1, only=only)
    if not page.rows:
        return None
    table = desk.catalog["contact"]
    return h(
        "section", {"class": "card"},
        h("h2", None, f"Contacts ({page.total:,})"), rows_table(table, names, page.rows),
    )  # fmt: skip


_ABOUT = ("address1_composite", "createdon", "createdby", "modifiedon", "modifiedby", "owningbusinessunit", "exchangerate",
          "fullname", "isocurrencycode", "applicationid", "isdisabled", "islicensed", "versionnumber")  # fmt: skip


def _about(table: Table, row: Row) -> Html:
    """What can be seen but not edited."""
    items: list[Child] = []
    for name in (*_ABOUT, table.id_column):
        column = table.columns.get(name)
        if column is None or column.update:
            continue
        text = shown(row, column)
        if not text:
            continue
        target = lookup_target(row, column) if column.is_lookup else None
        linked = target is not None and target[0] in LISTS
        value: Child = h("a", {"href": record_url(target[0], target[1])}, text) if linked and target else text
        items.append([h("dt", None, column.label), h("dd", None, value)])
    return h("section", {"class": "card about"}, h("h2", None, "About this record"), h("dl", None, items))


# ---- confirmation ----------------------------------------------------------------------------------------------------

CONFIRMATIONS = {
    "activate": ("Activate", "It can be edited again.", "Activate"),
    "deactivate": ("Deactivate", "It stays readable but cannot be edited until it is activated again.", "Deactivate"),
    "delete": ("Delete", "This cannot be undone. Contacts of an account are deleted with it.", "Delete"),
}


def confirm_content(table: Table, row_id: str, row: Row, action: str, token: str, problem: str = "") -> Html:
    title, consequence, button = CONFIRMATIONS[action]
    name = shown(row, table.columns[table.name_column]) or "(no name)"
    return h(
        "section", {"class": "card narrow"},
        h("h1", None, f"{title} “{name}”?"),
        h("p", {"class": "problem", "role": "alert"}, problem) if problem else None,
        h("p", None, consequence),
        h("form", {"method": "post", "action": "/_app/confirm", "class": "actions"},
          hidden(token=token, action=action, etn=table.name, id=row_id),
          h("button", {"type": "submit", "class": "danger" if action == "delete" else None}, button),
          h("a", {"class": "button quiet", "href": record_url(table.name, row_id)}, "Cancel")),
    )  # fmt: skip
