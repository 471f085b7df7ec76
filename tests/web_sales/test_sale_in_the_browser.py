"""A sale in a real Chromium, from the quote to the paid invoice, with nothing but keys; and every page on the way looked
at as a screen reader and a telephone would."""

import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from tests.browser import whats_wrong_with
from tests.web_sales.conftest import HOSTILE, Shop
from tests.web_sales.test_lines_in_the_browser import page, shop  # noqa: F401  # fixtures are found by their names
from tests.web_sales.test_posting_pages import DAY, stock

from tallystick.financials.models import CustomerLedgerEntry, SalesInvoice
from tallystick.financials.queries import codes_by_id
from tallystick.financials.services import create, postings, sales

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def press(page: Page, *keys: str) -> None:  # noqa: F811  # a parameter
    for key in keys:
        page.keyboard.press(key)


def go_to(page: Page, name: str) -> None:  # noqa: F811  # a parameter
    """Tab to the button or link of that name and press it."""
    content, words = page.locator("#content"), re.compile(f"^{name}$")
    target = content.get_by_role("button", name=words).or_(content.get_by_role("link", name=words))
    target.first.focus()
    page.keyboard.press("Enter")


def read_pdf(page: Page, invoice: SalesInvoice) -> None:  # noqa: F811  # a parameter
    """Open the PDF of the invoice with its button, as a file, and find the figures of the invoice in it."""
    button = page.locator("#content").get_by_role("link", name="PDF")
    button.evaluate("link => link.setAttribute('download', '')")  # a browser without a viewer of its own
    button.focus()
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename == f"{invoice.no}.pdf"
    with open(started.value.path(), "rb") as file:  # noqa: PTH123  # a path as text
        text = "\n".join(sheet.extract_text() for sheet in PdfReader(file).pages)
    vat = invoice.amount_including_vat - invoice.amount
    assert f"Invoice {invoice.no}" in text
    assert "Deliver in the morning" in text
    assert re.search(r"CHAIR 3 PCS 80\.00 0 240\.00", text), text
    assert f"VAT {vat:.2f}" in text
    assert f"Total EUR {invoice.amount_including_vat:.2f}" in text
    assert f"by {invoice.due_date}" in text if invoice.due_date else f"Payment reference: {invoice.no}" in text


def test_a_sale_from_quote_to_paid_invoice_with_the_keys_alone(page: Page, shop: Shop) -> None:  # noqa: F811
    stock(shop)
    page.goto("/c/alpha/records/sales-quote/")
    press(page, "n")
    expect(page.get_by_label("Customer No.")).to_be_focused()
    page.keyboard.type("alpha cust")
    expect(page.get_by_role("option").first).to_be_visible()
    press(page, "ArrowDown", "Enter", "Enter")
    expect(page).to_have_url(re.compile("/documents/sales-quote/.*#write"))

    # Two lines: what is left empty, the service completes as soon as the row is left.
    page.keyboard.type("CHAIR")
    press(page, "Enter", "Enter", "Enter")
    page.keyboard.type("3")
    press(page, "ArrowDown")
    first = page.locator("[data-line]").first
    expect(first.get_by_label(re.compile("^Unit Price"))).to_have_value("80.00")
    expect(first.get_by_label(re.compile("^Description"))).to_have_value("Chair")
    expect(page.locator("#document-totals")).to_contain_text("240.00")
    press(page, "Shift+Tab", "Shift+Tab")
    page.keyboard.type("Deliver in the morning")
    page.locator("[data-line]").nth(1).get_by_label(re.compile("^Type")).select_option("Comment")
    page.locator("[data-line]").nth(1).get_by_label(re.compile("^Description")).press("Control+s")
    expect(page.locator("[data-line-status]")).to_contain_text("Line 20000 is saved")

    go_to(page, "Make Order")
    expect(page).to_have_url(re.compile("/documents/sales-order/"))
    go_to(page, "Release")
    expect(page.locator("#document-badges")).to_contain_text("Released")
    go_to(page, "Post…")
    expect(page.locator("#preview")).to_contain_text("G/L Entries")
    expect(page.locator("#preview")).to_contain_text("Balance")
    go_to(page, "Post")
    expect(page).to_have_url(re.compile("/posted/sales-invoice/"))
    invoice = SalesInvoice.objects.get(company=shop.company)
    assert invoice.amount == 240
    read_pdf(page, invoice)

    page.goto(f"/c/alpha/records/customer/{shop.books.customer}/")
    go_to(page, "Register Payment")
    expect(page.get_by_label("Amount*")).to_be_focused()
    page.get_by_label(f"Apply to Invoice {invoice.no}").focus()
    press(page, "Space")
    expect(page.get_by_label("Amount*")).to_have_value(re.compile("^240"))
    press(page, "Control+s")
    expect(page).to_have_url(re.compile("/posted/customer-payment/"))
    assert not CustomerLedgerEntry.objects.get(document_no=invoice.no).open
    page.goto(f"/c/alpha/posted/sales-invoice/{invoice.pk}/")
    expect(page.locator(".badges")).to_contain_text("Closed")


def pages_of(shop: Shop) -> dict[str, str]:  # noqa: F811  # a parameter
    """The pages of a sale, with text in them that could break out of its place."""
    stock(shop)
    create(shop.company, "sales-order-line", {"order_no": shop.documents["sales-order"], "description": HOSTILE})
    posted = postings.post_order(shop.company, shop.documents["sales-order"], ship=True, invoice=True)
    invoice = SalesInvoice.objects.get(company=shop.company, no=posted.invoice_no)
    entry = CustomerLedgerEntry.objects.get(document_no=posted.invoice_no)
    postings.post_payment(
        shop.company,
        postings.PaymentEntry(shop.books.customer, entry.amount / 2, DAY, apply_to=[(entry.entry_no, None)]),
    )
    version = sales.archive(shop.company, "sales-quote", shop.documents["sales-quote"], reason=HOSTILE)
    number = codes_by_id(shop.company, "customer", [shop.books.customer])[shop.books.customer]
    base = shop.books.url
    return {
        "open": shop.url("sales-quote"),
        "released": shop.url("sales-order"),
        "new": f"{base}documents/sales-order/new",
        "post": shop.url("sales-credit-memo", "post"),
        "version": f"{base}documents/sales-quote/versions/{version}/",
        "invoice": f"{base}posted/sales-invoice/{invoice.pk}/",
        "entries": f"{base}posted/entries?no={invoice.no}",
        "transaction": f"{base}posted/ledger/ledger-transaction/{invoice.transaction_id}/",
        "payment": f"{base}receivables/payment?customer_no={number}",
        "apply": f"{base}receivables/entries/{entry.pk}/apply",
        "chart": f"{base}receivables/chart/",
        "home": base,
    }


def test_the_pages_of_a_sale_are_accessible_and_fit_a_telephone(page: Page, shop: Shop) -> None:  # noqa: F811
    assert whats_wrong_with(page, pages_of(shop)) == {}
