"""Tables, relationships and choices made over HTTP, effective at once and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.sandbox.staff import ACTION, Staff
from tests.sandbox_process import code_of, running_sandbox

Make = Callable[..., str]
CASCADE = dict.fromkeys(("Assign", "Merge", "Reparent", "Share", "Unshare"), "NoCascade")


def label(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


def table_body(schema: str, **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": f"{ACTION}.EntityMetadata", "SchemaName": schema, "DisplayName": label("Thing"),
        "DisplayCollectionName": label("Things"), "OwnershipType": "UserOwned", "HasActivities": False,
        "HasNotes": False, "IsActivity": False,
        "Attributes": [
            {
                "@odata.type": f"{ACTION}.StringAttributeMetadata", "SchemaName": "new_Name", "IsPrimaryName": True,
                "MaxLength": 100, "DisplayName": label("Name"), "RequiredLevel": {"Value": "None"},
            }
        ],
        **more,
    }  # fmt: skip


def lookup_body(schema: str, table: str, target: str, delete: str = "RemoveLink") -> dict[str, Any]:
    return {
        "@odata.type": f"{ACTION}.OneToManyRelationshipMetadata", "SchemaName": schema, "ReferencedEntity": target,
        "ReferencedAttribute": f"{target}id", "ReferencingEntity": table,
        "CascadeConfiguration": {**CASCADE, "Delete": delete},
        "Lookup": {
            "@odata.type": f"{ACTION}.LookupAttributeMetadata", "SchemaName": "new_ParentId",
            "DisplayName": label("Parent"), "RequiredLevel": {"Value": "None"},
        },
    }  # fmt: skip


@pytest.fixture
def thing(api: httpx2.Client, unique: str) -> str:
    """A new table; its logical name."""
    answer = api.post("EntityDefinitions", json=table_body(f"new_Thing{unique}"))
    assert answer.status_code == 204, answer.text
    assert api.get(answer.headers["OData-EntityId"]).json()["LogicalName"] == f"new_thing{unique}"
    return f"new_thing{unique}"


def test_a_new_table_has_the_columns_that_every_table_has(api: httpx2.Client, make: Make, thing: str) -> None:
    body = api.get(f"EntityDefinitions(LogicalName='{thing}')?$expand=Attributes($select=LogicalName)").json()
    assert (body["EntitySetName"], body["PrimaryNameAttribute"], body["IsCustomEntity"]) == (
        f"{thing}s",
        "new_name",
        True,
    )
    assert body["ObjectTypeCode"] >= 10_000
    assert body["ChangeTrackingEnabled"] is False
    names = {one["LogicalName"] for one in body["Attributes"]}
    assert names >= {
        f"{thing}id", "createdon", "createdby", "modifiedon", "modifiedby", "createdonbehalfby", "modifiedonbehalfby",
        "ownerid", "owningbusinessunit", "owninguser", "owningteam", "statecode", "statuscode", "versionnumber",
        "importsequencenumber", "overriddencreatedon", "timezoneruleversionnumber", "utcconversiontimezonecode", "new_name",
    }  # fmt: skip
    privileges = {one["Name"] for one in body["Privileges"]}
    assert privileges == {
        f"prv{verb}{body['SchemaName']}"
        for verb in ("Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo")
    }
    row = make(f"{thing}s", new_name="first")
    got = api.get(f"{thing}s({row})").json()
    assert (got["new_name"], got["statecode"], got["statuscode"]) == ("first", 0, 1)
    assert api.patch(f"{thing}s({row})", json={"statecode": 1}).status_code == 204
    assert f'EntityType Name="{thing}"' in api.get("$metadata").text


def test_a_new_table_is_only_for_those_with_its_privileges(api: httpx2.Client, staff: Staff, thing: str) -> None:
    _, client = staff.application("Salesperson")
    answer = client.get(f"{thing}s")
    assert code_of(answer) == (403, "0x80040220")
    _, customizer = staff.application("System Customizer")
    assert customizer.get(f"{thing}s").status_code == 200
    schema = api.get(f"EntityDefinitions(LogicalName='{thing}')?$select=SchemaName").json()["SchemaName"]
    _, reader = staff.application(staff.role({f"prvRead{schema}": "Basic"}))
    assert reader.get(f"{thing}s").status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SchemaName": "Thing"}, "0x80040203"),
        ({"SchemaName": "new_Account", "EntitySetName": "accounts"}, "0x8004700b"),
        ({"Attributes": []}, "0x80040203"),
        ({"OwnershipType": "Nobody"}, "0x80040203"),
        ({"IsActivity": True}, "0x80060888"),
    ],
)
def test_a_bad_table_is_refused_and_leaves_nothing(api: httpx2.Client, change: dict[str, Any], code: str) -> None:
    before = api.get("EntityDefinitions?$select=LogicalName").json()["value"]
    assert code_of(api.post("EntityDefinitions", json={**table_body("new_Bad"), **change}))[1] == code
    assert api.get("EntityDefinitions?$select=LogicalName").json()["value"] == before


def test_a_table_cannot_be_made_twice_and_a_shipped_one_not_deleted(api: httpx2.Client, thing: str) -> None:
    assert code_of(api.post("EntityDefinitions", json=table_body(thing))) == (400, "0x8004700b")
    assert code_of(api.delete("EntityDefinitions(LogicalName='account')")) == (400, "0x8004f01f")
    assert api.delete(f"EntityDefinitions(LogicalName='{thing}')").status_code == 204
    assert code_of(api.get(f"{thing}s")) == (404, "0x8006088a")
    assert api.get("privileges?$filter=contains(name,'" + thing.removeprefix("new_") + "')").json()["value"] == []
    assert api.post("EntityDefinitions", json=table_body(thing)).status_code == 204


def test_tables_are_made_in_one_go(api: httpx2.Client, unique: str) -> None:
    whole = f"{ACTION}.ComplexIntegerAttributeMetadata"
    column = {"@odata.type": whole, "SchemaName": "new_Count", "MinValue": 0, "MaxValue": 9}
    one = table_body(f"new_One{unique}")
    one["@odata.type"] = f"{ACTION}.ComplexEntityMetadata"
    one["Attributes"][0]["@odata.type"] = f"{ACTION}.ComplexStringAttributeMetadata"
    one["Attributes"].append(column)
    assert api.post("CreateEntities", json={"Entities": [one]}).status_code == 204
    assert api.post(f"new_one{unique}s", json={"new_count": 9}).status_code == 204
    assert code_of(api.post(f"new_one{unique}s", json={"new_count": 10})) == (400, "0x8004432f")
    two = {**one, "SchemaName": f"new_Two{unique}"}
    assert code_of(api.post("CreateEntities", json={"Entities": [two, one]})) == (400, "0x8004700b")
    assert api.get(f"EntityDefinitions(LogicalName='new_two{unique}')").status_code == 404


@pytest.mark.parametrize(
    ("delete", "answer", "left"), [("RemoveLink", 204, None), ("Cascade", 204, "gone"), ("Restrict", 405, "kept")]
)
def test_a_lookup_works_both_ways_and_deletes_as_it_says(
    api: httpx2.Client, make: Make, thing: str, delete: str, answer: int, left: str | None
) -> None:
    relation = f"new_account_{thing}"
    made = api.post("RelationshipDefinitions", json=lookup_body(relation, thing, "account", delete))
    assert made.status_code == 204, made.text
    shown = api.get(f"{made.headers['OData-EntityId']}/{ACTION}.OneToManyRelationshipMetadata").json()
    assert shown["ReferencingEntityNavigationPropertyName"] == "new_ParentId"
    assert shown["CascadeConfiguration"]["Delete"] == delete
    account = make("accounts", name="A")
    row = make(f"{thing}s", new_name="child", new_ParentId__bind=f"/accounts({account})")
    got = api.get(f"{thing}s({row})?$select=new_name&$expand=new_ParentId($select=name)").json()
    assert got["new_ParentId"]["name"] == "A"
    assert [one["new_name"] for one in api.get(f"accounts({account})/{relation}").json()["value"]] == ["child"]
    assert code_of(api.post(f"{thing}s", json={"new_parentid@odata.bind": f"/accounts({account})"})) == (
        400,
        "0x80048d19",
    )
    assert code_of(api.delete(f"EntityDefinitions(LogicalName='{thing}')/Keys(x)"))[0] == 404
    assert api.delete(f"accounts({account})").status_code == answer
    if left == "gone":
        assert api.get(f"{thing}s({row})").status_code == 404
    else:
        expected = account if left else None
        assert api.get(f"{thing}s({row})").json()["_new_parentid_value"] == expected


def test_a_relationship_goes_with_its_column_and_holds_its_table(api: httpx2.Client, thing: str, unique: str) -> None:
    other = f"new_Other{unique}"
    api.post("EntityDefinitions", json=table_body(other))
    relation = f"new_x{unique}_things"
    body = lookup_body(relation, other.lower(), thing)
    assert api.post("RelationshipDefinitions", json=body).status_code == 204
    assert code_of(api.post("RelationshipDefinitions", json=body)) == (400, "0x80040203")
    assert code_of(api.delete(f"EntityDefinitions(LogicalName='{thing}')")) == (400, "0x8004f01f")
    assert api.delete(f"RelationshipDefinitions(SchemaName='{relation}')").status_code == 204
    column = f"EntityDefinitions(LogicalName='{other.lower()}')/Attributes(LogicalName='new_parentid')"
    assert api.get(column).status_code == 404
    assert code_of(api.delete("RelationshipDefinitions(SchemaName='account_primary_contact')")) == (400, "0x8004f01f")
    assert api.delete(f"EntityDefinitions(LogicalName='{thing}')").status_code == 204


def test_rows_are_paired_many_to_many(api: httpx2.Client, make: Make, thing: str, unique: str) -> None:
    schema = f"new_x{unique}_account"
    body = {
        "@odata.type": f"{ACTION}.ManyToManyRelationshipMetadata", "SchemaName": schema, "Entity1LogicalName": thing,
        "Entity2LogicalName": "account", "IntersectEntityName": schema,
    }  # fmt: skip
    assert api.post("RelationshipDefinitions", json=body).status_code == 204
    row, account = make(f"{thing}s", new_name="T"), make("accounts", name="A")
    pair = {"@odata.id": f"accounts({account})"}
    assert api.post(f"{thing}s({row})/{schema}/$ref", json=pair).status_code == 204
    assert code_of(api.post(f"{thing}s({row})/{schema}/$ref", json=pair)) == (412, "0x80040237")
    assert [one["new_name"] for one in api.get(f"accounts({account})/{schema}").json()["value"]] == ["T"]
    assert api.delete(f"{thing}s({row})/{schema}({account})/$ref").status_code == 204
    assert api.delete(f"RelationshipDefinitions(SchemaName='{schema}')").status_code == 204
    assert api.get(f"EntityDefinitions(LogicalName='{schema.lower()}')").status_code == 404


def test_columns_share_a_choice(api: httpx2.Client, make: Make, unique: str) -> None:
    name = f"new_color{unique}"
    body = {
        "@odata.type": f"{ACTION}.OptionSetMetadata", "Name": name, "DisplayName": label("Color"), "IsGlobal": True,
        "OptionSetType": "Picklist", "Options": [{"Value": 100000000, "Label": label("Red")}],
    }  # fmt: skip
    made = api.post("GlobalOptionSetDefinitions", json=body)
    assert made.status_code == 204, made.text
    assert code_of(api.post("GlobalOptionSetDefinitions", json=body)) == (400, "0x80048403")
    choice = made.headers["OData-EntityId"].partition("/v9.2")[2]
    columns = [f"new_a{unique}", f"new_b{unique}"]
    for schema in columns:
        column = {
            "@odata.type": f"{ACTION}.PicklistAttributeMetadata", "SchemaName": schema, "DisplayName": label("C"),
            "GlobalOptionSet@odata.bind": choice,
        }  # fmt: skip
        answer = api.post("EntityDefinitions(LogicalName='account')/Attributes", json=column)
        assert answer.status_code == 204, answer.text
    new = api.post("InsertOptionValue", json={"OptionSetName": name, "Label": label("Blue")}).json()["NewOptionValue"]
    assert new == 100000001
    for schema in columns:
        make("accounts", name="A", **{schema: new})
        column = f"EntityDefinitions(LogicalName='account')/Attributes(LogicalName='{schema}')"
        url = f"{column}/{ACTION}.PicklistAttributeMetadata"
        shown = api.get(f"{url}?$expand=OptionSet,GlobalOptionSet").json()
        assert shown["OptionSet"] is None
        assert [one["Value"] for one in shown["GlobalOptionSet"]["Options"]] == [100000000, 100000001]
    order = {"OptionSetName": name, "Values": [new, 100000000]}
    assert api.post("OrderOption", json=order).status_code == 204
    assert code_of(api.post("OrderOption", json={**order, "Values": [new]})) == (400, "0x80048403")
    options = api.get(f"GlobalOptionSetDefinitions(Name='{name}')").json()["Options"]
    assert [one["Value"] for one in options] == [new, 100000000]
    assert code_of(api.delete(f"GlobalOptionSetDefinitions(Name='{name}')")) == (400, "0x8004f01f")
    for schema in columns:
        api.delete(f"EntityDefinitions(LogicalName='account')/Attributes(LogicalName='{schema}')")
    assert api.delete(f"GlobalOptionSetDefinitions(Name='{name}')").status_code == 204


def test_a_table_gets_a_status_reason_of_its_own(api: httpx2.Client, make: Make, thing: str) -> None:
    given = {"EntityLogicalName": thing, "AttributeLogicalName": "statuscode", "StateCode": 1, "Label": label("Lost")}
    new = api.post("InsertStatusValue", json=given).json()["NewOptionValue"]
    row = make(f"{thing}s", new_name="x")
    assert api.patch(f"{thing}s({row})", json={"statecode": 1, "statuscode": new}).status_code == 204
    assert code_of(api.patch(f"{thing}s({row})", json={"statecode": 0, "statuscode": new})) == (400, "0x80048408")
    assert code_of(api.post("InsertStatusValue", json={**given, "StateCode": 7})) == (400, "0x80040203")


def test_money_brings_the_currency_along(api: httpx2.Client, make: Make, thing: str) -> None:
    column = {
        "@odata.type": f"{ACTION}.MoneyAttributeMetadata",
        "SchemaName": "new_Price",
        "DisplayName": label("Price"),
    }
    assert api.post(f"EntityDefinitions(LogicalName='{thing}')/Attributes", json=column).status_code == 204
    row = api.get(f"{thing}s({make(f'{thing}s', new_price=12.5)})").json()
    assert (row["new_price"], row["new_price_base"]) == (12.5, 12.5)
    assert row["_transactioncurrencyid_value"]


def test_publishing_reads_what_it_is_told(api: httpx2.Client, thing: str) -> None:
    def publish(text: str) -> httpx2.Response:
        return api.post("PublishXml", json={"ParameterXml": text})

    good = f"<importexportxml><entities><entity>{thing}</entity></entities></importexportxml>"
    assert publish(good).status_code == 204
    assert code_of(publish(good.replace(thing, "new_nothing"))) == (400, "0x80040203")
    assert code_of(publish("<importexportxml>")) == (400, "0x80048033")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><importexportxml>&b;</importexportxml>'
    assert code_of(publish(bomb)) == (400, "0x80048033")


def test_everything_made_is_there_after_a_restart(tmp_path: Path) -> None:
    def shape(api: httpx2.Client) -> list[Any]:
        parts = "Attributes,Keys,ManyToOneRelationships,ManyToManyRelationships"
        urls = (f"EntityDefinitions(LogicalName='new_kept')?$expand={parts}", "GlobalOptionSetDefinitions", "new_kepts")
        return [api.get(url).json() for url in urls]

    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        api.post("EntityDefinitions", json=table_body("new_Kept", ChangeTrackingEnabled=True))
        api.post("RelationshipDefinitions", json=lookup_body("new_kept_account", "new_kept", "account", "Restrict"))
        api.post("RelationshipDefinitions", json={
            "@odata.type": f"{ACTION}.ManyToManyRelationshipMetadata", "SchemaName": "new_kept_contact",
            "Entity1LogicalName": "new_kept", "Entity2LogicalName": "contact", "IntersectEntityName": "new_kept_contact",
        })  # fmt: skip
        api.post(
            "GlobalOptionSetDefinitions", json={"Name": "new_kept", "Options": [{"Value": 1, "Label": label("One")}]}
        )
        column = {"@odata.type": f"{ACTION}.PicklistAttributeMetadata", "SchemaName": "new_Choice"}
        bound = {**column, "GlobalOptionSet@odata.bind": "/GlobalOptionSetDefinitions(Name='new_kept')"}
        assert api.post("EntityDefinitions(LogicalName='new_kept')/Attributes", json=bound).status_code == 204
        api.post("InsertOptionValue", json={"OptionSetName": "new_kept", "Label": label("Two")})
        assert api.post("new_kepts", json={"new_name": "row", "new_choice": 100000000}).status_code == 204
        before = shape(api)
        sandbox.kill()
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        after = shape(api)
        for one in (*before, *after):
            one.pop("@odata.context")
        assert after == before
        assert code_of(api.post("new_kepts", json={"new_choice": 7})) == (400, "0x8004431a")
