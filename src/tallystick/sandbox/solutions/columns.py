"""The `<attribute>` elements of customizations.xml as columns."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.metadata import Choice, Column, Kind, Option, Required
from tallystick.sandbox.metadata.build import MAX_MONEY
from tallystick.sandbox.solutions.manifest import label_in, number_in, text_in

_KINDS = {
    "nvarchar": Kind.STRING, "ntext": Kind.MEMO, "int": Kind.INTEGER, "bigint": Kind.BIGINT, "decimal": Kind.DECIMAL,
    "float": Kind.DOUBLE, "money": Kind.MONEY, "bit": Kind.BOOLEAN, "datetime": Kind.DATETIME, "picklist": Kind.PICKLIST,
    "multiselectpicklist": Kind.MULTIPICKLIST, "uniqueidentifier": Kind.UNIQUEIDENTIFIER, "state": Kind.STATE,
    "status": Kind.STATUS, "lookup": Kind.LOOKUP,
}  # fmt: skip
MADE_WITH_THE_TABLE = frozenset({"primarykey", "owner", "entityname", "virtual"})
"""Types of columns that a table has by itself, or that only shadow another."""
_REQUIRED = {
    "none": Required.NONE, "": Required.NONE, "required": Required.APPLICATION, "applicationrequired": Required.APPLICATION,
    "systemrequired": Required.SYSTEM, "recommended": Required.RECOMMENDED,
}  # fmt: skip
_TEXT_FORMATS = {
    "text": "Text", "email": "Email", "url": "Url", "phone": "Phone", "textarea": "TextArea",
    "tickersymbol": "TickerSymbol",
}  # fmt: skip
_WIDEST: dict[Kind, tuple[Decimal, Decimal]] = {
    Kind.INTEGER: (Decimal(-(2**31)), Decimal(2**31 - 1)),
    Kind.BIGINT: (Decimal(-(2**63)), Decimal(2**63 - 1)),
    Kind.DECIMAL: (Decimal(-(10**11)), Decimal(10**11)),
    Kind.DOUBLE: (Decimal(-(10**11)), Decimal(10**11)),
    Kind.MONEY: (-MAX_MONEY, MAX_MONEY),
}


def _bad(message: str) -> Refusal:
    return Refusal(400, "0x80048033", message)


def read_column(table: str, element: Element, choices: dict[str, Choice]) -> Column | None:
    """The column, or None for one that comes with the table. A lookup still has no target."""
    kind_name = text_in(element, "Type").lower()
    schema = element.get("PhysicalName") or text_in(element, "LogicalName") or text_in(element, "Name")
    if kind_name in MADE_WITH_THE_TABLE:
        return None
    kind = _KINDS.get(kind_name)
    if kind is None or not schema:
        raise _bad(
            f"The column {schema or '(no name)'} of {table} has the type '{kind_name[:50]}', which this "
            f"environment does not "
            "have."
        )
    level = text_in(element, "RequiredLevel").lower()
    if level not in _REQUIRED:
        raise _bad(f"The column {schema} of {table} has the RequiredLevel '{level[:50]}', which is none.")
    column = Column(
        schema.lower(), kind, label_in(element.find("displaynames")) or schema, schema,
        required=_REQUIRED[level], custom=True,
        create=text_in(element, "ValidForCreateApi", "1") != "0", update=text_in(element, "ValidForUpdateApi", "1") != "0",
    )  # fmt: skip
    return _with_limits(table, column, element, choices)


def _with_limits(table: str, column: Column, element: Element, choices: dict[str, Choice]) -> Column:
    shown = text_in(element, "Format").lower()
    what = f"The column {column.schema} of {table}"
    match column.kind:
        case Kind.STRING | Kind.MEMO:
            longest = 4000 if column.kind is Kind.STRING else 1_048_576
            length = number_in(text_in(element, "MaxLength") or text_in(element, "Length"), f"{what}: MaxLength", 100)
            if not 1 <= length <= longest:
                raise _bad(f"{what} has the MaxLength {length}; it is from 1 to {longest}.")
            default = "Text" if column.kind is Kind.STRING else "TextArea"
            return replace(column, max_length=length, format=_TEXT_FORMATS.get(shown, default))
        case Kind.DATETIME:
            only_date = shown == "date" or text_in(element, "Behavior") == "2"
            return replace(
                column,
                kind=Kind.DATE if only_date else Kind.DATETIME,
                format="DateOnly" if only_date else "DateAndTime",
            )
        case Kind.BOOLEAN | Kind.PICKLIST | Kind.MULTIPICKLIST | Kind.STATE | Kind.STATUS:
            return _with_options(what, column, element, choices)
    if column.kind in _WIDEST:
        low, high = _WIDEST[column.kind]
        digits = number_in(text_in(element, "Accuracy") or text_in(element, "Precision"), f"{what}: Accuracy", 2)
        return replace(
            column, minimum=_decimal(what, text_in(element, "MinValue"), low),
            maximum=_decimal(what, text_in(element, "MaxValue"), high), precision=max(0, min(10, digits)),
        )  # fmt: skip
    return column


def _decimal(what: str, text: str, default: Decimal) -> Decimal:
    try:
        number = Decimal(text) if text else default
    except InvalidOperation:
        raise _bad(f"{what} has the limit '{text[:50]}', which is not a number.") from None
    if not number.is_finite():
        raise _bad(f"{what} has the limit '{text[:50]}', which is not a number.")
    return number


def _with_options(what: str, column: Column, element: Element, choices: dict[str, Choice]) -> Column:
    shared = text_in(element, "OptionSetName")
    inline = element.find("optionset")
    default = text_in(element, "AppDefaultValue")
    value = int(default) if default.lstrip("-").isdigit() and default != "-1" else None
    if inline is None and shared and column.kind in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        choice = choices.get(shared.lower())
        if choice is None:
            raise _bad(
                f"{what} uses the choice {shared[:100]}, which is neither in the package nor in this environment."
            )
        return replace(column, options=choice.options, option_set=choice.name, global_choice=True, default=value)
    options = read_options(inline) if inline is not None else ()
    if column.kind is Kind.BOOLEAN:
        named = {option.value: option.label for option in options}
        pair = (Option(0, named.get(0) or "No", managed=False), Option(1, named.get(1) or "Yes", managed=False))
        return replace(column, options=pair, default=bool(value or 0), option_set=column.name)
    if len({option.value for option in options}) != len(options):
        raise _bad(f"{what} has two options with the same value.")
    return replace(column, options=options, option_set=(inline.get("Name") if inline is not None else "") or column.name,
                   default=value)  # fmt: skip


def read_options(option_set: Element) -> tuple[Option, ...]:
    """The options of an `<optionset>`: plain ones, states or status reasons."""
    found = []
    for element in option_set.iter():
        if element.tag not in ("option", "state", "status") or element.get("value") is None:
            continue
        label = label_in(element.find("labels")) or element.get("invariantname") or element.get("value") or ""
        state, default = element.get("state"), element.get("defaultstatus")
        found.append(
            Option(
                number_in(element.get("value") or "", "The value of an option"), label,
                number_in(state, "The state of an option") if state else None,
                number_in(default, "The defaultstatus of a state") if default else None, managed=False,
            )
        )  # fmt: skip
    return tuple(found)
