"""The pages in a real Chromium: keys, look-ups, search as you type, what a screen reader needs."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser import NARROW, WIDE, runs_over_by, serious_violations, whats_wrong_with
from tests.web.conftest import HOSTILE, Books, make_books, person

from tallystick.financials import queries
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import Insert, create, save_many, update

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def shop(transactional_db: None) -> Books:
    books = make_books("Alpha")
    names = ["Bäckerei Müller", "Łódź Meble", "Ωμέγα ΑΕ", "שלום בע״מ", "شركة النور", "東京家具", HOSTILE]
    save_many(books.company, "customer", [Insert({"no": f"N{n:03}", "name": name}) for n, name in enumerate(names)])
    return books


@pytest.fixture
def page(browser: Browser, shop: Books, live_server: LiveServer) -> Iterator[Page]:
    """A window of an administrator who signed in with a password. Nothing may go wrong in its console."""
    user = person(shop.company, PermissionSet.ADMINISTRATOR)
    context = browser.new_context(viewport=WIDE, base_url=live_server.url, permissions=["clipboard-write"])  # type: ignore[arg-type]  # a plain dict does
    window = context.new_page()
    troubles: list[str] = []
    window.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: troubles.append(str(error)))
    window.goto("/sign-in/")
    window.get_by_label("E-mail").fill(user.email)
    window.get_by_label("Password").fill("a long pass phrase")
    window.get_by_role("button", name="Sign in").click()
    expect(window).to_have_url(re.compile(r"/c/alpha/$"))
    yield window
    context.close()
    # A form that is sent back with problems answers 409 or 422, and Chromium says so in the console.
    assert [trouble for trouble in troubles if "409" not in trouble and "422" not in trouble] == []


def test_a_list_is_searched_as_one_types_and_the_address_follows(page: Page, shop: Books) -> None:
    page.goto("/c/alpha/records/customer/")
    page.keyboard.press("f")
    page.keyboard.type("müller")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=m%C3%BCller"))
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(8)


def test_a_list_is_walked_with_the_keys_and_a_card_saved_with_them(page: Page, shop: Books) -> None:
    page.goto("/c/alpha/records/customer/?q=N0")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="N000")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("#edit$"))
    expect(page.get_by_label("No.", exact=True)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Łódź Meble S.A.")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status")).to_contain_text("N001 is saved")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/records/customer/$"))
    record = queries.find_record(shop.company, "customer", "N001")
    assert record
    assert record.title == "Łódź Meble S.A."


def test_a_reference_is_chosen_from_suggestions(page: Page, shop: Books) -> None:
    page.goto("/c/alpha/records/customer/new")
    page.get_by_label("Name", exact=True).fill("Newcomer")
    box = page.get_by_label("Salesperson Code")
    box.press_sequentially("jul")
    expect(page.get_by_role("option", name="JR")).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("JR")
    expect(page.locator("#id_salesperson_code_caption")).to_have_text("Jule Roth")
    page.get_by_role("button", name=re.compile("^Save(?! and)")).click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    expect(page.get_by_label("Salesperson Code")).to_have_value("JR")


def test_two_people_edit_one_field_and_both_values_are_there_to_choose(page: Page, shop: Books) -> None:
    page.goto(f"/c/alpha/records/customer/{shop.customer}/")
    update(shop.company, "customer", shop.customer, {"city": "Bonn"})
    page.get_by_label("City").fill("Aachen")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert")).to_contain_text("Someone changed this record")
    expect(page.get_by_label("City")).to_have_value("Aachen")
    page.get_by_role("button", name="Use this value").click()
    expect(page.get_by_label("City")).to_have_value("Bonn")


def test_selected_rows_show_their_bar(page: Page, shop: Books) -> None:
    page.goto("/c/alpha/records/customer/")
    expect(page.locator("[data-selection-bar]")).to_be_hidden()
    page.get_by_label("Select N001").check()
    page.get_by_label("Select N004").click(modifiers=["Shift"])
    expect(page.locator("[data-selection-count]")).to_have_text("4 selected")
    page.get_by_role("button", name="Select none").click()
    expect(page.locator("[data-selection-bar]")).to_be_hidden()


def test_the_search_on_top_leads_to_records_and_pages(page: Page, shop: Books) -> None:
    page.keyboard.press("/")
    page.keyboard.type("meble")
    page.get_by_role("option", name=re.compile("Łódź Meble")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Łódź Meble")
    page.get_by_label("Search records and pages").fill("ship")
    page.get_by_role("option", name="Shipping Agents").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shipping Agents")


def test_the_dark_theme_stays_over_pages(page: Page, shop: Books) -> None:
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Dark").click()
    page.goto("/c/alpha/records/contact/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_help_opens_with_a_key_and_closes_with_another(page: Page, shop: Books) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_an_import_goes_from_file_to_list(page: Page, shop: Books) -> None:
    page.goto("/c/alpha/import/?table=customer")
    content = "no;name;city\nI1;Käse „Özil“ & Co;Köln\n".encode()
    page.get_by_label("File*").set_input_files({"name": "k.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.locator(".toast")).to_contain_text("1 new")
    assert queries.find_record(shop.company, "customer", "I1")


def preview_of_changes(page: Page) -> None:
    page.goto("/c/alpha/import/?table=customer")
    content = b"no,name,city,post_code,phone_no,email,country_code\nN001,New,B,1,2,a@b.de,DE\nN002,Bad,,,,,XX\n"
    page.get_by_label("File*").set_input_files({"name": "k.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_contain_text("1 row has problems")


def pages_of(shop: Books) -> dict[str, str]:
    card = f"/c/alpha/records/customer/{shop.customer}/"
    return {
        "home": "/c/alpha/",
        "list": "/c/alpha/records/customer/",
        "card": card,
        "new": "/c/alpha/records/contact/new",
        "currency": f"/c/alpha/records/currency/{shop.currency}/",
        "delete": card + "delete",
        "company": "/c/alpha/company/",
        "users": "/c/alpha/users/",
        "web services": "/c/alpha/web-services/",
        "web service key": "/c/alpha/web-services/key",
        "import": "/c/alpha/import/",
        "search": "/c/alpha/search/?q=alpha",
    }


def test_a_set_is_published_and_a_key_made_with_the_keyboard(page: Page, shop: Books) -> None:
    page.goto("/c/alpha/web-services/")
    page.get_by_role("button", name="Publish Customers").press("Enter")
    expect(page.get_by_text("Customers is published.")).to_be_visible()
    page.get_by_role("button", name="Copy the address of Customers").press("Enter")
    expect(page.locator("[data-copied]")).to_have_count(1)
    page.get_by_role("link", name="Change Web Service Key").first.press("Enter")
    page.get_by_label("The new key lasts").select_option("30 days")
    page.get_by_role("button", name="Make key").press("Enter")
    expect(page.locator(".link-once")).to_have_text(re.compile(r"^tsk_\w{12}_[\w-]{43}$"))
    assert serious_violations(page) == []


def test_the_pages_are_accessible_and_fit_a_telephone(page: Page, shop: Books) -> None:
    create(shop.company, "customer", {"name": "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlstelle"})
    assert whats_wrong_with(page, pages_of(shop)) == {}
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict does
    preview_of_changes(page)
    assert runs_over_by(page) <= 0, "preview"
    page.goto("/c/alpha/")
    page.get_by_role("button", name="Navigation").click()
    page.get_by_role("link", name="Contacts").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
