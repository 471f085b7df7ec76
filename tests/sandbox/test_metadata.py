"""Definitions read and changed over HTTP, and effective at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of

Make = Callable[..., str]
ACCOUNT = "EntityDefinitions(LogicalName='account')"
CAST = "Microsoft.Dynamics.CRM"


def label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def options_of(api: httpx2.Client, column: str) -> dict[int, str]:
    url = f"{ACCOUNT}/Attributes(LogicalName='{column}')/{CAST}.PicklistAttributeMetadata"
    body = api.get(f"{url}?$select=LogicalName&$expand=OptionSet($select=Options)").json()
    return {one["Value"]: one["Label"]["UserLocalizedLabel"]["Label"] for one in body["OptionSet"]["Options"]}


def test_the_service_document_and_csdl_name_every_entity_set(api: httpx2.Client) -> None:
    sets = {one["name"] for one in api.get("").json()["value"]}
    assert {"accounts", "contacts", "transactioncurrencies", "systemusers", "teams", "roles", "businessunits"} <= sets
    response = api.get("$metadata")
    assert response.headers["Content-Type"] == "application/xml"
    space = {"e": "http://docs.oasis-open.org/odata/ns/edm"}
    root = ElementTree.fromstring(response.text)
    assert {one.get("Name") for one in root.findall(".//e:EntitySet", space)} == sets
    path = ".//e:EntityType[@Name='account']/e:NavigationProperty[@Name='primarycontactid']"
    navigation = root.find(path, space)
    assert navigation is not None
    assert navigation.get("Type") == "mscrm.contact"
    constraint = navigation.find("e:ReferentialConstraint", space)
    assert constraint is not None
    assert constraint.attrib == {"Property": "_primarycontactid_value", "ReferencedProperty": "contactid"}


@pytest.mark.parametrize(
    ("table", "code", "entity_set", "name", "tracked"),
    [
        ("account", 1, "accounts", "name", True),
        ("contact", 2, "contacts", "fullname", True),
        ("systemuser", 8, "systemusers", "fullname", True),
        ("team", 9, "teams", "name", True),
        ("businessunit", 10, "businessunits", "name", False),
        ("organization", 1019, "organizations", "name", False),
        ("role", 1036, "roles", "name", False),
        ("transactioncurrency", 9105, "transactioncurrencies", "currencyname", False),
        ("opportunity", 3, "opportunities", "name", False),
        ("pricelevel", 1022, "pricelevels", "name", False),
        ("product", 1024, "products", "name", False),
        ("productpricelevel", 1026, "productpricelevels", None, False),
        ("uom", 1055, "uoms", "name", False),
        ("uomschedule", 1056, "uomschedules", "name", False),
        ("quote", 1084, "quotes", "name", False),
        ("quotedetail", 1085, "quotedetails", "quotedetailname", False),
        ("salesorder", 1088, "salesorders", "name", False),
        ("salesorderdetail", 1089, "salesorderdetails", "salesorderdetailname", False),
        ("invoice", 1090, "invoices", "name", False),
        ("invoicedetail", 1091, "invoicedetails", "invoicedetailname", False),
    ],
)
def test_tables_are_described(
    api: httpx2.Client, table: str, code: int, entity_set: str, name: str | None, tracked: bool
) -> None:
    select = "LogicalName,ObjectTypeCode,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled"
    body = api.get(f"EntityDefinitions?$select={select}&$filter=LogicalName eq '{table}'").json()["value"]
    assert body == [
        {
            "MetadataId": body[0]["MetadataId"], "LogicalName": table, "ObjectTypeCode": code, "EntitySetName": entity_set,
            "PrimaryIdAttribute": f"{table}id", "PrimaryNameAttribute": name, "ChangeTrackingEnabled": tracked,
        }
    ]  # fmt: skip
    by_id = api.get(f"EntityDefinitions({body[0]['MetadataId']})?$select=LogicalName").json()
    assert by_id["LogicalName"] == table


def test_metadata_filters_take_enums_and_managed_properties(api: httpx2.Client) -> None:
    def tables(condition: str) -> set[str]:
        found = api.get("EntityDefinitions", params={"$select": "LogicalName", "$filter": condition})
        assert found.status_code == 200, found.text
        return {one["LogicalName"] for one in found.json()["value"]}

    assert tables(f"OwnershipType eq {CAST}.OwnershipTypes'UserOwned'") == {
        "account", "contact", "opportunity", "quote", "salesorder", "invoice", "asyncoperation"
    }  # fmt: skip
    assert "teammembership" not in tables("CanCreateAttributes/Value eq true")
    assert tables("ObjectTypeCode gt 1000 and not (IsIntersect eq true)") >= {"organization", "transactioncurrency"}
    assert code_of(api.get("EntityDefinitions?$filter=NoSuch eq 1")) == (400, "0x80060888")
    assert code_of(api.get("EntityDefinitions?$top=1")) == (400, "0x80060888")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("name", {"AttributeType": "String", "MaxLength": 160, "IsPrimaryName": True, "SchemaName": "Name"}),
        ("accountid", {"AttributeType": "Uniqueidentifier", "IsPrimaryId": True, "IsValidForUpdate": False}),
        ("creditlimit", {"AttributeType": "Money", "MaxValue": 100000000000000.0, "MinValue": 0.0}),
        ("creditlimit_base", {"IsValidForCreate": False, "IsBaseCurrency": True, "CalculationOf": "creditlimit"}),
        ("primarycontactid", {"AttributeType": "Lookup", "Targets": ["contact"], "SchemaName": "PrimaryContactId"}),
        ("ownerid", {"AttributeType": "Owner", "Targets": ["systemuser", "team"]}),
        ("owneridtype", {"AttributeType": "EntityName", "AttributeOf": "ownerid", "IsValidODataAttribute": False}),
        ("statecode", {"AttributeType": "State", "IsValidForCreate": False}),
        ("createdon", {"AttributeType": "DateTime", "IsValidForUpdate": False, "Format": "DateAndTime"}),
        ("versionnumber", {"AttributeType": "BigInt"}),
    ],
)
def test_columns_are_described(api: httpx2.Client, column: str, expected: dict[str, Any]) -> None:
    body = api.get(f"{ACCOUNT}/Attributes(LogicalName='{column}')").json()
    assert {name: body[name] for name in expected} == expected
    by_id = api.get(f"{ACCOUNT}/Attributes({body['MetadataId']})?$select=LogicalName").json()
    assert by_id["LogicalName"] == column


@pytest.mark.parametrize(
    ("column", "options"),
    [
        ("paymenttermscode", {1: "Net 30", 2: "2% 10, Net 30", 3: "Net 45", 4: "Net 60"}),
        ("address1_freighttermscode", {1: "FOB", 2: "No Charge"}),
        (
            "address1_shippingmethodcode",
            {1: "Airborne", 2: "DHL", 3: "FedEx", 4: "UPS", 5: "Postal Mail", 6: "Full Load", 7: "Will Call"},
        ),
    ],
)
def test_choices_ship_with_their_values(api: httpx2.Client, column: str, options: dict[int, str]) -> None:
    assert options_of(api, column) == options


def test_casts_list_one_kind_of_column(api: httpx2.Client) -> None:
    url = f"{ACCOUNT}/Attributes/{CAST}.StatusAttributeMetadata?$select=LogicalName&$expand=OptionSet"
    body = api.get(url).json()["value"]
    assert [one["LogicalName"] for one in body] == ["statuscode"]
    assert [(one["Value"], one["State"]) for one in body[0]["OptionSet"]["Options"]] == [(1, 0), (2, 1)]
    assert len(api.get(f"{ACCOUNT}/Attributes/{CAST}.LookupAttributeMetadata").json()["value"]) >= 8
    both = api.get(
        f"{ACCOUNT}?$select=LogicalName&$expand=Attributes($select=LogicalName;$filter=AttributeType eq 'State')"
    )
    assert [one["LogicalName"] for one in both.json()["Attributes"]] == ["statecode"]


def test_relationships_name_their_navigation_properties(api: httpx2.Client) -> None:
    rows = api.get("EntityDefinitions(LogicalName='contact')/ManyToOneRelationships").json()["value"]
    named = {row["ReferencingEntityNavigationPropertyName"]: row for row in rows}
    to_account = named["parentcustomerid_account"]
    assert to_account["ReferencedEntityNavigationPropertyName"] == "contact_customer_accounts"
    assert to_account["CascadeConfiguration"]["Delete"] == "Cascade"
    one = api.get("RelationshipDefinitions?$filter=SchemaName eq 'contact_customer_accounts'").json()["value"]
    assert one[0]["ReferencingAttribute"] == "parentcustomerid"
    pairs = api.get("EntityDefinitions(LogicalName='team')/ManyToManyRelationships?$select=SchemaName").json()["value"]
    assert {pair["SchemaName"] for pair in pairs} == {"teamroles_association", "teammembership_association"}
    keys = api.get("EntityDefinitions(LogicalName='team')/Keys").json()["value"]
    assert keys[0]["KeyAttributes"] == ["azureactivedirectoryobjectid", "membershiptype"]


def test_global_option_sets_can_be_read(api: httpx2.Client) -> None:
    assert api.get("GlobalOptionSetDefinitions(Name='need')").json()["Options"][0]["Value"] == 0
    assert len(api.get("GlobalOptionSetDefinitions?$select=Name").json()["value"]) == 4
    assert api.get("GlobalOptionSetDefinitions(Name='nosuch')").status_code == 404


def test_options_are_inserted_renamed_and_deleted(api: httpx2.Client, make: Make) -> None:
    choice = {"EntityLogicalName": "account", "AttributeLogicalName": "paymenttermscode"}
    shipped = options_of(api, "paymenttermscode")
    inserted = api.post("InsertOptionValue", json={**choice, "Label": label("1M(8D)")})
    assert inserted.json()["NewOptionValue"] == 100_000_000
    second = api.post("InsertOptionValue", json={**choice, "Label": label("CM"), "Value": 100_000_007})
    assert second.json()["NewOptionValue"] == 100_000_007
    assert api.post("InsertOptionValue", json={**choice, "Label": label("X")}).json()["NewOptionValue"] == 100_000_008
    account = make("accounts", name="A", paymenttermscode=100_000_000)
    rename = {**choice, "Value": 100_000_000, "Label": label("1 Month"), "MergeLabels": True}
    assert api.post("UpdateOptionValue", json=rename).status_code == 204
    prefer = {"Prefer": 'odata.include-annotations="*"'}
    row = api.get(f"accounts({account})?$select=paymenttermscode", headers=prefer).json()
    assert row["paymenttermscode@OData.Community.Display.V1.FormattedValue"] == "1 Month"
    assert api.post("DeleteOptionValue", json={**choice, "Value": 100_000_008}).status_code == 204
    assert options_of(api, "paymenttermscode") == {**shipped, 100_000_000: "1 Month", 100_000_007: "CM"}
    body = "<importexportxml><entities><entity>account</entity></entities></importexportxml>"
    assert api.post("PublishXml", json={"ParameterXml": body}).status_code == 204


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("InsertOptionValue", {"Value": 5, "Label": label("small")}),
        ("InsertOptionValue", {"Value": 1, "Label": label("taken")}),
        ("InsertOptionValue", {"Label": label(" ")}),
        ("InsertOptionValue", {"AttributeLogicalName": "name", "Label": label("x")}),
        ("InsertOptionValue", {"AttributeLogicalName": "statuscode", "Label": label("x")}),
        ("UpdateOptionValue", {"Value": 77, "Label": label("x")}),
        ("DeleteOptionValue", {"Value": 77}),
    ],
)
def test_a_bad_change_of_options_is_refused(api: httpx2.Client, action: str, given: dict[str, Any]) -> None:
    before = options_of(api, "address1_freighttermscode")
    body = {"EntityLogicalName": "account", "AttributeLogicalName": "address1_freighttermscode", **given}
    assert code_of(api.post(action, json=body)) == (400, "0x80048403")
    assert options_of(api, "address1_freighttermscode") == before


@pytest.mark.parametrize(
    ("kind", "more", "good", "shown", "bad", "code"),
    [
        ("String", {"MaxLength": 5}, "abc", "abc", "abcdef", "0x80044331"),
        ("Memo", {"MaxLength": 2000}, "a\nb", "a\nb", 5, "0x80048d19"),
        ("Integer", {"MinValue": 0, "MaxValue": 9}, 9, 9, 10, "0x8004432f"),
        ("Decimal", {"Precision": 3, "MinValue": 0, "MaxValue": 10}, 1.23456, 1.235, 11, "0x80044330"),
        ("Double", {"Precision": 2}, 1.239, 1.24, "x", "0x80048d19"),
        ("Money", {}, 7.5, 7.5, "x", "0x80048d19"),
        ("Boolean", {"DefaultValue": True}, False, False, "x", "0x80048d19"),
        ("DateTime", {"Format": "DateOnly"}, "2026-02-28", "2026-02-28", "2026-02-30", "0x80048d19"),
        ("DateTime", {}, "2026-02-28T01:02:03Z", "2026-02-28T01:02:03Z", "2026-02-28", "0x80048d19"),
        ("Picklist", {"OptionSet": {"Options": [{"Value": 1, "Label": label("One")}]}}, 1, 1, 2, "0x8004431a"),
        (
            "MultiSelectPicklist",
            {"OptionSet": {"Options": [{"Value": 1, "Label": label("One")}, {"Value": 2, "Label": label("Two")}]}},
            "2,1", "1,2", "3", "0x8004431a",
        ),
    ],
)  # fmt: skip
def test_a_new_column_works_at_once(
    api: httpx2.Client,
    make: Make,
    unique: str,
    kind: str,
    more: dict[str, Any],
    good: Any,
    shown: Any,
    bad: Any,
    code: str,
) -> None:
    schema = f"New_X{unique}"
    column = {
        "@odata.type": f"{CAST}.{kind}AttributeMetadata",
        "SchemaName": schema,
        "DisplayName": label("Mine"),
        **more,
    }
    created = api.post(f"{ACCOUNT}/Attributes", json=column)
    assert created.status_code == 204, created.text
    assert api.get(created.headers["OData-EntityId"]).json()["LogicalName"] == schema.lower()
    name = schema.lower()
    row_id = make("accounts", **{"name": "A", name: good})
    assert api.get(f"accounts({row_id})?$select={name}").json()[name] == shown
    assert code_of(api.post("accounts", json={"name": "A", name: bad}))[1] == code
    assert f'Name="{name}"' in api.get("$metadata").text
    assert code_of(api.post(f"{ACCOUNT}/Attributes", json=column)) == (400, "0x80047013")
    assert api.delete(f"{ACCOUNT}/Attributes(LogicalName='{name}')").status_code == 204
    assert code_of(api.get(f"accounts?$select={name}")) == (400, "0x80060888")


@pytest.mark.parametrize("schema", ["ExternalId", "x_y", "new_", "new_a b", "mscrm_x", "new_" + "x" * 100, None, 5])
def test_a_column_needs_a_name_with_a_publishers_prefix(api: httpx2.Client, schema: object) -> None:
    column = {"@odata.type": f"{CAST}.StringAttributeMetadata", "SchemaName": schema}
    assert code_of(api.post(f"{ACCOUNT}/Attributes", json=column)) == (400, "0x80040203")


def test_a_column_can_be_changed_but_a_shipped_one_not_deleted(api: httpx2.Client, unique: str) -> None:
    column = {"@odata.type": f"{CAST}.StringAttributeMetadata", "SchemaName": f"new_c{unique}", "MaxLength": 5}
    api.post(f"{ACCOUNT}/Attributes", json=column)
    url = f"{ACCOUNT}/Attributes(LogicalName='new_c{unique}')"
    changed = {**api.get(url).json(), "MaxLength": 9, "DisplayName": label("Longer")}
    assert api.put(url, json=changed, headers={"MSCRM.MergeLabels": "true"}).status_code == 204
    assert api.get(url).json()["MaxLength"] == 9
    assert code_of(api.patch(url, json=changed)) == (405, "0x8006088b")
    assert code_of(api.delete(f"{ACCOUNT}/Attributes(LogicalName='name')")) == (400, "0x8004f01f")


def test_a_column_that_a_key_uses_stays(api: httpx2.Client, unique: str) -> None:
    column = {"@odata.type": f"{CAST}.StringAttributeMetadata", "SchemaName": f"new_k{unique}", "MaxLength": 20}
    api.post(f"{ACCOUNT}/Attributes", json=column)
    api.post(f"{ACCOUNT}/Keys", json={"SchemaName": f"new_key{unique}", "KeyAttributes": [f"new_k{unique}"]})
    url = f"{ACCOUNT}/Attributes(LogicalName='new_k{unique}')"
    assert code_of(api.delete(url)) == (400, "0x8004f01f")
    assert api.delete(f"{ACCOUNT}/Keys(LogicalName='new_key{unique}')").status_code == 204
    assert api.delete(url).status_code == 204


@pytest.mark.parametrize(
    "columns",
    [[], ["nosuch"], ["description"], ["creditlimit"], ["name"] * 17, ["websiteurl", "websiteurl", "name"], 5],
)
def test_a_bad_key_is_refused(api: httpx2.Client, columns: object) -> None:
    key = {"SchemaName": "new_bad", "KeyAttributes": columns}
    assert code_of(api.post(f"{ACCOUNT}/Keys", json=key)) == (400, "0x80040203")


def test_functions_about_the_environment(api: httpx2.Client, sandbox: Sandbox) -> None:
    me = api.get("WhoAmI()").json()
    assert api.get("RetrieveVersion()").json()["Version"].startswith("9.2.")
    access = "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')"
    detail = api.get(access).json()["Detail"]
    assert detail["OrganizationId"] == me["OrganizationId"]
    assert f"{sandbox.url}/" in detail["Endpoints"]["Values"]
    granted = api.get(f"systemusers({me['UserId']})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()").json()[
        "RolePrivileges"
    ]
    assert "prvReadAccount" in {one["PrivilegeName"] for one in granted}
