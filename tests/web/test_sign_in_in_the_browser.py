"""Signing in in a real Chromium: the second factor, Entra ID across hosts, and what a screen reader finds there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests import oidc_provider
from tests.browser import NARROW, WIDE, runs_over_by, serious_violations
from tests.oidc_provider import CLIENT_ID, SECRET, TENANT
from tests.web.conftest import Books, make_books, person

from tallystick.financials.models import SecondFactor, User
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "a long pass phrase"


@pytest.fixture
def shop(transactional_db: None) -> Books:
    return make_books("Alpha")


@pytest.fixture
def boss(shop: Books) -> User:
    return person(shop.company, PermissionSet.ADMINISTRATOR)


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A window of nobody yet. Nothing may go wrong in its console."""
    context = browser.new_context(viewport=NARROW, base_url=live_server.url)  # type: ignore[arg-type]  # a plain dict does
    window = context.new_page()
    troubles: list[str] = []
    window.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: troubles.append(str(error)))
    yield window
    context.close()
    # A form that is sent back with problems answers 422, and Chromium says so in the console.
    assert [trouble for trouble in troubles if "422" not in trouble] == []


def give_password(page: Page, user: User) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def nothing_is_in_the_way(page: Page) -> None:
    """No serious finding of axe, and nothing to scroll sideways to."""
    assert serious_violations(page) == []
    assert runs_over_by(page) <= 0, page.url


def test_a_second_factor_is_set_up_and_asked_for(page: Page, boss: User) -> None:
    give_password(page, boss)
    page.goto("/your-sign-in/")
    nothing_is_in_the_way(page)
    page.get_by_role("button", name="Set up second factor").click()
    expect(page.locator("svg.qr-code")).to_be_visible()
    nothing_is_in_the_way(page)
    totp = pyotp.TOTP(page.locator("code.link-once").inner_text())
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_label("Code").fill(totp.now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("listitem")).to_have_count(10)
    nothing_is_in_the_way(page)
    page.get_by_role("link", name="I have kept them").click()
    page.context.clear_cookies()
    give_password(page, boss)
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    nothing_is_in_the_way(page)
    # The code that confirmed it is used up: the app shows the next one half a minute later.
    SecondFactor.objects.update(last_step=0)
    page.get_by_label("Code").fill(totp.at(datetime.now(UTC) + timedelta(seconds=1)))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/c/alpha/$"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_sign_in_and_a_user_are_usable(page: Page, boss: User, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict does
    give_password(page, boss)
    page.goto("/c/alpha/sign-in/")
    nothing_is_in_the_way(page)
    page.get_by_label("Second factor required of").select_option("Everybody")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Your sign-in").or_(page.get_by_label("E-mail"))).to_be_visible()


def test_entra_id_leads_there_and_back(page: Page, shop: Books, boss: User) -> None:
    with oidc_provider.running() as directory:
        directory.tell(person={"preferred_username": boss.email})
        sign_in.set_directory(directory.origin, TENANT, CLIENT_ID, SECRET)
        sign_in.allow_entra(boss, now=timezone.now())
        page.goto("/c/alpha/users/")
        nothing_is_in_the_way(page)
        page.get_by_role("link", name="Sign in with Microsoft Entra ID").click()
        expect(page).to_have_url(re.compile(r"/c/alpha/users/$"))
        assert any(path.endswith("/authorize") for path in directory.asked())
        page.goto(f"/c/alpha/users/{boss.pk}/")
        expect(page.get_by_text("Signs in with Microsoft Entra ID as the account")).to_be_visible()
        nothing_is_in_the_way(page)
