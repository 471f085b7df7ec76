"""Creating, reading, updating and deleting rows: shapes, rules and the exact codes of refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of

Make = Callable[..., str]
MISSING = "99999999-9999-4999-8999-999999999999"


def test_a_new_row_answers_204_with_its_absolute_address(api: httpx2.Client, sandbox: Sandbox) -> None:
    response = api.post("accounts", json={"name": "Fabrikam"})
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["OData-Version"] == "4.0"
    assert response.headers["OData-EntityId"].startswith(f"{sandbox.api}/accounts(")
    assert b"OData-EntityId" in [name for name, _ in response.headers.raw]  # some clients look for this very spelling


def test_links_start_with_the_host_and_scheme_the_request_came_to(sandbox: Sandbox, api: httpx2.Client) -> None:
    other = sandbox.url.replace("127.0.0.1", "localhost")
    response = api.post(f"{other}/api/data/v9.1/accounts", json={"name": "A"}, headers={"X-Forwarded-Proto": "https"})
    assert response.headers["OData-EntityId"].startswith(
        f"{other.replace('http://', 'https://')}/api/data/v9.1/accounts("
    )


def test_return_representation_answers_201_with_the_selected_columns(api: httpx2.Client) -> None:
    response = api.post("accounts?$select=name", json={"name": "A"}, headers={"Prefer": "return=representation"})
    assert response.status_code == 201
    assert "OData-EntityId" not in response.headers
    assert response.headers["Preference-Applied"] == "return=representation"
    body = response.json()
    assert set(body) == {"@odata.context", "@odata.etag", "name", "accountid"}
    assert response.headers["ETag"] == body["@odata.etag"]


def test_a_caller_may_choose_the_id_and_choosing_it_twice_is_refused(api: httpx2.Client) -> None:
    row = {"accountid": str(uuid4()), "name": "A"}
    assert api.post("accounts", json=row).status_code == 204
    assert code_of(api.post("accounts", json=row)) == (412, "0x80040237")


@pytest.mark.parametrize(
    ("payload", "status", "code"),
    [
        ({"nosuch": 1}, 400, "0x80048d19"),
        ({"owneridtype": "systemuser"}, 400, "0x80048d19"),
        ({"name": 5}, 400, "0x80048d19"),
        ({"name": "x" * 161}, 400, "0x80044331"),
        ({"name": "😀" * 81}, 400, "0x80044331"),
        ({"numberofemployees": -1}, 400, "0x8004432f"),
        ({"numberofemployees": 1.5}, 400, "0x80048d19"),
        ({"numberofemployees": True}, 400, "0x80048d19"),
        ({"address1_latitude": 91}, 400, "0x80044330"),
        ({"creditlimit": -1}, 400, "0x80040317"),
        ({"creditlimit": "5"}, 400, "0x80048d19"),
        ({"creditonhold": 1}, 400, "0x80048d19"),
        ({"paymenttermscode": 99}, 400, "0x8004431a"),
        ({"paymenttermscode": "1"}, 400, "0x80048d19"),
        ({"lastusedincampaign": "yesterday"}, 400, "0x80048d19"),
        ({"lastusedincampaign": "0001-01-01T00:00:00Z"}, 400, "0x80040239"),
        ({"primarycontactid": MISSING}, 400, "0x80048d19"),
        ({"_primarycontactid_value": MISSING}, 400, "0x80048d19"),
        ({"primarycontactid@odata.bind": f"/contacts({MISSING})"}, 404, "0x80040217"),
        ({"primarycontactid@odata.bind": f"/accounts({MISSING})"}, 404, "0x80040217"),
        ({"primarycontactid@odata.bind": "contacts"}, 400, "0x80048d19"),
        ({"primarycontactid@odata.bind": 5}, 400, "0x80048d19"),
        ({"PrimaryContactId@odata.bind": f"/contacts({MISSING})"}, 400, "0x80048d19"),
        ({"ownerid@odata.bind": None}, 400, "0x80048d19"),
        ({"statuscode": 2}, 400, "0x80048408"),
        ({"statuscode": 77}, 400, "0x80048408"),
        ({"accountid": "no guid"}, 400, "0x80048d19"),
        ({"contact_customer_accounts": {"lastname": "X"}}, 400, "0x80048d19"),
    ],
)
def test_a_bad_column_is_refused_with_its_code_and_nothing_is_written(
    sandbox: Sandbox, api: httpx2.Client, payload: dict[str, Any], status: int, code: str
) -> None:
    sandbox.reset_stats()
    response = api.post("accounts", json={"name": "A", **payload})
    assert code_of(response) == (status, code), response.text
    assert response.json()["error"]["message"]
    assert sandbox.stats()["rows_written"] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"name":"a"} x', b"\xff\xfe", b"[" * 5000])
def test_an_unreadable_body_is_a_payload_error(api: httpx2.Client, body: bytes) -> None:
    response = api.post("accounts", content=body, headers={"Content-Type": "application/json"})
    assert code_of(response) == (400, "0x80048d19")


def test_columns_that_cannot_be_written_are_ignored_in_silence(api: httpx2.Client, make: Make) -> None:
    row_id = make(
        "accounts", name="A", createdon="2000-01-01T00:00:00Z", versionnumber=5, aging30=7, address1_composite="x",
        statecode=1, exchangerate=9, openrevenue=3, merged=True, owninguser__bind=f"/systemusers({MISSING})",
    )  # fmt: skip
    row = api.get(f"accounts({row_id})").json()
    assert row["createdon"] > "2020"
    assert row["aging30"] is None
    assert row["address1_composite"] is None
    assert (row["statecode"], row["statuscode"], row["merged"]) == (0, 1, False)


def test_a_migrated_row_keeps_its_old_creation_date(api: httpx2.Client, make: Make) -> None:
    row = api.get(f"accounts({make('accounts', name='A', overriddencreatedon='2001-02-03T04:05:06Z')})").json()
    assert row["createdon"] == "2001-02-03T04:05:06Z"
    assert row["overriddencreatedon"] == row["modifiedon"]


def test_values_come_back_as_the_service_shows_them(api: httpx2.Client, make: Make) -> None:
    row_id = make(
        "accounts", name="Müller & Söhne <GmbH> 東京", creditlimit=1234.5, paymenttermscode=1, numberofemployees=1200,
        address1_latitude=48.12345678, lastusedincampaign="2026-03-04T12:34:56.789+02:00", fax="",
    )  # fmt: skip
    response = api.get(f"accounts({row_id})")
    row = response.json()
    assert '"creditlimit":1234.5000' in response.text
    assert row["name"] == "Müller & Söhne <GmbH> 東京"
    assert row["lastusedincampaign"] == "2026-03-04T10:34:56Z"
    assert row["address1_latitude"] == 48.12346
    assert row["fax"] is None
    assert row["@odata.etag"] == f'W/"{row["versionnumber"]}"'
    assert row["_ownerid_value"] == row["_owninguser_value"] == row["_createdby_value"] == row["_modifiedby_value"]


@pytest.mark.parametrize("amount", ["99999999999999.9999", "12345678901234.5600", "0.0100", "900719925474.0993"])
def test_money_keeps_every_digit(api: httpx2.Client, amount: str) -> None:
    created = api.post("accounts", content=b'{"name":"A","creditlimit":%s}' % amount.encode())
    assert created.status_code == 204
    text = api.get(created.headers["OData-EntityId"] + "?$select=creditlimit").text
    rounded = f"{float(amount):.2f}" if len(amount) < 8 else None
    expected = {"99999999999999.9999": "100000000000000.0000", "900719925474.0993": "900719925474.1000"}.get(amount)
    assert f'"creditlimit":{expected or (rounded + "00" if rounded else amount)}' in text


def test_money_is_converted_to_the_base_currency_and_rounded_to_its_own(api: httpx2.Client, make: Make) -> None:
    yen = make(
        "transactioncurrencies", isocurrencycode="JPY", currencyname="Yen", currencysymbol="¥", currencyprecision=0,
        exchangerate=160,
    )  # fmt: skip
    row_id = make(
        "accounts", name="A", creditlimit=1600.7, transactioncurrencyid__bind=f"/transactioncurrencies({yen})"
    )
    row = api.get(f"accounts({row_id})").json()
    assert (row["creditlimit"], row["creditlimit_base"], row["exchangerate"]) == (1601, 10.0062, 160)
    api.patch(f"accounts({row_id})", json={"transactioncurrencyid": None, "creditlimit": 5})
    row = api.get(f"accounts({row_id})").json()
    assert (row["creditlimit"], row["creditlimit_base"], row["exchangerate"]) == (5, 5, 1)  # back to the base currency


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"firstname": "Ada", "lastname": "Lovelace"}, "Ada Lovelace"),
        ({"lastname": "Plato"}, "Plato"),
        ({"firstname": " Ada ", "lastname": ""}, "Ada"),
        ({"jobtitle": "nobody"}, None),
    ],
)
def test_a_contact_gets_its_full_name(
    api: httpx2.Client, make: Make, columns: dict[str, str], name: str | None
) -> None:
    assert api.get(f"contacts({make('contacts', **columns)})").json()["fullname"] == name


def test_changing_a_part_works_out_what_follows_from_it(api: httpx2.Client, make: Make) -> None:
    contact = make("contacts", firstname="Ada", lastname="King", address1_line1="St. 1", address1_city="Ulm")
    api.patch(
        f"contacts({contact})", json={"lastname": "Lovelace", "address1_postalcode": "89073", "address1_country": "DE"}
    )
    row = api.get(f"contacts({contact})").json()
    assert row["fullname"] == "Ada Lovelace"
    assert row["address1_composite"] == "St. 1\r\nUlm, 89073\r\nDE"


def test_every_update_raises_the_version_even_when_no_value_changes(api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="A")
    before = api.get(f"accounts({row_id})?$select=versionnumber").json()["versionnumber"]
    other = make("accounts", name="B")
    assert api.patch(f"accounts({row_id})", json={"name": "A"}).status_code == 204
    after = api.get(f"accounts({row_id})?$select=versionnumber").json()["versionnumber"]
    assert after > api.get(f"accounts({other})?$select=versionnumber").json()["versionnumber"] > before


# ---- preconditions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "headers", "there", "expected"),
    [
        ("PATCH", {}, False, (204, "")),
        ("PATCH", {"If-Match": "*"}, False, (404, "0x80040217")),
        ("PATCH", {"If-Match": "*"}, True, (204, "")),
        ("PATCH", {"If-Match": 'W/"1"'}, True, (412, "0x80060882")),
        ("PATCH", {"If-Match": "nonsense"}, True, (412, "0x80060882")),
        ("PATCH", {"If-Match": 'W/"1"'}, False, (404, "0x80040217")),
        ("PATCH", {"If-None-Match": "*"}, True, (412, "0x80040237")),
        ("PATCH", {"If-None-Match": "*"}, False, (204, "")),
        ("PATCH", {"If-None-Match": "null"}, True, (204, "")),
        ("DELETE", {"If-Match": 'W/"1"'}, True, (412, "0x80060882")),
        ("DELETE", {}, False, (404, "0x80040217")),
        ("DELETE", {}, True, (204, "")),
    ],
)
def test_preconditions(
    api: httpx2.Client, make: Make, method: str, headers: dict[str, str], there: bool, expected: tuple[int, str]
) -> None:
    row_id = make("accounts", name="A") if there else str(uuid4())
    body = {"json": {"name": "B"}} if method == "PATCH" else {}
    response = api.request(method, f"accounts({row_id})", headers=headers, **body)
    got = (response.status_code, response.json()["error"]["code"] if response.content else "")
    assert got == expected


def test_the_etag_of_the_row_as_read_lets_the_write_pass_once(api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="A")
    etag = api.get(f"accounts({row_id})").headers["ETag"]
    assert api.patch(f"accounts({row_id})", json={"name": "B"}, headers={"If-Match": etag}).status_code == 204
    assert code_of(api.patch(f"accounts({row_id})", json={"name": "C"}, headers={"If-Match": etag})) == (
        412,
        "0x80060882",
    )
    assert api.get(f"accounts({row_id})").json()["name"] == "B"


def test_a_conditional_get_answers_304_but_never_with_expand(api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="A")
    etag = api.get(f"accounts({row_id})").headers["ETag"]
    same = {"If-None-Match": etag}
    assert api.get(f"accounts({row_id})", headers=same).status_code == 304
    assert api.get(f"accounts({row_id})?$expand=owninguser", headers=same).status_code == 200
    annotated = {**same, "Prefer": 'odata.include-annotations="*"'}
    assert api.get(f"accounts({row_id})", headers=annotated).status_code == 200


def test_upsert_says_with_a_representation_whether_it_created(api: httpx2.Client) -> None:
    url, prefer = f"accounts({uuid4()})?$select=accountid", {"Prefer": "return=representation"}
    assert [api.patch(url, json={"name": "A"}, headers=prefer).status_code for _ in range(2)] == [201, 200]


# ---- lookups ---------------------------------------------------------------------------------------------------------


def test_a_polymorphic_lookup_points_to_one_table_at_a_time(api: httpx2.Client, make: Make) -> None:
    account, person = make("accounts", name="A"), make("contacts", lastname="Boss")
    contact = make("contacts", lastname="C", parentcustomerid_account__bind=f"/accounts({account})")
    annotated = {"Prefer": 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'}
    url = f"contacts({contact})?$select=_parentcustomerid_value,_accountid_value"
    row = api.get(url, headers=annotated).json()
    assert row["_parentcustomerid_value"] == row["_accountid_value"] == account
    assert row["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    api.patch(f"contacts({contact})", json={"parentcustomerid_contact@odata.bind": f"contacts({person})"})
    row = api.get(f"{url}&$expand=parentcustomerid_account,parentcustomerid_contact($select=fullname)").json()
    assert row["parentcustomerid_account"] is None
    assert row["parentcustomerid_contact"]["fullname"] == "Boss"
    assert row["_accountid_value"] is None


@pytest.mark.parametrize("clear", ["bind", "plain", "ref"])
def test_a_lookup_is_cleared_in_three_ways(api: httpx2.Client, make: Make, clear: str) -> None:
    person = make("contacts", lastname="P")
    account = make("accounts", name="A", primarycontactid__bind=f"/contacts({person})")
    match clear:
        case "bind":
            response = api.patch(f"accounts({account})", json={"primarycontactid@odata.bind": None})
        case "plain":
            response = api.patch(f"accounts({account})", json={"primarycontactid": None})
        case _:
            response = api.delete(f"accounts({account})/primarycontactid/$ref")
    assert response.status_code == 204
    assert api.get(f"accounts({account})/primarycontactid").status_code == 204
    assert api.get(f"accounts({account})").json()["_primarycontactid_value"] is None


def test_references_are_set_listed_and_removed(api: httpx2.Client, sandbox: Sandbox, make: Make) -> None:
    account, person = make("accounts", name="A"), make("contacts", lastname="P")
    assert (
        api.put(f"accounts({account})/primarycontactid/$ref", json={"@odata.id": f"contacts({person})"}).status_code
        == 204
    )
    assert api.get(f"accounts({account})/primarycontactid/lastname").json()["value"] == "P"
    added = api.post(
        f"accounts({account})/contact_customer_accounts/$ref", json={"@odata.id": f"{sandbox.api}/contacts({person})"}
    )
    assert added.status_code == 204
    listed = api.get(f"accounts({account})/contact_customer_accounts/$ref").json()["value"]
    assert listed == [{"@odata.id": f"{sandbox.api}/contacts({person})"}]
    assert api.delete(f"accounts({account})/contact_customer_accounts({person})/$ref").status_code == 204
    assert api.get(f"accounts({account})/contact_customer_accounts/$count").text.lstrip("\ufeff") == "0"


def test_a_row_is_found_in_a_collection_only_when_it_belongs_there(api: httpx2.Client, make: Make) -> None:
    home, elsewhere = make("accounts", name="home"), make("accounts", name="elsewhere")
    person = make("contacts", lastname="P", parentcustomerid_account__bind=f"/accounts({home})")
    assert api.get(f"accounts({home})/contact_customer_accounts({person})/lastname").json()["value"] == "P"
    assert code_of(api.get(f"accounts({elsewhere})/contact_customer_accounts({person})")) == (404, "0x80040217")
    removed = api.delete(f"accounts({elsewhere})/contact_customer_accounts({person})/$ref")
    assert code_of(removed) == (404, "0x80040217")
    assert api.get(f"contacts({person})").json()["_parentcustomerid_value"] == home


def test_roles_are_given_once_and_taken_away(api: httpx2.Client, make: Make) -> None:
    unit = api.get("businessunits").json()["value"][0]["businessunitid"]
    user = make(
        "systemusers", firstname="S", lastname="P", domainname="sp@x.y", businessunitid__bind=f"/businessunits({unit})"
    )
    role = api.get("roles?$filter=name eq 'Salesperson'").json()["value"][0]["roleid"]
    url, body = f"systemusers({user})/systemuserroles_association", {"@odata.id": f"roles({role})"}
    assert api.post(f"{url}/$ref", json=body).status_code == 204
    assert code_of(api.post(f"{url}/$ref", json=body)) == (412, "0x80040237")
    assert [one["name"] for one in api.get(f"{url}?$select=name").json()["value"]] == ["Salesperson"]
    assert len(api.get(f"systemuserrolescollection?$filter=systemuserid eq {user}").json()["value"]) == 1
    assert api.delete(f"{url}({role})/$ref").status_code == 204
    assert api.get(f"{url}?$select=name").json()["value"] == []
    assert code_of(api.post("systemuserrolescollection", json={})) == (405, "0x80040800")


def test_team_members_are_added_and_removed_by_action(api: httpx2.Client, make: Make) -> None:
    me = api.get("WhoAmI").json()
    team = make(
        "teams", name="Sales", businessunitid__bind=f"/businessunits({me['BusinessUnitId']})",
        administratorid__bind=f"/systemusers({me['UserId']})",
    )  # fmt: skip
    members = {"Members": [{"@odata.type": "Microsoft.Dynamics.CRM.systemuser", "ownerid": me["UserId"]}]}
    assert api.post(f"teams({team})/Microsoft.Dynamics.CRM.AddMembersTeam", json=members).status_code == 204
    assert len(api.get(f"teams({team})/teammembership_association?$select=fullname").json()["value"]) == 1
    assert api.post(f"teams({team})/Microsoft.Dynamics.CRM.RemoveMembersTeam", json=members).status_code == 204
    account = make("accounts", name="A", ownerid__bind=f"/teams({team})")
    row = api.get(f"accounts({account})?$expand=ownerid,owningteam($select=name)").json()
    assert (row["_ownerid_value"], row["_owninguser_value"], row["owningteam"]["name"]) == (team, None, "Sales")
    assert row["ownerid"]["@odata.type"] == "#Microsoft.Dynamics.CRM.team"
    assert code_of(api.delete(f"teams({team})")) == (405, "0x80040227")


def test_a_deep_insert_makes_parents_and_children_with_the_row(api: httpx2.Client) -> None:
    body = {
        "name": "A",
        "primarycontactid": {"lastname": "Boss"},
        "contact_customer_accounts": [{"lastname": "One"}, {"lastname": "Two"}],
    }
    created = api.post("accounts", json=body)
    assert created.status_code == 204
    url = f"{created.headers['OData-EntityId']}?$expand=primarycontactid,contact_customer_accounts($orderby=lastname)"
    row = api.get(url).json()
    assert row["primarycontactid"]["lastname"] == "Boss"
    assert [one["lastname"] for one in row["contact_customer_accounts"]] == ["One", "Two"]


def test_a_deep_insert_with_a_bad_child_writes_nothing(api: httpx2.Client, unique: str) -> None:
    body = {"name": unique, "contact_customer_accounts": [{"lastname": "x" * 51}]}
    assert code_of(api.post("accounts", json=body)) == (400, "0x80044331")
    assert api.get(f"accounts?$filter=name eq '{unique}'").json()["value"] == []


# ---- single properties -----------------------------------------------------------------------------------------------


def test_single_properties_are_read_written_and_cleared(api: httpx2.Client, make: Make) -> None:
    url = f"accounts({make('accounts', name='A', creditlimit=5)})"
    assert api.get(f"{url}/name").json()["value"] == "A"
    assert api.get(f"{url}/name/$value").text == "A"
    assert api.get(f"{url}/creditlimit/$value").text == "5.0000"
    assert api.put(f"{url}/name", json={"value": "B"}).status_code == 204
    assert api.get(f"{url}/name").json()["value"] == "B"
    assert api.delete(f"{url}/fax").status_code == 204
    assert api.get(f"{url}/fax").status_code == 204
    assert code_of(api.get(f"{url}/nosuch")) == (404, "0x8006088a")
    assert code_of(api.put(f"{url}/name", json={"val": "B"})) == (400, "0x80048d19")


# ---- states ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"statecode": 1}, (1, 2)),
        ({"statecode": 1, "statuscode": 2}, (1, 2)),
        ({"statuscode": 1}, (0, 1)),
        ({"statuscode": 2}, None),
        ({"statecode": 1, "statuscode": 1}, None),
        ({"statecode": 0, "statuscode": 2}, None),
    ],
)
def test_state_and_status_reason_always_fit(
    api: httpx2.Client, make: Make, change: dict[str, int], expected: tuple[int, int] | None
) -> None:
    row_id = make("accounts", name="A")
    response = api.patch(f"accounts({row_id})", json=change)
    if expected is None:
        assert code_of(response) == (400, "0x80048408")
        expected = (0, 1)
    row = api.get(f"accounts({row_id})?$select=statecode,statuscode").json()
    assert (row["statecode"], row["statuscode"]) == expected
    assert api.patch(f"accounts({row_id})", json={"name": "B"}).status_code == 204  # also when inactive


# ---- deleting --------------------------------------------------------------------------------------------------------


def test_deleting_an_account_takes_its_contacts_along_and_unlinks_the_rest(api: httpx2.Client, make: Make) -> None:
    parent = make("accounts", name="P")
    child = make("accounts", name="C", parentaccountid__bind=f"/accounts({parent})")
    contact = make("contacts", lastname="L", parentcustomerid_account__bind=f"/accounts({parent})")
    below = make("contacts", lastname="M", parentcustomerid_contact__bind=f"/contacts({contact})")
    api.patch(f"contacts({contact})", json={"parentcustomerid_contact@odata.bind": f"/contacts({below})"})
    api.patch(f"contacts({contact})", json={"parentcustomerid_account@odata.bind": f"/accounts({parent})"})
    version = api.get(f"accounts({child})").json()["versionnumber"]
    assert api.delete(f"accounts({parent})").status_code == 204
    assert [api.get(f"contacts({one})").status_code for one in (contact, below)] == [404, 404]
    row = api.get(f"accounts({child})").json()
    assert row["_parentaccountid_value"] is None
    assert row["versionnumber"] > version


def test_contacts_that_point_at_each_other_in_a_circle_can_be_deleted(api: httpx2.Client, make: Make) -> None:
    one = make("contacts", lastname="1")
    two = make("contacts", lastname="2", parentcustomerid_contact__bind=f"/contacts({one})")
    api.patch(f"contacts({one})", json={"parentcustomerid_contact@odata.bind": f"/contacts({two})"})
    assert api.delete(f"contacts({one})").status_code == 204
    assert api.get(f"contacts({two})").status_code == 404


def test_a_currency_in_use_cannot_be_deleted(api: httpx2.Client, make: Make) -> None:
    krona = make(
        "transactioncurrencies", isocurrencycode="SEK", currencyname="K", currencysymbol="kr", currencyprecision=2,
        exchangerate=11.123456789,
    )  # fmt: skip
    account = make("accounts", name="A", transactioncurrencyid__bind=f"/transactioncurrencies({krona})")
    assert code_of(api.delete(f"transactioncurrencies({krona})")) == (405, "0x80040227")
    api.delete(f"accounts({account})")
    assert api.delete(f"transactioncurrencies({krona})").status_code == 204


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"currencyname": "x", "currencysymbol": "x", "currencyprecision": 2, "exchangerate": 2}, (400, "0x80040200")),
        ({"isocurrencycode": "EUR"}, (412, "0x80040237")),
        ({"isocurrencycode": "eur"}, (412, "0x80040237")),
        ({"isocurrencycode": "TOOLONG"}, (400, "0x80044331")),
        ({"isocurrencycode": "XXX", "exchangerate": 0}, (400, "0x80044330")),
        ({"isocurrencycode": "XXX", "currencyprecision": 5}, (400, "0x8004432f")),
        ({"isocurrencycode": "XXX", "currencyname": None}, (400, "0x80040200")),
    ],
)
def test_currencies_insist_on_what_they_need(
    api: httpx2.Client, columns: dict[str, Any], code: tuple[int, str]
) -> None:
    complete = {"currencyname": "x", "currencysymbol": "x", "currencyprecision": 2, "exchangerate": 2}
    assert code_of(api.post("transactioncurrencies", json={**complete, **columns})) == code


def test_the_base_currency_stays_as_it_is(api: httpx2.Client) -> None:
    base = api.get("organizations?$select=_basecurrencyid_value").json()["value"][0]["_basecurrencyid_value"]
    url = f"transactioncurrencies({base})"
    assert api.patch(url, json={"exchangerate": 2}).status_code == 400
    assert api.patch(url, json={"statecode": 1}).status_code == 400
    assert code_of(api.delete(url)) == (405, "0x80040227")
    assert api.patch(url, json={"currencyname": "Euro (€)"}).status_code == 204


def test_exchange_rates_keep_ten_decimals(api: httpx2.Client) -> None:
    body = (
        b'{"isocurrencycode":"ZWL","currencyname":"Z","currencysymbol":"Z","currencyprecision":2,'
        b'"exchangerate":12345678.1234567891}'
    )
    created = api.post("transactioncurrencies", content=body)
    assert '"exchangerate":12345678.1234567891' in api.get(created.headers["OData-EntityId"]).text


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "nosuchset", (404, "0x8006088a")),
        ("GET", "Accounts", (404, "0x8006088a")),
        ("POST", "NoSuchAction", (404, "0x8006088a")),
        ("POST", "accounts/Microsoft.Dynamics.CRM.NoSuch", (404, "0x8006088a")),
        ("GET", f"accounts({MISSING})", (404, "0x80040217")),
        ("GET", "accounts(abc)", (400, "0x80060888")),
        ("GET", "accounts(name='x')", (400, "0x80060888")),
        ("PATCH", "accounts", (405, "0x8006088b")),
        ("DELETE", "accounts", (405, "0x8006088b")),
        ("POST", "WhoAmI", (405, "0x8006088b")),
        ("POST", "organizations", (405, "0x80040800")),
        ("DELETE", f"systemusers({MISSING})", (404, "0x80040217")),
    ],
)
def test_what_is_not_there_is_refused(api: httpx2.Client, method: str, url: str, expected: tuple[int, str]) -> None:
    body = {"json": {"name": "x"}} if method in ("POST", "PATCH") else {}
    assert code_of(api.request(method, url, **body)) == expected


def test_users_are_never_deleted(api: httpx2.Client) -> None:
    me = api.get("WhoAmI").json()["UserId"]
    assert code_of(api.delete(f"systemusers({me})")) == (405, "0x80040800")


def test_error_bodies_have_the_shape_of_the_service(api: httpx2.Client) -> None:
    response = api.get(f"accounts({MISSING})")
    assert response.headers["REQ_ID"]
    assert json.loads(response.text) == {
        "error": {"code": "0x80040217", "message": f"Entity 'account' With Id = {MISSING} Does Not Exist"}
    }
