"""An unmanaged solution as a package that can be imported elsewhere."""

from __future__ import annotations

import base64
import io
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata import Catalog, Choice, Column, Kind, ManyToMany, Table, describe
from tallystick.sandbox.metadata.cascade import on_delete
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.metadata.privileges import Depth
from tallystick.sandbox.solutions import components
from tallystick.sandbox.solutions.write_columns import attribute_xml, labels_xml, option_set_xml, text_xml

_EPOCH = (2000, 1, 1, 0, 0, 0)
"""Every file of a package has this date, so that the same solution is the same bytes."""


@dataclass(frozen=True, slots=True)
class _Relation:
    schema: str
    table: Table
    column: Column


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components of a solution, found again by their ids."""

    tables: tuple[Table, ...]
    columns: tuple[tuple[Table, Column], ...]
    relations: tuple[_Relation, ...]
    pairs: tuple[ManyToMany, ...]
    choices: tuple[Choice, ...]
    roles: tuple[str, ...]
    web_resources: tuple[str, ...]


def export_solution(connection: sqlite3.Connection, catalog: Catalog, name: str, *, managed: bool) -> bytes:
    """The zip. Raises 400 for a solution that is not there or managed, which cannot be exported."""
    query = (
        'SELECT s."solutionid", s."uniquename", s."friendlyname", s."version", s."ismanaged", s."description", '
        'p."uniquename", p."friendlyname", p."customizationprefix", p."customizationoptionvalueprefix" FROM "solution" s '
        'JOIN "publisher" p ON p."publisherid" = s."publisherid" WHERE fold(s."uniquename") = fold(?)'
    )
    row = connection.execute(query, (name,)).fetchone()
    if row is None:
        raise invalid_argument(f"There is no solution with the unique name {name[:100]}.")
    if row[4]:
        raise Refusal(400, "0x80048033", f"The solution {row[1]} is managed; a managed solution cannot be exported.")
    parts = _parts(connection, catalog, str(row[0]))
    files = {"solution.xml": _manifest(row, parts, connection, managed=managed)}
    customizations, resources = _customizations(connection, catalog, parts)
    files["customizations.xml"] = customizations
    files["[Content_Types].xml"] = _content_types(resources)
    return _zipped({**files, **resources})


def _zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(ZipInfo(name, _EPOCH), files[name], ZIP_DEFLATED)
    return target.getvalue()


def _parts(connection: sqlite3.Connection, catalog: Catalog, solution: str) -> _Parts:
    query = 'SELECT "componenttype", "objectid" FROM "solutioncomponent" WHERE "solutionid" = ?'
    wanted = {(int(kind), str(object_id)) for kind, object_id in connection.execute(query, (solution,))}
    ids = {object_id for _, object_id in wanted}
    tables = tuple(table for table in catalog.tables.values() if (components.TABLE, table.metadata_id) in wanted)
    whole = {table.name for table in tables if table.custom}
    columns = tuple(
        (table, column)
        for table in catalog.tables.values()
        for column in table.columns.values()
        if column.custom
        and not table.intersect
        and (table.name in whole or (components.COLUMN, describe.column_id(table, column)) in wanted)
    )
    relations = tuple(
        _Relation(schema, table, column)
        for table in catalog.tables.values()
        for column in table.columns.values()
        for target, schema, _ in column.inverse
        if column.custom and (table.name in whole or stable_id("relationship", schema, table.name, target) in ids)
    )
    return _Parts(
        tables,
        columns,
        relations,
        tuple(pair for pair in catalog.many_to_many if stable_id("relationship", pair.schema) in ids),
        tuple(choice for choice in catalog.choices.values() if (components.CHOICE, choice.id) in wanted),
        tuple(sorted(object_id for kind, object_id in wanted if kind == components.ROLE)),
        tuple(sorted(object_id for kind, object_id in wanted if kind == components.WEB_RESOURCE)),
    )


# ---- solution.xml ----------------------------------------------------------------------------------------------------


def _manifest(row: Sequence[object], parts: _Parts, connection: sqlite3.Connection, *, managed: bool) -> bytes:
    root = Element("ImportExportXml", {
        "version": "9.2.0.0", "SolutionPackageVersion": "9.2", "languagecode": "1033", "generatedBy": "CrmLive",
    })  # fmt: skip
    manifest = SubElement(root, "SolutionManifest")
    text_xml(manifest, "UniqueName", row[1])
    labels_xml(manifest, "LocalizedNames", "LocalizedName", str(row[2]))
    labels_xml(manifest, "Descriptions", "Description", str(row[5] or ""))
    text_xml(manifest, "Version", row[3])
    text_xml(manifest, "Managed", int(managed))
    publisher = SubElement(manifest, "Publisher")
    text_xml(publisher, "UniqueName", row[6])
    labels_xml(publisher, "LocalizedNames", "LocalizedName", str(row[7]))
    text_xml(publisher, "CustomizationPrefix", row[8])
    text_xml(publisher, "CustomizationOptionValuePrefix", row[9])
    roots = SubElement(manifest, "RootComponents")
    for table in parts.tables:
        SubElement(roots, "RootComponent", {"type": "1", "schemaName": table.name, "behavior": "0"})
    for choice in parts.choices:
        SubElement(roots, "RootComponent", {"type": "9", "schemaName": choice.name, "behavior": "0"})
    for role in parts.roles:
        SubElement(roots, "RootComponent", {"type": "20", "id": f"{{{role}}}", "behavior": "0"})
    for (name,) in (_resource(connection, one, '"name"') for one in parts.web_resources):
        SubElement(roots, "RootComponent", {"type": "61", "schemaName": str(name), "behavior": "0"})
    SubElement(manifest, "MissingDependencies")
    return _document(root)


def _document(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _resource(connection: sqlite3.Connection, row_id: str, columns: str) -> tuple[object, ...]:
    query = f'SELECT {columns} FROM "webresource" WHERE "webresourceid" = ?'  # noqa: S608 (fixed names)
    found: tuple[object, ...] = connection.execute(query, (row_id,)).fetchone()
    return found


# ---- customizations.xml ----------------------------------------------------------------------------------------------


def _customizations(connection: sqlite3.Connection, catalog: Catalog, parts: _Parts) -> tuple[bytes, dict[str, bytes]]:
    root = Element("ImportExportXml")
    entities = SubElement(root, "Entities")
    touched = {table.name: table for table in parts.tables} | {table.name: table for table, _ in parts.columns}
    for table in touched.values():
        own = [column for other, column in parts.columns if other.name == table.name]
        _entity(entities, table, own, whole=table in parts.tables and table.custom)
    roles = SubElement(root, "Roles")
    for role in parts.roles:
        _role(connection, roles, role)
    relations = SubElement(root, "EntityRelationships")
    for relation in parts.relations:
        _relation(relations, relation)
    for pair in parts.pairs:
        _pair(relations, pair, catalog)
    choices = SubElement(root, "optionsets")
    for choice in parts.choices:
        option_set_xml(choices, choice.name, choice.options, kind="picklist", label=choice.label, shared=True)
    files = _web_resources(connection, root, parts)
    languages = SubElement(root, "Languages")
    text_xml(languages, "Language", 1033)
    return _document(root), files


def _entity(parent: Element, table: Table, columns: Sequence[Column], *, whole: bool) -> None:
    entity = SubElement(parent, "Entity")
    name = SubElement(entity, "Name", {"LocalizedName": table.label, "OriginalName": table.label})
    name.text = table.schema
    inner = SubElement(SubElement(entity, "EntityInfo"), "entity", {"Name": table.schema})
    if not whole:
        inner.set("unmodified", "1")
    labels_xml(inner, "LocalizedNames", "LocalizedName", table.label)
    labels_xml(inner, "LocalizedCollectionNames", "LocalizedCollectionName", table.plural)
    labels_xml(inner, "Descriptions", "Description", table.description)
    attributes = SubElement(inner, "attributes")
    for column in columns:
        if not (column.kind is Kind.MONEY and column.name.endswith("_base")):
            attribute_xml(attributes, column, primary=column.name == table.name_column and whole)
    keys = SubElement(inner, "EntityKeys")
    for key in (one for one in table.keys if one.metadata_id and whole):
        element = SubElement(keys, "EntityKey")
        text_xml(element, "Name", key.schema)
        text_xml(element, "LogicalName", key.name)
        names = SubElement(element, "EntityKeyAttributes")
        for column_name in key.columns:
            text_xml(names, "AttributeName", column_name)
        labels_xml(element, "displaynames", "displayname", key.label)
    if whole:
        text_xml(inner, "EntitySetName", table.set_name)
        text_xml(inner, "OwnershipTypeMask", "UserOwned" if table.ownership == "UserOwned" else "OrgOwned")
        text_xml(inner, "ChangeTrackingEnabled", int(table.change_tracking))


def _relation(parent: Element, relation: _Relation) -> None:
    target = relation.column.targets[0]
    element = SubElement(parent, "EntityRelationship", {"Name": relation.schema})
    text_xml(element, "EntityRelationshipType", "OneToMany")
    text_xml(element, "ReferencingEntityName", relation.table.name)
    text_xml(element, "ReferencedEntityName", target)
    text_xml(element, "CascadeAssign", "NoCascade")
    text_xml(element, "CascadeDelete", on_delete(relation.table, relation.column, target).value)
    text_xml(element, "ReferencingAttributeName", relation.column.name)


def _pair(parent: Element, pair: ManyToMany, catalog: Catalog) -> None:
    element = SubElement(parent, "EntityRelationship", {"Name": pair.schema})
    text_xml(element, "EntityRelationshipType", "ManyToMany")
    text_xml(element, "FirstEntityName", pair.first)
    text_xml(element, "SecondEntityName", pair.second)
    text_xml(element, "IntersectEntityName", catalog[pair.intersect].schema)


def _role(connection: sqlite3.Connection, parent: Element, role: str) -> None:
    (name,) = connection.execute('SELECT "name" FROM "role" WHERE "roleid" = ?', (role,)).fetchone()
    element = SubElement(parent, "Role", {"id": f"{{{role}}}", "name": str(name)})
    text_xml(element, "IsCustomizable", 1)
    privileges = SubElement(element, "RolePrivileges")
    query = (
        'SELECT p."name", g."privilegedepthmask" FROM "roleprivileges" g JOIN "privilege" p '
        'ON p."privilegeid" = g."privilegeid" WHERE g."roleid" = ? ORDER BY p."name"'
    )
    for privilege, depth in connection.execute(query, (role,)):
        SubElement(privileges, "RolePrivilege", {"name": str(privilege), "level": Depth(depth).word})


def _web_resources(connection: sqlite3.Connection, root: Element, parts: _Parts) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    parent = SubElement(root, "WebResources")
    columns = '"name", "displayname", "webresourcetype", "content", "description"'
    for row_id in parts.web_resources:
        name, label, kind, content, description = _resource(connection, row_id, columns)
        file = f"WebResources/{str(name).replace('/', '')}{row_id.upper()}"
        element = SubElement(parent, "WebResource")
        text_xml(element, "WebResourceId", f"{{{row_id}}}")
        text_xml(element, "Name", name)
        text_xml(element, "DisplayName", label or "")
        text_xml(element, "Description", description or "")
        text_xml(element, "WebResourceType", kind)
        text_xml(element, "FileName", f"/{file}")
        files[file] = base64.b64decode(str(content or ""))
    return files


def _content_types(files: dict[str, bytes]) -> bytes:
    root = Element("Types", {"xmlns": "http://schemas.openxmlformats.org/package/2006/content-types"})
    SubElement(root, "Default", {"Extension": "xml", "ContentType": "application/octet-stream"})
    for name in sorted(files):
        SubElement(root, "Override", {"PartName": f"/{name}", "ContentType": "application/octet-stream"})
    return _document(root)
