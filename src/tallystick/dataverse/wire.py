"""Rows as Dataverse sends and takes them ⇄ records in the engine's canonical form, prepared once per mapping.

Millions of values pass here, so everything that depends on the mapping alone is settled before the first row."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from tallystick.dataverse.metadata import Column, Metadata, Table
from tallystick.engine import SALES, Fields, Kind, Record, RecordRefused, SetupError, Shape, TableMapping, Value
from tallystick.engine.values import decimal_text

Row: TypeAlias = Mapping[str, Any]
Read: TypeAlias = Callable[[Row], Value]
Encode: TypeAlias = Callable[[Value], tuple[str, object]]

TARGET_ANNOTATION = "Microsoft.Dynamics.CRM.lookuplogicalname"
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,28}(\.\d{1,12})?")

_KINDS: Mapping[str, Kind] = {
    "String": Kind.TEXT,
    "Memo": Kind.TEXT,
    "Uniqueidentifier": Kind.TEXT,
    "MultiSelectPicklist": Kind.TEXT,
    "Virtual": Kind.TEXT,
    "EntityName": Kind.TEXT,
    "Integer": Kind.INTEGER,
    "BigInt": Kind.INTEGER,
    "Boolean": Kind.BOOLEAN,
    "Money": Kind.DECIMAL,
    "Decimal": Kind.DECIMAL,
    "Double": Kind.DECIMAL,
    "Picklist": Kind.OPTION,
    "State": Kind.OPTION,
    "Status": Kind.OPTION,
    "Lookup": Kind.REFERENCE,
    "Customer": Kind.REFERENCE,
    "Owner": Kind.REFERENCE,
}


class Inexact(Exception):
    """A number has more digits than a float can hold: the page must be parsed again, digit by digit."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field of a mapping on this side: its column (None for the type of a lookup) and where a reference leads."""

    field: str
    column: Column
    leads_to: str | None
    is_type: bool = False


def plan_fields(mapping: TableMapping, table: Table) -> tuple[FieldPlan, ...]:
    """Settle which column stands behind every field that the mapping names on this side.

    `parentcustomeridtype` and the like are no columns of the Web API: they say which table a lookup leads to."""
    leads_to = {row.sales: row.via.sales for row in mapping.enabled_fields() if row.via is not None}
    constants = (constant.field for constant in mapping.constants if constant.side is SALES)
    plans = []
    for name in dict.fromkeys((*mapping.field_names(SALES), *constants)):
        lookup = table.columns.get(name.removesuffix("type")) if name.endswith("type") else None
        if name not in table.columns and lookup is not None and lookup.is_lookup:
            plans.append(FieldPlan(name, lookup, None, is_type=True))
        else:
            plans.append(FieldPlan(name, table.column(name), leads_to.get(name)))
    return tuple(plans)


def shape_of(plan: FieldPlan) -> Shape:
    """Return what a field can hold. Read-only is what can be written neither when a row is created nor later."""
    column = plan.column
    if plan.is_type:
        return Shape(Kind.TEXT, read_only=True)
    return Shape(
        _kind(plan),
        max_length=column.max_length,
        scale=_scale(column) if _kind(plan) is Kind.DECIMAL else None,
        read_only=not (column.creatable or column.updatable),
    )


def _kind(plan: FieldPlan) -> Kind:
    if plan.leads_to is not None:
        return Kind.REFERENCE
    if plan.column.type == "DateTime":
        return Kind.DATE if plan.column.date_only else Kind.INSTANT
    kind = _KINDS.get(plan.column.type)
    if kind is None:
        raise SetupError(
            f"The column {plan.column.name} of Dynamics CRM has the type {plan.column.type}, which cannot be mapped.",
            hint="Disable the mapping's field.",
        )
    return kind


def _scale(column: Column) -> int:
    return column.scale if column.scale is not None else 2


