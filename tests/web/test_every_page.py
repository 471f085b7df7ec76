"""What holds for every page: the content security policy, and nothing in the page that it would have to allow."""

from collections.abc import Iterator
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.web.conftest import HOSTILE, Books

from tallystick.financials import queries
from tallystick.financials.models import Company, Membership, NumberSeries
from tallystick.financials.services import create

POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
GOODS = (
    "unit-of-measure",
    "item",
    "item-unit-of-measure",
    "resource",
    "resource-unit-of-measure",
    "customer-price-group",
    "price-list",
    "price-list-line",
)
# Whose own tests look at them: what they show depends on who is at the door.
AT_THE_DOOR = {"second-factor-code", "sign-in-entra", "sign-in-entra-back"}
FILES_AND_DATA = {"record-export", "import-template", "healthz", "readyz", "odata"}
ONLY_POST = {
    "sign-out",
    "sign-out-everywhere",
    "session-end",
    "user-session-end",
    "user-sessions-end",
    "second-factor-begin",
    "second-factor-confirm",
    "second-factor-renew",
    "second-factor-off",
    "user-second-factor",
    "user-second-factor-reset",
    "user-entra",
    "sign-in-rules",
    "sign-in-directory",
    "sign-in-directory-switch",
    "sign-in-directory-test",
    "company-experience",
    "user-link",
    "user-active",
    "user-remove",
    "user-key-revoke",
    "own-key-revoke",
    "web-service-publish",
    "web-service-unpublish",
    "import-run",
    "import-discard",
}


