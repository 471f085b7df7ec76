"""One cell: from the text in a file to the value of a field, and back."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from tallystick.financials.tables import Field, Kind
from tallystick.financials.values import Unacceptable, clean

# A spreadsheet that opens a CSV file runs a cell that begins like this as a formula. An apostrophe before it makes it
# text; one more apostrophe where there are some already, so that taking one away always gives back what there was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_PLAIN_PHONE = re.compile(r"\+[0-9][0-9 ()./-]*")  # +49 30 123: no formula can come of it, and people dial it
_GERMAN_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,'\u00a0\u202f ]*|[+-]?[.,][0-9]+")


def to_text(field: Field, value: Any) -> str:
    """Return a value as a cell shows it. References are given as codes."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def guard(field: Field, text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    if field.kind in (Kind.DECIMAL, Kind.INTEGER, Kind.DATE) or not _FORMULA.match(text):
        return text
    return text if field.kind is Kind.PHONE and _PLAIN_PHONE.fullmatch(text) else f"'{text}"


def unguard(text: str) -> str:
    """Return what `guard` was given."""
    return text[1:] if _GUARDED.match(text) else text


def to_value(field: Field, text: str) -> object:
    """Return the value that a cell's text means. An empty cell is a blank value. Raises `Unacceptable`.

    A reference comes back as its code, in capitals."""
    text = text.strip()
    if not text:
        return field.blank
    match field.kind:
        case Kind.REFERENCE:
            return text.upper()
        case Kind.DECIMAL:
            return clean(field, _decimal(field, text))
        case Kind.INTEGER:
            return clean(field, text.removesuffix(".0"))
        case Kind.DATE if found := _GERMAN_DATE.fullmatch(text):
            return clean(field, f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}")
        case _:
            return clean(field, text)


def _decimal(field: Field, text: str) -> Decimal:
    """Read a number written with a point or a comma, with or without separators between thousands."""
    if not _NUMBER.fullmatch(text):
        raise Unacceptable(f"{field.label} {text!r} is no number.", "Write it like 1234.50.")
    plain = re.sub(r"['\u00a0\u202f ]", "", text)
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        mark = max(".,", key=plain.rfind)
        if plain.count(mark) > 1:
            raise Unacceptable(f"{field.label} {text!r} is no number.", "Write it like 1234.50.")
        plain = plain.replace("," if mark == "." else ".", "").replace(mark, ".")
    elif points > 1 or commas > 1:
        plain = plain.replace(".", "").replace(",", "")
    elif commas:
        if re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", plain):
            raise Unacceptable(
                f"{field.label} {text!r} may mean thousands or decimals.", "Write it with a point, like 1234.50."
            )
        plain = plain.replace(",", ".")
    return Decimal(plain)