class RowReader:
    """Turns rows into records. `select` names the columns to ask for; `annotations` whether lookups' targets are needed."""

    __slots__ = ("_key", "_label", "_our_user", "_readers", "_texts", "annotations", "columns", "select")

    def __init__(self, plans: tuple[FieldPlan, ...], table: Table, our_user: str) -> None:
        named = table.named
        self._key = named.key
        self._label = named.label_column or named.key
        self._our_user = our_user
        # Two thirds of all values are plain text: they go without a function call each.
        self._texts = tuple((plan.field, plan.column.name) for plan in plans if _is_plain_text(plan))
        self._readers = tuple((plan.field, _reader(plan, table)) for plan in plans if not _is_plain_text(plan))
        self.annotations = any(_needs_annotation(plan, table) for plan in plans)
        stamps = (name for name in ("modifiedon", "modifiedby") if name in table.columns)
        wanted = (
            *(name for plan in plans for name in _selected(plan, table)),
            self._label,
            *map(_property(table), stamps),
        )
        self.columns = tuple(dict.fromkeys(wanted))
        self.select = ",".join(self.columns)

    @property
    def preferences(self) -> tuple[str, ...]:
        """The preferences that every request for such rows carries."""
        return (f'odata.include-annotations="{TARGET_ANNOTATION}"',) if self.annotations else ()

    def record(self, row: Row) -> Record:
        """Return one row as a record. Raises Inexact where a number has too many digits for a float."""
        fields: dict[str, Value] = {}
        get = row.get
        for name, key in self._texts:
            text = get(key)
            fields[name] = (text.strip() or None) if text else None
        for name, read in self._readers:
            fields[name] = read(row)
        modified = get("modifiedon")
        return Record(
            row[self._key].lower(),
            row["@odata.etag"][3:-1],
            fields,
            datetime.fromisoformat(modified) if modified else None,
            get("_modifiedby_value") == self._our_user,
            get(self._label) or "",
        )


def _is_plain_text(plan: FieldPlan) -> bool:
    return not plan.is_type and plan.leads_to is None and plan.column.type in ("String", "Memo")


def _property(table: Table) -> Callable[[str], str]:
    return lambda name: f"_{name}_value" if table.column(name).is_lookup else name


def _shadow_of_owner(plan: FieldPlan, table: Table) -> str | None:
    """An owner's type can be told from its shadow column, which costs less than annotations on every lookup."""
    return "_owninguser_value" if plan.column.type == "Owner" and "owninguser" in table.columns else None


def _needs_annotation(plan: FieldPlan, table: Table) -> bool:
    return plan.column.is_lookup and len(plan.column.targets) > 1 and _shadow_of_owner(plan, table) is None


def _selected(plan: FieldPlan, table: Table) -> tuple[str, ...]:
    if not plan.column.is_lookup:
        return (plan.column.name,)
    shadow = _shadow_of_owner(plan, table)
    own = f"_{plan.column.name}_value"
    return (own, shadow) if shadow else (own,)


def _reader(plan: FieldPlan, table: Table) -> Read:
    """Return the function that reads one field of a row, in canonical form."""
    name = plan.column.name
    if plan.column.is_lookup:
        return _type_reader(plan, table) if plan.is_type else _reference_reader(plan, table)
    if plan.leads_to is not None:
        return lambda row: None if (value := row.get(name)) is None else str(value)
    match _kind(plan):
        case Kind.DECIMAL:
            return _decimal_reader(name, _scale(plan.column))
        case Kind.DATE:
            return lambda row: value[:10] if (value := row.get(name)) else None
        case Kind.TEXT:
            return lambda row: (str(value).strip() or None) if (value := row.get(name)) is not None else None
        case _:
            return lambda row: row.get(name)


def _decimal_reader(name: str, scale: int) -> Read:
    # A float holds 15 decimal digits without loss; with four decimal places, as amounts are sent, that is up to 10¹¹.
    exact_below = 10.0 ** (15 - max(scale, 4))

    def read(row: Row) -> Value:
        value = row.get(name)
        if value is None:
            return None
        if value.__class__ is float and not -exact_below < value < exact_below:
            raise Inexact
        return decimal_text(value, scale)

    return read


def _type_reader(plan: FieldPlan, table: Table) -> Read:
    own, shadow = f"_{plan.column.name}_value", _shadow_of_owner(plan, table)
    if shadow is not None:
        return lambda row: None if row.get(own) is None else "team" if row.get(shadow) is None else "systemuser"
    targets = plan.column.targets
    if len(targets) == 1:
        return lambda row: None if row.get(own) is None else targets[0]
    annotation = f"{own}@{TARGET_ANNOTATION}"
    return lambda row: row.get(annotation)


