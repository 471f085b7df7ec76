"""The privileges that the definitions give rise to: one for every verb on every table, and those about the environment.

Names and access rights are those of the service (https://learn.microsoft.com/power-platform/admin/security-roles-privileges)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache

from tallystick.sandbox.metadata.catalog import Catalog
from tallystick.sandbox.metadata.model import Table, stable_id


class Verb(StrEnum):
    """What is done to a row; the names are those in privileges and in access rights (`ReadAccess`)."""

    CREATE = "Create"
    READ = "Read"
    WRITE = "Write"
    DELETE = "Delete"
    APPEND = "Append"
    APPEND_TO = "AppendTo"
    ASSIGN = "Assign"
    SHARE = "Share"


ACCESS_RIGHTS = {
    Verb.READ: 1, Verb.WRITE: 2, Verb.APPEND: 4, Verb.APPEND_TO: 16, Verb.CREATE: 32, Verb.DELETE: 65536,
    Verb.SHARE: 262144, Verb.ASSIGN: 524288,
}  # fmt: skip


class Depth(IntEnum):
    """Which rows a privilege reaches; the values are those of `roleprivileges.privilegedepthmask`."""

    BASIC = 1  # the user's own rows and those of the user's teams
    LOCAL = 2  # all rows of the business unit
    DEEP = 4  # and of the business units below it
    GLOBAL = 8

    @property
    def word(self) -> str:
        return self.name.capitalize()


def depth_named(word: object) -> Depth | None:
    """`Global` in any spelling, or its number as some clients send it (0 Basic … 3 Global)."""
    if isinstance(word, int) and not isinstance(word, bool) and 0 <= word <= 3:
        return Depth(2**word)
    return Depth.__members__.get(str(word).upper())


ACT_ON_BEHALF = "prvActOnBehalfOfAnotherUser"
PUBLISH, IMPORT, EXPORT = "prvPublishCustomization", "prvImportCustomization", "prvExportCustomization"
ASSIGN_ROLE = "prvAssignRole"
_DEFINITIONS = ("Entity", "Attribute", "Relationship", "OptionSet")
_CHANGING = tuple(f"prv{verb}{what}" for what in _DEFINITIONS for verb in ("Create", "Write", "Delete"))
CUSTOMIZING = (PUBLISH, IMPORT, EXPORT, *_CHANGING)
GENERAL = (*CUSTOMIZING, ACT_ON_BEHALF, ASSIGN_ROLE, "prvBypassCustomPlugins", "prvBypassCustomBusinessLogic")


@dataclass(frozen=True, slots=True)
class Privilege:
    """`right` is 0 when it is not about rows; `depths` are those it can be given at."""

    name: str
    right: int
    depths: tuple[Depth, ...]

    @property
    def id(self) -> str:
        return stable_id("privilege", self.name)


def privilege_id(name: str) -> str:
    return stable_id("privilege", name)


def privilege_name(table: Table, verb: Verb) -> str:
    """`prvReadAccount`; some tables go by the privileges of another (`prvReadSalesOrder` covers the order's lines)."""
    return f"prv{verb.value}{table.privilege or table.schema}"


_ROWS_OF_UNITS = (Depth.BASIC, Depth.LOCAL, Depth.DEEP, Depth.GLOBAL)


def privileges_of(table: Table) -> list[Privilege]:
    """The privileges on one table; only rows with an owner can be assigned and shared."""
    owned = table.ownership == "UserOwned"
    depths = _ROWS_OF_UNITS if owned or table.ownership == "BusinessOwned" else (Depth.GLOBAL,)
    verbs = [verb for verb in Verb if owned or verb not in (Verb.ASSIGN, Verb.SHARE)]
    return [Privilege(privilege_name(table, verb), ACCESS_RIGHTS[verb], depths) for verb in verbs]


@lru_cache(maxsize=16)
def all_privileges(catalog: Catalog) -> Mapping[str, Privilege]:
    """Every privilege of the environment by name; worked out once for a catalog, which never changes."""
    found = {name: Privilege(name, 0, (Depth.GLOBAL,)) for name in GENERAL}
    for table in _with_privileges(catalog):
        for privilege in privileges_of(table):
            known = found.get(privilege.name)
            if known is None or len(known.depths) < len(privilege.depths):
                found[privilege.name] = privilege
    return found


def _with_privileges(catalog: Catalog) -> Iterator[Table]:
    """Intersect tables are read with the privileges of others."""
    return (table for table in catalog.tables.values() if not table.intersect and not table.open_to_all)
