"""customizations.xml: the tables, relationships, choices, roles and web resources of a package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.metadata import Catalog, Choice, Column
from tallystick.sandbox.metadata.cascade import OnDelete
from tallystick.sandbox.metadata.privileges import Depth, depth_named
from tallystick.sandbox.rows.values import parse_guid
from tallystick.sandbox.safe_xml import parse_xml
from tallystick.sandbox.solutions.columns import read_column, read_options
from tallystick.sandbox.solutions.manifest import label_in, number_in, text_in
from tallystick.sandbox.solutions.package import Package, bad_package


@dataclass(frozen=True, slots=True)
class KeyPart:
    schema: str
    label: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table, or what is added to one that is there. `primary_name` is empty when no column is marked so."""

    schema: str
    label: str
    plural: str
    description: str
    ownership: str
    set_name: str
    change_tracking: bool
    has_notes: bool
    columns: tuple[Column, ...]
    primary_name: str
    keys: tuple[KeyPart, ...]

    @property
    def name(self) -> str:
        return self.schema.lower()


@dataclass(frozen=True, slots=True)
class LookupPart:
    name: str
    table: str
    target: str
    column: str
    on_delete: OnDelete


@dataclass(frozen=True, slots=True)
class PairPart:
    name: str
    first: str
    second: str
    intersect: str


@dataclass(frozen=True, slots=True)
class RolePart:
    id: str
    name: str
    grants: dict[str, Depth]


@dataclass(frozen=True, slots=True)
class WebResourcePart:
    id: str
    name: str
    label: str
    description: str
    kind: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """`ignored` names the kinds of parts that are in the package and that this environment has no use for."""

    tables: tuple[TablePart, ...]
    lookups: tuple[LookupPart, ...]
    pairs: tuple[PairPart, ...]
    choices: tuple[Choice, ...]
    roles: tuple[RolePart, ...]
    web_resources: tuple[WebResourcePart, ...]
    ignored: tuple[str, ...]


def _bad(message: str) -> Refusal:
    return Refusal(400, "0x80048033", message)


_USELESS = (
    "Workflows", "FieldSecurityProfiles", "Templates", "CustomControls", "SolutionPluginAssemblies", "EntityDataProviders",
    "SdkMessageProcessingSteps", "Reports", "Dashboards", "AppModules", "AppModuleSiteMaps", "CanvasApps",
)  # fmt: skip
_USELESS_IN_TABLES = ("FormXml", "SavedQueries", "RibbonDiffXml")


def read_content(package: Package, catalog: Catalog) -> Content:
    """Everything the package brings. Raises 400 with the part that cannot be understood."""
    root = parse_xml(package.read("customizations.xml"), "customizations.xml")
    if root.tag != "ImportExportXml":
        raise bad_package("customizations.xml is not <ImportExportXml>.")
    choices = tuple(_choice(one) for one in root.findall("optionsets/optionset"))
    known = {**catalog.choices, **{one.name: one for one in choices}}
    entities = root.findall("Entities/Entity")
    relations = root.findall("EntityRelationships/EntityRelationship")
    ignored = [name for name in _USELESS if len(root.find(name) if root.find(name) is not None else ())]  # type: ignore[arg-type]
    ignored += [name for name in _USELESS_IN_TABLES if any(len(part) for one in entities for part in one.findall(name))]
    return Content(
        tuple(_table(one, known) for one in entities),
        tuple(_lookup(one) for one in relations if not _is_pair(one)),
        tuple(_pair(one) for one in relations if _is_pair(one)),
        choices,
        tuple(_role(one) for one in root.findall("Roles/Role")),
        tuple(_web_resource(one, package) for one in root.findall("WebResources/WebResource")),
        tuple(ignored),
    )


def _choice(element: Element) -> Choice:
    name = (element.get("Name") or "").lower()
    if not name:
        raise _bad("An optionset has no Name.")
    label = label_in(element.find("displaynames")) or element.get("localizedName") or name
    return Choice(name, label, read_options(element), custom=True)


