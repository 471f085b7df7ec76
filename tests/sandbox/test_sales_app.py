"""The Sales app over HTTP, as a browser without scripts would use it, and once in Chromium."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import expect
from tests.browser import NARROW, running_chromium, runs_over_by
from tests.sandbox_process import Sandbox

Make = Callable[..., str]


@pytest.fixture(scope="module")
def people(api: httpx2.Client, make: Make) -> dict[str, str]:
    """Two salespeople by first name; ids."""
    unit = api.get("WhoAmI").json()["BusinessUnitId"]
    return {
        first: make(
            "systemusers", firstname=first, lastname="Seller", domainname=f"{first}@contoso.example",
            businessunitid__bind=f"/businessunits({unit})",
        )
        for first in ("Anna", "Bernd")
    }  # fmt: skip


@pytest.fixture(scope="module")
def key_link(sandbox: Sandbox) -> Callable[[], str]:
    """A link that opens once, as it stands in the file."""
    data = re.search(r"--data (\S+)", " ".join(map(str, sandbox.process.args)))  # type: ignore[arg-type]
    assert data

    def read() -> str:
        return Path(data[1], "app-link.txt").read_text(encoding="utf-8").strip()

    return read


@pytest.fixture
def browser(sandbox: Sandbox, people: dict[str, str], key_link: Callable[[], str]) -> Iterator[httpx2.Client]:
    """Signed in, working as Anna."""
    with httpx2.Client(base_url=sandbox.url, follow_redirects=True, timeout=20) as client:
        assert client.get(key_link()).status_code == 200
        yield client


def token_in(page: httpx2.Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def fields_of(page: httpx2.Response) -> dict[str, str]:
    """What the record form on a page would send."""
    form = page.text.partition('action="/_app/save"')[2].partition("</form>")[0]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if "name" in attributes:
            fields[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else first[1] if first else ""
    for name, text in re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        fields[name] = html.unescape(text)
    return fields


def open_record(browser: httpx2.Client, table: str, row_id: str = "") -> httpx2.Response:
    return browser.get(
        "/main.aspx", params={"etn": table, "pagetype": "entityrecord", **({"id": row_id} if row_id else {})}
    )


def save(browser: httpx2.Client, page: httpx2.Response, **changes: str) -> httpx2.Response:
    return browser.post("/_app/save", data={**fields_of(page), **changes})


# ---- the door --------------------------------------------------------------------------------------------------------


def test_the_link_opens_once_and_the_file_gets_the_next(sandbox: Sandbox, key_link: Callable[[], str]) -> None:
    link = key_link()
    with httpx2.Client() as first, httpx2.Client() as second:
        opened = first.get(link)
        assert (opened.status_code, opened.headers["Location"]) == (303, "/")
        cookie = opened.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert second.get(link).status_code == 403
        assert key_link() != link


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_link_leads_nowhere_else(key_link: Callable[[], str], after: str) -> None:
    with httpx2.Client() as client:
        assert (
            client.get(key_link(), params={"key": key_link().partition("=")[2], "next": after}).headers["Location"]
            == "/"
        )


def test_without_the_link_there_is_nothing_to_see(sandbox: Sandbox) -> None:
    with httpx2.Client(base_url=sandbox.url) as client:
        for path in ("/", "/main.aspx?etn=account", "/_app/lookup?etn=account&column=ownerid"):
            assert client.get(path).status_code == 401
        client.cookies.set("sandbox_sales", "a..9999999999.00")
        assert client.get("/").status_code == 401
        assert client.post("/_app/save", data={}).status_code == 401


def test_pages_forbid_foreign_scripts_and_frames(browser: httpx2.Client) -> None:
    page = browser.get("/")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'; frame-ancestors 'none'")
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page.text)
    assert "http://" not in page.text.replace("http://www.w3.org", "")


def test_a_form_from_elsewhere_is_not_accepted(browser: httpx2.Client, api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="A")
    form = {**fields_of(open_record(browser, "account", row_id)), "name": "B"}
    for token in ("", "0" * 64):
        assert browser.post("/_app/save", data={**form, "token": token}).status_code == 403
    gone = browser.post("/_app/confirm", data={"action": "delete", "etn": "account", "id": row_id})
    assert gone.status_code == 403
    assert api.get(f"accounts({row_id})").json()["name"] == "A"


# ---- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["account", "contact", "systemuser", "transactioncurrency"])
def test_every_list_has_a_page(browser: httpx2.Client, table: str) -> None:
    page = browser.get(f"/main.aspx?pagetype=entitylist&etn={table}")
    assert page.status_code == 200
    assert "<h1>" in page.text


def test_lists_search_sort_page_and_escape(browser: httpx2.Client, api: httpx2.Client, unique: str) -> None:
    names = [f"<b>{unique}</b> 100% [{number:02d}]" for number in range(60)]
    rows = [{"@odata.type": "Microsoft.Dynamics.CRM.account", "name": name} for name in names]
    assert api.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", json={"Targets": rows}).status_code == 200

    def shown(**parameters: str | int) -> tuple[list[str], str]:
        page = browser.get("/main.aspx", params={"pagetype": "entitylist", "etn": "account", **parameters})
        assert "<b>" not in page.text
        return re.findall(r"\[(\d\d)\]", page.text.partition("<tbody>")[2]), page.text

    first, text = shown(search=f"{unique}</b> 100% [")
    assert first == [f"{number:02d}" for number in range(50)]
    assert "1–50 of 60" in text
    assert shown(search=unique, page=2)[0] == [f"{number:02d}" for number in range(50, 60)]
    assert shown(search=unique, page=999)[0] == [f"{number:02d}" for number in range(50, 60)]
    assert shown(search=unique, sort="-name")[0][0] == "59"
    assert shown(search=f"{unique}_")[0] == []
    assert shown(search=unique, view="inactive")[0] == []
    assert shown(search="' or 1 eq 1 or '", sort="nosuch", view="nosuch", page="x")[0] == []


# ---- records ---------------------------------------------------------------------------------------------------------


def test_an_edit_is_the_salespersons_not_the_applications(
    browser: httpx2.Client, api: httpx2.Client, make: Make, people: dict[str, str]
) -> None:
    row_id = make("accounts", name="Before", fax="1", creditlimit=12.5, description="one\ntwo")
    page = open_record(browser, "account", row_id)
    saved = save(browser, page, name="Nachher & Söhne", creditlimit="1,250.50", paymenttermscode="3", creditonhold="1")
    assert saved.status_code == 200, saved.text
    assert "Saved." in saved.text
    row = api.get(f"accounts({row_id})").json()
    assert (row["name"], row["creditlimit"], row["paymenttermscode"], row["creditonhold"]) == (
        "Nachher & Söhne",
        1250.5,
        3,
        True,
    )
    assert (row["fax"], row["description"]) == ("1", "one\ntwo")
    assert row["_modifiedby_value"] == people["Anna"]
    assert row["_createdby_value"] == api.get("WhoAmI").json()["UserId"]


def test_one_can_work_as_somebody_else(
    browser: httpx2.Client, api: httpx2.Client, make: Make, people: dict[str, str]
) -> None:
    token = token_in(browser.get("/"))
    assert browser.post("/_app/as", data={"token": token, "user": people["Bernd"]}).status_code == 200
    row_id = make("accounts", name="A")
    save(browser, open_record(browser, "account", row_id), name="B")
    assert api.get(f"accounts({row_id})").json()["_modifiedby_value"] == people["Bernd"]
    application = api.get("WhoAmI").json()["UserId"]
    assert browser.post("/_app/as", data={"token": token, "user": application}).status_code == 400


def test_saving_without_a_change_writes_nothing(browser: httpx2.Client, api: httpx2.Client, make: Make) -> None:
    contact = make(
        "contacts", firstname="A", lastname="B", birthdate="1990-05-17", lastusedincampaign="2026-03-04T05:06:07Z"
    )
    row_id = make(
        "accounts", name="A", creditlimit=5, description="x\r\ny", address1_latitude=48.25, numberofemployees=7,
        primarycontactid__bind=f"/contacts({contact})",
    )  # fmt: skip
    for table, entity_set, one in (("account", "accounts", row_id), ("contact", "contacts", contact)):
        version = api.get(f"{entity_set}({one})").json()["versionnumber"]
        saved = save(browser, open_record(browser, table, one))
        assert "Nothing was changed" in saved.text
        assert api.get(f"{entity_set}({one})").json()["versionnumber"] == version


@pytest.mark.parametrize(
    ("column", "typed", "message"),
    [
        ("name", "", "Account Name cannot be empty."),
        ("name", "x" * 161, "At most 160 characters fit here."),
        ("creditlimit", "-5", "Enter a value between 0 and 100,000,000,000,000."),
        ("creditlimit", "a lot", "Enter an amount, such as 1250.50."),
        ("numberofemployees", "1.5", "Enter a whole number."),
        ("address1_latitude", "91", "Enter a value between -90 and 90."),
        ("paymenttermscode", "77", "Choose one of the options."),
        ("lastusedincampaign", "soon", "Enter a date and a time."),
        ("primarycontactid", "Nobody Of That Name", "No row has this name."),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_saved(
    browser: httpx2.Client, api: httpx2.Client, make: Make, column: str, typed: str, message: str
) -> None:
    row_id = make("accounts", name="A")
    answer = save(browser, open_record(browser, "account", row_id), **{"fax": "typed too", column: typed})
    assert answer.status_code == 422
    assert re.search(rf'id="{column}-error">{re.escape(message)}', answer.text), answer.text
    assert fields_of(answer)["fax"] == "typed too"
    assert fields_of(answer)[column] == typed or column == "paymenttermscode"
    assert api.get(f"accounts({row_id})").json()["fax"] is None


def test_somebody_elses_edit_meanwhile_is_not_overwritten(
    browser: httpx2.Client, api: httpx2.Client, make: Make
) -> None:
    row_id = make("accounts", name="A", fax="1")
    page = open_record(browser, "account", row_id)
    api.patch(f"accounts({row_id})", json={"fax": "2"})
    answer = save(browser, page, name="Mine")
    assert answer.status_code == 422
    assert "changed this record while you were editing it" in answer.text
    assert fields_of(answer)["name"] == "Mine"
    assert api.get(f"accounts({row_id})").json()["name"] == "A"


def test_lookups_take_a_chosen_row_or_a_unique_name_and_can_be_cleared(
    browser: httpx2.Client, api: httpx2.Client, make: Make, unique: str
) -> None:
    one, two = (make("contacts", lastname=f"{unique} {number}") for number in (1, 2))
    make("contacts", lastname=f"{unique} 2")
    row_id = make("accounts", name="A")
    page = open_record(browser, "account", row_id)
    assert save(browser, page, primarycontactid=f"{unique} 1").status_code == 200  # typed, without a script
    assert api.get(f"accounts({row_id})").json()["_primarycontactid_value"] == one
    page = open_record(browser, "account", row_id)
    assert "Several rows have this name." in save(browser, page, primarycontactid=f"{unique} 2").text
    chosen = {
        "primarycontactid": f"{unique} 2",
        "primarycontactid.name": f"{unique} 2",
        "primarycontactid.row": f"contact:{two}",
    }
    assert save(browser, page, **chosen).status_code == 200
    assert api.get(f"accounts({row_id})").json()["_primarycontactid_value"] == two
    assert save(browser, open_record(browser, "account", row_id), primarycontactid="").status_code == 200
    assert api.get(f"accounts({row_id})").json()["_primarycontactid_value"] is None
    found = browser.get(
        "/_app/lookup", params={"etn": "account", "column": "primarycontactid", "q": f"{unique} 1"}
    ).json()
    assert [entry["row"] for entry in found] == [f"contact:{one}"]


def test_new_rows_are_made_with_a_form(browser: httpx2.Client, api: httpx2.Client, people: dict[str, str]) -> None:
    empty = save(browser, open_record(browser, "contact"))
    assert empty.status_code == 422
    assert "Last Name cannot be empty." in empty.text
    made = save(
        browser, empty, firstname="Ada", lastname="Lovelace", birthdate="1815-12-10", preferredcontactmethodcode="2"
    )
    assert made.status_code == 200, made.text
    row_id = parse_qs(urlsplit(str(made.url)).query)["id"][0]
    row = api.get(f"contacts({row_id})").json()
    assert (row["fullname"], row["birthdate"], row["preferredcontactmethodcode"]) == ("Ada Lovelace", "1815-12-10", 2)
    assert row["_ownerid_value"] == row["_createdby_value"] == people["Anna"]


def test_deactivating_activating_and_deleting_ask_first(browser: httpx2.Client, api: httpx2.Client, make: Make) -> None:
    row_id = make("accounts", name="<i>A</i>")
    for action, state in (("deactivate", 1), ("activate", 0)):
        asked = browser.get("/_app/confirm", params={"action": action, "etn": "account", "id": row_id})
        assert "&lt;i&gt;A&lt;/i&gt;" in asked.text
        form = {"action": action, "etn": "account", "id": row_id, "token": token_in(asked)}
        assert browser.post("/_app/confirm", data=form).status_code == 200
        assert api.get(f"accounts({row_id})").json()["statecode"] == state
        page = open_record(browser, "account", row_id)
        assert ("read-only" in page.text) is (state == 1)
        assert (">Save<" in page.text) is (state == 0)
    form["action"] = "delete"
    gone = browser.post("/_app/confirm", data=form)
    assert "Deleted." in gone.text
    assert api.get(f"accounts({row_id})").status_code == 404
    assert open_record(browser, "account", row_id).status_code == 404


def test_a_refused_deletion_says_why(browser: httpx2.Client, api: httpx2.Client) -> None:
    base = api.get("transactioncurrencies").json()["value"][0]["transactioncurrencyid"]
    asked = browser.get("/_app/confirm", params={"action": "delete", "etn": "transactioncurrency", "id": base})
    form = {"action": "delete", "etn": "transactioncurrency", "id": base, "token": token_in(asked)}
    answer = browser.post("/_app/confirm", data=form)
    assert answer.status_code == 422
    assert "The base currency of the organization cannot be deleted." in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/main.aspx?etn=account&pagetype=entityrecord&id={id}",
        "/main.aspx?pagetype=entityrecord&etn=account&id=%7B{ID}%7D",
        "/main.aspx?etc=1&id={id}&pagetype=entityrecord&appid=x&extraqs=y",
        "/main.aspx?etn=account&id={id}",
    ],
)
def test_addresses_of_the_real_product_open_the_record(
    browser: httpx2.Client, make: Make, address: str, unique: str
) -> None:
    row_id = make("accounts", name=unique)
    page = browser.get(address.format(id=row_id, ID=row_id.upper()))
    assert page.status_code == 200
    assert f"<h1>{unique} " in page.text


@pytest.mark.parametrize("query", ["etn=nosuch", "etn=account&id=x&pagetype=entityrecord", "etc=77", "etn=_setting"])
def test_what_is_not_there_gets_a_page_that_says_so(browser: httpx2.Client, query: str) -> None:
    page = browser.get(f"/main.aspx?{query}")
    assert page.status_code == 404
    assert "<h1>" in page.text


def test_the_first_person_can_be_added_in_an_empty_environment(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.sandbox_process import running_sandbox

    with (
        running_sandbox(tmp_path_factory.mktemp("empty")) as sandbox,
        httpx2.Client(base_url=sandbox.url, follow_redirects=True) as client,
    ):
        client.get(sandbox.app_link)
        assert "Nobody to work as yet" in client.get("/").text
        page = open_record(client, "account")
        assert ">Save<" not in page.text
        page = open_record(client, "systemuser")
        made = save(client, page, firstname="First", lastname="Person", domainname="first@contoso.example")
        assert made.status_code == 200, made.text
        assert "First Person" in client.get("/").text


# ---- Chromium --------------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_salesperson_edits_an_account_in_a_browser(
    sandbox: Sandbox, api: httpx2.Client, make: Make, people: dict[str, str], key_link: Callable[[], str], unique: str
) -> None:
    person = make("contacts", firstname="Grace", lastname=unique)
    row_id = make("accounts", name=f"Account {unique}")
    with running_chromium() as chromium:
        page = chromium.new_page(viewport=NARROW)  # type: ignore[arg-type]  # a plain dict does
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(key_link())
        page.get_by_role("searchbox").fill(unique)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=f"Account {unique}").click()
        page.get_by_label("Primary Contact", exact=True).fill("grace")
        page.get_by_role("option", name=f"Grace {unique}").click()
        page.get_by_label("Main Phone").fill("+49 731 1")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("Saved.")
        page.get_by_label("Signed in as").select_option(label="Bernd Seller")
        expect(page.get_by_label("Signed in as")).to_have_value(people["Bernd"])
        assert runs_over_by(page) <= 0
    assert problems == []
    row = api.get(f"accounts({row_id})").json()
    assert (row["_primarycontactid_value"], row["telephone1"]) == (person, "+49 731 1")
    assert row["_modifiedby_value"] == people["Anna"]
