"""Lines of a document in a real Chromium: entered, changed, deleted and moved through with nothing but keys."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser import NARROW, WIDE, runs_over_by
from tests.web.conftest import make_books, person
from tests.web_sales.conftest import Shop, stocked

from tallystick.financials import services
from tallystick.financials.permissions import PermissionSet

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return stocked(make_books("Alpha"))


@pytest.fixture
def page(browser: Browser, shop: Shop, live_server: LiveServer) -> Iterator[Page]:  # a fixture
    """A window of a clerk who signed in, on the order. Nothing may go wrong in its console."""
    user = person(shop.company, PermissionSet.FINANCE_CLERK)
    context = browser.new_context(viewport=WIDE, base_url=live_server.url)  # type: ignore[arg-type]  # a plain dict does
    window = context.new_page()
    troubles: list[str] = []
    window.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: troubles.append(str(error)))
    window.goto("/sign-in/")
    window.get_by_label("E-mail").fill(user.email)
    window.get_by_label("Password").fill("a long pass phrase")
    window.get_by_role("button", name="Sign in").click()
    expect(window).to_have_url(re.compile(r"/c/alpha/$"))
    window.goto(shop.url("sales-order") + "#write")
    yield window
    context.close()
    assert [trouble for trouble in troubles if "409" not in trouble and "422" not in trouble] == []


def rows(page: Page) -> Locator:
    return page.locator("[data-line]")


def cell(page: Page, row: int, label: str) -> Locator:
    return rows(page).nth(row).get_by_label(re.compile(f"^{label}, "))


def said(page: Page) -> Locator:
    return page.locator("[data-line-status]")


def test_lines_are_written_one_after_the_other_with_the_keys_alone(page: Page, shop: Shop) -> None:
    expect(cell(page, 1, "No.")).to_be_focused()
    page.keyboard.type("cha")
    expect(page.get_by_role("option", name="CHAIR")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(cell(page, 1, "No.")).to_have_value("CHAIR")
    expect(cell(page, 1, "Description")).to_be_focused()
    page.keyboard.type("A chair")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.keyboard.type("80")
    page.keyboard.press("ArrowDown")
    expect(said(page)).to_contain_text("is saved")
    expect(rows(page)).to_have_count(3)
    expect(cell(page, 2, "Unit Price")).to_be_focused()
    written = shop.lines("sales-order")[1]
    assert (written.codes["item_no"], written.values["quantity"], written.values["unit_price"]) == ("CHAIR", 5, 80)


def test_a_mistake_stays_in_its_cell_until_it_is_corrected(page: Page, shop: Shop) -> None:
    quantity = cell(page, 0, "Quantity")
    quantity.fill("many")
    quantity.press("ArrowDown")
    expect(said(page)).to_contain_text("is not saved")
    expect(cell(page, 0, "Quantity")).to_have_value("many")
    expect(cell(page, 0, "Quantity")).to_have_attribute("aria-invalid", "true")
    expect(rows(page).nth(0)).to_contain_text("is no number")
    cell(page, 0, "Quantity").fill("9")
    cell(page, 0, "Quantity").press("Control+s")
    expect(said(page)).to_contain_text("is saved")
    assert shop.lines("sales-order")[0].values["quantity"] == 9


def test_a_line_is_deleted_and_brought_back(page: Page, shop: Shop) -> None:
    cell(page, 0, "Quantity").focus()
    page.keyboard.press("Control+Delete")
    expect(page.locator("[data-undo]")).to_contain_text("is deleted")
    expect(cell(page, 0, "Quantity")).to_be_focused()
    assert shop.lines("sales-order") == []
    page.keyboard.press("Control+z")
    expect(page.locator("[data-undo]")).to_have_count(0)
    expect(rows(page)).to_have_count(2)
    assert shop.lines("sales-order")[0].values["quantity"] == 2


def test_a_line_is_put_above_and_takes_what_stands_over_it(page: Page, shop: Shop) -> None:
    cell(page, 0, "No.").focus()
    page.keyboard.press("Insert")
    expect(rows(page)).to_have_count(3)
    expect(cell(page, 0, "No.")).to_be_focused()
    page.keyboard.type("WORK")
    cell(page, 0, "Type").select_option("Resource")
    cell(page, 0, "No.").fill("WORK")
    cell(page, 0, "Quantity").fill("3")
    cell(page, 0, "Quantity").press("ArrowDown")
    expect(said(page)).to_contain_text("is saved")
    cell(page, 2, "No.").focus()
    page.keyboard.press("F8")
    expect(cell(page, 2, "No.")).to_have_value("CHAIR")
    cell(page, 2, "Quantity").focus()
    page.keyboard.press("F8")
    expect(cell(page, 2, "Quantity")).to_have_value("2")
    page.keyboard.press("ArrowUp")
    expect(rows(page)).to_have_count(4)
    expect(said(page)).to_contain_text("Line 20000 is saved")
    found = [(line.codes["item_no"] or line.codes["resource_no"]) for line in shop.lines("sales-order")]
    assert found == ["WORK", "CHAIR", "CHAIR"]


def test_escape_takes_back_what_was_typed_and_arrows_go_over_the_grid(page: Page, shop: Shop) -> None:
    quantity = cell(page, 0, "Quantity")
    quantity.fill("17")
    quantity.press("Escape")
    expect(quantity).to_have_value("2")
    quantity.press("ArrowRight")
    expect(cell(page, 0, "Unit Price")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(quantity).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(cell(page, 0, "Unit")).to_be_focused()


def test_what_is_in_a_row_is_saved_before_the_page_is_left(page: Page, shop: Shop) -> None:
    cell(page, 0, "Quantity").fill("6")
    page.get_by_role("link", name="Sales Orders").first.click()
    expect(page).to_have_url(re.compile("/records/sales-order/$"))
    assert shop.lines("sales-order")[0].values["quantity"] == 6
    page.goto(shop.url("sales-order"))
    page.get_by_label("Your Reference").fill("Ref")
    cell(page, 0, "Quantity").fill("7")
    page.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.locator(".toast")).to_contain_text("is saved")
    assert shop.lines("sales-order")[0].values["quantity"] == 7


def test_somebody_else_changed_the_line(page: Page, shop: Shop) -> None:
    line = shop.lines("sales-order")[0]
    services.update(shop.company, "sales-order-line", line.id, {"quantity": "8"})
    cell(page, 0, "Quantity").fill("3")
    cell(page, 0, "Quantity").press("ArrowDown")
    expect(said(page)).to_contain_text("Somebody changed Quantity")
    page.get_by_role("button", name="Use this value").click()
    expect(cell(page, 0, "Quantity")).to_have_value("8")


def test_on_a_telephone_a_line_is_a_card(page: Page, shop: Shop) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict does
    page.goto(shop.url("sales-order"))
    assert runs_over_by(page) <= 0
    cell(page, 0, "Quantity").fill("4")
    page.get_by_label("Your Reference").focus()
    expect(said(page)).to_contain_text("is saved")
    assert shop.lines("sales-order")[0].values["quantity"] == 4