class Page(HTMLParser):
    """Collects what a strict policy forbids, ids that appear twice, and what has no name for a screen reader."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.ids: list[str] = []
        self.headings = 0
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self._in_script = tag in ("script", "style")
        self.headings += tag == "h1"
        self.ids += [str(value) for name, value in attrs if name == "id"]
        if tag == "style":
            self.forbidden.append("<style>")
        for name, value in attrs:
            if name == "style" or name.startswith("on") or str(value).lower().startswith("javascript:"):
                self.forbidden.append(f"<{tag} {name}={value}>")
            if name in ("src", "href", "action", "hx-get", "hx-post") and str(value).startswith(("http", "//")):
                self.forbidden.append(f"<{tag} {name}={value}>")
        if tag == "script" and not names.get("src"):
            self.forbidden.append("<script> without src")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.forbidden.append(data.strip()[:40])

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def goods(company: Company) -> dict[str, UUID]:
    """A record of every table of goods, by table; made once."""
    if not queries.find_record(company, "unit-of-measure", "PCS"):
        piece = create(company, "unit-of-measure", {"code": "PCS", "description": "Piece"}).id
        item = create(company, "item", {"no": "1000", "description": HOSTILE, "base_unit_of_measure": piece}).id
        create(company, "customer-price-group", {"code": "TRADE", "description": HOSTILE})
        price_list = create(company, "price-list", {"description": HOSTILE}).id
        create(company, "price-list-line", {"price_list_code": price_list, "item_no": item})
        create(company, "resource", {"no": "R1", "name": HOSTILE, "base_unit_of_measure": piece})
    return {table: queries.list_records(company, table).records[0].id for table in GOODS}


def addresses(books: Books) -> dict[str, list[str]]:
    """An address or two of every page, by route."""
    member = Membership.objects.filter(company=books.company).first()
    series = NumberSeries.objects.filter(company=books.company).first()
    assert member
    assert series
    records = {name: getattr(books, name) for name in ("customer", "contact", "salesperson", "currency", "country")}
    records |= goods(books.company)
    return {
        "home": ["/"],
        "sign-in": ["/sign-in/"],
        "sign-in-link": ["/sign-in/link/some-token"],
        "change-password": ["/password/"],
        "own-sign-in": ["/your-sign-in/"],
        "sign-in-settings": [books.url + "sign-in/"],
        "company-home": [books.url],
        "search": [books.url + "search/", books.url + "search/?q=alpha", books.url + "search/?q=zzz"],
        "search-suggestions": [books.url + "search/suggestions?q=alpha"],
        "company-settings": [books.url + "company/"],
        "companies": [books.url + "company/all"],
        "company-new": [books.url + "company/new"],
        "users": [books.url + "users/"],
        "user-new": [books.url + "users/new"],
        "user-edit": [f"{books.url}users/{member.user_id}/"],
        "user-key": [f"{books.url}users/{member.user_id}/key"],
        "web-services": [books.url + "web-services/"],
        "own-key": [books.url + "web-services/key"],
        "number-series": [books.url + "number-series/"],
        "number-series-edit": [f"{books.url}number-series/{series.pk}/"],
        "audit": [books.url + "audit/", books.url + "audit/?area=Company&page=2"],
        "import": [books.url + "import/"],
        "import-preview": [books.url + "import/" + "0" * 32 + "/"],
        "record-list": [f"{books.url}records/{name}/" for name in (*records, "shipping-agent")],
        "record-lookup": [
            f"{books.url}records/{name}/lookup?field=x&x=1&box=b" for name in ("country", "item-unit-of-measure")
        ],
        "record-new": [f"{books.url}records/{name}/new" for name in (*records, "exchange-rate")],
        "record-card": [f"{books.url}records/{name}/{record_id}/" for name, record_id in records.items()],
        "record-delete": [f"{books.url}records/{name}/{record_id}/delete" for name, record_id in records.items()],
    }


def test_every_route_of_financials_is_looked_at(administrator: Client, books: Books) -> None:
    known = set(addresses(books)) | FILES_AND_DATA | ONLY_POST | AT_THE_DOOR
    # Whose own tests look at them.
    trade = ("availability", "opportunit", "purchase-", "item-journal", "adjust-", "home-charts", "sales-statistics")
    others = ("crm-", "document", "posted-", "ledger-", *trade, "customer-statistics", "invoice-pdf")
    found = routes(get_resolver().url_patterns)
    missing = {name for name in found if name not in known and not name.startswith(others)}
    assert missing == set()


def test_pages_carry_a_strict_policy_and_nothing_that_it_forbids(administrator: Client, books: Books) -> None:
    for address in (address for group in addresses(books).values() for address in group):
        answer = administrator.get(address, follow=True)
        assert answer.status_code == 200, address
        for directive in POLICY:
            assert directive in answer["Content-Security-Policy"], address
        assert "unsafe" not in answer["Content-Security-Policy"]
        page = Page(answer.content.decode())
        assert page.forbidden == [], address
        assert len(page.ids) == len(set(page.ids)), address
        if "<html" in answer.content.decode():
            assert page.headings == 1, address


@pytest.mark.parametrize("path", ["/nope", "/c/nope/", "users/", "sign-in/link/x"])
def test_pages_that_refuse_keep_the_same_frame(viewer: Client, books: Books, path: str) -> None:
    answer = viewer.get(path if path.startswith("/") else books.url + path)
    assert answer.status_code in (403, 404)
    page = Page(answer.content.decode())
    assert page.forbidden == []
    assert page.headings == 1


def test_a_page_that_breaks_says_what_to_do(
    administrator: Client, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tallystick.web.home.views.cues", break_down)
    administrator.raise_request_exception = False
    answer = administrator.get(books.url)
    assert answer.status_code == 500
    assert "was not saved" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()
    assert Page(answer.content.decode()).forbidden == []


def test_what_the_pages_load_is_in_the_package(client: Client) -> None:
    for path in ("web/app.css", "web/app.js", "web/theme.js", "web/icon.svg", "vendor/tabler/tabler.min.css"):
        answer = client.get(f"/static/{path}")
        assert answer.status_code == 200, path
        assert b"sourceMappingURL" not in b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a file


def test_every_icon_that_is_asked_for_is_in_the_sprite(administrator: Client, books: Books) -> None:
    answer = administrator.get("/static/vendor/tabler-icons/sprite.svg")
    sprite = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    for address in (address for group in addresses(books).values() for address in group):
        text = administrator.get(address, follow=True).content.decode()
        for name in {part.split('"')[0] for part in text.split("sprite.svg#")[1:]}:
            assert f'id="{name}"' in sprite, (address, name)
