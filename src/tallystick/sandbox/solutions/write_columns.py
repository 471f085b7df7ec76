"""Columns and options as the elements of customizations.xml."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from tallystick.sandbox.metadata import Column, Kind, Option, Required

_TYPES = {
    Kind.STRING: "nvarchar", Kind.MEMO: "ntext", Kind.INTEGER: "int", Kind.BIGINT: "bigint", Kind.DECIMAL: "decimal",
    Kind.DOUBLE: "float", Kind.MONEY: "money", Kind.BOOLEAN: "bit", Kind.DATETIME: "datetime", Kind.DATE: "datetime",
    Kind.PICKLIST: "picklist", Kind.MULTIPICKLIST: "multiselectpicklist", Kind.UNIQUEIDENTIFIER: "uniqueidentifier",
    Kind.LOOKUP: "lookup",
}  # fmt: skip
_LEVELS = {
    Required.NONE: "none", Required.APPLICATION: "required", Required.SYSTEM: "systemrequired",
    Required.RECOMMENDED: "recommended",
}  # fmt: skip
_LIMITED = frozenset({Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL, Kind.DOUBLE, Kind.MONEY})
LANGUAGE = "1033"


def text_xml(parent: Element, name: str, value: object) -> None:
    SubElement(parent, name).text = str(value)


def labels_xml(parent: Element, name: str, inner: str, text: str) -> None:
    element = SubElement(parent, name)
    if text:
        SubElement(element, inner, {"description": text, "languagecode": LANGUAGE})


def attribute_xml(parent: Element, column: Column, *, primary: bool) -> None:
    element = SubElement(parent, "attribute", {"PhysicalName": column.schema})
    text_xml(element, "Type", _TYPES[column.kind])
    text_xml(element, "Name", column.name)
    text_xml(element, "LogicalName", column.name)
    text_xml(element, "RequiredLevel", _LEVELS[column.required])
    text_xml(
        element,
        "DisplayMask",
        "PrimaryName|ValidForAdvancedFind|ValidForForm|ValidForGrid" if primary else "ValidForForm",
    )
    text_xml(element, "ValidForUpdateApi", int(column.update))
    text_xml(element, "ValidForReadApi", 1)
    text_xml(element, "ValidForCreateApi", int(column.create))
    text_xml(element, "IsCustomField", 1)
    _limits(element, column)
    labels_xml(element, "displaynames", "displayname", column.label)


def _limits(element: Element, column: Column) -> None:
    if column.kind in (Kind.STRING, Kind.MEMO):
        text_xml(element, "Format", column.format.lower() or "text")
        text_xml(element, "MaxLength", column.max_length)
    elif column.kind in (Kind.DATETIME, Kind.DATE):
        text_xml(element, "Format", "date" if column.kind is Kind.DATE else "datetime")
    elif column.kind in _LIMITED:
        text_xml(element, "MinValue", column.minimum)
        text_xml(element, "MaxValue", column.maximum)
        text_xml(element, "Accuracy", column.precision)
    elif column.kind in (Kind.PICKLIST, Kind.MULTIPICKLIST, Kind.BOOLEAN):
        text_xml(element, "AppDefaultValue", -1 if column.default is None else int(column.default))
        if column.global_choice:
            text_xml(element, "OptionSetName", column.option_set)
        else:
            kind = "bit" if column.kind is Kind.BOOLEAN else "picklist"
            option_set_xml(element, column.option_set or column.name, column.options, kind=kind, label=column.label)


def option_set_xml(
    parent: Element, name: str, options: Sequence[Option], *, kind: str, label: str, shared: bool = False
) -> None:
    element = SubElement(parent, "optionset", {"Name": name, "localizedName": label})
    text_xml(element, "OptionSetType", kind)
    text_xml(element, "IsGlobal", int(shared))
    labels_xml(element, "displaynames", "displayname", label)
    inner = SubElement(element, "options")
    for option in options:
        one = SubElement(inner, "option", {"value": str(option.value)})
        labels_xml(one, "labels", "label", option.label)
