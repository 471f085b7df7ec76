"""Solutions imported from packages of different shapes, upgraded, exported and uninstalled."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZIP_STORED

import httpx2
import pytest
from tests.sandbox import packages as p
from tests.sandbox.staff import ACTION, Staff
from tests.sandbox_process import Sandbox, code_of, running_sandbox

ROLE, RESOURCE = "5a1f0b1e-1111-4222-8333-444455556666", "6b1f0b1e-1111-4222-8333-444455556666"
SCRIPT = "WebResources/new_appmain.js6B1F0B1E"
EVERY_KIND = "".join(
    (
        p.NAME,
        p.attribute("new_Code", "nvarchar", "<MaxLength>20</MaxLength>"),
        p.attribute("new_Notes", "ntext", "<MaxLength>2000</MaxLength>"),
        p.attribute("new_Count", "int", "<MinValue>0</MinValue><MaxValue>9</MaxValue>"),
        p.attribute("new_Factor", "decimal", "<Accuracy>3</Accuracy><MinValue>0</MinValue><MaxValue>10</MaxValue>"),
        p.attribute("new_Ratio", "float", "<Accuracy>2</Accuracy>"),
        p.attribute("new_Balance", "money", "<Accuracy>2</Accuracy>"),
        p.attribute("new_Open", "bit", p.options("new_open", {0: "Closed", 1: "Open"}, "bit")),
        p.attribute("new_Day", "datetime", "<Format>date</Format>"),
        p.attribute("new_Moment", "datetime", "<Format>datetime</Format>"),
        p.attribute("new_Kind", "picklist", p.options("new_kind", {100000000: "Small", 100000001: "Large"})),
        p.attribute("new_Colors", "multiselectpicklist", "<OptionSetName>new_color</OptionSetName>"),
        p.attribute("new_AccountId", "lookup", level="required"),
        p.attribute("CreatedOn", "datetime"),
        p.attribute("new_StatisticsId", "primarykey"),
        p.attribute("OwnerId", "owner"),
    )
)
KEY = (
    "<EntityKey><Name>new_CodeKey</Name><LogicalName>new_codekey</LogicalName><EntityKeyAttributes>"
    "<AttributeName>new_code</AttributeName></EntityKeyAttributes><displaynames/></EntityKey>"
)
PAIR = (
    '<EntityRelationship Name="new_statistics_contact"><EntityRelationshipType>ManyToMany</EntityRelationshipType>'
    "<FirstEntityName>new_Statistics</FirstEntityName><SecondEntityName>Contact</SecondEntityName>"
    "<IntersectEntityName>new_statistics_contact</IntersectEntityName></EntityRelationship>"
)
GRANTS = {
    "prvReadnew_Statistics": "Global",
    "prvReadUser": "Global",
    "prvReadAccount": "Local",
    "prvReadIncident": "Basic",
}


def full(name: str = "Full", version: str = "1.0.0.0", *, managed: int = 1, attributes: str = EVERY_KIND) -> bytes:
    roots = (
        '<RootComponent type="1" schemaName="new_statistics" behavior="0"/><RootComponent type="9" schemaName="new_color"/>'
        f'<RootComponent type="20" id="{{{ROLE}}}" behavior="0"/><RootComponent type="61" schemaName="new_/app/main.js"/>'
    )
    extended = p.entity(
        "Account", p.attribute("new_Grade", "nvarchar", "<MaxLength>5</MaxLength>"), flags=' unmodified="1"'
    )
    content = p.customizations(
        entities=p.entity("new_Statistics", attributes, keys=KEY) + extended,
        roles=p.role(ROLE, "Stock Viewer", GRANTS),
        relations=p.lookup_relation("new_account_statistics", "new_Statistics", "Account", "new_accountid", "Cascade")
        + PAIR,
        choices=p.options("new_color", {100000000: "Red", 100000001: "Blue"}, shared=1),
        resources=p.web_resource(RESOURCE, "new_/app/main.js", 3, SCRIPT),
    )
    files = {SCRIPT.replace("/", "__"): b"alert('stock')"}
    return p.package(p.manifest(name, version, managed=managed, roots=roots), content, **files)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A fresh environment for every test: solutions change what the others would see."""
    with running_sandbox(tmp_path) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with sandbox.client() as client:
        yield client


