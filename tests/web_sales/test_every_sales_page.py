"""What holds for every page of documents, posted documents and ledgers: the strict policy, one heading, known icons."""

from decimal import Decimal

from django.test import Client
from django.urls import get_resolver
from tests.web.test_every_page import POLICY, Page, routes
from tests.web_sales.conftest import HOSTILE, PARENT, Shop
from tests.web_sales.test_posting_pages import DAY, stock

from tallystick.financials import queries
from tallystick.financials.models import ArchivedDocument, CustomerLedgerEntry, CustomerPayment
from tallystick.financials.services import postings, sales

PREFIXES = ("document", "posted-", "ledger-")
ONLY_POST = {
    "document-line",
    "document-line-delete",
    "document-line-restore",
    "document-archive",
    "document-restore",
    "posted-correct",
    "ledger-unapply",
}


def customer_no(shop: Shop) -> str:
    return queries.codes_by_id(shop.company, "customer", [shop.books.customer])[shop.books.customer]


def addresses(shop: Shop) -> dict[str, list[str]]:
    """An address or more of every page, by route."""
    base = shop.books.url
    stock(shop)
    posted = postings.post_order(shop.company, shop.documents["sales-order"], ship=True, invoice=True)
    paid = postings.post_payment(shop.company, postings.PaymentEntry(shop.books.customer, Decimal(50), DAY))
    numbers = {
        "sales-shipment": posted.shipment_no,
        "sales-invoice": posted.invoice_no,
        "customer-payment": paid.payment_no,
    }
    records = {table: queries.find_record(shop.company, table, number) for table, number in numbers.items()}
    payment = CustomerPayment.objects.get(no=paid.payment_no)
    entry = CustomerLedgerEntry.objects.get(entry_no=paid.entry_no)
    version = sales.archive(shop.company, "sales-order", shop.documents["sales-order"], reason=HOSTILE)
    no = ArchivedDocument.objects.get(pk=version).no
    transaction = f"{base}posted/ledger/ledger-transaction/{payment.transaction_id}/"
    return {
        "posted-document": [f"{base}posted/{table}/{record.id}/" for table, record in records.items() if record],
        "posted-entries": [f"{base}posted/entries", f"{base}posted/entries?no={posted.invoice_no}"],
        "ledger-transaction": [transaction],
        "ledger-reverse": [transaction + "reverse"],
        "ledger-payment": [f"{base}receivables/payment", f"{base}receivables/payment?customer_no={customer_no(shop)}"],
        "ledger-apply": [f"{base}receivables/entries/{entry.pk}/apply"],
        "ledger-chart": [f"{base}receivables/chart/"],
        "ledger-balances": [f"{base}receivables/chart/balances"],
        "ledger-setup": [f"{base}receivables/setup/"],
        "document-post": [shop.url("sales-order", "post"), shop.url("sales-credit-memo", "post")],
        "document-versions": [f"{base}documents/sales-order/versions/?no={no}"],
        "document-version": [f"{base}documents/sales-order/versions/{version}/"],
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
