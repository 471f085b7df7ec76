"""The `<attribute>` elements of customizations.xml."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from tallystick.dataverse.solution.elements import labels, text, texts
from tallystick.dataverse.solution.parts import Column, Kind

_MOST_WHOLE = 2**31 - 1
# The widest that a money column can be: https://learn.microsoft.com/power-apps/maker/data-platform/types-of-fields
_MOST_MONEY = 922_337_203_685_477
_BY_ATTRIBUTE, _BY_CURRENCY = 0, 2
_CHANGEABLE = (
    "IsCustomizable", "IsRenameable", "CanModifySearchSettings", "CanModifyRequirementLevelSettings",
    "CanModifyAdditionalSettings",
)  # fmt: skip
_FINDABLE = "ValidForAdvancedFind|ValidForForm|ValidForGrid"


def attributes_xml(
    entity: Element, columns: Sequence[Column], version: str, *, of: str, with_currency: bool = False
) -> None:
    """Add the columns of a table. Every amount brings its value in base currency, and the first of them the currency."""
    parent = SubElement(entity, "attributes")
    for column in columns:
        _attribute(parent, column, version, of)
        if column.kind is Kind.MONEY:
            _base(parent, column, version, of)
    if with_currency:
        _currency(parent, version)


def _attribute(parent: Element, column: Column, version: str, of: str) -> None:
    mask = f"PrimaryName|{_FINDABLE}|RequiredForForm" if column.primary else _FINDABLE
    level = "required" if column.required else "none"
    element = _common(parent, column, version, level=level, mask=mask, writable=True)
    texts(element, _limits(column))
    if column.kind is Kind.LOOKUP:
        SubElement(element, "LookupTypes")
        text(element, "LookupStyle", "single")
    if column.kind is Kind.YES_NO:
        _yes_no(element, column, version, of)
    _words(element, column)


def _common(
    parent: Element, column: Column, version: str, *, level: str, mask: str, writable: bool, own: bool = True
) -> Element:
    element = SubElement(parent, "attribute", {"PhysicalName": column.schema})
    texts(element, [
        ("Type", column.kind), ("Name", column.name), ("LogicalName", column.name), ("RequiredLevel", level),
        ("DisplayMask", mask), ("ImeMode", "disabled" if column.kind is Kind.MONEY else "auto"),
        ("ValidForUpdateApi", writable), ("ValidForReadApi", True), ("ValidForCreateApi", writable),
        ("IsCustomField", own), ("IsAuditEnabled", False), ("IsSecured", False), ("IntroducedVersion", version),
    ])  # fmt: skip
    texts(element, ((name, True) for name in _CHANGEABLE))
    texts(element, [("SourceType", 0), ("IsGlobalFilterEnabled", False), ("IsSortableEnabled", False)])
    return element


def _limits(column: Column) -> Iterator[tuple[str, object]]:
    match column.kind:
        case Kind.TEXT:
            yield from (("Format", "text"), ("MaxLength", column.length), ("Length", 2 * column.length))
        case Kind.WHOLE:
            yield from (("Format", "none"), ("MinValue", column.low or 0), ("MaxValue", _MOST_WHOLE))
        case Kind.MONEY:
            yield from (("MinValue", -_MOST_MONEY), ("MaxValue", _MOST_MONEY))
            yield from (("Accuracy", 2), ("AccuracySource", _BY_CURRENCY))
        case Kind.DATE:
            # Behavior 2 is a day without time, the same everywhere.
            yield from (("Format", "date"), ("CanChangeDateTimeBehavior", False), ("Behavior", 2))
        case Kind.YES_NO:
            yield "AppDefaultValue", 0


def _base(parent: Element, column: Column, version: str, of: str) -> None:
    """The twin in base currency, which the service works out from amount and exchange rate."""
    twin = replace(
        column, schema=f"{column.schema}_Base", label=f"{column.label} (Base)",
        description=f"Value of {column.label} in base currency.",
    )  # fmt: skip
    element = _common(parent, twin, version, level="none", mask=_FINDABLE, writable=False)
    texts(element, [
        ("CalculationOf", column.name), ("MinValue", -_MOST_MONEY), ("MaxValue", _MOST_MONEY), ("Accuracy", 4),
        ("AccuracySource", _BY_CURRENCY),
    ])  # fmt: skip
    _words(element, twin)


def _currency(parent: Element, version: str) -> None:
    """The currency of the amounts, and the rate they were converted at."""
    currency = Column("TransactionCurrencyId", Kind.LOOKUP, "Currency", "The currency of the amounts.")
    element = _common(parent, currency, version, level="none", mask=_FINDABLE, writable=True, own=False)
    SubElement(element, "LookupTypes")
    text(element, "LookupStyle", "single")
    _words(element, currency)
    rate = SubElement(parent, "attribute", {"PhysicalName": "ExchangeRate"})
    texts(rate, [
        ("Type", "decimal"), ("Name", "exchangerate"), ("LogicalName", "exchangerate"), ("RequiredLevel", "none"),
        ("DisplayMask", _FINDABLE), ("ImeMode", "disabled"), ("ValidForUpdateApi", False), ("ValidForReadApi", True),
        ("ValidForCreateApi", False), ("IsCustomField", False), ("IsAuditEnabled", False), ("IsSecured", False),
        ("IntroducedVersion", version), ("MinValue", "0.000000000001"), ("MaxValue", 100_000_000_000), ("Accuracy", 12),
    ])  # fmt: skip
    labels(rate, "displaynames", "displayname", "Exchange Rate")
    SubElement(rate, "Descriptions")


def _yes_no(element: Element, column: Column, version: str, of: str) -> None:
    options = SubElement(element, "optionset", {"Name": f"{of}_{column.name}"})
    texts(options, [("OptionSetType", "bit"), ("IntroducedVersion", version), ("IsCustomizable", True)])
    labels(options, "displaynames", "displayname", column.label)
    labels(options, "Descriptions", "Description", column.description)
    _options(options, ((1, "Yes"), (0, "No")))


def _options(parent: Element, options: Iterable[tuple[int, str]]) -> None:
    inner = SubElement(parent, "options")
    for value, label in options:
        one = SubElement(inner, "option", {"value": str(value), "ExternalValue": "", "IsHidden": "0"})
        labels(one, "labels", "label", label)


def _words(element: Element, column: Column) -> None:
    labels(element, "displaynames", "displayname", column.label)
    labels(element, "Descriptions", "Description", column.description)