def _reference_reader(plan: FieldPlan, table: Table) -> Read:
    """A reference that leads where the mapping says is the id alone; one that leads elsewhere names the table first."""
    own = f"_{plan.column.name}_value"
    expected = plan.leads_to
    if expected is None or plan.column.targets in ((), (expected,)):
        return lambda row: row.get(own)
    table_of = _type_reader(plan, table)

    def read(row: Row) -> Value:
        value: str | None = row.get(own)
        if value is None:
            return None
        leads_to = table_of(row)
        return value if leads_to == expected or leads_to is None else f"{leads_to}:{value}"

    return read


class RowWriter:
    """Turns fields into what the service takes. What it raises does not know the record: the caller names it."""

    __slots__ = ("_changed", "_known", "_metadata", "_set_once", "_table")

    def __init__(self, plans: tuple[FieldPlan, ...], table: Table, metadata: Metadata) -> None:
        self._table = table
        self._metadata = metadata
        self._known = frozenset(plan.field for plan in plans)
        self._set_once = frozenset(plan.field for plan in plans if not plan.is_type and not plan.column.updatable)
        # Most fields are text and go as they are; the others are taken out and put back as the service wants them.
        self._changed: tuple[tuple[str, Encode | None], ...] = tuple(
            (plan.field, None if plan.is_type else self._encoder(plan)) for plan in plans if not _is_plain_text(plan)
        )

    def insert(self, fields: Fields) -> dict[str, object]:
        """Return the columns of a new row; blanks are left out. Raises RecordRefused for a value that cannot be sent."""
        if None in fields.values():
            fields = {name: value for name, value in fields.items() if value is not None}
        return self._payload(fields)

    def change(self, fields: Fields) -> dict[str, object]:
        """Return the columns of an update; None clears. Raises RecordRefused for a column that can no longer be set."""
        for name in fields:
            if name in self._set_once:
                raise RecordRefused(
                    f"Dynamics CRM sets {name} only when a record is created.",
                    hint="Change it back, or delete the coupling and create the record anew.",
                )
        return self._payload(fields)

    def _payload(self, fields: Fields) -> dict[str, object]:
        if not fields.keys() <= self._known:
            name = next(name for name in fields if name not in self._known)
            raise RecordRefused(f"The mapping does not name the field {name}.", hint="Check the mapping's fields.")
        payload: dict[str, object] = dict(fields)
        for name, encode in self._changed:
            if name not in payload:
                continue
            value = fields[name]
            del payload[name]
            if encode is not None:
                try:
                    key, payload_value = encode(value)
                except (ValueError, TypeError) as exc:
                    raise RecordRefused(
                        f"The value {value!r} cannot be {name} in Dynamics CRM.", hint="Correct it."
                    ) from exc
                payload[key] = payload_value
        return payload

    def _encoder(self, plan: FieldPlan) -> Encode:
        name = plan.column.name
        if plan.column.is_lookup:
            return self._binder(plan)
        if plan.leads_to is not None or _kind(plan) in (Kind.INTEGER, Kind.OPTION):
            return lambda value: (name, None if value is None else int(value))
        if _kind(plan) is Kind.DECIMAL:
            return lambda value: (name, None if value is None else _number(value))
        return lambda value: (name, value)

    def _binder(self, plan: FieldPlan) -> Encode:
        column = plan.column
        expected = plan.leads_to or (column.targets[0] if len(column.targets) == 1 else None)
        default = expected or next(iter(column.navigation), None)
        clearing = f"{column.navigation.get(default or '', column.name)}@odata.bind"
        places: dict[str, tuple[str, str]] = {}

        def place(target: str) -> tuple[str, str]:
            if target not in places:
                if target not in column.navigation:
                    raise ValueError(f"{column.name} cannot lead to {target}")
                places[target] = (
                    f"{column.navigation[target]}@odata.bind",
                    f"/{self._metadata.name(target).set_name}(",
                )
            return places[target]

        def bind(value: Value) -> tuple[str, object]:
            if value is None:
                return clearing, None
            target, colon, key = str(value).rpartition(":")
            if GUID.fullmatch(key) is None:
                raise ValueError(f"{key!r} is not an id")
            name, root = place(target if colon else default or "")
            return name, f"{root}{key})"

        return lru_cache(maxsize=1024)(bind)  # a page of records refers to few others, again and again


def _number(value: Value) -> orjson.Fragment:
    """A decimal goes out digit by digit, as it is written; it never becomes a float."""
    text = str(value)
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a number")
    return orjson.Fragment(text)
