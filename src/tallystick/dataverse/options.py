"""Choice columns as tables: the options of `account.paymenttermscode` and the like, which live in the metadata.

A record is an option: its id is the option's number as text, its one field is `label`, its version a hash of the label.
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/create-update-optionsets"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tallystick.dataverse.errors import Subject, error_for
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.webapi import Request, WebApi, query
from tallystick.engine import (
    SALES,
    Change,
    CursorExpired,
    Delete,
    Done,
    Insert,
    Kind,
    Page,
    Record,
    RecordGone,
    RecordRefused,
    SetupError,
    Shape,
    StaleRecord,
    TableMapping,
    Write,
    Written,
)

LABEL = "label"
LONGEST_LABEL = 100
# Options added by a customer start at the publisher's prefix × 10,000; 10000 is the default publisher's.
FIRST_CUSTOM_VALUE = 100_000_000
# The same codes on documents: an order takes over its account's terms by number, so the labels have to be there too.
DOCUMENTS = ("quote", "salesorder", "invoice")
_CURSOR = "options:"


@dataclass(frozen=True, slots=True)
class OptionColumn:
    """A choice column: `table` and `name`."""

    table: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "OptionColumn":
        """Read "account.paymenttermscode"."""
        table, _, name = text.partition(".")
        return cls(table, name)

    def on_documents(self) -> str:
        """Return how the same choice is called on quotes, orders and invoices, which have one address only."""
        return self.name.removeprefix("address1_")


def is_option_table(table: str) -> bool:
    """Whether a mapping's sales table is a choice column."""
    return "." in table


class OptionSet:
    """The options of one choice column, as one mapping sees them."""

    def __init__(self, api: WebApi, metadata: Metadata, mapping: TableMapping) -> None:
        self._api = api
        self._metadata = metadata
        self._column = OptionColumn.parse(mapping.sales)
        self._label = mapping.label(SALES)
        unknown = [name for name in mapping.field_names(SALES) if name != LABEL]
        if unknown:
            raise SetupError(f"An option of {mapping.sales} has no field {unknown[0]}.", hint=f"Map its {LABEL}.")
        self.shapes: Mapping[str, Shape] = {LABEL: Shape(Kind.TEXT, max_length=LONGEST_LABEL)}

    def changes(self, cursor: str | None) -> Page:
        """Return every option that is new or renamed, and those that are gone. One request, always one page."""
        before = _versions_in(cursor)
        now = self._records()
        versions = {record.id: record.version for record in now.values()}
        changed = [record for record in now.values() if before.get(record.id) != record.version]
        gone = [value for value in before if value not in now]
        return Page(changed, gone, _CURSOR + orjson.dumps(versions).decode(), more=False)

    def read(self, ids: Sequence[str]) -> Mapping[str, Record]:
        """Return options by number. One request."""
        now = self._records()
        return {value: now[value] for value in ids if value in now}

    def write(self, writes: Sequence[Write]) -> Sequence[Written]:
        """Add, rename and remove options, one request each; then publish, and copy the labels to the documents' choices."""
        now = self._records()
        results = []
        changed = False
        for write in writes:
            result, sent = self._write_one(write, now)
            changed = changed or sent
            results.append(result)
        if changed:
            self._publish([self._column.table, *self._copy_to_documents(now)])
        return results

    def _records(self) -> dict[str, Record]:
        found = _read_options(self._api, self._column)
        if found is None:
            raise SetupError(
                f"Dynamics CRM has no choice column {self._column.table}.{self._column.name}.",
                hint="Check the mapping's table, and that Dynamics 365 Sales is installed.",
            )
        return {str(value): _record(value, label) for value, label in found.items()}

    def _write_one(self, write: Write, now: dict[str, Record]) -> tuple[Written, bool]:
        """Carry out one write and keep `now` in step; also return whether anything was sent."""
        name = f'{self._label} "{write.label}" ({write.id})' if write.label else f"{self._label} {write.id}"
        try:
            match write:
                case Insert(fields=fields):
                    return self._insert(_checked_label(fields.get(LABEL), name), now)
                case Change(fields=fields, id=value, version=version):
                    _check_version(now.get(value), version, name)
                    return self._rename(value, _checked_label(fields.get(LABEL), name), now)
                case Delete(id=value, version=version):
                    _check_version(now.get(value), version, name)
                    self._api.act("DeleteOptionValue", self._naming(int(value)), repeatable=True)
                    del now[value]
                    return Done(value), True
        except (RecordRefused, StaleRecord, RecordGone) as error:
            return error, False
        except SetupError as error:
            return RecordRefused(error.what, record=name, hint=error.hint), False

    def _insert(self, label: str, now: dict[str, Record]) -> tuple[Written, bool]:
        """Add an option, unless one with this label is there: then that one it is, and nothing is added twice."""
        for record in now.values():
            if record.label.casefold() == label.casefold():
                return Done(record.id, record), False
        value = max([FIRST_CUSTOM_VALUE - 1, *map(int, now)]) + 1
        self._api.act("InsertOptionValue", {**self._naming(value), "Label": self._localized(label)})
        now[str(value)] = record = _record(value, label)
        return Done(record.id, record), True

    def _rename(self, value: str, label: str, now: dict[str, Record]) -> tuple[Written, bool]:
        parameters = {**self._naming(int(value)), "Label": self._localized(label), "MergeLabels": True}
        self._api.act("UpdateOptionValue", parameters, repeatable=True)
        now[value] = _record(int(value), label)
        return Done(value, now[value]), True

    def _localized(self, text: str) -> dict[str, object]:
        """Return a label in the environment's base language, which every label must have."""
        language = self._metadata.base_language()
        localized = {"@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", "Label": text, "LanguageCode": language}
        return {"@odata.type": "Microsoft.Dynamics.CRM.Label", "LocalizedLabels": [localized]}

    def _naming(self, value: int) -> dict[str, object]:
        return {"EntityLogicalName": self._column.table, "AttributeLogicalName": self._column.name, "Value": value}

    def _copy_to_documents(self, now: Mapping[str, Record]) -> list[str]:
        """Bring the documents' choices to the same labels; return the tables that were changed."""
        changed = []
        for table in DOCUMENTS:
            if table not in self._metadata.names():
                continue
            column = OptionColumn(table, self._column.on_documents())
            there = _read_options(self._api, column)
            if there is not None and self._copy_to(column, there, now):
                changed.append(table)
        return changed

    def _copy_to(self, column: OptionColumn, there: Mapping[int, str], now: Mapping[str, Record]) -> bool:
        different = [record for record in now.values() if there.get(int(record.id)) != record.label]
        for record in different:
            parameters = {
                "EntityLogicalName": column.table,
                "AttributeLogicalName": column.name,
                "Value": int(record.id),
                "Label": self._localized(record.label),
            }
            if int(record.id) in there:
                self._api.act("UpdateOptionValue", {**parameters, "MergeLabels": True}, repeatable=True)
            else:
                self._api.act("InsertOptionValue", parameters)
        return bool(different)

    def _publish(self, tables: Sequence[str]) -> None:
        """Make the forms of Dynamics CRM show the new labels; the Web API knows them already."""
        entities = "".join(f"<entity>{table}</entity>" for table in dict.fromkeys(tables))
        xml = f"<importexportxml><entities>{entities}</entities></importexportxml>"
        self._api.act("PublishXml", {"ParameterXml": xml}, repeatable=True)


