"""Solution packages written by hand after the published layout, each piece as text, so that any shape can be made."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Mapping
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import httpx2

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/octet-stream"/></Types>'
)


def manifest(
    name: str,
    version: str = "1.0.0.0",
    *,
    managed: int = 1,
    roots: str = "",
    missing: str = "",
    prefix: str = "new",
    package_version: str = "9.2",
) -> str:
    return (
        f'<ImportExportXml version="9.2.24114.185" SolutionPackageVersion="{package_version}" languagecode="1033" '
        'generatedBy="CrmLive" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><SolutionManifest>'
        f'<UniqueName>{name}</UniqueName><LocalizedNames><LocalizedName description="The {name}" languagecode="1033"/>'
        f"</LocalizedNames><Descriptions/><Version>{version}</Version><Managed>{managed}</Managed><Publisher>"
        f'<UniqueName>pub{prefix}</UniqueName><LocalizedNames><LocalizedName description="Acme" languagecode="1033"/>'
        '</LocalizedNames><Descriptions/><EMailAddress xsi:nil="true"/><SupportingWebsiteUrl xsi:nil="true"/>'
        f"<CustomizationPrefix>{prefix}</CustomizationPrefix>"
        "<CustomizationOptionValuePrefix>10000</CustomizationOptionValuePrefix><Addresses><Address/><Address/></Addresses>"
        f"</Publisher><RootComponents>{roots}</RootComponents><MissingDependencies>{missing}</MissingDependencies>"
        "</SolutionManifest></ImportExportXml>"
    )


def customizations(
    *, entities: str = "", roles: str = "", relations: str = "", choices: str = "", resources: str = "", more: str = ""
) -> str:
    return (
        f"<ImportExportXml><Entities>{entities}</Entities><Roles>{roles}</Roles><Workflows/>{more}"
        f"<EntityRelationships>{relations}</EntityRelationships><optionsets>{choices}</optionsets>"
        f"<WebResources>{resources}</WebResources><Languages><Language>1033</Language></Languages></ImportExportXml>"
    )


def labels(tag: str, inner: str, text: str) -> str:
    return f'<{tag}><{inner} description="{text}" languagecode="1033"/></{tag}>'


def attribute(schema: str, kind: str, more: str = "", *, mask: str = "ValidForForm", level: str = "none") -> str:
    return (
        f'<attribute PhysicalName="{schema}"><Type>{kind}</Type><Name>{schema.lower()}</Name>'
        f"<LogicalName>{schema.lower()}</LogicalName><RequiredLevel>{level}</RequiredLevel><DisplayMask>{mask}</DisplayMask>"
        f"<IsCustomField>1</IsCustomField>{more}{labels('displaynames', 'displayname', f'The {schema}')}</attribute>"
    )


NAME = attribute("new_Name", "nvarchar", "<MaxLength>100</MaxLength>", mask="PrimaryName|ValidForForm|ValidForGrid")


def entity(
    schema: str, attributes: str, *, keys: str = "", ownership: str = "UserOwned", flags: str = "", more: str = ""
) -> str:
    return (
        f'<Entity><Name LocalizedName="{schema}" OriginalName="{schema}">{schema}</Name><EntityInfo>'
        f'<entity Name="{schema}"{flags}>{labels("LocalizedNames", "LocalizedName", f"A {schema}")}'
        f"{labels('LocalizedCollectionNames', 'LocalizedCollectionName', f'All {schema}')}<Descriptions/>"
        f"<attributes>{attributes}</attributes><EntityKeys>{keys}</EntityKeys>"
        f"<OwnershipTypeMask>{ownership}</OwnershipTypeMask><ChangeTrackingEnabled>1</ChangeTrackingEnabled>{more}</entity>"
        "</EntityInfo><FormXml/><SavedQueries/><RibbonDiffXml/></Entity>"
    )


def options(name: str, values: Mapping[int, str], kind: str = "picklist", *, shared: int = 0) -> str:
    inner = "".join(
        f'<option value="{value}">{labels("labels", "label", text)}</option>' for value, text in values.items()
    )
    return (
        f'<optionset Name="{name}"><OptionSetType>{kind}</OptionSetType><IsGlobal>{shared}</IsGlobal>'
        f"{labels('displaynames', 'displayname', name)}<options>{inner}</options></optionset>"
    )


def lookup_relation(name: str, table: str, target: str, column: str, delete: str = "RemoveLink") -> str:
    return (
        f'<EntityRelationship Name="{name}"><EntityRelationshipType>OneToMany</EntityRelationshipType>'
        f"<ReferencingEntityName>{table}</ReferencingEntityName><ReferencedEntityName>{target}</ReferencedEntityName>"
        f"<CascadeAssign>NoCascade</CascadeAssign><CascadeDelete>{delete}</CascadeDelete>"
        f"<ReferencingAttributeName>{column}</ReferencingAttributeName></EntityRelationship>"
    )


def role(role_id: str, name: str, grants: Mapping[str, str]) -> str:
    inner = "".join(f'<RolePrivilege name="{one}" level="{level}"/>' for one, level in grants.items())
    head = f'<Role id="{{{role_id}}}" name="{name}"><IsCustomizable>1</IsCustomizable>'
    return f"{head}<RolePrivileges>{inner}</RolePrivileges></Role>"


def web_resource(row_id: str, name: str, kind: int, file: str) -> str:
    return (
        f"<WebResource><WebResourceId>{{{row_id}}}</WebResourceId><Name>{name}</Name><DisplayName>{name}</DisplayName>"
        f"<WebResourceType>{kind}</WebResourceType><FileName>/{file}</FileName></WebResource>"
    )


def zipped(files: Mapping[str, str | bytes], compression: int = ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def package(solution: str, content: str, **files: bytes) -> bytes:
    """The usual three files and others, whose names have `__` for the slash."""
    more = {name.replace("__", "/"): data for name, data in files.items()}
    return zipped(
        {"[Content_Types].xml": CONTENT_TYPES, "solution.xml": solution, "customizations.xml": content, **more}
    )


def import_body(data: bytes, **more: Any) -> dict[str, Any]:
    return {
        "CustomizationFile": base64.b64encode(data).decode(), "OverwriteUnmanagedCustomizations": True,
        "PublishWorkflows": True, **more,
    }  # fmt: skip


def import_now(api: httpx2.Client, data: bytes, **more: Any) -> httpx2.Response:
    return api.post("ImportSolution", json=import_body(data, **more))


def import_and_wait(api: httpx2.Client, data: bytes) -> dict[str, Any]:
    """ImportSolutionAsync, polled to its end; the finished asyncoperation and, as `job`, the importjob."""
    begun = api.post("ImportSolutionAsync", json=import_body(data))
    assert begun.status_code == 200, begun.text
    columns = "statecode,statuscode,message,friendlymessage,errorcode,startedon,completedon"
    for _ in range(300):
        row = api.get(f"asyncoperations({begun.json()['AsyncOperationId']})?$select={columns}").json()
        if row["statecode"] == 3:
            job = api.get(f"importjobs({begun.json()['ImportJobKey']})").json()
            return {**row, "job": job}
        time.sleep(0.02)
    raise AssertionError(f"the import did not end: {row}")


def solution_of(api: httpx2.Client, name: str) -> dict[str, Any] | None:
    found = api.get(f"solutions?$filter=uniquename eq '{name}'&$expand=publisherid").json()["value"]
    return dict(found[0]) if found else None
