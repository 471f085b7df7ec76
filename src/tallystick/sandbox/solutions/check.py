"""Whether a package can be imported into this environment as it is now. Nothing is written here."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.metadata import Catalog
from tallystick.sandbox.solutions.components import CHOICE, COLUMN, ROLE, TABLE, WEB_RESOURCE
from tallystick.sandbox.solutions.content import Content
from tallystick.sandbox.solutions.manifest import Component, Manifest, version_of

HOLDING = "_Upgrade"
"""What the service adds to the unique name of a newer version that waits for its promotion."""


@dataclass(frozen=True, slots=True)
class Installed:
    id: str
    version: str
    managed: bool


def installed(connection: sqlite3.Connection, name: str) -> Installed | None:
    query = 'SELECT "solutionid", "version", "ismanaged" FROM "solution" WHERE fold("uniquename") = fold(?)'
    row = connection.execute(query, (name,)).fetchone()
    return None if row is None else Installed(str(row[0]), str(row[1]), bool(row[2]))


def check_version(manifest: Manifest, present: Installed | None) -> None:
    """A managed solution stays managed and never goes back to an older version."""
    if present is None:
        return
    if manifest.managed and not present.managed:
        raise Refusal(
            400, "0x80048040",
            f"The solution {manifest.name} is installed as unmanaged; a managed package cannot be imported over "
            f"it. Delete the "
            "unmanaged solution first.",
        )  # fmt: skip
    if present.managed and not manifest.managed:
        raise Refusal(
            400, "0x80048041",
            f"The solution {manifest.name} is installed as managed; an unmanaged package cannot be imported over it.",
        )  # fmt: skip
    if present.managed and version_of(manifest.version) < version_of(present.version):
        raise Refusal(
            400, "0x80048033",
            f"The solution {manifest.name} is installed in version {present.version}; the package has the older version "
            f"{manifest.version}.",
        )  # fmt: skip


def missing_components(
    connection: sqlite3.Connection, catalog: Catalog, manifest: Manifest, content: Content
) -> list[Component]:
    """What the package needs, or names as its own, and is neither in it nor here. Kinds that this environment does not
    have at all (forms, views, apps) are not looked for."""
    wanted = (*manifest.needs, *manifest.roots)
    return [one for one in wanted if not _is_there(connection, catalog, content, one)]


def check_dependencies(connection: sqlite3.Connection, catalog: Catalog, manifest: Manifest, content: Content) -> None:
    missing = missing_components(connection, catalog, manifest, content)
    if missing:
        raise Refusal(
            400, "0x80048033",
            f"The solution {manifest.name} cannot be imported: it needs components that are not in this environment: "
            f"{', '.join(str(one) for one in missing[:20])}. Import the solutions that have them first.",
        )  # fmt: skip


def _is_there(connection: sqlite3.Connection, catalog: Catalog, content: Content, one: Component) -> bool:
    name = one.name.lower()
    match one.kind:
        case _ if one.kind == TABLE:
            return name in catalog.tables or any(table.name == name for table in content.tables)
        case _ if one.kind == COLUMN:
            parent = one.parent.lower()
            here = catalog.get(parent)
            brought = (column.name for table in content.tables if table.name == parent for column in table.columns)
            return (here is not None and name in here.columns) or name in brought
        case _ if one.kind == CHOICE:
            return name in catalog.choices or any(choice.name == name for choice in content.choices)
        case _ if one.kind == ROLE:
            return any(role.id == one.id for role in content.roles) or _row_is_there(
                connection, "role", "roleid", one.id
            )
        case _ if one.kind == WEB_RESOURCE:
            packed = any(part.name.lower() == name for part in content.web_resources)
            return packed or _row_is_there(connection, "webresource", "name", one.name)
    return True


def _row_is_there(connection: sqlite3.Connection, table: str, column: str, value: str) -> bool:
    query = f'SELECT 1 FROM "{table}" WHERE fold("{column}") = fold(?)'  # noqa: S608 (fixed names)
    return connection.execute(query, (value,)).fetchone() is not None
