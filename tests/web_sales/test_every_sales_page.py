"""What holds for every page of documents, posted documents and ledgers: the strict policy, one heading, known icons."""

from django.test import Client
from django.urls import get_resolver
from tests.web.test_every_page import POLICY, Page, routes
from tests.web_sales.conftest import PARENT, Shop

PREFIXES = ("document", "posted-", "ledger-")
ONLY_POST = {"document-line", "document-line-delete", "document-line-restore"}


def addresses(shop: Shop) -> dict[str, list[str]]:
    """An address or more of every page, by route."""
    base = shop.books.url
    return {
        "document": [shop.url(table) for table in PARENT],
        "document-new": [f"{base}documents/{table}/new" for table in PARENT],
        "document-lookup": [f"{base}documents/sales-order/lookup?of=number&type=item_no&number=c&box=b"],
    }


def test_every_route_is_looked_at(shop: Shop) -> None:
    known = set(addresses(shop)) | ONLY_POST
    found = {name for name in routes(get_resolver().url_patterns) if name.startswith(PREFIXES)}
    assert found - known == set()


def test_pages_carry_the_policy_and_nothing_that_it_forbids(administrator: Client, shop: Shop) -> None:
    answer = administrator.get("/static/vendor/tabler-icons/sprite.svg")
    sprite = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    for address in (address for group in addresses(shop).values() for address in group):
        answer = administrator.get(address, follow=True)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        for directive in POLICY:
            assert directive in answer["Content-Security-Policy"], address
        page = Page(text)
        assert page.forbidden == [], address
        assert len(page.ids) == len(set(page.ids)), address
        if "<html" in text:
            assert page.headings == 1, address
        for name in {part.split('"')[0] for part in text.split("sprite.svg#")[1:]}:
            assert f'id="{name}"' in sprite, (address, name)