def test_a_package_brings_everything_in_it(api: httpx2.Client, staff: Staff) -> None:
    done = p.import_and_wait(api, full())
    assert (done["statuscode"], done["errorcode"]) == (30, None), done
    assert done["startedon"] <= done["completedon"]
    assert (done["job"]["progress"], done["job"]["solutionname"]) == (100.0, "Full")
    assert "prvReadIncident" in done["job"]["data"]  # left out, and said so
    row = p.solution_of(api, "Full")
    assert row is not None
    assert (row["version"], row["ismanaged"], row["friendlyname"]) == ("1.0.0.0", True, "The Full")
    assert (row["publisherid"]["uniquename"], row["publisherid"]["customizationprefix"]) == ("pubnew", "new")
    account = api.post("accounts", json={"name": "A", "new_grade": "AA"}).headers["OData-EntityId"].rpartition("/")[2]
    body: dict[str, Any] = {
        "new_name": "N", "new_code": "C", "new_notes": "a", "new_count": 9, "new_factor": 1.2346, "new_ratio": 0.5,
        "new_balance": 7, "new_open": True, "new_day": "2026-02-03", "new_moment": "2026-02-03T04:05:06Z",
        "new_kind": 100000001, "new_colors": "100000000,100000001", "new_AccountId@odata.bind": f"/{account}",
    }  # fmt: skip
    made = api.post("new_statisticses", json=body, headers={"Prefer": "return=representation"})
    assert made.status_code == 201, made.text
    sent = {name: value for name, value in body.items() if "@" not in name and name != "new_factor"}
    assert {name: made.json()[name] for name in sent} == sent
    assert made.json()["new_factor"] == 1.235
    assert made.json()["new_balance_base"] == 7
    assert code_of(api.post("new_statisticses", json={"new_count": 10})) == (400, "0x8004432f")
    assert code_of(api.post("new_statisticses", json={"new_kind": 5})) == (400, "0x8004431a")
    assert code_of(api.post("new_statisticses", json={"new_code": "c"})) == (412, "0x80060892")
    script = api.get(f"webresourceset({RESOURCE})").json()
    assert base64.b64decode(script["content"]) == b"alert('stock')"
    assert (script["name"], script["webresourcetype"], script["ismanaged"]) == ("new_/app/main.js", 3, True)
    _, viewer = staff.application("Stock Viewer")
    assert len(viewer.get("new_statisticses").json()["value"]) == 1
    assert code_of(viewer.post("new_statisticses", json={"new_name": "x"})) == (403, "0x80040220")
    delta = viewer.get("new_statisticses", headers={"Prefer": "odata.track-changes"})
    assert "@odata.deltaLink" in delta.json()
    assert api.delete(account).status_code == 204
    assert api.get("new_statisticses").json()["value"] == []


def test_an_uninstalled_solution_takes_everything_with_it(api: httpx2.Client) -> None:
    before = [
        api.get(url).json() for url in ("EntityDefinitions?$expand=Attributes", "roles", "GlobalOptionSetDefinitions")
    ]
    assert p.import_now(api, full()).status_code == 204
    api.post("new_statisticses", json={"new_name": "data"})
    row = p.solution_of(api, "Full")
    assert row is not None
    kinds = {one["componenttype"] for one in api.get("solutioncomponents").json()["value"]}
    assert kinds == {1, 2, 9, 10, 14, 20, 61}
    assert api.delete(f"solutions({row['solutionid']})").status_code == 204
    assert p.solution_of(api, "Full") is None
    after = [
        api.get(url).json() for url in ("EntityDefinitions?$expand=Attributes", "roles", "GlobalOptionSetDefinitions")
    ]
    assert after == before
    assert api.get("webresourceset").json()["value"] == []
    assert api.get("solutioncomponents").json()["value"] == []
    assert p.import_now(api, full()).status_code == 204  # and it can come back


