"""From an empty Financials and an empty environment to a finished full synchronization: through the guide, and by hand.

Real Chromium, real pages with their worker, a real sandbox whose synchronization user has no role."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import WIDE, whats_wrong_with
from tests.cli.command import Tally, new_home
from tests.sandbox_process import Sandbox, running_sandbox
from tests.web_crm.test_crm_in_the_browser import LONG, wait_for

from tallystick.dataverse.solution import VERSION

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADMINISTRATOR, CANARY = "33333333-4444-5555-6666-777777777777", "canary-of-the-administrative-account-4711"
BOSS, STOCK = "boss@alder.example", "stock@alder.example"
STEPS = ("experience", "address", "solution", "user", "availability", "orders", "data", "finish")


@dataclass(frozen=True, slots=True)
class Installation:
    """A company that nobody connected, its pages, and the environment it could be connected with."""

    tally: Tally
    sandbox: Sandbox
    address: str
    folder: Path
    company: str = "/c/alder/"

    def sign_in(self, page: Page) -> None:
        made = self.tally.done("user", "sign-in-link", BOSS, "--address", self.address, "--json")
        page.goto(made.json["link"])
        if page.get_by_role("button", name="Sign in").count():
            page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile("/c/"))


@contextmanager
def installed(folder: Path, experience: str, *, serve: bool = True) -> Iterator[Installation]:
    tally = new_home(folder / "home")
    tally.done("company", "add", "Alder", "--experience", experience)
    tally.done("user", "add", BOSS)
    tally.done("user", "add", STOCK, "--set", "item-availability-reader")
    customers = folder / "customers.csv"
    customers.write_text("no,name,city\n,Nova Bakery,Graz\n,Blue Mill,Ghent\n", encoding="utf-8")
    tally.done("import", "customer", str(customers))
    with (
        running_sandbox(folder / "sandbox", role="none", administrator=f"{ADMINISTRATOR}:{CANARY}") as sandbox,
        socket.socket() as free,
    ):
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        at = Installation(tally, sandbox, f"http://127.0.0.1:{port}", folder)
        with served(at) if serve else nullcontext():
            yield at


@contextmanager
def served(at: Installation) -> Iterator["subprocess.Popen[str]"]:
    """The pages, with their worker, at the address of the installation."""
    port = at.address.rpartition(":")[2]
    with at.tally.running("serve", "--port", port, log=at.folder / "home" / "serve.log") as process:
        wait_for(at.address)
        yield process
        process.terminate()
        process.wait(60)


@contextmanager
def window(browser: Browser, at: Installation) -> Iterator[Page]:
    """A window of the administrator. Nothing may go wrong in its console, refused forms aside."""
    context = browser.new_context(viewport=WIDE, base_url=at.address)  # type: ignore[arg-type]  # a plain dict does
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    at.sign_in(page)
    yield page
    context.close()
    assert [text for text in troubles if "status of 422" not in text] == []


def test_only_the_guide_leads_to_a_finished_full_synchronization(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with installed(tmp_path_factory.mktemp("guide"), "Essential") as at:
        with window(browser, at) as page:
            through_the_guide(page, at)
        with at.sandbox.client(ADMINISTRATOR, CANARY) as api:
            names = {row["name"] for row in api.get("accounts?$select=name").json()["value"]}
            [row] = api.get("tstick_connections").json()["value"]
        assert names >= {"Nova Bakery", "Blue Mill"}
        assert row["tstick_odatausername"] == STOCK
        assert row["tstick_odataaddress"] == f"{at.address}/odata/alder/"
        assert row["tstick_webaddress"] == f"{at.address}/c/alder/"
        nothing_of_the_administrator_is_left(at)


def through_the_guide(page: Page, at: Installation) -> None:
    title = page.locator("#step-title")
    page.goto(f"{at.company}crm/assisted-setup/")
    expect(page.locator(".badge", has_text="Not started")).to_be_visible()
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="Switch to Suite and go on").click()

    expect(title).to_contain_text("Address and sign-in")
    page.get_by_label("Dynamics CRM address").fill(at.sandbox.url)
    page.get_by_label("Tenant").fill(at.sandbox.tenant)
    page.get_by_label("Client ID").fill(at.sandbox.client_id)
    page.get_by_label("Client secret").fill("a slip of the keyboard")
    page.get_by_label("Authority").fill(at.sandbox.url)
    page.get_by_role("button", name="Save, test and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("The client secret is wrong.")
    page.get_by_label("Client secret").fill(at.sandbox.client_secret)
    page.get_by_role("button", name="Save, test and go on").click()

    expect(title).to_contain_text("Import solution")
    # Somebody closes the window here: the guide goes on where it was.
    page.goto(at.company)
    page.goto(f"{at.company}crm/assisted-setup/")
    expect(page.get_by_text("Next: Import solution.")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    import_solution(page, at.sandbox.client_id, at.sandbox.client_secret)
    told = "The account that is to import the solution is not a System Administrator; it has no role at all."
    expect(page.locator("#guide-import")).to_contain_text(told, timeout=LONG)
    page.goto(f"{at.company}crm/assisted-setup/")
    expect(page.locator(".badge", has_text="Needs attention")).to_be_visible()
    expect(page.get_by_text(f"Import solution: {told}")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    import_solution(page)
    expect(page.get_by_text(f"The solution is there in version {VERSION}.")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Next").click()

    expect(title).to_contain_text("Synchronization user")
    expect(page.locator(".facts")).to_contain_text("Tallystick Integration User")
    expect(page.locator(".facts")).to_contain_text("it may do all it needs")
    page.get_by_role("button", name="Next").click()

    expect(title).to_contain_text("Item availability")
    page.get_by_label("OData web service user").select_option(STOCK)
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("It works, and Dynamics CRM has it.")).to_be_visible()
    key = page.locator(".link-once").inner_text()
    assert key.startswith("tsk_")
    page.get_by_role("button", name="Next").click()

    expect(title).to_contain_text("Sales order integration")
    expect(page.get_by_text("This version does not synchronize sales orders yet.")).to_be_visible()
    assert key not in page.content(), "the key is shown once"
    page.get_by_label("Take over submitted orders").check()
    page.get_by_label("Handled by").select_option(BOSS)
    page.get_by_role("button", name="Keep this choice and go on").click()

    expect(title).to_contain_text("Data to synchronize")
    page.get_by_label(re.compile("^CURRENCY")).uncheck()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text(re.compile("CURRENCY was added, because .*CUSTOMER"))).to_be_visible()
    page.get_by_role("button", name="Next").click()

    expect(title).to_contain_text("Summary")
    expect(page.get_by_text("Sales orders: take over submitted orders, handled by boss@alder.example.")).to_be_visible()
    files = [file for file in (at.folder / "home").rglob("*") if file.is_file()]
    assert [file.name for file in files if ADMINISTRATOR.encode() in file.read_bytes()] == []
    page.get_by_role("button", name="Finish and Run Full Synchronization").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CRM Full Synch. Review")
    expect(page.locator("#full-synch")).to_contain_text("Finished", timeout=LONG)
    page.goto(f"{at.company}crm/assisted-setup/")
    expect(page.locator(".badge", has_text="Completed")).to_be_visible()
    is_accessible_and_narrow(page, at)


def is_accessible_and_narrow(page: Page, at: Installation) -> None:
    pages = [f"assisted-setup/connection/{step}/" for step in STEPS]
    pages += ["assisted-setup/", "connection/", "connection/default-setup"]
    assert whats_wrong_with(page, {name: f"{at.company}crm/{name}" for name in pages}) == {}


def nothing_of_the_administrator_is_left(at: Installation) -> None:
    """Every file of the home: databases with their journals, the job store, logs, the server's output.

    Salespeople are read from all users of the environment, where the account has an e-mail address made of its id; but it
    is no salesperson, and of what a filter leaves out no values are kept."""
    files = [file for file in (at.folder / "home").rglob("*") if file.is_file()]
    assert {"tally.sqlite3", "serve.log", "jobs.sqlite3"} <= {file.name for file in files}
    texts = {file.name: file.read_bytes() for file in files}
    assert [name for name, text in texts.items() if at.sandbox.client_id.encode() in text], "what is stored is found so"
    assert [name for name, text in texts.items() if CANARY.encode() in text] == []
    assert [name for name, text in texts.items() if ADMINISTRATOR.encode() in text] == []


def test_the_steps_are_gone_through_with_the_keyboard(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with installed(tmp_path_factory.mktemp("keyboard"), "Suite") as at, window(browser, at) as page:
        page.goto(f"{at.company}crm/assisted-setup/connection/experience/")
        focus(page, "Next")
        page.keyboard.press("Enter")
        expect(page.locator("#step-title")).to_contain_text("Address and sign-in")
        values = {
            "Dynamics CRM address": at.sandbox.url,
            "Tenant": at.sandbox.tenant,
            "Client ID": at.sandbox.client_id,
            "Client secret": at.sandbox.client_secret,
            "Authority": at.sandbox.url,
        }
        for label, value in values.items():
            focus(page, label)
            page.keyboard.type(value)
        page.keyboard.press("Enter")
        expect(page.locator("#step-title")).to_contain_text("Import solution")
        # What needs the solution's administrator is refused by name, with a word on what to do.
        focus(page, "Import Solution")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("The administrative account is not complete.")
        expect(page.locator("#step-title")).to_contain_text("Import solution")


def focus(page: Page, name: str) -> None:
    """Tab until the control of that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(() => { const one = document.activeElement; return (one.labels?.[0] ?? one).textContent.trim(); })()"
        )
        if found.rstrip("*").strip() == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_crash_in_the_middle_of_the_import_loses_nothing(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with installed(tmp_path_factory.mktemp("crash"), "Suite", serve=False) as at:
        with served(at) as process, window(browser, at) as page:
            page.goto(f"{at.company}crm/assisted-setup/connection/experience/")
            page.get_by_role("button", name="Next").click()
            page.get_by_label("Dynamics CRM address").fill(at.sandbox.url)
            page.get_by_label("Tenant").fill(at.sandbox.tenant)
            page.get_by_label("Client ID").fill(at.sandbox.client_id)
            page.get_by_label("Client secret").fill(at.sandbox.client_secret)
            page.get_by_label("Authority").fill(at.sandbox.url)
            page.get_by_role("button", name="Save, test and go on").click()
            at.sandbox.fault("latency", 20_000, path="asyncoperations", times=1)
            import_solution(page)
            expect(page.get_by_text("The guide goes on when the import has ended.")).to_be_visible()
            wait_until_asked(at.sandbox, "asyncoperations")
            page.goto("about:blank")
            process.kill()
            process.wait(60)
        with served(at), window(browser, at) as page:
            page.goto(f"{at.company}crm/assisted-setup/")
            expect(page.get_by_text("Next: Import solution.")).to_be_visible()
            page.get_by_role("link", name="Continue").click()
            import_solution(page)
            done = page.locator("#guide-import")
            expect(done).to_contain_text("of the solution was there already.", timeout=LONG)
            expect(done).to_contain_text("was given the role Tallystick Integration User.")
            page.get_by_role("button", name="Next").click()
            expect(page.locator(".facts")).to_contain_text("it may do all it needs")
        nothing_of_the_administrator_is_left(at)


def import_solution(page: Page, client_id: str = ADMINISTRATOR, secret: str = CANARY) -> None:
    page.get_by_label("Client ID of the administrative account").fill(client_id)
    page.get_by_label("Client secret of the administrative account").fill(secret)
    page.get_by_role("button", name="Import Solution").click()


def wait_until_asked(sandbox: Sandbox, path: str) -> None:
    for _ in range(300):
        if any(fault["met"] for fault in sandbox.faults() if fault.get("path") == path):
            return
        time.sleep(0.1)
    raise AssertionError(f"nobody asked for {path}")


def test_by_hand_on_the_setup_page_it_comes_to_the_same(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with installed(tmp_path_factory.mktemp("hand"), "Suite") as at, window(browser, at) as page:
        page.goto(f"{at.company}crm/connection/")
        page.get_by_label("Dynamics CRM address").fill(at.sandbox.url)
        page.get_by_label("Tenant").fill(at.sandbox.tenant)
        page.get_by_label("Client ID").fill(at.sandbox.client_id)
        page.get_by_label("Client secret").fill(at.sandbox.client_secret)
        page.get_by_label("Authority").fill(at.sandbox.url)
        page.get_by_role("button", name="Save and test").click()
        expect(page.locator(".alert-danger")).to_contain_text("has no security role")
        page.get_by_role("link", name="Integration Solution").first.click()
        page.get_by_label("Client ID").fill(ADMINISTRATOR)
        page.get_by_label("Client secret").fill(CANARY)
        page.get_by_label("Give the connection's user its role").check()
        page.get_by_role("button", name="Import Solution").click()
        expect(page.locator("#solution-import")).to_contain_text("was given the role", timeout=LONG)
        page.goto(f"{at.company}crm/connection/")
        page.get_by_role("button", name="Enable").click()
        expect(page.locator(".toast")).to_contain_text("is switched on")
        with at.sandbox.client(ADMINISTRATOR, CANARY) as api:
            [row] = api.get("tstick_connections").json()["value"]
        assert row["tstick_webaddress"] == f"{at.address}/c/alder/"
        page.get_by_role("link", name="Run Full Synchronization").click()
        page.locator("#full-synch").get_by_role("button", name="Start").click()
        page.get_by_role("dialog").get_by_role("button", name="Start").click()
        expect(page.locator("#full-synch")).to_contain_text("Finished", timeout=LONG)
        page.goto(f"{at.company}crm/assisted-setup/")
        expect(page.get_by_text("Set up by hand in CRM Connection Setup.")).to_be_visible()
        nothing_of_the_administrator_is_left(at)
