"""CreateMultiple, UpdateMultiple, UpsertMultiple and alternate keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of

Make = Callable[..., str]
TYPE = "Microsoft.Dynamics.CRM.account"


def bulk(api: httpx2.Client, message: str, rows: list[dict[str, Any]], entity_set: str = "accounts") -> httpx2.Response:
    rows = [{"@odata.type": TYPE, **row} for row in rows]
    return api.post(f"{entity_set}/Microsoft.Dynamics.CRM.{message}", json={"Targets": rows})


@pytest.fixture(scope="module", autouse=True)
def _key(api: httpx2.Client) -> None:
    """An external id on accounts, unique."""
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_ExternalId", "MaxLength": 40,
    }  # fmt: skip
    assert api.post("EntityDefinitions(LogicalName='account')/Attributes", json=column).status_code == 204
    key = {"SchemaName": "new_ExternalKey", "KeyAttributes": ["new_externalid"]}
    assert api.post("EntityDefinitions(LogicalName='account')/Keys", json=key).status_code == 204


def test_ids_come_back_in_input_order(api: httpx2.Client) -> None:
    chosen = str(uuid4())
    response = bulk(
        api, "CreateMultiple", [{"name": "a"}, {"name": "b", "accountid": chosen}, {"name": "c", "fax": "1"}]
    )
    assert response.status_code == 200
    ids = response.json()["Ids"]
    assert ids[1] == chosen
    assert [api.get(f"accounts({row_id})/name").json()["value"] for row_id in ids] == ["a", "b", "c"]
    assert [api.get(f"accounts({row_id})").json()["creditonhold"] for row_id in ids] == [False] * 3


@pytest.mark.parametrize(
    ("message", "bad", "expected"),
    [
        ("CreateMultiple", {"name": "x" * 161}, (400, "0x80044331")),
        ("CreateMultiple", {"@odata.type": "Microsoft.Dynamics.CRM.contact"}, (400, "0x80048d19")),
        ("CreateMultiple", {"@odata.type": None}, (400, "0x80048d19")),
        ("CreateMultiple", {"primarycontactid@odata.bind": f"/contacts({uuid4()})"}, (404, "0x80040217")),
        ("CreateMultiple", {"accountid": "00000000-0000-4000-8000-00000000000a"}, (412, "0x80040237")),
        ("UpdateMultiple", {"name": "no id"}, (400, "0x80040203")),
        ("UpdateMultiple", {"accountid": "99999999-9999-4999-8999-999999999999"}, (404, "0x80040217")),
        ("UpsertMultiple", {"@odata.id": "contacts(00000000-0000-4000-8000-00000000000a)"}, (400, "0x80048d19")),
        ("UpsertMultiple", {"@odata.id": "accounts(nosuch='1')"}, (400, "0x80060888")),
    ],
)
def test_one_bad_row_refuses_all(
    sandbox: Sandbox, api: httpx2.Client, message: str, bad: dict[str, Any], expected: tuple[int, str]
) -> None:
    api.patch("accounts(00000000-0000-4000-8000-00000000000a)", json={"name": "there"})
    good = {"name": "good", "accountid": "00000000-0000-4000-8000-00000000000a"}
    if message == "CreateMultiple":
        good = {"name": "good"}
    sandbox.reset_stats()
    assert code_of(bulk(api, message, [good, bad])) == expected
    assert sandbox.stats()["rows_written"] == 0


def test_update_multiple_writes_only_what_is_given(api: httpx2.Client, make: Make) -> None:
    ids = [make("accounts", name=f"n{number}", fax="f", creditlimit=7) for number in range(3)]
    assert bulk(api, "UpdateMultiple", [{"accountid": row_id, "name": "new"} for row_id in ids]).status_code == 204
    rows = [api.get(f"accounts({row_id})").json() for row_id in ids]
    assert {(row["name"], row["fax"], row["creditlimit"]) for row in rows} == {("new", "f", 7)}


def test_upsert_multiple_creates_and_updates_by_id_and_by_key(api: httpx2.Client, make: Make, unique: str) -> None:
    there = make("accounts", name="there", new_externalid=f"{unique}-1")
    chosen = str(uuid4())
    rows = [
        {"@odata.id": f"accounts(new_externalid='{unique.upper()}-1')", "name": "by key"},
        {"@odata.id": f"accounts(new_externalid='{unique}-2')", "name": "new by key"},
        {"@odata.id": f"accounts(new_externalid='{unique}-2')", "name": "and again"},
        {"accountid": chosen, "name": "new by id"},
        {"accountid": chosen, "name": "twice"},
    ]
    assert bulk(api, "UpsertMultiple", rows).status_code == 204
    assert api.get(f"accounts({there})/name").json()["value"] == "by key"
    assert api.get(f"accounts(new_externalid='{unique}-2')").json()["name"] == "and again"
    assert api.get(f"accounts({chosen})/name").json()["value"] == "twice"


def test_delete_multiple_is_not_for_standard_tables(api: httpx2.Client, make: Make) -> None:
    response = bulk(api, "DeleteMultiple", [{"accountid": make("accounts", name="a")}])
    assert response.status_code == 501
    assert "DeleteMultiple has not yet been implemented." in response.json()["error"]["message"]


def test_an_empty_message_is_refused(api: httpx2.Client) -> None:
    assert bulk(api, "CreateMultiple", []).status_code == 400
    assert api.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", json={"Targets": 5}).status_code == 400
    assert api.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", json={}).status_code == 400


# ---- alternate keys --------------------------------------------------------------------------------------------------


def test_a_key_finds_updates_creates_and_deletes(api: httpx2.Client, sandbox: Sandbox, unique: str) -> None:
    url = f"accounts(new_externalid='{unique} ''ä''')"
    created = api.patch(url, json={"name": "A"})
    assert created.status_code == 204
    assert created.headers["OData-EntityId"].startswith(f"{sandbox.api}/accounts(new_externalid='{unique}")
    assert api.get(created.headers["OData-EntityId"]).json()["new_externalid"] == f"{unique} 'ä'"
    again = api.patch(f"{url}?$select=accountid", json={"name": "B"}, headers={"Prefer": "return=representation"})
    assert again.status_code == 200
    assert (
        api.get(url.upper().replace("ACCOUNTS", "accounts").replace("NEW_EXTERNALID", "new_externalid")).json()["name"]
        == "B"
    )
    assert api.delete(url).status_code == 204
    assert code_of(api.get(url)) == (404, "0x80060891")
    assert code_of(api.patch(url, json={}, headers={"If-Match": "*"})) == (404, "0x80060891")


def test_the_body_wins_when_a_row_is_created_through_its_key(api: httpx2.Client, unique: str) -> None:
    api.patch(f"accounts(new_externalid='{unique}')", json={"name": "A", "new_externalid": f"{unique}-body"})
    assert api.get(f"accounts(new_externalid='{unique}-body')").status_code == 200
    api.patch(f"accounts(new_externalid='{unique}-body')", json={"name": "B", "new_externalid": "ignored"})
    assert api.get(f"accounts(new_externalid='{unique}-body')").json()["name"] == "B"


@pytest.mark.parametrize("taken", ["Ä-{}", "ä-{}", "ä-{}  "])
def test_a_key_is_unique_whatever_the_case(api: httpx2.Client, make: Make, unique: str, taken: str) -> None:
    make("accounts", name="A", new_externalid=f"Ä-{unique}")
    clash = {"name": "B", "new_externalid": taken.format(unique)}
    assert code_of(api.post("accounts", json=clash)) == (412, "0x80060892")
    other = make("accounts", name="C", new_externalid=f"A-{unique}")
    assert code_of(api.patch(f"accounts({other})", json=clash)) == (412, "0x80060892")
    assert code_of(bulk(api, "CreateMultiple", [{"name": "x"}, clash])) == (412, "0x80060892")


def test_rows_without_a_key_value_do_not_clash(make: Make) -> None:
    make("accounts", name="A", new_externalid=None)
    make("accounts", name="B", new_externalid=None)


def test_a_key_names_the_row_in_a_bind(api: httpx2.Client, make: Make, unique: str) -> None:
    parent = make("accounts", name="P", new_externalid=unique)
    child = make("accounts", name="C", parentaccountid__bind=f"/accounts(new_externalid='{unique}')")
    assert api.get(f"accounts({child})").json()["_parentaccountid_value"] == parent
    missing = {"name": "D", "parentaccountid@odata.bind": "/accounts(new_externalid='nobody')"}
    assert code_of(api.post("accounts", json=missing)) == (404, "0x80060891")


@pytest.mark.parametrize("character", list("/<>*%&:\\?+"))
def test_some_characters_cannot_stand_in_a_key_url(api: httpx2.Client, character: str) -> None:
    response = api.get(f"accounts(new_externalid='a%{ord(character):02X}b')")
    assert code_of(response) == (400, "0x80060888")


def test_a_key_over_rows_that_clash_fails_and_can_be_tried_again(api: httpx2.Client, make: Make, unique: str) -> None:
    ids = [make("accounts", name="A", accountnumber=unique) for _ in range(2)]
    definition = {"SchemaName": "new_NumberKey", "KeyAttributes": ["accountnumber"]}
    url = "EntityDefinitions(LogicalName='account')/Keys"
    assert api.post(url, json=definition).status_code == 204

    def status() -> str:
        keys = api.get(f"{url}?$select=LogicalName,EntityKeyIndexStatus").json()["value"]
        return next(key["EntityKeyIndexStatus"] for key in keys if key["LogicalName"] == "new_numberkey")

    assert status() == "Failed"
    assert api.get(f"accounts(accountnumber='{unique}')").status_code == 400
    api.patch(f"accounts({ids[0]})", json={"accountnumber": f"{unique}-2"})
    again = {"EntityLogicalName": "account", "EntityKeyLogicalName": "new_numberkey"}
    assert api.post("ReactivateEntityKey", json=again).status_code == 204
    assert status() == "Active"
    assert api.get(f"accounts(accountnumber='{unique}')").json()["accountid"] == ids[1]
    assert code_of(api.post(url, json=definition)) == (400, "0x80060893")
    assert code_of(api.post(url, json={**definition, "SchemaName": "new_Other"})) == (400, "0x80060894")
    assert api.delete(f"{url}(LogicalName='new_numberkey')").status_code == 204
    make("accounts", name="A", accountnumber=unique)
