"""Form fields: a column's stored value as an input, and what was typed as a value to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import orjson

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.metadata import Column, Kind, Required, Table
from tallystick.sandbox.query.shape import Row
from tallystick.sandbox.rows.values import parse_guid, to_sql
from tallystick.sandbox.salesapp.data import Desk, lookup_target, named_target
from tallystick.sandbox.salesapp.html import Child, Html, h
from tallystick.sandbox.salesapp.views import short_label

_NEEDED = (Required.SYSTEM, Required.APPLICATION)
"""The levels a form insists on; the Web API insists on the first only."""


@dataclass(slots=True)
class Typed:
    """What came with a form: the payload to write, and per column what is wrong with it."""

    payload: dict[str, object] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


# ---- from a row to inputs --------------------------------------------------------------------------------------------


def text_value(row: Row, column: Column) -> str:
    """The stored value as an input shows it."""
    value = row.get(column.property_name)
    if value is None:
        return ""
    match column.kind:
        case Kind.BOOLEAN:
            return "1" if value else "0"
        case Kind.DATETIME:
            return str(value).removesuffix("Z")
        case Kind.MONEY | Kind.DECIMAL:
            return _number_text(value)
    return str(value)


def _number_text(value: object) -> str:
    text = orjson.dumps(value).decode()  # amounts are JSON fragments, which only orjson can read
    number = Decimal(text)
    return f"{number.normalize():f}" if number != number.to_integral_value() else f"{number:.0f}"


def input_for(column: Column, value: str, error: str, *, locked: bool, target: tuple[str, str, str] | None) -> Html:
    """Label, input and, when there is one, the error of one column."""
    name = column.name
    described = f"{name}-error" if error else None
    common: dict[str, str | int | bool | None] = {
        "id": name, "name": name, "disabled": locked, "aria-describedby": described,
        "aria-invalid": "true" if error else None,
    }  # fmt: skip
    required = column.required in _NEEDED
    star = h("span", {"class": "star", "aria-hidden": "true"}, " *") if required else None
    suffix = " (UTC)" if column.kind is Kind.DATETIME else ""
    wide = " wide" if column.kind is Kind.MEMO else ""
    return h(
        "div", {"class": f"field{wide}{' wrong' if error else ''}"},
        h("label", {"for": name}, f"{short_label(column)}{suffix}", star),
        _control(column, value, common, target),
        h("p", {"class": "error", "id": described}, error) if error else None,
    )  # fmt: skip


def _control(
    column: Column, value: str, common: dict[str, str | int | bool | None], target: tuple[str, str, str] | None
) -> Child:
    match column.kind:
        case Kind.MEMO:
            return h("textarea", {**common, "rows": 4, "maxlength": column.max_length}, value)
        case Kind.PICKLIST | Kind.BOOLEAN:
            blank = [] if column.kind is Kind.BOOLEAN else [h("option", {"value": ""}, "")]
            options = [
                h("option", {"value": one.value, "selected": str(one.value) == value}, one.label)
                for one in column.options
            ]
            return h("select", common, blank, options)
        case Kind.DATE:
            return h("input", {**common, "type": "date", "value": value})
        case Kind.DATETIME:
            return h("input", {**common, "type": "datetime-local", "step": 1, "value": value})
        case Kind.INTEGER:
            return h("input", {**common, "inputmode": "numeric", "value": value})
        case Kind.MONEY | Kind.DECIMAL | Kind.DOUBLE:
            return h("input", {**common, "inputmode": "decimal", "value": value})
        case Kind.LOOKUP | Kind.CUSTOMER | Kind.OWNER:
            return _lookup(column, value, common, target)
    mode = {"Email": "email", "Phone": "tel", "Url": "url"}.get(column.format)
    return h("input", {**common, "inputmode": mode, "maxlength": column.max_length, "value": value})


def _lookup(
    column: Column, value: str, common: dict[str, str | int | bool | None], target: tuple[str, str, str] | None
) -> Child:
    """A search box and, hidden, the row it stands for (`table:id`); app.js offers rows while one types."""
    chosen = f"{target[0]}:{target[1]}" if target else ""
    shown = target[2] if target else value
    return h(
        "div", {"class": "lookup", "data-lookup": column.name},
        h("input", {**common, "value": shown, "autocomplete": "off", "role": "combobox", "aria-expanded": "false",
                    "aria-controls": f"{column.name}-options", "placeholder": None if common["disabled"] else "Search"}),
        h("input", {"type": "hidden", "name": f"{column.name}.row", "value": chosen, "data-name": shown,
                    "disabled": common["disabled"]}),
        h("input", {"type": "hidden", "name": f"{column.name}.name", "value": shown, "disabled": common["disabled"]}),
        h("ul", {"id": f"{column.name}-options", "role": "listbox", "hidden": True}),
    )  # fmt: skip


# ---- from inputs to a payload ----------------------------------------------------------------------------------------


def read_form(desk: Desk, table: Table, columns: list[Column], row: Row, form: Mapping[str, str]) -> Typed:
    """The columns that were changed, as a payload of the Web API; each checked by itself."""
    typed = Typed()
    for column in columns:
        if column.name not in form:
            continue
        text = form[column.name].replace("\r\n", "\n")
        if column.is_lookup:
            _read_lookup(desk, column, text, form, row, typed)
        elif not row and not text.strip() and column.required in _NEEDED:
            typed.errors[column.name] = f"{column.label} cannot be empty."
        elif text.strip() != text_value(row, column).replace("\r\n", "\n").strip():
            _read_value(table, column, text.strip(), typed)
    return typed


def _read_value(table: Table, column: Column, text: str, typed: Typed) -> None:
    if not text:
        if column.required in _NEEDED:
            typed.errors[column.name] = f"{column.label} cannot be empty."
        typed.payload[column.name] = None
        return
    value = _parsed(column, text)
    if value is None:
        typed.errors[column.name] = _HELP.get(column.kind, "This value cannot be read.")
        return
    try:
        to_sql(column, table.name)(value)
    except Refusal as refusal:
        typed.errors[column.name] = _plain(column, refusal)
        return
    typed.payload[column.name] = value


_HELP = {
    Kind.INTEGER: "Enter a whole number.",
    Kind.MONEY: "Enter an amount, such as 1250.50.",
    Kind.DECIMAL: "Enter a number, such as 1.25.",
    Kind.DOUBLE: "Enter a number, such as 48.25.",
    Kind.DATE: "Enter a date.",
    Kind.DATETIME: "Enter a date and a time.",
}


def _parsed(column: Column, text: str) -> object:
    match column.kind:
        case Kind.BOOLEAN:
            return {"0": False, "1": True}.get(text)
        case Kind.INTEGER | Kind.PICKLIST:
            plain = text.replace(",", "").removeprefix("+")
            return int(plain) if plain.removeprefix("-").isdecimal() and plain.isascii() and len(plain) < 15 else None
        case Kind.MONEY | Kind.DECIMAL | Kind.DOUBLE:
            return _decimal(text)
        case Kind.DATETIME:
            return f"{text if len(text) > 16 else text + ':00'}Z"
    return text


def _decimal(text: str) -> Decimal | None:
    """A number with a decimal point; a single comma with two digits behind it is taken for one."""
    plain = text.replace(" ", "").replace("\u00a0", "")
    if plain.count(",") == 1 and "." not in plain and len(plain.partition(",")[2]) <= 2:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def _plain(column: Column, refusal: Refusal) -> str:
    """A refusal in words for a person."""
    match refusal.code:
        case "0x80044331":
            return f"At most {column.max_length} characters fit here."
        case "0x8004432f" | "0x80044330" | "0x80040317":
            return f"Enter a value between {column.minimum:,f} and {column.maximum:,f}."
        case "0x8004431a":
            return "Choose one of the options."
    return _HELP.get(column.kind, refusal.message)


def _read_lookup(desk: Desk, column: Column, text: str, form: Mapping[str, str], row: Row, typed: Typed) -> None:
    """The chosen row; a name that was typed without choosing counts when exactly one row has it."""
    before = lookup_target(row, column)
    text = text.strip()
    if not text:
        if column.required is Required.SYSTEM and row:  # of a new row, the owner and business unit are filled in
            typed.errors[column.name] = f"{column.label} cannot be empty."
        elif before is not None:
            typed.payload[f"{column.navigation_for(before[0])}@odata.bind"] = None
        return
    target, _, row_id = form.get(f"{column.name}.row", "").partition(":")
    chosen = parse_guid(row_id) if target in column.targets else None
    if chosen is None or form.get(f"{column.name}.name", "").strip() != text:
        named = named_target(desk, column, text)
        if len(named) != 1:
            found = "No row has" if not named else "Several rows have"
            typed.errors[column.name] = f"{found} this name. Type a part of it and choose from the list."
            return
        target, chosen = named[0].table, named[0].id
    if before is None or (before[0], before[1]) != (target, chosen):
        address = f"/{desk.catalog[target].set_name}({chosen})"
        typed.payload[f"{column.navigation_for(target)}@odata.bind"] = address
