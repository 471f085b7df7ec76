"""Secrets go in through every door of the real product, and then everything that it wrote is searched for them.

The product runs as it is run: a server and a worker process, the command line, a sandbox, a directory. To see it fail: log
a form, store a secret unsealed, put one into a job's input, or echo one on a page."""

import base64
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pyotp
import pytest
from tests import oidc_provider
from tests.cli.command import Tally, new_home
from tests.oidc_provider import CLIENT_ID, TENANT
from tests.sandbox_process import Sandbox, running_sandbox
from tests.scenarios.company import connect, hire, until

from tallystick.cli.processes import free_port
from tallystick.financials.tables import TABLES

pytestmark = pytest.mark.slow
EMAIL = "ann@example.com"
GIVEN = {
    "client secret": "canary-client-secret-4711",
    "wrong client secret": "canary-wrong-client-secret-4712",
    "administrator's secret": "canary-administrator-secret-4713",
    "wrong administrator's secret": "canary-wrong-administrator-secret-4714",
    "directory's secret": oidc_provider.SECRET,
    "wrong directory's secret": "canary-wrong-directory-secret-4715",
    "password": "canary pass phrase 4716",
    "mistyped password": "canary pass phrase 4717",
}


@dataclass
class Browser:
    """Somebody at the pages; keeps what was answered, but what a page is there to show once."""

    http: httpx2.Client
    seen: list[tuple[str, bytes]] = field(default_factory=list)

    def get(self, path: str, *, once: bool = False) -> str:
        return self._kept(self.http.get(path), once)

    def post(self, page: str, path: str = "", *, once: bool = False, **form: str) -> str:
        """Send a form of that page, with the token it has."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.http.get(page).text)
        assert token, page
        body = {"csrfmiddlewaretoken": token[1], **form}
        return self._kept(self.http.post(path or page, data=body, headers={"Referer": str(self.http.base_url)}), once)

    def _kept(self, answer: httpx2.Response, once: bool) -> str:
        assert answer.status_code != 404, answer.request.url
        if not once:
            self.seen.append((str(answer.request.url.path), answer.content + str(answer.headers).encode()))
        return answer.text

    def crawl(self, start: str, limit: int = 120) -> None:
        """Look at every page that links lead to."""
        waiting, known = [start], {start}
        while waiting and limit:
            limit -= 1
            page = waiting.pop(0)
            for link in re.findall(r'href="(/[^"#]*)"', self.get(page)):
                path = unescape(link)
                if path not in known and not path.startswith(("/static/", "/sign-out")):
                    known.add(path)
                    waiting.append(path)


@dataclass
class Story:
    """The product at work: its home, its command line, somebody's browser, and what was printed."""

    tally: Tally
    sandbox: Sandbox
    directory: oidc_provider.Running
    browser: Browser
    said: list[tuple[str, str]] = field(default_factory=list)

    def run(self, *arguments: str, stdin: str = "", fails: bool = False, once: bool = False) -> str:
        answer = self.tally(*arguments, stdin=stdin)
        assert (answer.status != 0) is fails, f"{arguments}: {answer}"
        if not once:
            self.said.append((" ".join(arguments), answer.out + answer.err))
        return answer.out.strip()


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    tally = Tally(new_home(tmp_path / "home").home, {"TALLY_LOG_LEVEL": "DEBUG"})
    tally.done("company", "add", "Acme", "--experience", "Suite")
    tally.done("user", "add", EMAIL)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with (
        running_sandbox(tmp_path / "crm", client_secret=GIVEN["client secret"]) as sandbox,
        oidc_provider.running() as directory,
        tally.running("serve", "--port", str(port), log=tally.home / "serve.log"),
        httpx2.Client(base_url=base, timeout=30, follow_redirects=True) as http,
    ):
        until(lambda: _answers(http), "the server answers")
        yield Story(tally, sandbox, directory, Browser(http))


