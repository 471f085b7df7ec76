"""The words of an expression: names, literals and punctuation (OData ABNF 4.0).

Everything that would be trouble further on is refused here: control characters, numbers no column could hold, dates that
do not exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from tallystick.odata.edm import Edm
from tallystick.odata.errors import bad_request

LONGEST = 6_000  # characters of an expression
LARGEST = 30  # digits before or behind the point of a number

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)
      | (?P<guid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![\w-])
      | (?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+\ -]\d\d:\d\d))(?![\w:.])
      | (?P<date>\d{4}-\d\d-\d\d)(?![\w:.-])
      | (?P<number>[+-]?\d{1,60}(?:\.\d{1,60})?(?:e[+-]?\d{1,3})?)(?![\w.])
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>\$?[A-Z_]\w*(?:[./]\w+)*)
      | (?P<punctuation>[(),=:/])""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. `type` is None for null alone; numbers are decimals, whole ones too."""

    value: object
    type: Edm | None


@dataclass(frozen=True, slots=True)
class Token:
    """One word and where it begins. `literal` is set for constants, else `text` is a name or punctuation."""

    text: str
    place: int
    literal: Literal | None = None


_CONSTANTS = {"null": Literal(None, None), "true": Literal(True, Edm.BOOLEAN), "false": Literal(False, Edm.BOOLEAN)}


def tokens_of(expression: str, target: str) -> Iterator[Token]:
    """Yield the words of an expression. Raises `ODataError` 400 that names the place."""
    if len(expression) > LONGEST:
        raise bad_request(
            f"{target} is {len(expression):,} characters long; at most {LONGEST:,} are read. Ask in several requests.",
            target,
        )
    place = 0
    while place < len(expression):
        match = _TOKEN.match(expression, place)
        if match is None:
            raise bad_request(
                f"{target} cannot be read from character {place + 1} on: {expression[place : place + 20]!r}.", target
            )
        kind, text = str(match.lastgroup), match[0]
        if kind != "space":
            yield _token(kind, text, place, target)
        place = match.end()


def _token(kind: str, text: str, place: int, target: str) -> Token:
    if kind in ("punctuation", "name"):
        return Token(text, place, _CONSTANTS.get(text))
    try:
        return Token(text, place, _literal(kind, text))
    except (ValueError, OverflowError) as wrong:
        raise bad_request(f"{target}: {text[:60]} at character {place + 1} {wrong}.", target) from None


def _literal(kind: str, text: str) -> Literal:
    match kind:
        case "guid":
            return Literal(UUID(text), Edm.GUID)
        case "instant":
            return Literal(_instant(text), Edm.DATE_TIME_OFFSET)
        case "date":
            return Literal(_date(text), Edm.DATE)
        case "number":
            return Literal(_number(text), Edm.DECIMAL)
        case _:
            return Literal(_text(text), Edm.STRING)


def _number(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if number and (number.adjusted() >= LARGEST or not isinstance(exponent, int) or exponent < -LARGEST):
        raise ValueError(f"has more than {LARGEST} digits before or behind the point")
    return number


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date of the calendar") from None


def _instant(text: str) -> datetime:
    # .NET writes seven digits of a second; the database keeps six. A plus that nobody escaped arrives as a space.
    shortened = re.sub(r"(\.\d{6})\d+", r"\1", text.upper().replace(" ", "+"))
    try:
        return datetime.fromisoformat(shortened).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no moment of the calendar") from None


def _text(text: str) -> str:
    inner = text[1:-1].replace("''", "'")
    if "\x00" in inner:
        raise ValueError("contains the character NUL, which no text here has")
    return inner