def test_a_package_with_as_little_as_possible_extends_a_table(api: httpx2.Client) -> None:
    """Other letters in the file names, a byte order mark, folders as entries, nothing compressed, empty parts left out."""
    attribute = (
        '<attribute PhysicalName="abc_Extra"><Type>nvarchar</Type><LogicalName>abc_extra</LogicalName>'
        '<displaynames><displayname description="Zusatz" languagecode="1031"/>'
        '<displayname description="Extra" languagecode="1033"/></displaynames></attribute>'
    )
    content = (
        "\ufeff<?xml version='1.0' encoding='utf-8'?>\r\n<ImportExportXml><!-- by hand -->\r\n<Entities><Entity>"
        f'<Name>Contact</Name><EntityInfo><entity Name="Contact"><attributes>{attribute}</attributes></entity>'
        "</EntityInfo></Entity></Entities></ImportExportXml>"
    )
    files: dict[str, str | bytes] = {
        "WebResources/": b"", "Solution.xml": p.manifest("Little", "1.2", managed=0, prefix="abc"),
        "Customizations.xml": content.encode(), "[Content_Types].XML": p.CONTENT_TYPES, "extra/readme.md": b"hello",
    }  # fmt: skip
    assert p.import_now(api, p.zipped(files, ZIP_STORED)).status_code == 204
    column = "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='abc_extra')"
    shown = api.get(column).json()
    assert (shown["SchemaName"], shown["MaxLength"]) == ("abc_Extra", 100)
    assert shown["DisplayName"]["UserLocalizedLabel"]["Label"] == "Extra"
    row = p.solution_of(api, "Little")
    assert row is not None
    assert (row["version"], row["ismanaged"]) == ("1.2", False)
    assert api.delete(f"solutions({row['solutionid']})").status_code == 204
    assert api.get(column).status_code == 200  # an unmanaged solution is only a list


def test_a_package_of_web_resources_and_one_of_organization_tables(api: httpx2.Client) -> None:
    page = p.web_resource(str(uuid4()), "new_/page.html", 1, "WebResources/page")
    assert p.import_now(
        api, p.package(p.manifest("Pages"), f"<ImportExportXml><WebResources>{page}</WebResources></ImportExportXml>",
                       WebResources__page="<p>Grüße</p>".encode()),
    ).status_code == 204  # fmt: skip
    content = base64.b64decode(api.get("webresourceset?$select=content").json()["value"][0]["content"])
    assert content.decode() == "<p>Grüße</p>"
    connection = p.entity(
        "new_Connection", p.attribute("new_Url", "nvarchar", "<Format>url</Format>"), ownership="OrgOwned"
    )
    assert (
        p.import_now(api, p.package(p.manifest("Connections"), p.customizations(entities=connection))).status_code
        == 204
    )
    body = api.get("EntityDefinitions(LogicalName='new_connection')").json()
    assert (body["OwnershipType"], body["PrimaryNameAttribute"]) == ("OrganizationOwned", "new_url")
    assert body["LogicalCollectionName"] == "new_connections"


def test_a_newer_version_is_merged_over_an_older_and_data_stays(api: httpx2.Client) -> None:
    p.import_now(api, full())
    api.post("new_statisticses", json={"new_name": "kept"})
    newer = EVERY_KIND.replace("<MaxLength>20</MaxLength>", "<MaxLength>40</MaxLength>")
    newer += p.attribute("new_Later", "int")
    assert p.import_now(api, full(version="1.10.0.0", attributes=newer)).status_code == 204
    row = p.solution_of(api, "Full")
    assert row is not None
    assert row["version"] == "1.10.0.0"
    kept = api.get("new_statisticses?$select=new_name,new_later").json()["value"][0]
    assert (kept["new_name"], kept["new_later"]) == ("kept", None)
    assert api.post("new_statisticses", json={"new_code": "x" * 40}).status_code == 204
    older = p.import_now(api, full(version="1.9.9.9"))
    assert code_of(older) == (400, "0x80048033")
    assert "older version 1.9.9.9" in older.json()["error"]["message"]
    assert p.import_now(api, full(version="1.10.0.0", attributes=newer)).status_code == 204  # the same again: an update


@pytest.mark.parametrize(("first", "then", "code"), [(0, 1, "0x80048040"), (1, 0, "0x80048041")])
def test_managed_and_unmanaged_do_not_mix(api: httpx2.Client, first: int, then: int, code: str) -> None:
    assert p.import_now(api, full(managed=first)).status_code == 204
    assert code_of(p.import_now(api, full(managed=then, version="2.0.0.0"))) == (400, code)
    row = p.solution_of(api, "Full")
    assert row is not None
    assert (row["version"], row["ismanaged"]) == ("1.0.0.0", bool(first))


