"""One value between JSON and SQL, checked against its column.

Stored forms: money as ten-thousandths, decimals as exact text, moments as `YYYY-MM-DDTHH:MM:SSZ` (UTC, whole seconds),
days as `YYYY-MM-DD`, GUIDs in lower case, booleans as 0 and 1."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import orjson

from tallystick.sandbox.errors import InexactNumber, Refusal, payload_error
from tallystick.sandbox.metadata import Column, Kind

SqlValue = str | int | float | None
ToSql = Callable[[object], SqlValue]
ToJson = Callable[[SqlValue], object]

MONEY_SCALE = 10_000
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FLOAT_DIGITS = 15
_EARLIEST = "1753-01-01T00:00:00Z"


def new_id() -> str:
    """A GUID that grows with time, as the service makes them: neighbours in time are neighbours in the index."""
    random = uuid.uuid4().int
    milliseconds = int(datetime.now(UTC).timestamp() * 1000)
    value = (milliseconds << 80) | (random & ((1 << 80) - 1))
    value = (value & ~(0xF << 76)) | (7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def parse_guid(text: object) -> str | None:
    """The GUID in lower case, or None when it is none."""
    if not isinstance(text, str):
        return None
    lowered = text.lower()
    if _GUID.fullmatch(lowered):
        return lowered
    if len(lowered) == 38 and lowered[0] == "{" and lowered[-1] == "}" and _GUID.fullmatch(lowered[1:-1]):
        return lowered[1:-1]
    return None


def parse_moment(text: str) -> tuple[str, bool] | None:
    """A moment as stored, and whether a fraction of a second was cut off; None when it cannot be read."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    fraction = bool(found[7] and found[7].strip("0"))
    zone = found[8].upper()
    if zone == "Z":
        zone = "+00:00"
    try:
        moment = datetime.fromisoformat(f"{text[:16]}:{found[6] or '00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment_text(moment), fraction


def moment_text(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}Z"


def parse_day(text: str) -> str | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return text


def exact(value: object) -> Decimal | None:
    """A JSON number as a decimal. Raises InexactNumber when the float may have lost digits of the text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        if len(number.as_tuple().digits) >= _FLOAT_DIGITS:
            raise InexactNumber
        return number
    return None


def money_to_sql(amount: Decimal, places: int = 4) -> int:
    """Ten-thousandths, rounded to `places` decimals the way the service rounds (half to even)."""
    return int(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN).scaleb(4))


def money_text(stored: int) -> str:
    sign, amount = ("-", -stored) if stored < 0 else ("", stored)
    return f"{sign}{amount // MONEY_SCALE}.{amount % MONEY_SCALE:04d}"


def plain_decimal(number: Decimal) -> str:
    """Digits without an exponent and without trailing zeros."""
    text = f"{number.normalize():f}"
    return "0" if text in ("-0", "") else text


def _mismatch(column: Column, value: object, expected: str) -> Refusal:
    shown = orjson.dumps(value, default=str).decode()[:100]
    return payload_error(
        f"Error identified in Payload provided by the user for column '{column.name}': "
        f"cannot convert the value {shown} to the expected type '{expected}'."
    )


def _out_of_range(code: str, column: Column, table: str) -> Refusal:
    return Refusal(
        400,
        code,
        f"A validation error occurred. The value of '{column.name}' on record of type '{table}' is outside the valid "
        f"range. It must be between {column.minimum} and {column.maximum}.",
    )


def _text(column: Column, table: str) -> ToSql:
    longest = column.max_length

    def convert(value: object) -> SqlValue:
        if type(value) is not str:
            raise _mismatch(column, value, "Edm.String")
        # The service counts UTF-16 units: a character outside the basic plane takes two.
        if len(value) > longest or (not value.isascii() and len(value.encode("utf-16-le")) > 2 * longest):
            raise Refusal(
                400,
                "0x80044331",
                f"A validation error occurred. The length of the '{column.name}' attribute of the '{table}' entity "
                f"exceeded the maximum allowed length of '{longest}'.",
            )
        return value or None

    return convert


def _whole(column: Column, table: str) -> ToSql:
    low, high = int(column.minimum or 0), int(column.maximum or 0)

    def convert(value: object) -> SqlValue:
        if type(value) is not int:
            raise _mismatch(column, value, "Edm.Int32")
        if not low <= value <= high:
            raise _out_of_range("0x8004432f", column, table)
        return value

    return convert


def _decimal(column: Column, table: str) -> ToSql:
    def convert(value: object) -> SqlValue:
        number = exact(value)
        if number is None:
            raise _mismatch(column, value, "Edm.Decimal")
        if not (column.minimum or 0) <= number <= (column.maximum or 0):
            raise _out_of_range("0x80044330", column, table)
        return plain_decimal(number.quantize(Decimal(1).scaleb(-column.precision), ROUND_HALF_EVEN))

    return convert


def _double(column: Column, table: str) -> ToSql:
    low, high = float(column.minimum or 0), float(column.maximum or 0)

    def convert(value: object) -> SqlValue:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise _mismatch(column, value, "Edm.Double")
        if not low <= value <= high:
            raise _out_of_range("0x80044330", column, table)
        return round(float(value), column.precision)

    return convert


def _money(column: Column, table: str) -> ToSql:
    low, high = column.minimum or Decimal(0), column.maximum or Decimal(0)

    def convert(value: object) -> SqlValue:
        if type(value) is int and low <= value <= high:
            return value * MONEY_SCALE
        number = exact(value)
        if number is None:
            raise _mismatch(column, value, "Edm.Decimal")
        if not low <= number <= high:
            raise _out_of_range("0x80040317", column, table)
        return money_to_sql(number)

    return convert


def _boolean(column: Column, table: str) -> ToSql:
    def convert(value: object) -> SqlValue:
        if value is True:
            return 1
        if value is False:
            return 0
        raise _mismatch(column, value, "Edm.Boolean")

    return convert


def _moment(column: Column, table: str) -> ToSql:
    def convert(value: object) -> SqlValue:
        parsed = parse_moment(value) if isinstance(value, str) else None
        if parsed is None:
            raise _mismatch(column, value, "Edm.DateTimeOffset")
        if parsed[0] < _EARLIEST:
            raise Refusal(
                400,
                "0x80040239",
                f"DateTime is less than minimum value supported by CrmDateTime. Actual value: {value}, "
                f"minimum value supported: {_EARLIEST} (column '{column.name}' of '{table}').",
            )
        return parsed[0]

    return convert


def _day(column: Column, table: str) -> ToSql:
    def convert(value: object) -> SqlValue:
        parsed = parse_day(value) if isinstance(value, str) else None
        if parsed is None:
            raise _mismatch(column, value, "Edm.Date")
        return parsed

    return convert


def _choice(column: Column, table: str) -> ToSql:
    allowed = frozenset(option.value for option in column.options)

    def convert(value: object) -> SqlValue:
        if type(value) is not int:
            raise _mismatch(column, value, "Edm.Int32")
        if value not in allowed:
            raise Refusal(
                400,
                "0x8004431a",
                f"A validation error occurred. The value {value} of '{column.name}' on record of type '{table}' is "
                f"outside the valid range. Accepted Values: {', '.join(str(one) for one in sorted(allowed))}",
            )
        return value

    return convert


def _status(column: Column, table: str) -> ToSql:
    """Whether the value fits the row's state is the table's rule, with a code of its own."""

    def convert(value: object) -> SqlValue:
        if type(value) is not int:
            raise _mismatch(column, value, "Edm.Int32")
        return value

    return convert


def _choices(column: Column, table: str) -> ToSql:
    one = _choice(column, table)

    def convert(value: object) -> SqlValue:
        if type(value) is not str or not re.fullmatch(r"-?\d+(,-?\d+)*", value):
            raise _mismatch(column, value, "Edm.String (values separated by commas)")
        return ",".join(str(number) for number in sorted({int(str(one(int(part)))) for part in value.split(",")}))

    return convert


def _guid(column: Column, table: str) -> ToSql:
    def convert(value: object) -> SqlValue:
        parsed = parse_guid(value)
        if parsed is None:
            raise _mismatch(column, value, "Edm.Guid")
        return parsed

    return convert


_TO_SQL: dict[Kind, Callable[[Column, str], ToSql]] = {
    Kind.STRING: _text,
    Kind.MEMO: _text,
    Kind.INTEGER: _whole,
    Kind.BIGINT: _whole,
    Kind.DECIMAL: _decimal,
    Kind.DOUBLE: _double,
    Kind.MONEY: _money,
    Kind.BOOLEAN: _boolean,
    Kind.DATETIME: _moment,
    Kind.DATE: _day,
    Kind.PICKLIST: _choice,
    Kind.STATE: _choice,
    Kind.STATUS: _status,
    Kind.MULTIPICKLIST: _choices,
    Kind.UNIQUEIDENTIFIER: _guid,
}


def to_sql(column: Column, table: str) -> ToSql:
    """The converter of one column, for values that are not null. Lookups are written through navigation properties."""
    return _TO_SQL[column.kind](column, table)


def _money_json(value: SqlValue) -> object:
    return orjson.Fragment(money_text(value)) if isinstance(value, int) else None


def _decimal_json(value: SqlValue) -> object:
    return orjson.Fragment(value) if isinstance(value, str) else None


def _boolean_json(value: SqlValue) -> object:
    return None if value is None else bool(value)


def to_json(column: Column) -> ToJson | None:
    """How a stored value is shown; None when JSON shows it as it is stored."""
    return {Kind.MONEY: _money_json, Kind.DECIMAL: _decimal_json, Kind.BOOLEAN: _boolean_json}.get(column.kind)