def read_labels(api: WebApi, table: str) -> Mapping[int, str]:
    """Return the labels of a choice column such as "account.paymenttermscode", by number. One request."""
    return _read_options(api, OptionColumn.parse(table)) or {}


def _read_options(api: WebApi, column: OptionColumn) -> Mapping[int, str] | None:
    """Return the labels by number, or None where there is no such column. One request, past the service's cache."""
    path = query(
        f"EntityDefinitions(LogicalName='{column.table}')/Attributes(LogicalName='{column.name}')"
        "/Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
        select="LogicalName",
        expand="OptionSet($select=Options)",
    )
    reply = api.send(Request("GET", path, {"Consistency": "Strong"}, repeatable=True))
    if reply.status == 404:
        return None
    if (refusal := reply.refusal) is not None:
        raise error_for(refusal, Subject())
    options = (reply.json().get("OptionSet") or {}).get("Options") or []
    return {int(option["Value"]): _text(option.get("Label")) for option in options}


def _text(label: Any) -> str:
    """Return the label in the connection user's language, else in any."""
    if not isinstance(label, dict):
        return ""
    own = label.get("UserLocalizedLabel") or next(iter(label.get("LocalizedLabels") or ()), None) or {}
    return str(own.get("Label") or "").strip()


def _record(value: int, label: str) -> Record:
    version = hashlib.sha256(label.encode()).hexdigest()[:16]
    return Record(str(value), version, {LABEL: label or None}, label=label)


def _checked_label(label: object, name: str) -> str:
    text = str(label or "").strip()
    if not text:
        raise RecordRefused("An option needs a label.", record=name, hint="Give the record a code.")
    if "," in text:
        raise RecordRefused(
            f"The label {text!r} contains a comma.", record=name, hint="Take the comma out of the code."
        )
    if len(text) > LONGEST_LABEL:
        raise RecordRefused(f"A label has at most {LONGEST_LABEL} characters.", record=name, hint="Shorten the code.")
    return text


def _check_version(record: Record | None, version: str, name: str) -> None:
    if record is None:
        raise RecordGone("The option no longer exists in Dynamics CRM.", record=name)
    if record.version != version:
        raise StaleRecord("The option was renamed in Dynamics CRM since it was read.", record=name)


def _versions_in(cursor: str | None) -> Mapping[str, str]:
    if cursor is None:
        return {}
    try:
        versions = orjson.loads(cursor.removeprefix(_CURSOR))
    except orjson.JSONDecodeError:
        versions = None
    if not isinstance(versions, dict):
        raise CursorExpired("The options have to be read from the start.", hint="That happens by itself.")
    return versions