def test_promoting_an_upgrade_removes_what_only_the_old_version_had(api: httpx2.Client) -> None:
    p.import_now(api, full())
    api.post("new_statisticses", json={"new_name": "kept"})
    smaller = "".join((p.NAME, p.attribute("new_Code", "nvarchar"), p.attribute("new_AccountId", "lookup")))
    assert code_of(api.post("DeleteAndPromote", json={"UniqueName": "Full"})) == (404, "0x80040217")
    assert p.import_now(api, full(version="2.0.0.0", attributes=smaller), HoldingSolution=True).status_code == 204
    assert {one["uniquename"] for one in api.get("solutions").json()["value"]} >= {"Full", "Full_Upgrade"}
    assert (
        api.get("EntityDefinitions(LogicalName='new_statistics')/Attributes(LogicalName='new_notes')").status_code
        == 200
    )
    promoted = api.post("DeleteAndPromote", json={"UniqueName": "Full"})
    assert promoted.status_code == 200, promoted.text
    row = p.solution_of(api, "Full")
    assert row is not None
    assert (row["version"], row["solutionid"]) == ("2.0.0.0", promoted.json()["SolutionId"])
    assert p.solution_of(api, "Full_Upgrade") is None
    assert (
        api.get("EntityDefinitions(LogicalName='new_statistics')/Attributes(LogicalName='new_notes')").status_code
        == 404
    )
    assert [one["new_name"] for one in api.get("new_statisticses").json()["value"]] == ["kept"]
    upgraded = api.post("StageAndUpgrade", json=p.import_body(full(version="3.0.0.0")))
    assert upgraded.status_code == 200, upgraded.text
    again = p.solution_of(api, "Full")
    assert again is not None
    assert again["version"] == "3.0.0.0"


def test_what_two_solutions_share_stays_until_both_are_gone(api: httpx2.Client) -> None:
    p.import_now(api, full())
    p.import_now(api, full(name="Other"))
    ids = [row["solutionid"] for name in ("Full", "Other") if (row := p.solution_of(api, name))]
    assert api.delete(f"solutions({ids[0]})").status_code == 204
    assert api.get("new_statisticses").status_code == 200
    assert api.delete(f"solutions({ids[1]})").status_code == 204
    assert api.get("new_statisticses").status_code == 404


def test_a_solution_in_use_is_not_uninstalled(api: httpx2.Client) -> None:
    p.import_now(api, full())
    other = p.customizations(
        entities=p.entity("new_Child", p.NAME + p.attribute("new_Parent", "lookup")),
        relations=p.lookup_relation("new_child_parent", "new_Child", "new_Statistics", "new_parent"),
    )
    assert p.import_now(api, p.package(p.manifest("Child"), other)).status_code == 204
    row = p.solution_of(api, "Full")
    assert row is not None
    refused = api.delete(f"solutions({row['solutionid']})")
    assert code_of(refused) == (400, "0x8004f01f")
    assert "new_child" in refused.json()["error"]["message"]
    assert api.get("new_statisticses?$select=new_notes").status_code == 200
    default = api.get("solutions?$filter=uniquename eq 'Default'").json()["value"][0]["solutionid"]
    assert code_of(api.delete(f"solutions({default})")) == (405, "0x80040227")


def test_an_export_can_be_imported_elsewhere(api: httpx2.Client, tmp_path: Path) -> None:
    """The table that comes out of the export is the table that went into it."""
    assert p.import_now(api, full(managed=0)).status_code == 204
    exported = api.post("ExportSolution", json={"SolutionName": "full", "Managed": True})
    assert exported.status_code == 200, exported.text
    parts = (
        "Attributes($select=LogicalName,AttributeType,SchemaName),Keys($select=KeyAttributes),ManyToManyRelationships"
    )

    def shape(client: httpx2.Client) -> dict[str, Any]:
        body = dict(client.get(f"EntityDefinitions(LogicalName='new_statistics')?$expand={parts}").json())
        for key in body["Keys"]:
            key.pop("MetadataId")
        return {name: value for name, value in body.items() if name not in ("@odata.context", "ObjectTypeCode")}

    with running_sandbox(tmp_path / "other") as elsewhere, elsewhere.client() as other:
        data = base64.b64decode(exported.json()["ExportSolutionFile"])
        done = p.import_now(other, data)
        assert done.status_code == 204, done.text
        assert shape(other) == shape(api)
        assert other.get(f"webresourceset({RESOURCE})?$select=content").json()["content"]
        granted = other.get(f"RetrieveRolePrivilegesRole(RoleId={ROLE})").json()["RolePrivileges"]
        assert len(granted) == 3
        assert code_of(other.post("ExportSolution", json={"SolutionName": "Full"})) == (400, "0x80048033")


