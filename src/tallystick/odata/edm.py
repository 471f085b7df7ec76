"""The entity data model in brief: sets, their properties and types. Standard library only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum
from typing import Any

from tallystick.financials.permissions import Permission

NAMESPACE = "Tallystick"
CONTAINER = "Financials"


class Edm(StrEnum):
    """The primitive types that are published (OData CSDL 4.0, section 4.4)."""

    STRING = "Edm.String"
    BOOLEAN = "Edm.Boolean"
    INT32 = "Edm.Int32"
    DECIMAL = "Edm.Decimal"
    DATE = "Edm.Date"
    DATE_TIME_OFFSET = "Edm.DateTimeOffset"
    GUID = "Edm.Guid"


NUMBERS = frozenset({Edm.INT32, Edm.DECIMAL})


@dataclass(frozen=True, slots=True)
class Property:
    """One property. `path` is the Django path to its value; `null_path`, where that lies behind a reference, the
    reference itself, so that asking whether there is one needs no join."""

    name: str
    type: Edm
    path: str
    nullable: bool = False
    max_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    help: str = ""
    null_path: str = ""


def _nothing_computed() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySet:
    """A set of records that can be published. `name` is in addresses, `entity_type` is the type of one record.

    `company` names the Django paths that have to be the company's; `only` what else holds for every row; `computed` the
    SQL of properties that are no column. `table` is the table whose versions the rows have; '' where they have none.
    `needs` is what its reader must be permitted."""

    name: str
    entity_type: str
    label: str
    help: str
    model: str
    company: tuple[str, ...]
    properties: tuple[Property, ...] = attribute(repr=False)
    key: tuple[str, ...]
    needs: Permission
    table: str = ""
    only: Mapping[str, Any] = attribute(default_factory=dict)
    computed: Callable[[], Mapping[str, Any]] = _nothing_computed

    by_name: Mapping[str, Property] = attribute(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather the properties by name."""
        object.__setattr__(self, "by_name", {one.name: one for one in self.properties})

    @property
    def key_properties(self) -> tuple[Property, ...]:
        """The properties that tell a record from the others."""
        return tuple(self.by_name[name] for name in self.key)

    @property
    def qualified_type(self) -> str:
        """The name of the type with its namespace."""
        return f"{NAMESPACE}.{self.entity_type}"
