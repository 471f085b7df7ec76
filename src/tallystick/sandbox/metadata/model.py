"""Definitions as values: columns, keys, tables, many-to-many relationships."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

_NAMESPACE = uuid.UUID("7a11e571-c000-4000-8000-000000000000")

OWNER_TARGETS = ("systemuser", "team")


def stable_id(*names: str) -> str:
    """The same GUID for the same definition in every environment, so that tests may write it down."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(names)))


class Kind(StrEnum):
    """Column types; the values are the `AttributeType` names of the metadata."""

    STRING = "String"
    MEMO = "Memo"
    INTEGER = "Integer"
    BIGINT = "BigInt"
    DECIMAL = "Decimal"
    DOUBLE = "Double"
    MONEY = "Money"
    BOOLEAN = "Boolean"
    DATETIME = "DateTime"
    DATE = "Date"  # shown in metadata as a DateTime whose Format is DateOnly
    PICKLIST = "Picklist"
    MULTIPICKLIST = "MultiSelectPicklist"
    STATE = "State"
    STATUS = "Status"
    LOOKUP = "Lookup"
    CUSTOMER = "Customer"
    OWNER = "Owner"
    UNIQUEIDENTIFIER = "Uniqueidentifier"
    ENTITYNAME = "EntityName"  # shadow of a polymorphic lookup: not an OData property


LOOKUPS = frozenset({Kind.LOOKUP, Kind.CUSTOMER, Kind.OWNER})
TEXTS = frozenset({Kind.STRING, Kind.MEMO})
CHOICES = frozenset({Kind.PICKLIST, Kind.STATE, Kind.STATUS})


class Required(StrEnum):
    NONE = "None"
    SYSTEM = "SystemRequired"  # the only level the Web API enforces
    APPLICATION = "ApplicationRequired"
    RECOMMENDED = "Recommended"


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice. `state` is set on status reasons, `default_status` on states."""

    value: int
    label: str
    state: int | None = None
    default_status: int | None = None
    managed: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of its own ("global option set"): the columns that use it have its options."""

    name: str
    label: str
    options: tuple[Option, ...]
    custom: bool = False
    metadata_id: str = ""

    @property
    def id(self) -> str:
        return self.metadata_id or stable_id("globaloptionset", self.name)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `inverse` names, per target table, the relationship and the collection on the other side; `on_delete`
    is what a custom lookup says about deleting its target. The options of a `global_choice` are those of `option_set`."""

    name: str
    kind: Kind
    label: str = ""
    schema: str = ""
    max_length: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    precision: int = 0
    required: Required = Required.NONE
    create: bool = True
    update: bool = True
    options: tuple[Option, ...] = ()
    option_set: str = ""
    default: int | bool | None = None
    targets: tuple[str, ...] = ()
    navigation: str = ""
    inverse: tuple[tuple[str, str, str], ...] = ()
    primary_id: bool = False
    primary_name: bool = False
    custom: bool = False
    shadow_of: str = ""
    format: str = ""
    on_delete: str = ""
    global_choice: bool = False

    @property
    def is_lookup(self) -> bool:
        return self.kind in LOOKUPS

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1

    @property
    def type_column(self) -> str:
        """The SQL column that says which table a polymorphic lookup points into."""
        return f"{self.name}__type"

    @property
    def property_name(self) -> str:
        """The name in JSON, $select and $filter."""
        return f"_{self.name}_value" if self.is_lookup else self.name

    @property
    def is_property(self) -> bool:
        return self.kind is not Kind.ENTITYNAME

    def option(self, value: object) -> Option | None:
        return next((option for option in self.options if option.value == value), None)

    def navigation_for(self, target: str) -> str:
        """The navigation property that leads to `target`; a polymorphic lookup has one per target."""
        base = self.navigation or self.name
        if self.kind is Kind.OWNER or not self.polymorphic:
            return base
        return f"{base}_{target}"


@dataclass(frozen=True, slots=True)
class Key:
    """An alternate key. `status` is the state of its unique index: Active or Failed."""

    name: str
    schema: str
    columns: tuple[str, ...]
    label: str = ""
    status: str = "Active"
    metadata_id: str = ""


@dataclass(frozen=True, slots=True)
class ManyToMany:
    """Rows of `first` and `second` paired in the readable but not writable table `intersect`."""

    schema: str
    first: str
    second: str
    intersect: str
    intersect_set: str
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `privilege` is the name in its privileges when that is not `schema`; `open_to_all` tables need none.
    `parent_column` is the lookup to the row that owner, business unit and currency are taken from."""

    name: str
    schema: str
    set_name: str
    code: int
    label: str
    plural: str
    columns: dict[str, Column]
    keys: tuple[Key, ...] = ()
    ownership: str = "UserOwned"
    change_tracking: bool = False
    trackable: bool = True
    creatable: bool = True
    deletable: bool = True
    updatable: bool = True
    intersect: bool = False
    inherits_principal: bool = False
    id_column: str = ""
    name_column: str = ""
    metadata_id: str = ""
    description: str = ""
    privilege: str = ""
    open_to_all: bool = False
    custom: bool = False
    parent_column: str = ""
    has_notes: bool = False

    @property
    def type_name(self) -> str:
        return f"Microsoft.Dynamics.CRM.{self.name}"

    def column_of(self, property_name: str) -> Column | None:
        """The column a JSON property or query name stands for; lookups go by `_name_value`."""
        column = self.columns.get(property_name)
        if column is not None:
            return column if not column.is_lookup and column.is_property else None
        if property_name.startswith("_") and property_name.endswith("_value"):
            column = self.columns.get(property_name[1:-6])
            return column if column is not None and column.is_lookup else None
        return None