def test_an_export_is_fetched_when_its_job_has_ended(api: httpx2.Client) -> None:
    assert p.import_now(api, full(managed=0)).status_code == 204
    begun = api.post("ExportSolutionAsync", json={"SolutionName": "Full", "Managed": False}).json()
    job = api.get(f"asyncoperations({begun['AsyncOperationId']})?$select=statuscode").json()
    assert job["statuscode"] == 30
    fetched = api.post("DownloadSolutionExportData", json={"ExportJobId": begun["ExportJobId"]}).json()
    at_once = api.post("ExportSolution", json={"SolutionName": "Full", "Managed": False}).json()
    assert fetched["ExportSolutionFile"] == at_once["ExportSolutionFile"]
    assert code_of(api.post("DownloadSolutionExportData", json={"ExportJobId": str(uuid4())})) == (404, "0x80040217")


def test_a_package_is_staged_before_it_is_imported(api: httpx2.Client) -> None:
    staged = api.post("StageSolution", json={"CustomizationFile": p.import_body(full())["CustomizationFile"]}).json()
    results = staged["StageSolutionResults"]
    assert (results["StageSolutionStatus"], results["MissingDependencies"]) == ("Passed", [])
    assert results["SolutionDetails"]["SolutionVersion"] == "1.0.0.0"
    assert p.solution_of(api, "Full") is None
    parameters = {"SolutionParameters": {"StageSolutionUploadId": results["StageSolutionUploadId"]}}
    assert api.post("ImportSolution", json=parameters).status_code == 204
    assert p.solution_of(api, "Full") is not None
    broken = api.post("StageSolution", json={"CustomizationFile": base64.b64encode(b"no zip").decode()}).json()
    assert broken["StageSolutionResults"]["StageSolutionStatus"] == "Failed"


def test_what_is_made_by_hand_goes_into_an_unmanaged_solution(api: httpx2.Client) -> None:
    publisher = api.post(
        "publishers", json={"uniquename": "acme", "friendlyname": "Acme", "customizationprefix": "acm"}
    )
    bind = {"publisherid@odata.bind": publisher.headers["OData-EntityId"]}
    body = {"uniquename": "Mine", "friendlyname": "Mine", "version": "1.0", **bind}
    assert api.post("solutions", json=body).status_code == 204
    assert code_of(api.post("solutions", json=body)) == (412, "0x80040237")
    assert code_of(api.post("solutions", json={**body, "uniquename": "x", "version": "one"})) == (400, "0x80040203")
    column = {"@odata.type": f"{ACTION}.StringAttributeMetadata", "SchemaName": "acm_Mine"}
    named = {"MSCRM.SolutionUniqueName": "Mine"}
    url = "EntityDefinitions(LogicalName='account')/Attributes"
    assert code_of(api.post(url, json=column, headers={"MSCRM.SolutionUniqueName": "Nothing"})) == (400, "0x80040203")
    assert api.post(url, json=column, headers=named).status_code == 204
    resource = {"name": "acm_/a.js", "webresourcetype": 3, "content": base64.b64encode(b"1").decode()}
    made = api.post("webresourceset", json=resource)
    component = {
        "ComponentId": made.headers["OData-EntityId"].rpartition("(")[2].rstrip(")"), "ComponentType": 61,
        "SolutionUniqueName": "Mine", "AddRequiredComponents": False,
    }  # fmt: skip
    assert api.post("AddSolutionComponent", json=component).status_code == 200
    missing = {**component, "ComponentId": str(uuid4())}
    assert code_of(api.post("AddSolutionComponent", json=missing)) == (404, "0x80040217")
    kinds = [one["componenttype"] for one in api.get("solutioncomponents").json()["value"]]
    assert sorted(kinds) == [2, 61]


def test_everything_imported_is_there_after_kill_9(tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "kept") as sandbox, sandbox.client() as api:
        assert p.import_now(api, full()).status_code == 204
        before = api.get("EntityDefinitions(LogicalName='new_statistics')?$expand=Attributes,Keys").json()
        sandbox.kill()
    with running_sandbox(tmp_path / "kept") as sandbox, sandbox.client() as api:
        after = api.get("EntityDefinitions(LogicalName='new_statistics')?$expand=Attributes,Keys").json()
        before.pop("@odata.context")
        after.pop("@odata.context")
        assert after == before
        assert api.post("new_statisticses", json={"new_colors": "100000001"}).status_code == 204
        row = p.solution_of(api, "Full")
        assert row is not None
        assert api.delete(f"solutions({row['solutionid']})").status_code == 204
