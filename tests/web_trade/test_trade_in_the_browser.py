"""The pages of trade in a real Chromium: charts are drawn under the policy, nothing runs over the edge, axe is content."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser import WIDE, whats_wrong_with
from tests.web.conftest import person
from tests.web_trade.conftest import Trade, make_trade

from tallystick.financials.permissions import PermissionSet

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def shop(transactional_db: None) -> Trade:
    return make_trade("Alder")


@pytest.fixture
def page(browser: Browser, shop: Trade, live_server: LiveServer) -> Iterator[Page]:
    """A window of a clerk who signed in. Nothing may go wrong in its console."""
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
    expect(window).to_have_url(re.compile(r"/c/alder/$"))
    yield window
    context.close()
    assert troubles == []


def pages_of(trade: Trade) -> dict[str, str]:
    return {
        "home": trade.url,
        "availability": f"{trade.url}availability/{trade.chair}/",
        "items": f"{trade.url}availability/",
        "adjust": f"{trade.url}item-journal/adjust/{trade.chair}/",
        "receive": f"{trade.url}purchasing/{trade.order}/receive",
        "order": f"{trade.url}records/purchase-order/{trade.order}/",
        "customer": f"{trade.url}statistics/customer/{trade.customer}/",
        "sales": f"{trade.url}statistics/",
        "lose": f"{trade.url}opportunities/{trade.opportunity}/lose",
        "opportunity": f"{trade.url}records/opportunity/{trade.opportunity}/",
        "item": f"{trade.url}records/item/{trade.chair}/",
    }


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def test_the_pages_are_accessible_and_fit_a_telephone(page: Page, shop: Trade) -> None:
    assert whats_wrong_with(page, pages_of(shop)) == {}


def test_charts_are_drawn_and_their_tables_folded_until_printed(page: Page, shop: Trade) -> None:
    open_page(page, shop.url)
    expect(page.locator(".chart-picture canvas")).to_have_count(3)
    expect(page.locator(".chart-table[open]")).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".chart-table[open]")).to_have_count(3)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.locator(".chart-table summary").first.click()
    expect(
        page.get_by_role("region", name=re.compile("^Sales by month")).get_by_role("cell", name="400.00")
    ).to_be_visible()


def test_stock_is_adjusted_with_the_keyboard(page: Page, shop: Trade) -> None:
    page.goto(f"{shop.url}item-journal/adjust/{shop.chair}/")
    page.get_by_label("New quantity").fill("7")
    page.get_by_label("New quantity").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("10 PCS on hand would become 7")
    page.get_by_label("New quantity").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("-3 of CHAIR")
    assert shop.values("item", shop.chair)["inventory"] == 7
