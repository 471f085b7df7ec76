"""Canonical values: what a side can hold, and how a value of the other side would look there."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

from tallystick.engine.model import Value


class Kind(StrEnum):
    """What sort of value a field holds."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    OPTION = "option"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Shape:
    """What one side's field can hold: text of at most `max_length` characters, decimals of `scale` places.

    `read_only` fields are read and compared but never written."""

    kind: Kind
    max_length: int | None = None
    scale: int | None = None
    read_only: bool = False

    def fit(self, value: Value) -> Value:
        """Return `value` as this field would hold it: trimmed and cut to length, upper case for codes, rounded half up."""
        if value is None or value == "":
            return None
        if self.kind is Kind.TEXT or self.kind is Kind.CODE:
            text = str(value).strip()
            if self.kind is Kind.CODE:
                text = text.upper()
            if self.max_length is not None and len(text) > self.max_length:
                text = text[: self.max_length].rstrip()
            return text or None
        if self.kind is Kind.DECIMAL:
            return decimal_text(value, self.scale if self.scale is not None else 2)
        return value


def decimal_text(value: object, scale: int) -> str | None:
    """Return a number as plain text with exactly `scale` places ("-1.50"), rounded half up; None for None.

    Raises ValueError for what is not a finite number."""
    if value is None:
        return None
    try:
        number = Decimal(str(value)).quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number with {scale} decimal places")
    return f"{number:f}" if number else f"{abs(number):f}"  # there is no minus nought