def _answers(http: httpx2.Client) -> bool:
    try:
        return http.get("/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def test_no_secret_is_in_anything_that_was_written(story: Story) -> None:
    shown = {
        **_sign_in(story),
        **_connect(story),
        **_read_with_a_key(story),
    }
    _sign_in_with_entra(story)
    _break_down(story)
    _look_at_everything(story)
    canaries = {**GIVEN, **shown}
    assert len(canaries) >= 13
    wrote = [*_files(story.tally.home), *story.browser.seen, *((what, text.encode()) for what, text in story.said)]
    assert len(wrote) > 150
    found = [(name, place) for place, data in wrote for name, secret in canaries.items() if _is_in(secret, data)]
    assert found == []


def _sign_in(story: Story) -> dict[str, str]:
    """By a link, then a password, then a second factor, with slips; returns what pages showed once."""
    browser = story.browser
    link = story.run("user", "sign-in-link", EMAIL, once=True)
    token = link.rpartition("/")[2]
    path = f"/sign-in/link/{token}"
    browser.http.post(path)  # without its form's token: refused, and logged with its path
    browser.post(path)
    assert "Your password is changed" in browser.post(
        "/password/", new_password1=GIVEN["password"], new_password2=GIVEN["password"]
    )
    page = browser.post("/your-sign-in/", "/your-sign-in/begin", once=True)
    key = re.search(r"<code class=\"link-once\">([A-Z2-7]+)</code>", page)
    assert key
    totp = pyotp.TOTP(key[1])
    page = browser.post("/your-sign-in/", "/your-sign-in/confirm", once=True, code=totp.now())
    codes = re.findall(r"<li><code>([a-z2-7-]+)</code></li>", page)
    assert len(codes) == 10
    browser.post("/your-sign-in/", "/sign-out/")
    browser.post("/sign-in/", username=EMAIL, password=GIVEN["mistyped password"])
    browser.post("/sign-in/", username=EMAIL, password=GIVEN["password"])
    assert "not right" in browser.post("/sign-in/code", code="123456")
    browser.post("/sign-in/code", code=codes[0])
    assert "Home" in browser.get("/c/acme/")
    return {"link": token, "second factor": key[1], "recovery code": codes[1], "used recovery code": codes[0]}


def _connect(story: Story) -> dict[str, str]:
    """Dynamics CRM: connected, with slips; the solution imported by an administrator; synchronised by the worker."""
    sandbox, browser = story.sandbox, story.browser
    address = (sandbox.url, "--authority", sandbox.url, "--tenant", sandbox.tenant, "--client-id", sandbox.client_id)
    story.run("connect", *address, stdin=GIVEN["wrong client secret"] + "\n", fails=True)
    hire(sandbox)
    connect(story.tally, sandbox, "--seconds", "1")
    page = "/c/acme/crm/connection/"
    form = {"authority": sandbox.url, "tenant": sandbox.tenant, "client_id": sandbox.client_id, "schedule_seconds": "1"}
    for wrong in ("not an address", sandbox.url):  # what cannot be, and what does not work
        browser.post(page, address=wrong, client_secret=GIVEN["wrong client secret"], **form)
    sandbox.register("77777777-6666-4555-8444-333333333333", GIVEN["administrator's secret"])
    account = ("--client-id", "77777777-6666-4555-8444-333333333333")
    story.run("solution", "import", *account, stdin=GIVEN["wrong administrator's secret"] + "\n", fails=True)
    story.run("solution", "import", *account, stdin=GIVEN["administrator's secret"] + "\n", fails=True)  # no user there
    for secret in (GIVEN["wrong administrator's secret"], GIVEN["administrator's secret"]):
        browser.post(page + "solution/", page + "solution/import", client_id=account[1], client_secret=secret)
        until(lambda: 'aria-label="Import"' not in browser.get(page + "solution/"), "the import has ended")
    story.run("full-sync", "--wait")
    return {}


def _read_with_a_key(story: Story) -> dict[str, str]:
    page = story.browser.post("/c/acme/web-services/key", once=True, days="30")
    key = re.search(r"tsk_[0-9a-f]{12}_([A-Za-z0-9_-]{43})", page)
    assert key
    story.run("web-service", "publish", "Customers")
    for secret, status in ((key[0], 200), (key[0][:-3] + "aaa", 401)):
        answer = story.browser.http.get("/odata/acme/Customers", auth=(EMAIL, secret))
        assert answer.status_code == status
        story.browser.seen.append(("odata", answer.content + str(answer.headers).encode()))
    return {"web service key": key[1]}  # what is before it finds the key and is no secret: pages show it


def _sign_in_with_entra(story: Story) -> None:
    """The directory, set up with a slip; a sign-in with it, and one with a secret that it does not take."""
    entra = ("sign-in", "entra", "--tenant", TENANT, "--client-id", CLIENT_ID, "--authority", story.directory.origin)
    story.run("user", "entra", "allow", EMAIL)
    story.directory.tell(person={"preferred_username": EMAIL})
    for secret, comes_in in ((GIVEN["wrong directory's secret"], False), (GIVEN["directory's secret"], True)):
        story.run(*entra, stdin=secret + "\n")
        if not comes_in:
            story.browser.post("/your-sign-in/", "/sign-out/")
        page = story.browser.get("/sign-in/entra")
        assert ("You are not signed in" in page) is not comes_in
    given = {"tenant": "common", "client_id": CLIENT_ID, "client_secret": GIVEN["wrong directory's secret"]}
    assert "is no tenant id" in story.browser.post("/c/acme/sign-in/", "/c/acme/sign-in/entra", **given)
    story.run("secrets", "rotate")
    story.browser.post("/your-sign-in/", "/sign-out/")
    page = story.browser.get("/sign-in/entra")
    assert "You are not signed in" not in page, "the server goes on with the new key"
    story.run("sign-in", "show")


def _break_down(story: Story) -> None:
    """An error of ours while a secret is on its way: a table is missing."""
    rename = "ALTER TABLE {0} RENAME TO {1}"
    names = ("financials_settingchange", "financials_settingchange_away")
    for before, after in (names, names[::-1]):
        with closing(sqlite3.connect(story.tally.home / "tally.sqlite3", timeout=30)) as database:
            database.execute(rename.format(before, after))
        if before == names[0]:
            form = {"tenant": TENANT, "client_id": CLIENT_ID, "client_secret": GIVEN["wrong directory's secret"]}
            page = story.browser.post("/c/acme/sign-in/", "/c/acme/sign-in/entra", **form)
            assert "was not saved" in page


def _look_at_everything(story: Story) -> None:
    browser = story.browser
    browser.crawl("/c/acme/")
    for table in TABLES:
        for kind in ("csv", "xlsx"):
            browser.get(f"/c/acme/records/{table}/export?format={kind}")
    for command in ("audit", "user list", "connection", "status", "secrets status", "issues", "runs list", "history"):
        answer = story.tally(*command.split(), "--json")
        story.said.append((command, answer.out + answer.err))


def _files(home: Path) -> Iterator[tuple[str, bytes]]:
    """Databases with their journals, the job store, logs, everything."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {"tally.sqlite3", "serve.log"} <= {path.name for path in files}
    assert any("dbos" in path.name or "jobs" in path.name for path in files), files
    return ((str(path.relative_to(home)), path.read_bytes()) for path in files)


def _is_in(secret: str, data: bytes) -> bool:
    """Whether it is there as it is, percent-encoded, or within something in base64, wherever it begins; zip files too."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data[: data.rindex(b"PK\x05\x06") + 22])) as packed:
            return any(_is_in(secret, packed.read(name)) for name in packed.namelist())
    return any(form in data for form in _forms(secret))


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield quote(secret).encode()
    yield secret.replace(" ", "+").encode()
    yield secret.replace("-", "").encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        yield encoded[(4 if before else 0) : -4]  # what is beside it decides over the first and last characters


def test_the_search_finds_what_it_is_to_find() -> None:
    secret: Any = "canary-of-the-search"
    for form in (secret, quote(secret), base64.b64encode(f"ab{secret}yz".encode()).decode(), secret.replace("-", "")):
        assert _is_in(secret, f"x {form} y".encode()), form
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("sheet.xml", f"<c>{secret}</c>")
    assert _is_in(secret, packed.getvalue() + b"headers")
    assert not _is_in(secret, b"canary of another")
