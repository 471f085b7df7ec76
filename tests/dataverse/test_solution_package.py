"""The built package, read by other code than that which writes it: the layout as published, and nothing that leads nowhere.

Layout: https://learn.microsoft.com/power-platform/alm/solution-concepts-alm and packages that the service exported."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

import pytest

from tallystick.dataverse.privileges import Right
from tallystick.dataverse.solution import AVAILABILITY, INTEGRATION, PREFIX, SOLUTION, VERSION, build
from tallystick.dataverse.solution.parts import Column, Kind

ZIP = build()
ARCHIVE = ZipFile(io.BytesIO(ZIP))
MANIFEST = fromstring(ARCHIVE.read("solution.xml"))
CONTENT = fromstring(ARCHIVE.read("customizations.xml"))
ENTITIES = {one.get("Name", ""): one for one in CONTENT.findall("Entities/Entity/EntityInfo/entity")}
# What an import expects of every attribute, beside what its type asks for.
OF_EVERY_ATTRIBUTE = (
    "Type", "Name", "LogicalName", "RequiredLevel", "DisplayMask", "ImeMode", "ValidForUpdateApi", "ValidForReadApi",
    "ValidForCreateApi", "IsCustomField", "IsAuditEnabled", "IsSecured", "IntroducedVersion", "displaynames",
)  # fmt: skip
OF_THEIR_TYPE = {
    "nvarchar": {"Format", "MaxLength", "Length"}, "int": {"Format", "MinValue", "MaxValue"},
    "money": {"MinValue", "MaxValue", "Accuracy", "AccuracySource"}, "datetime": {"Format", "Behavior"},
    "bit": {"AppDefaultValue", "optionset"}, "lookup": {"LookupTypes", "LookupStyle"},
    "decimal": {"MinValue", "MaxValue", "Accuracy"},
}  # fmt: skip
ORDER = [
    "Entities", "Roles", "Workflows", "FieldSecurityProfiles", "Templates", "EntityMaps", "EntityRelationships",
    "OrganizationSettings", "optionsets", "WebResources", "CustomControls", "EntityDataProviders", "Languages",
]  # fmt: skip
STANDARD = {
    "Account",
    "Contact",
    "Product",
    "PriceLevel",
    "Opportunity",
    "Quote",
    "SalesOrder",
    "SalesOrderDetail",
    "Invoice",
}
# Changes only together with the version: see test_what_is_built_changes_only_with_its_version.
DIGEST = ("1.0.0.0", "c88e2b4a502cf827d4a03edcb26b20e1dc85feb2d3714a29cb3de1bf82484cec")


def attributes() -> list[tuple[str, Element]]:
    return [(table, one) for table, entity in ENTITIES.items() for one in entity.findall("attributes/attribute")]


def texts(element: Element, *paths: str) -> list[str]:
    return [element.findtext(path, "") for path in paths]


def test_the_same_sources_give_the_same_bytes() -> None:
    assert build() == ZIP
    assert {entry.date_time for entry in ARCHIVE.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert ARCHIVE.testzip() is None


def test_what_is_built_changes_only_with_its_version() -> None:
    """An environment that has a version is never given other parts under the same one. Changed the sources? Raise VERSION
    in source.py, and write version and digest here."""
    assert (VERSION, hashlib.sha256(ZIP).hexdigest()) == DIGEST


def test_the_files_are_where_the_service_looks_for_them() -> None:
    names = ARCHIVE.namelist()
    assert names[:3] == ["[Content_Types].xml", "solution.xml", "customizations.xml"]
    assert len(names) == len(set(names))
    types = fromstring(ARCHIVE.read("[Content_Types].xml"))
    assert types.tag == "{http://schemas.openxmlformats.org/package/2006/content-types}Types"
    known = {one.get("Extension") for one in types}
    assert {name.rpartition(".")[2] for name in names} == known
    files = [one.findtext("FileName", "") for one in CONTENT.findall("WebResources/WebResource")]
    assert sorted(files) == sorted(f"/{name}" for name in names[3:])


def test_the_manifest_says_who_and_what() -> None:
    assert (MANIFEST.tag, MANIFEST.get("SolutionPackageVersion"), MANIFEST.get("languagecode")) == (
        "ImportExportXml", "9.2", "1033",
    )  # fmt: skip
    inner = MANIFEST.find("SolutionManifest")
    assert inner is not None
    wanted = [
        "UniqueName", "LocalizedNames", "Descriptions", "Version", "Managed", "Publisher", "RootComponents",
        "MissingDependencies",
    ]  # fmt: skip
    assert [one.tag for one in inner] == wanted
    assert texts(inner, "UniqueName", "Version", "Managed") == ["TallystickIntegration", VERSION, "1"]
    assert texts(inner, "Publisher/UniqueName", "Publisher/CustomizationPrefix") == ["tallystick", PREFIX]
    assert 10_000 < int(inner.findtext("Publisher/CustomizationOptionValuePrefix", "")) <= 99_999
    assert len(inner.findall("Publisher/Addresses/Address")) == 2
    assert re.fullmatch(r"[a-z][a-z0-9]{1,7}", PREFIX)
    unmanaged = fromstring(ZipFile(io.BytesIO(build(managed=False))).read("solution.xml"))
    assert unmanaged.findtext("SolutionManifest/Managed") == "0"


def test_every_component_of_the_manifest_is_in_the_package() -> None:
    roots = MANIFEST.findall("SolutionManifest/RootComponents/RootComponent")
    tables = {one.get("schemaName"): one.get("behavior") for one in roots if one.get("type") == "1"}
    assert set(tables) == {name.lower() for name in ENTITIES}
    for name, entity in ENTITIES.items():
        shell = entity.get("unmodified") == "1"
        assert shell == (name in STANDARD), name
        assert tables[name.lower()] == ("2" if shell else "0")
    role_ids = {one.get("id") for one in CONTENT.findall("Roles/Role")}
    assert {one.get("id") for one in roots if one.get("type") == "20"} == role_ids
    resources = {one.findtext("Name") for one in CONTENT.findall("WebResources/WebResource")}
    assert {one.get("schemaName") for one in roots if one.get("type") == "61"} == resources
    assert {one.get("type") for one in roots} == {"1", "20", "61"}


def test_the_customizations_have_their_parts_in_order() -> None:
    assert [one.tag for one in CONTENT] == ORDER
    assert CONTENT.findtext("Languages/Language") == "1033"


def test_our_tables_say_whose_they_are_and_how_they_are_called() -> None:
    own = {name: entity for name, entity in ENTITIES.items() if name not in STANDARD}
    assert set(own) == {"tstick_Company", "tstick_Connection", "tstick_AccountStatistics"}
    for name, entity in own.items():
        primary = [
            one for one in entity.findall("attributes/attribute") if "PrimaryName" in one.findtext("DisplayMask", "")
        ]
        assert [one.get("PhysicalName") for one in primary] == ["tstick_Name"]
        assert entity.findtext("OwnershipTypeMask") == "OrgOwned"
        assert entity.findtext("EntitySetName", "").startswith(f"{PREFIX}_")
        assert entity.findtext("ChangeTrackingEnabled") == "1"
        assert entity.find("LocalizedCollectionNames/LocalizedCollectionName") is not None, name
        tags = [one.tag for one in entity]
        assert len(tags) == len(set(tags)), Counter(tags).most_common(2)
    names = [one.findtext("Name") for one in CONTENT.findall("Entities/Entity")]
    assert [name.lower() for name in names if name] == [name.lower() for name in ENTITIES]


@pytest.mark.parametrize(
    ("table", "element"), attributes(), ids=lambda one: one if isinstance(one, str) else one.get("PhysicalName")
)
def test_every_column_has_what_an_import_expects(table: str, element: Element) -> None:
    tags = [one.tag for one in element]
    assert len(tags) == len(set(tags)), Counter(tags).most_common(2)
    assert set(OF_EVERY_ATTRIBUTE) <= set(tags)
    kind = element.findtext("Type", "")
    assert OF_THEIR_TYPE[kind] <= set(tags)
    name = element.findtext("LogicalName", "")
    assert name == element.findtext("Name") == element.get("PhysicalName", "").lower()
    assert name.startswith(f"{PREFIX}_") or name in ("transactioncurrencyid", "exchangerate")
    assert name != f"{table.lower()}id", "the key of the table has this name"
    assert len(name) <= 50


def test_every_amount_has_its_value_in_base_currency_beside_it() -> None:
    money = [(table, one) for table, one in attributes() if one.findtext("Type") == "money"]
    plain = {(table, one.findtext("Name")) for table, one in money if one.find("CalculationOf") is None}
    twins = {(table, one.findtext("CalculationOf")) for table, one in money if one.find("CalculationOf") is not None}
    assert plain == twins
    assert len(plain) == 9
    assert all(one.findtext("ValidForUpdateApi") == "0" for _, one in money if one.find("CalculationOf") is not None)
    names = {one.findtext("Name") for table, one in attributes() if table == "tstick_AccountStatistics"}
    assert {"transactioncurrencyid", "exchangerate"} <= names


def test_every_lookup_has_its_relationship_and_the_other_way_round() -> None:
    tables = {name.lower() for name in ENTITIES}
    lookups = {(t.lower(), one.findtext("Name")) for t, one in attributes() if one.findtext("Type") == "lookup"}
    relations = CONTENT.findall("EntityRelationships/EntityRelationship")
    behind = [
        (one.findtext("ReferencingEntityName", ""), one.findtext("ReferencingAttributeName", "").lower())
        for one in relations
    ]
    assert len(behind) == len(set(behind))
    assert set(behind) == lookups
    for one in relations:
        target = one.findtext("ReferencedEntityName", "")
        assert target in tables | {"team", "transactioncurrency"}
        ends = {r.findtext("RelationshipRoleType"): r.findtext("NavigationPropertyName", "")
                for r in one.findall("EntityRelationshipRoles/EntityRelationshipRole")}  # fmt: skip
        assert ends["1"].lower() == one.findtext("ReferencingAttributeName", "").lower()
        assert ends["0"] == one.get("Name")


def test_no_id_and_no_name_is_there_twice() -> None:
    ids = [one.get("id", "") for one in CONTENT.findall("Roles/Role")]
    ids += [one.findtext("WebResourceId", "") for one in CONTENT.findall("WebResources/WebResource")]
    assert len(ids) == len(set(ids)) == 5
    assert all(one == f"{{{UUID(one.strip('{}'))}}}" for one in ids)
    relations = [one.get("Name", "").lower() for one in CONTENT.findall("EntityRelationships/EntityRelationship")]
    assert len(relations) == len(set(relations))
    columns = [(table, one.findtext("Name")) for table, one in attributes()]
    assert len(columns) == len(set(columns))


def test_every_key_is_made_of_columns_of_its_table() -> None:
    for entity in ENTITIES.values():
        names = {one.findtext("Name") for one in entity.findall("attributes/attribute")}
        for key in entity.findall("EntityKeys/EntityKey"):
            assert {one.text for one in key.findall("EntityKeyAttributes/AttributeName")} <= names


def test_the_roles_are_least() -> None:
    """Neither deletes, shares, nor changes who may do what; the one of sellers only reads."""
    granted = {
        role.get("name"): {
            one.get("name", ""): one.get("level") for one in role.findall("RolePrivileges/RolePrivilege")
        }
        for role in CONTENT.findall("Roles/Role")
    }
    assert set(granted) == {INTEGRATION.name, AVAILABILITY.name}
    for grants in granted.values():
        assert set(grants.values()) == {"Global"}
        assert not [name for name in grants if re.match(r"prv(Delete|Share|ActOnBehalf|Import|Export)", name)]
        assert not [
            name for name in grants if re.fullmatch(r"prv(Write|Create|Assign)(Role|User|Team|Organization)", name)
        ]
    assert all(name.startswith("prvRead") for name in granted[AVAILABILITY.name])
    assert not any("AccountStatistics" in name for name in granted[AVAILABILITY.name])
    table_rights = sum(map(len, INTEGRATION.rights.values()))
    assert len(granted[INTEGRATION.name]) == table_rights + len(INTEGRATION.others)
    assert Right.DELETE not in {right for rights in INTEGRATION.rights.values() for right in rights}


def test_what_is_written_into_labels_is_escaped() -> None:
    odd = Column(f"{PREFIX}_Odd", Kind.TEXT, "<b>\"A\" & 'B'</b>")
    table = replace(SOLUTION.tables[0], columns=(*SOLUTION.tables[0].columns, odd))
    built = build(replace(SOLUTION, tables=(table, *SOLUTION.tables[1:])))
    root = fromstring(ZipFile(io.BytesIO(built)).read("customizations.xml"))
    assert odd.label in {one.get("description") for one in root.iter("displayname")}


def test_the_reference_names_every_table_column_and_role() -> None:
    page = Path(__file__).parents[2].joinpath("docs", "reference", "solution.md").read_text(encoding="utf-8")
    for table in SOLUTION.tables:
        assert f"`{table.name}`" in page
        assert [
            name for column in table.columns if f"`{(name := column.name.removeprefix('tstick_'))}`" not in page
        ] == []
    for extension in SOLUTION.extensions:
        assert re.search(rf"\b{extension.name}\b", page)
        assert [column.name for column in extension.columns if f"`{column.name}`" not in page] == []
    for role in SOLUTION.roles:
        assert role.name in page
        assert [
            table for table in role.rights if not re.search(rf"\b{table}\b|three tables above|connections", page)
        ] == []
