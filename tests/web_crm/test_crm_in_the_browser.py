"""The integration in a real Chromium, against the real pages, a real worker and a real sandbox process."""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import NARROW, WIDE, whats_wrong_with
from tests.jobs.stage import Stage, the_template

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADMINISTRATOR = "admin@demo.example"
LONG = 90_000  # milliseconds a full synchronization of the demo company may take on a slow machine


@dataclass(frozen=True, slots=True)
class Desk:
    """The installation, where its pages are, and where those of its company begin."""

    stage: Stage
    address: str
    company: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A demo company that was never synchronized, served with a worker beside the pages."""
    folder = tmp_path_factory.mktemp("pages")
    with the_template().copied_to(folder, seconds_between_cycles=3600) as stage, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        with stage.tally.running("serve", "--port", str(port), log=folder / "serve.log") as process:
            address = f"http://127.0.0.1:{port}"
            wait_for(address)
            slug = stage.finance("SELECT slug FROM financials_company")[0][0]
            yield Desk(stage, address, f"/c/{slug}/")
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="module")
def in_step(desk: Desk) -> Desk:
    """The same, with both sides in agreement."""
    desk.stage.tally.done("full-sync", "--wait")
    return desk


def wait_for(address: str) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            if httpx2.get(f"{address}/healthz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        assert time.monotonic() < give_up, "the pages did not come up"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def session(browser: Browser, desk: Desk) -> dict[str, object]:
    """The cookies of an administrator who came through a sign-in link."""
    link = desk.stage.tally.done("user", "sign-in-link", ADMINISTRATOR, "--address", desk.address, "--json").json[
        "link"
    ]
    context = browser.new_context(base_url=desk.address)
    window = context.new_page()
    window.goto(link)
    if window.get_by_role("button", name="Sign in").count():
        window.get_by_role("button", name="Sign in").click()
    expect(window).to_have_url(re.compile("/c/"))
    state = context.storage_state()
    context.close()
    return dict(state)


@pytest.fixture
def page(browser: Browser, desk: Desk, session: dict[str, object]) -> Iterator[Page]:
    """A window of the administrator. Nothing may go wrong in its console."""
    context = browser.new_context(viewport=WIDE, base_url=desk.address, storage_state=session)  # type: ignore[arg-type]  # plain dicts do
    window = context.new_page()
    troubles: list[str] = []
    window.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: troubles.append(str(error)))
    yield window
    context.close()
    assert troubles == []


def test_a_customer_is_coupled_from_the_list_through_the_dialog(page: Page, desk: Desk) -> None:
    # A customer whose account is there under the same name, as the demo company has 200 of.
    number, name = known_to_both(desk.stage)
    page.goto(f"{desk.company}records/customer/?q={number}")
    page.get_by_label(f"Select {number}").check()
    page.get_by_role("button", name="Set Up Coupling").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set Up Coupling")
    page.locator("#candidate-search").fill(name[:-1])
    page.locator(".candidate", has_text=name).locator("input").check()
    expect(page.locator("#comparison")).to_contain_text(re.compile("differ|agree"))
    page.get_by_label("Dynamics CRM first").check()
    page.get_by_role("button", name="Couple", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("is coupled with Account")
    expect(page.get_by_role("complementary", name="Facts about this record")).to_contain_text("Coupled with")
    page.goto(f"{desk.company}records/customer/?q={number}")
    expect(page.get_by_role("link", name=re.compile("^Coupled, "))).to_have_count(1)


def known_to_both(stage: Stage) -> tuple[str, str]:
    accounts = {name for (name,) in stage.sales("SELECT name FROM account")}
    customers = stage.finance("SELECT no, name FROM financials_customer WHERE blocked = '' ORDER BY no")
    return next((no, name) for no, name in customers if name in accounts and name.isascii())


def test_a_full_synchronization_is_started_and_watched_until_it_ends(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.company}crm/full-synch/")
    page.locator("#full-synch").get_by_role("button", name="Start").click()
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(page.locator(".toast")).to_contain_text("under way")
    lines = page.locator("#full-synch-lines tbody tr")
    expect(lines).to_have_count(7)
    # Nothing is clicked or loaded again: the page follows by itself.
    expect(page.locator("#full-synch")).to_contain_text("Finished", timeout=LONG)
    for name in ("SALESPEOPLE", "CURRENCY", "CUSTOMER", "CONTACT"):
        expect(lines.filter(has=page.get_by_text(name, exact=True)).first).to_contain_text("Finished")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("full-synch/") else None)
    page.wait_for_timeout(2500)
    assert asked == [], "what has ended is not asked about any more"
    lines.filter(has_text="CUSTOMER").first.get_by_role("link", name="Success").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("CUSTOMER, job")


def test_the_solution_is_imported_and_the_page_follows_by_itself(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.company}crm/connection/")
    status = page.locator("dd", has=page.get_by_role("link", name="Integration Solution"))
    expect(status).to_contain_text("The solution is not imported")
    status.get_by_role("link").click()
    page.get_by_label("Client ID").fill(desk.stage.sandbox.client_id)
    page.get_by_label("Client secret").fill(desk.stage.sandbox.client_secret)
    page.get_by_role("button", name="Import Solution").click()
    # Nothing is clicked or loaded again until it has ended.
    expect(page.locator("#solution-import")).to_contain_text("was imported", timeout=LONG)
    page.get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("region", name="In Dynamics CRM")).to_contain_text(
        "The connection's user may do all it needs."
    )


def test_a_conflict_is_settled_for_one_value(page: Page, in_step: Desk) -> None:
    desk, stage = in_step, in_step.stage
    number, name = known_to_both(stage)
    file = stage.tally.home / "edit.csv"
    file.write_text(f"no,city\n{number},Financials City\n", encoding="utf-8")
    stage.tally.done("import", "customer", str(file))
    [(account,)] = stage.sales(f"SELECT accountid FROM account WHERE name = '{name}'")
    with stage.sandbox.client() as client:
        client.patch(f"accounts({account})", json={"address1_city": "CRM City"}).raise_for_status()
    stage.tally.done("sync", "CUSTOMER", "--wait")
    page.goto(f"{desk.company}crm/issues/")
    expect(page.locator(".nav-badge")).to_contain_text("1")
    issue = page.locator("article", has_text=name)
    expect(issue).to_contain_text("Financials City")
    expect(issue).to_contain_text("CRM City")
    issue.get_by_role("button", name="Take Dynamics CRM's value").click()
    expect(page.locator(".toast")).to_contain_text("Settled")
    assert stage.finance(f"SELECT city FROM financials_customer WHERE no = '{number}'") == [("CRM City",)]
    page.goto(f"{desk.company}crm/history/?kind=decided")
    expect(page.locator("tbody tr").first).to_contain_text("lost: Financials City, won: CRM City")


def pages_of(desk: Desk) -> dict[str, str]:
    [(coupled,)] = desk.stage.finance(
        "SELECT c.finance_id FROM integration_couplingrow c JOIN integration_mappingsettings m ON m.id = c.mapping_id"
        " WHERE m.name = 'CUSTOMER' ORDER BY c.id LIMIT 1"
    )
    [(free,)] = desk.stage.finance("SELECT id FROM financials_customer WHERE blocked <> '' ORDER BY no LIMIT 1")
    [(run,)] = desk.stage.finance("SELECT max(id) FROM integration_run WHERE kind = 'full'")
    record = f"{desk.company}crm/records/customer/"
    names = (
        "connection",
        "mappings",
        "mappings/customer",
        "full-synch",
        "jobs",
        f"jobs/{run}",
        "issues",
        "salespeople",
        "history",
        "connection/solution",
    )
    return {
        "home": desk.company,
        "list": f"{desk.company}records/customer/",
        "card": f"{desk.company}records/customer/{hyphened(coupled)}/",
        **{name: f"{desk.company}crm/{name}/" for name in names},
        "preview": f"{desk.company}crm/mappings/customer/preview?full=yes",
        "coupled": f"{record}{hyphened(coupled)}/",
        "dialog": f"{record}{hyphened(free)}/",
        "selection": f"{desk.company}crm/selection/customer/match?ids={hyphened(coupled)}",
    }


def hyphened(text: str) -> str:

    return str(UUID(text))


def test_the_pages_are_accessible_and_fit_a_telephone(page: Page, in_step: Desk) -> None:
    assert whats_wrong_with(page, pages_of(in_step)) == {}
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict does
    page.goto(f"{in_step.company}crm/mappings/")
    page.get_by_role("button", name="Help on this page").click()
    expect(page.get_by_role("dialog")).to_contain_text("Each line pairs a table")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
