"""Change tracking: what a delta holds, how it pages, when a token is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of

Make = Callable[..., str]
TRACK = {"Prefer": "odata.track-changes"}


def full_read(api: httpx2.Client, url: str, page_size: int | None = None) -> tuple[list[dict[str, Any]], str]:
    """All rows and the delta link of a tracked read."""
    prefer = {"Prefer": "odata.track-changes" + (f",odata.maxpagesize={page_size}" if page_size else "")}
    rows, link = [], url
    while True:
        response = api.get(link, headers=prefer)
        assert response.status_code == 200, response.text
        assert "odata.track-changes" in response.headers["Preference-Applied"]
        body = response.json()
        rows += body["value"]
        if "@odata.deltaLink" in body:
            assert "@odata.nextLink" not in body
            return rows, body["@odata.deltaLink"]
        link = body["@odata.nextLink"]
        assert 'istracking="True"' in unquote(link)


def delta(api: httpx2.Client, link: str, page_size: int | None = None) -> tuple[list[dict[str, Any]], str, int]:
    """All entries of a delta, the next delta link, and the number of pages."""
    headers = {"Prefer": f"odata.maxpagesize={page_size}"} if page_size else {}
    entries, pages = [], 0
    while True:
        response = api.get(link, headers=headers)
        assert response.status_code == 200, response.text
        body, pages = response.json(), pages + 1
        assert body["@odata.context"].endswith("/$delta")
        entries += body["value"]
        if "@odata.deltaLink" in body:
            return entries, body["@odata.deltaLink"], pages
        link = body["@odata.nextLink"]


def test_a_delta_has_changed_rows_in_version_order_then_deletions(
    api: httpx2.Client, sandbox: Sandbox, make: Make
) -> None:
    one, two, gone = (make("accounts", name=name) for name in ("one", "two", "gone"))
    rows, link = full_read(api, "accounts?$select=name")
    assert {one, two, gone} <= {row["accountid"] for row in rows}
    assert link.startswith(f"{sandbox.api}/accounts?$select=name&$deltatoken=")
    api.delete(f"accounts({gone})")
    api.patch(f"accounts({two})", json={"fax": "1"})
    api.patch(f"accounts({one})", json={"name": "eins"})
    api.patch(f"accounts({one})", json={"name": "uno"})
    never = make("accounts", name="never seen")
    api.delete(f"accounts({never})")
    entries, link, _ = delta(api, link)
    assert [entry.get("name", entry.get("reason")) for entry in entries] == ["two", "uno", "deleted", "deleted"]
    assert set(entries[0]) == {"@odata.etag", "name", "accountid"}
    assert entries[2] == {
        "@odata.context": f"{sandbox.api}/$metadata#accounts/$deletedEntity",
        "id": gone,
        "reason": "deleted",
    }
    assert delta(api, link)[0] == []


def test_a_delta_pages_and_what_is_written_meanwhile_comes_with_the_next(api: httpx2.Client, make: Make) -> None:
    ids = [make("contacts", lastname=f"p{number}") for number in range(5)]
    rows, link = full_read(api, "contacts?$select=lastname", page_size=2)
    assert {row["contactid"] for row in rows} >= set(ids)
    for row_id in ids:
        api.patch(f"contacts({row_id})", json={"jobtitle": "x"})
    first = api.get(link, headers={"Prefer": "odata.maxpagesize=2"}).json()
    assert len(first["value"]) == 2
    api.patch(f"contacts({ids[0]})", json={"lastname": "late"})  # already handed out
    api.patch(f"contacts({ids[4]})", json={"lastname": "later"})  # not handed out yet
    api.delete(f"contacts({ids[3]})")
    rest, link, _ = delta(api, first["@odata.nextLink"], page_size=2)
    assert [row["contactid"] for row in rest] == [ids[2]]
    entries, _, _ = delta(api, link)
    assert [entry.get("lastname") for entry in entries] == ["late", "later", None]
    assert entries[2]["id"] == ids[3]


def test_deletions_page_too(api: httpx2.Client, make: Make) -> None:
    ids = [make("contacts", lastname="d") for _ in range(5)]
    _, link = full_read(api, "contacts?$select=lastname")
    api.patch(f"contacts({ids[4]})", json={"lastname": "e"})
    for row_id in ids[:4]:
        api.delete(f"contacts({row_id})")
    entries, _, pages = delta(api, link, page_size=2)
    assert pages == 3
    assert [entry.get("id") or entry["contactid"] for entry in entries] == [ids[4], *ids[:4]]


def test_a_full_read_that_pages_hands_out_the_token_of_its_first_page(api: httpx2.Client, make: Make) -> None:
    ids = sorted(make("teams", name=f"t{n}", **_team(api)) for n in range(3))
    prefer = {"Prefer": "odata.track-changes,odata.maxpagesize=1"}
    body = api.get("teams?$select=name", headers=prefer).json()
    api.patch(f"teams({ids[0]})", json={"name": "changed while paging"})
    while "@odata.nextLink" in body:
        body = api.get(body["@odata.nextLink"], headers=prefer).json()
    entries, _, _ = delta(api, body["@odata.deltaLink"])
    assert [entry["name"] for entry in entries] == ["changed while paging"]


def _team(api: httpx2.Client) -> dict[str, str]:
    me = api.get("WhoAmI").json()
    return {
        "businessunitid__bind": f"/businessunits({me['BusinessUnitId']})",
        "administratorid__bind": f"/systemusers({me['UserId']})",
    }


def test_a_row_made_again_under_its_old_id_is_changed_not_deleted(api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="phoenix")
    _, link = full_read(api, "accounts?$select=name")
    api.delete(f"accounts({row_id})")
    make("accounts", accountid=row_id, name="phoenix again")
    entries, _, _ = delta(api, link)
    assert [entry.get("name") for entry in entries] == ["phoenix again"]


def test_changes_can_be_counted_without_reading_them(api: httpx2.Client, make: Make) -> None:
    gone = make("accounts", name="x")
    _, link = full_read(api, "accounts?$select=name")
    make("accounts", name="y")
    api.delete(f"accounts({gone})")
    token = link.partition("$deltatoken=")[2]
    assert api.get(f"accounts/$count?$deltatoken={token}").text.lstrip("\ufeff") == "2"


def test_a_cascade_and_a_removed_link_are_changes_too(api: httpx2.Client, make: Make) -> None:
    account = make("accounts", name="parent")
    child = make("accounts", name="child", parentaccountid__bind=f"/accounts({account})")
    contact = make("contacts", lastname="c", parentcustomerid_account__bind=f"/accounts({account})")
    _, accounts = full_read(api, "accounts?$select=name")
    _, contacts = full_read(api, "contacts?$select=lastname")
    api.delete(f"accounts({account})")
    assert [entry.get("accountid") or entry["id"] for entry in delta(api, accounts)[0]] == [child, account]
    assert [entry["id"] for entry in delta(api, contacts)[0]] == [contact]


@pytest.mark.parametrize("option", ["$filter=statecode eq 0", "$orderby=name", "$expand=owninguser", "$top=5"])
def test_what_a_delta_cannot_express_is_refused(api: httpx2.Client, option: str) -> None:
    response = api.get(f"accounts?{option}", headers=TRACK)
    assert response.status_code == 400
    name = option.partition("=")[0]
    message = f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.'
    assert response.json()["error"]["message"] == message


def test_a_table_is_tracked_only_when_that_is_switched_on(api: httpx2.Client) -> None:
    assert code_of(api.get("transactioncurrencies", headers=TRACK)) == (400, "0x80072491")
    definition = api.get("EntityDefinitions(LogicalName='transactioncurrency')").json()
    assert definition["ChangeTrackingEnabled"] is False
    changed = {**definition, "ChangeTrackingEnabled": True}
    url = f"EntityDefinitions({definition['MetadataId']})"
    assert api.put(url, json=changed, headers={"MSCRM.MergeLabels": "true"}).status_code == 204
    assert len(full_read(api, "transactioncurrencies?$select=currencyname")[0]) == 1
    assert api.put(url, json={**changed, "ChangeTrackingEnabled": False}).status_code == 400
    tracked = api.get("EntityDefinitions?$select=LogicalName&$filter=ChangeTrackingEnabled eq true").json()["value"]
    assert {"account", "contact", "systemuser", "team", "transactioncurrency"} <= {
        one["LogicalName"] for one in tracked
    }


def test_a_token_older_than_the_organization_allows_is_expired(api: httpx2.Client) -> None:
    organization = api.get("organizations").json()["value"][0]
    assert organization["expirechangetrackingindays"] == 7
    _, link = full_read(api, "accounts?$select=name")
    version, _, moment = unquote(link.partition("$deltatoken=")[2]).partition("!")
    month, day, rest = moment.split("/")
    year, _, clock = rest.partition(" ")
    old = f"{version}!{month}/{day}/{int(year) - 1} {clock}"
    url = "accounts?$select=name&$deltatoken="
    assert code_of(api.get(url + old)) == (400, "0x80044352")
    api.patch(f"organizations({organization['organizationid']})", json={"expirechangetrackingindays": 365})
    assert api.get(url + f"{version}!{month}/{day}/{year} {clock}").status_code == 200
    assert code_of(api.get(url + f"999999999999!{moment}")) == (400, "0x80044352")  # not from this database
    assert code_of(api.get(url + "5!13/45/2026 00:00:00")) == (400, "0x80060888")


def test_a_deletion_that_is_rolled_back_never_shows(api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="kept")
    _, link = full_read(api, "accounts?$select=name")
    body = (
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
        f"--c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nDELETE accounts({row_id}) HTTP/1.1\r\n\r\n\r\n"
        f"--c\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\nDELETE accounts({uuid4()}) HTTP/1.1\r\n\r\n\r\n"
        "--c--\r\n--b--\r\n"
    )
    response = api.post("$batch", content=body, headers={"Content-Type": "multipart/mixed; boundary=b"})
    assert response.status_code == 404
    assert delta(api, link)[0] == []
