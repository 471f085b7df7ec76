"""What a solution is made of, as the sources describe it: tables, columns, roles and web resources."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tallystick.dataverse.privileges import Right

PREFIX = "tstick"
"""Of everything that is ours in an environment; see docs/decisions/0017-solution-names.md. It never changes."""
_NAMESPACE = uuid.UUID("6f2f7a0c-3c1c-5f0e-9a55-0d3b8a3c4a11")


def own_id(*names: str) -> str:
    """Return the id of a part: the same in every build and every environment, because it is made of its name."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(names)))


class Kind(StrEnum):
    """Types of columns; the values are those of customizations.xml."""

    TEXT = "nvarchar"
    WHOLE = "int"
    YES_NO = "bit"
    MONEY = "money"
    DATE = "datetime"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `length` is that of a text, `target` the table a lookup leads to, `low` the least of a number."""

    schema: str
    kind: Kind
    label: str
    description: str = ""
    length: int = 100
    low: int | None = None
    target: str = ""
    required: bool = False
    primary: bool = False

    @property
    def name(self) -> str:
        return self.schema.lower()


@dataclass(frozen=True, slots=True)
class Key:
    """An alternate key of one text column."""

    schema: str
    label: str
    column: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours, whose rows belong to the organization; `columns` begins with its primary name."""

    schema: str
    label: str
    plural: str
    description: str
    set_name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()

    @property
    def name(self) -> str:
        return self.schema.lower()

    @property
    def has_money(self) -> bool:
        return any(column.kind is Kind.MONEY for column in self.columns)


@dataclass(frozen=True, slots=True)
class Extension:
    """Columns that a table of Dynamics 365 Sales gets. `schema` is that table's schema name."""

    schema: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        return self.schema.lower()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The relationship behind a lookup column."""

    name: str
    table: str
    target: str
    column: Column


@dataclass(frozen=True, slots=True)
class Role:
    """A security role. `rights` is what it may do to all rows of a table; `others` are privileges not about rows."""

    name: str
    description: str
    rights: Mapping[str, tuple[Right, ...]]
    others: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the role in the root business unit; its copies elsewhere refer to it."""
        return own_id("role", self.name)


@dataclass(frozen=True, slots=True)
class WebResource:
    """A file that the environment serves under /WebResources/; `kind` is its number (1 HTML, 2 CSS, 3 script)."""

    name: str
    label: str
    kind: int
    content: bytes

    @property
    def id(self) -> str:
        return own_id("webresource", self.name)


@dataclass(frozen=True, slots=True)
class Solution:
    """Everything a package is built from."""

    name: str
    label: str
    description: str
    version: str
    publisher: str
    publisher_label: str
    option_prefix: int
    tables: tuple[Table, ...]
    extensions: tuple[Extension, ...]
    roles: tuple[Role, ...]
    web_resources: tuple[WebResource, ...]

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """The relationships of all lookup columns, in the order of the tables."""
        tables: tuple[Table | Extension, ...] = (*self.tables, *self.extensions)
        return tuple(
            Lookup(f"{PREFIX}_{_bare(table.name)}_{_bare(column.name)}", table.name, column.target, column)
            for table in tables
            for column in table.columns
            if column.kind is Kind.LOOKUP
        )


def _bare(name: str) -> str:
    """A name without our prefix, so that it stands only once in the name of a relationship."""
    return name.removeprefix(f"{PREFIX}_")
