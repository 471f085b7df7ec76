"""Turns what was entered into the value a field holds, or says why it cannot.

The canonical form is what the database stores: text without surrounding space and line breaks, codes in capitals,
decimals with the field's own number of places. Standard library only.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from tallystick.financials.tables import Field, Kind

# One-line fields: a line break or tab becomes a space, as when text is pasted into an input of one line.
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DATE_FORMULA = re.compile(r"(?:[+-]?(?:[0-9]{1,4}[DWMQY]|C[DWMQY]))+")
_TRUE = {"yes", "true", "1"}
_FALSE = {"no", "false", "0", ""}


class Unacceptable(Exception):
    """A value that a field cannot hold; `message` is a sentence, `hint` what to enter instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def clean(field: Field, value: object) -> object:
    """Return the value in the form the field stores. Raises `Unacceptable`. None means blank."""
    if value is None:
        return field.blank
    return _CLEANERS[field.kind](field, value)


def is_blank(field: Field, value: object) -> bool:
    """Whether nothing was entered, which a required field does not accept."""
    return value is None or value == ""


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise Unacceptable(f"{field.label} must be text, not {type(value).__name__}.")
    if not value.isprintable():  # cheap, and true for nearly all text
        value = _BREAKS.sub(" ", value)
        if found := _FORBIDDEN.search(value):
            raise Unacceptable(
                f"{field.label} contains the control character U+{ord(found[0]):04X}.", "Remove the character."
            )
    return _text_within(field, value.strip())


def _text_within(field: Field, value: str) -> str:
    if field.max_length is not None and len(value) > field.max_length:
        raise Unacceptable(
            f"{field.label} is {len(value):,} characters long; at most {field.max_length:,} fit.",
            f"Shorten it: {value[:20]}…",
        )
    return value


def _long_text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise Unacceptable(f"{field.label} must be text, not {type(value).__name__}.")
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(_text(replace(field, max_length=None), line) for line in lines).strip()
    return _text_within(field, text)


def _code(field: Field, value: object) -> str:
    return _text(field, _text(field, value).upper())  # capitals may be longer: ß becomes SS


def _email(field: Field, value: object) -> str:
    text = _text(field, value)
    for address in text.split(";") if text else ():
        name, at, host = address.strip().rpartition("@")
        if not (name and at and host) or any(character.isspace() for character in address.strip()):
            raise Unacceptable(
                f"{field.label} {address.strip()!r} is no e-mail address.",
                "Write name@example.com; separate several by semicolons.",
            )
    return text


def _date_formula(field: Field, value: object) -> str:
    text = _text(field, value).upper().replace(" ", "")
    if text and not _DATE_FORMULA.fullmatch(text):
        raise Unacceptable(f"{field.label} {text!r} is no date formula.", "Write for example 30D, 1M+8D or CM.")
    return text


def _decimal(field: Field, value: object) -> Decimal | None:
    if value == "":
        return field.blank  # type: ignore[return-value]  # a decimal field is blank as 0 or None
    try:
        number = Decimal(value) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        number = None
    if number is None or isinstance(value, bool) or not number.is_finite():
        raise Unacceptable(f"{field.label} {value!r} is no number.", "Write it like 1234.50.")
    return _in_scale(field, number)


def _in_scale(field: Field, number: Decimal) -> Decimal:
    decimals, digits = field.decimals or 0, field.digits or 15
    if number.adjusted() >= digits - decimals and number:
        raise Unacceptable(
            f"{field.label} {number:f} is too large.", f"At most {digits - decimals} digits before the point."
        )
    rounded = number.quantize(Decimal(1).scaleb(-decimals))
    if rounded != number:
        raise Unacceptable(
            f"{field.label} {number:f} has more than {decimals} decimal places.", f"Round it, perhaps to {rounded}."
        )
    _check_range(field, rounded)
    return rounded + 0  # no minus zero


def _integer(field: Field, value: object) -> object:
    if value == "":
        return field.blank
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unacceptable(f"{field.label} {value!r} is no whole number.")
    try:
        number = int(value)
    except ValueError:
        raise Unacceptable(f"{field.label} {value!r} is no whole number.", "Write digits only.") from None
    _check_range(field, number)
    return number


def _check_range(field: Field, number: int | Decimal) -> None:
    if field.minimum is not None and number < field.minimum:
        raise Unacceptable(f"{field.label} is {number}; the least is {field.minimum}.")
    if field.maximum is not None and number > field.maximum:
        raise Unacceptable(f"{field.label} is {number}; the most is {field.maximum}.")


def _date(field: Field, value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value == "":
        return None
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise Unacceptable(f"{field.label} {value!r} is no date.", "Write it like 2025-03-31.") from None


def _boolean(field: Field, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unacceptable(f"{field.label} {value!r} is neither yes nor no.", "Write yes or no.")


def _choice(field: Field, value: object) -> str:
    text = _text(field, value)
    if text == "":
        return str(field.blank)
    folded = text.casefold()
    for choice in field.choices:
        if folded in (choice.value.casefold(), choice.label.casefold()):
            return choice.value
    known = ", ".join(choice.label for choice in field.choices)
    raise Unacceptable(f"{field.label} cannot be {text!r}.", f"Choose one of: {known}.")


def _reference(field: Field, value: object) -> UUID | None:
    if isinstance(value, UUID):
        return value
    if value == "":
        return None
    raise Unacceptable(f"{field.label} {value!r} is not the id of a record.")


_CLEANERS: dict[Kind, Callable[[Field, object], object]] = {
    Kind.CODE: _code,
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.EMAIL: _email,
    Kind.PHONE: _text,
    Kind.URL: _text,
    Kind.DECIMAL: _decimal,
    Kind.INTEGER: _integer,
    Kind.DATE: _date,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.REFERENCE: _reference,
    Kind.DATE_FORMULA: _date_formula,
}
