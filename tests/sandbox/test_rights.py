"""Privileges and how far they reach, checked on every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.sandbox.staff import ACTION, Staff, id_in
from tests.sandbox_process import code_of

VERBS = ("Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign")
NO_PRIVILEGE, NO_ACCESS = (403, "0x80040220"), (403, "0x80048306")


def all_on_accounts(depth: str) -> dict[str, str]:
    return {f"prv{verb}Account": depth for verb in VERBS}


@dataclass
class House:
    """Accounts by whose they are, seen by one user in the middle of three business units."""

    user: str
    client: httpx2.Client
    accounts: dict[str, str]


WHOSE = ("own", "team", "unit", "below", "above")


def house(staff: Staff, depth: str) -> House:
    """root ← middle ← bottom; the user sits in the middle."""
    middle = staff.unit()
    bottom = staff.unit(middle)
    role = staff.role(all_on_accounts(depth))
    user, client = staff.application(role, middle)
    colleague, _ = staff.application(role, middle)
    subordinate, _ = staff.application(role, bottom)
    root = str(staff.api.get("WhoAmI").json()["UserId"])
    team = id_in(staff.api.post("teams", json={
        "name": "Owners", "businessunitid@odata.bind": f"/businessunits({bottom})",
        "administratorid@odata.bind": f"/systemusers({root})",
    }))  # fmt: skip
    members = {"Members": [{"@odata.type": f"{ACTION}.systemuser", "ownerid": user}]}
    assert staff.api.post(f"teams({team})/{ACTION}.AddMembersTeam", json=members).status_code == 204
    owners = {
        "own": f"systemusers({user})", "team": f"teams({team})", "unit": f"systemusers({colleague})",
        "below": f"systemusers({subordinate})", "above": f"systemusers({root})",
    }  # fmt: skip
    accounts = {
        whose: id_in(staff.api.post("accounts", json={"name": whose, "ownerid@odata.bind": f"/{owner}"}))
        for whose, owner in owners.items()
    }
    return House(user, client, accounts)


REACHED = {
    "Basic": {"own", "team"},
    "Local": {"own", "team", "unit"},
    "Deep": {"own", "team", "unit", "below"},
    "Global": {"own", "team", "unit", "below", "above"},
}


@pytest.mark.parametrize("depth", list(REACHED))
def test_a_depth_reaches_the_rows_of_its_circle_and_no_others(staff: Staff, depth: str) -> None:
    """Broken once by letting `reach_condition` return None for Deep: the row above became visible."""
    at = house(staff, depth)
    ids = set(at.accounts.values())
    seen = {row["accountid"] for row in at.client.get("accounts?$select=name").json()["value"]} & ids
    assert seen == {at.accounts[whose] for whose in REACHED[depth]}
    assert int(at.client.get("accounts/$count").text.lstrip("\ufeff")) >= len(seen)
    for whose, account in at.accounts.items():
        expected = (200, "") if whose in REACHED[depth] else NO_ACCESS
        for answer in (
            at.client.get(f"accounts({account})?$select=name"),
            at.client.patch(f"accounts({account})", json={"telephone1": "1"}),
            at.client.patch(f"accounts({account})", json={"ownerid@odata.bind": f"/systemusers({at.user})"}),
            at.client.delete(f"accounts({account})"),
        ):
            assert expected == (200, "") if answer.status_code < 300 else code_of(answer) == expected


@pytest.mark.parametrize(
    ("missing", "call"),
    [
        ("Create", lambda api, account: api.post("accounts", json={"name": "x"})),
        ("Create", lambda api, account: api.post(
            f"accounts/{ACTION}.CreateMultiple", json={"Targets": [{"@odata.type": f"{ACTION}.account", "name": "x"}]})),
        ("Read", lambda api, account: api.get("accounts")),
        ("Read", lambda api, account: api.get(f"accounts({account})")),
        ("Read", lambda api, account: api.get(f"accounts({account})/name")),
        ("Read", lambda api, account: api.get("accounts/$count")),
        ("Read", lambda api, account: api.get("accounts?$apply=aggregate($count as n)")),
        ("Read", lambda api, account: api.get("RetrieveTotalRecordCount(EntityNames=['account'])")),
        ("Read", lambda api, account: api.get("systemusers?$filter=user_accounts/any(a:a/name eq 'x')")),
        ("Read", lambda api, account: api.get("accounts", headers={"Prefer": "odata.track-changes"})),
        ("Write", lambda api, account: api.patch(f"accounts({account})", json={"name": "y"})),
        ("Write", lambda api, account: api.put(f"accounts({account})/name", json={"value": "y"})),
        ("Delete", lambda api, account: api.delete(f"accounts({account})")),
        ("Append", lambda api, account: api.patch(
            f"accounts({account})", json={"parentaccountid@odata.bind": f"/accounts({account})"})),
        ("AppendTo", lambda api, account: api.post(
            "accounts", json={"name": "x", "parentaccountid@odata.bind": f"/accounts({account})"})),
        ("Assign", lambda api, account: api.patch(
            f"accounts({account})", json={"ownerid@odata.bind": f"/systemusers({api.get('WhoAmI').json()['UserId']})"})),
    ],
)  # fmt: skip
def test_without_a_privilege_the_call_is_refused_by_its_name(
    staff: Staff, missing: str, call: Callable[[httpx2.Client, str], httpx2.Response]
) -> None:
    grants = {**all_on_accounts("Global"), "prvReadUser": "Global"}
    del grants[f"prv{missing}Account"]
    user, client = staff.application(staff.role(grants))
    account = id_in(staff.api.post("accounts", json={"name": "x"}))
    answer = call(client, account)
    assert code_of(answer) == NO_PRIVILEGE
    message = answer.json()["error"]["message"]
    principal = f"Principal user (Id={user}, type=8, roleCount=1, privilegeCount={len(grants)}, accessMode=4)"
    assert message.startswith(principal)
    assert f"is missing prv{missing}Account privilege" in message
    assert "on OTC=1 for entity 'account'" in message
    assert staff.api.get(f"accounts({account})?$select=name,telephone1").json()["name"] == "x"


def test_changes_are_tracked_for_those_who_may_read_all(staff: Staff) -> None:
    _, client = staff.application(staff.role({"prvReadAccount": "Deep"}))
    assert code_of(client.get("accounts", headers={"Prefer": "odata.track-changes"})) == NO_PRIVILEGE
    assert client.get("accounts").status_code == 200


def test_expanded_rows_out_of_reach_are_left_out(staff: Staff) -> None:
    _, client = staff.application(staff.role({"prvReadAccount": "Global", "prvReadContact": "Basic"}), staff.unit())
    account = id_in(staff.api.post("accounts", json={"name": "A"}))
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = id_in(staff.api.post("contacts", json={"lastname": "hidden", **bind}))
    staff.api.patch(f"accounts({account})", json={"primarycontactid@odata.bind": f"/contacts({contact})"})
    query = f"accounts({account})?$select=name&$expand=contact_customer_accounts,primarycontactid"
    row = client.get(query).json()
    assert (row["contact_customer_accounts"], row["primarycontactid"]) == ([], None)
    assert row["_primarycontactid_value"] == contact if "_primarycontactid_value" in row else True
    assert client.get("accounts?$filter=contact_customer_accounts/any(c:c/lastname eq 'hidden')").json()["value"] == []
    assert code_of(client.get(f"accounts({account})/primarycontactid")) == NO_ACCESS
    assert len(staff.api.get(query).json()["contact_customer_accounts"]) == 1


def test_a_new_row_of_another_owner_needs_a_wider_create(staff: Staff) -> None:
    other, _ = staff.application()
    body = {"name": "theirs", "ownerid@odata.bind": f"/systemusers({other})"}
    _, client = staff.application(staff.role({"prvCreateAccount": "Basic"}))
    assert client.post("accounts", json={"name": "mine"}).status_code == 204
    assert code_of(client.post("accounts", json=body)) == NO_ACCESS
    _, wider = staff.application(staff.role({"prvCreateAccount": "Local"}))
    assert wider.post("accounts", json=body).status_code == 204


def test_customizing_takes_its_own_privileges(staff: Staff) -> None:
    _, client = staff.application(staff.role(all_on_accounts("Global")))
    column: dict[str, Any] = {"@odata.type": f"{ACTION}.StringAttributeMetadata", "SchemaName": "new_NoRight"}
    table = "EntityDefinitions(LogicalName='account')"
    assert client.get(f"{table}?$select=LogicalName").status_code == 200
    for answer in (
        client.post(f"{table}/Attributes", json=column),
        client.post("PublishAllXml"),
        client.put(table, json={"ChangeTrackingEnabled": True}),
        client.post("InsertOptionValue", json={"EntityLogicalName": "account"}),
    ):
        assert code_of(answer) == NO_PRIVILEGE
    _, customizer = staff.application("System Customizer")
    assert customizer.post(f"{table}/Attributes", json=column).status_code == 204
    assert customizer.post("PublishAllXml").status_code == 204


def test_several_roles_add_up(staff: Staff) -> None:
    user, client = staff.application(staff.role({"prvReadAccount": "Basic"}))
    assert code_of(client.get("contacts")) == NO_PRIVILEGE
    staff.assign(user, staff.role_in(staff.role({"prvReadContact": "Basic", "prvReadAccount": "Global"})))
    assert client.get("contacts").status_code == 200
    theirs = id_in(staff.api.post("accounts", json={"name": "theirs"}))
    assert client.get(f"accounts({theirs})").status_code == 200


def test_the_role_of_a_team_counts_for_its_members(staff: Staff) -> None:
    user, client = staff.application()
    assert code_of(client.get("WhoAmI")) == (403, "0x80042f09")
    me = staff.api.get("WhoAmI").json()
    team = id_in(staff.api.post("teams", json={
        "name": "T", "businessunitid@odata.bind": f"/businessunits({me['BusinessUnitId']})",
        "administratorid@odata.bind": f"/systemusers({me['UserId']})",
    }))  # fmt: skip
    role = staff.role_in(staff.role({"prvReadAccount": "Global"}))
    staff.api.post(f"teams({team})/teamroles_association/$ref", json={"@odata.id": f"roles({role})"})
    staff.api.post(f"teams({team})/{ACTION}.AddMembersTeam", json={"Members": [{"systemuserid": user}]})
    assert client.get("accounts").status_code == 200
    staff.api.post(f"teams({team})/{ACTION}.RemoveMembersTeam", json={"Members": [{"systemuserid": user}]})
    assert code_of(client.get("accounts")) == (403, "0x80042f09")