def _table(element: Element, choices: dict[str, Choice]) -> TablePart:
    name, entity = element.find("Name"), element.find("EntityInfo/entity")
    schema = (entity.get("Name") if entity is not None else None) or (name.text or "" if name is not None else "")
    if not schema.strip():
        raise _bad("An Entity has no Name.")
    schema = schema.strip()
    label = label_in(entity.find("LocalizedNames") if entity is not None else None)
    label = label or (name.get("LocalizedName") if name is not None else "") or schema
    attributes = entity.findall("attributes/attribute") if entity is not None else []
    columns = []
    primary = ""
    for one in attributes:
        column = read_column(schema, one, choices)
        if column is not None:
            columns.append(column)
            if "PrimaryName" in text_in(one, "DisplayMask"):
                primary = column.name
    return TablePart(
        schema, label, label_in(entity.find("LocalizedCollectionNames") if entity is not None else None) or f"{label}s",
        label_in(entity.find("Descriptions") if entity is not None else None), text_in(entity, "OwnershipTypeMask"),
        text_in(entity, "EntitySetName"), text_in(entity, "ChangeTrackingEnabled") in ("1", "true"),
        text_in(entity, "HasNotes") in ("1", "true"), tuple(columns), primary, tuple(_keys(entity)),
    )  # fmt: skip


def _keys(entity: Element | None) -> Iterator[KeyPart]:
    for one in entity.findall("EntityKeys/EntityKey") if entity is not None else []:
        columns = tuple((name.text or "").strip().lower() for name in one.findall("EntityKeyAttributes/AttributeName"))
        schema = text_in(one, "Name") or text_in(one, "LogicalName")
        if not schema or not columns:
            raise _bad("An EntityKey needs a Name and at least one AttributeName.")
        yield KeyPart(schema, label_in(one.find("displaynames")), columns)


def _is_pair(element: Element) -> bool:
    return text_in(element, "EntityRelationshipType") == "ManyToMany"


def _lookup(element: Element) -> LookupPart:
    name = element.get("Name") or ""
    parts = [
        text_in(element, one) for one in ("ReferencingEntityName", "ReferencedEntityName", "ReferencingAttributeName")
    ]
    if not name or not all(parts):
        raise _bad(
            f"The relationship {name or '(no name)'} does not say which column of which table points to which table."
        )
    word = text_in(element, "CascadeDelete")
    delete = OnDelete(word) if word in tuple(OnDelete) else OnDelete.REMOVE_LINK
    return LookupPart(name, parts[0].lower(), parts[1].lower(), parts[2].lower(), delete)


def _pair(element: Element) -> PairPart:
    name = element.get("Name") or ""
    first, second = text_in(element, "FirstEntityName"), text_in(element, "SecondEntityName")
    if not name or not first or not second:
        raise _bad(f"The relationship {name or '(no name)'} does not say which two tables it pairs.")
    return PairPart(name, first.lower(), second.lower(), text_in(element, "IntersectEntityName") or name)


def _role(element: Element) -> RolePart:
    name, role_id = element.get("name") or "", parse_guid((element.get("id") or "").strip("{}"))
    if not name or role_id is None:
        raise _bad(f"The role {name or '(no name)'} needs a name and an id.")
    grants = {}
    for one in element.findall("RolePrivileges/RolePrivilege"):
        depth = depth_named(one.get("level") or "")
        privilege = one.get("name") or ""
        if depth is None or not privilege:
            raise _bad(
                f"The role {name} has a privilege '{privilege[:100]}' with the level '{(one.get('level') or '')[:50]}'."
            )
        grants[privilege] = depth
    return RolePart(role_id, name, grants)


def _web_resource(element: Element, package: Package) -> WebResourcePart:
    name = text_in(element, "Name")
    row_id = parse_guid(text_in(element, "WebResourceId").strip("{}"))
    kind = number_in(text_in(element, "WebResourceType"), f"The WebResourceType of {name[:100] or 'a web resource'}")
    if not name or row_id is None or not 1 <= kind <= 12:
        raise _bad(f"The web resource {name[:100] or '(no name)'} needs a name, an id, and a type from 1 to 12.")
    file = text_in(element, "FileName").lstrip("/")
    if not file:
        raise _bad(f"The web resource {name[:100]} does not say which file holds it.")
    label, description = text_in(element, "DisplayName"), text_in(element, "Description")
    return WebResourcePart(row_id, name, label, description, kind, package.read(file))
