"""From quote to paid invoice through the pages: release, order, preview, posting, payment, correction, versions."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.web_sales.conftest import HOSTILE, Books, Shop

from tallystick.financials import queries
from tallystick.financials.models import (
    ArchivedDocument,
    CustomerLedgerEntry,
    CustomerPayment,
    EntryType,
    GLEntry,
    SalesCreditMemo,
    SalesInvoice,
    SalesOrder,
    SalesShipment,
)
from tallystick.financials.services import create, item_journal, postings, update
from tallystick.financials.services.item_journal import JournalLine

DAY = date(2026, 1, 15)


def stock(shop: Shop, quantity: str = "50") -> None:
    """Bring chairs in, so that they can be shipped."""
    line = JournalLine(shop.chair, EntryType.POSITIVE_ADJUSTMENT, Decimal(quantity))
    item_journal.post_item_journal(shop.company, [line], posting_date=date(2025, 1, 1))


def then(client: Client, shop: Shop, table: str, action: str) -> Any:
    """Press a button of the document's page: it saves the header first."""
    form = client.get(shop.url(table)).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", False)}
    sent = {name: "on" if value is True else value for name, value in sent.items()}
    return client.post(shop.url(table), sent | {"then": action}, follow=True)


@pytest.fixture
def invoice(shop: Shop) -> SalesInvoice:
    """The order's two chairs, shipped and invoiced."""
    stock(shop)
    posted = postings.post_order(shop.company, shop.documents["sales-order"], ship=True, invoice=True)
    return SalesInvoice.objects.get(company=shop.company, no=posted.invoice_no)


def posted_url(shop: Shop, table: str, id: object) -> str:
    return f"{shop.books.url}posted/{table}/{id}/"


def test_a_quote_becomes_an_order_and_stays_in_the_archive(clerk: Client, shop: Shop) -> None:
    quote = queries.get_record(shop.company, "sales-quote", shop.documents["sales-quote"])
    answer = then(clerk, shop, "sales-quote", "make-order")
    assert "is an order now" in answer.content.decode()
    assert SalesOrder.objects.get(quote_no=quote.key).lines.count() == 1
    versions = f"{shop.books.url}documents/sales-quote/versions/?no={quote.key}"
    assert versions in answer.content.decode()
    assert "Version 1" in clerk.get(versions).content.decode()


def test_a_released_order_is_closed_until_it_is_reopened(clerk: Client, shop: Shop) -> None:
    released = then(clerk, shop, "sales-order", "release")
    text = released.content.decode()
    assert "is released" in text
    assert "Reopen the order to change what is sold" in text
    form = released.context["form"]
    closed = {name for name in form.fields if form.fields[name].disabled}
    assert "customer_no" in closed
    assert "posting_date" not in closed
    grid = released.context["page"].grid
    assert grid.template is None
    assert {cell.column.name for cell in grid.lines[0].cells if cell.enterable} == {"qty_to_ship", "qty_to_invoice"}
    assert "is open again" in then(clerk, shop, "sales-order", "reopen").content.decode()


def test_an_order_that_cannot_be_released_says_why(clerk: Client, shop: Shop) -> None:
    line = shop.lines("sales-order")[0]
    update(shop.company, "sales-order-line", line.id, {"quantity": "0"})
    assert "Enter a quantity" in then(clerk, shop, "sales-order", "release").content.decode()


def test_what_is_entered_in_the_header_is_saved_by_the_action(clerk: Client, shop: Shop) -> None:
    form = clerk.get(shop.url("sales-order")).context["form"]
    sent = {"version": form["version"].value(), "opened": form["opened"].value(), "your_reference": "With it"}
    sent |= {"customer_no": form["customer_no"].value(), "no": form["no"].value(), "then": "copy"}
    clerk.post(shop.url("sales-order"), sent)
    assert (
        queries.get_record(shop.company, "sales-order", shop.documents["sales-order"]).values["your_reference"]
        == "With it"
    )
    assert SalesOrder.objects.count() == 2


def test_the_preview_shows_every_entry_and_writes_none(clerk: Client, shop: Shop) -> None:
    stock(shop)
    before = GLEntry.objects.count()
    page = clerk.get(shop.url("sales-order", "post"))
    ledgers = {ledger.label: ledger for ledger in page.context["ledgers"]}
    assert {"G/L Entries", "Customer Ledger Entries", "Item Ledger Entries"} <= set(ledgers)
    assert ledgers["G/L Entries"].total == "0.00"
    assert GLEntry.objects.count() == before
    shipping = clerk.get(shop.url("sales-order", "post"), {"what": "ship"}, headers={"HX-Request": "true"})
    assert "Customer Ledger Entries" not in shipping.content.decode()
    assert "<html" not in shipping.content.decode()


def test_posting_leads_to_the_invoice(clerk: Client, shop: Shop) -> None:
    stock(shop)
    answer = clerk.post(shop.url("sales-order", "post"), {"what": "both", "posting_date": "2025-03-01"}, follow=True)
    invoice = SalesInvoice.objects.get()
    text = answer.content.decode()
    assert answer.request["PATH_INFO"] == posted_url(shop, "sales-invoice", invoice.pk)
    assert f"invoice {invoice.no}" in text
    assert "160.00" in text
    assert str(invoice.posting_date) == "2025-03-01"
    shipment = SalesShipment.objects.get()
    page = clerk.get(posted_url(shop, "sales-shipment", shipment.pk)).content.decode()
    assert "CHAIR" in page


def test_what_stands_in_the_way_is_said_and_nothing_is_posted(clerk: Client, shop: Shop) -> None:
    """There are no chairs in stock."""
    page = clerk.get(shop.url("sales-order", "post"))
    assert "This cannot be posted yet" in page.content.decode()
    answer = clerk.post(shop.url("sales-order", "post"), {"what": "both", "posting_date": "2025-03-01"})
    assert answer.status_code == 422
    assert "CHAIR" in answer.content.decode()
    assert SalesInvoice.objects.count() == 0
    wrong = clerk.post(shop.url("sales-order", "post"), {"what": "everything", "posting_date": "soon"})
    assert wrong.status_code == 422
    assert clerk.get(shop.url("sales-quote", "post")).status_code == 404


def test_a_payment_settles_what_is_ticked(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    entry = CustomerLedgerEntry.objects.get(document_no=invoice.no)
    url = f"{shop.books.url}receivables/payment"
    number = queries.codes_by_id(shop.company, "customer", [shop.books.customer])[shop.books.customer]
    assert f"Invoice {invoice.no}" in clerk.get(url, {"customer_no": number}).content.decode()
    sent = {"amount": str(entry.amount), "posting_date": "2026-01-15", "apply": str(entry.entry_no)}
    answer = clerk.post(f"{url}?customer_no={number}", sent, follow=True)
    assert "is posted" in answer.content.decode()
    entry.refresh_from_db()
    assert not entry.open
    page = clerk.get(posted_url(shop, "sales-invoice", invoice.pk)).content.decode()
    assert "Closed" in page
    assert CustomerPayment.objects.get().no in page


def test_a_payment_that_is_refused_keeps_its_entries(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    entry = CustomerLedgerEntry.objects.get(document_no=invoice.no)
    number = queries.codes_by_id(shop.company, "customer", [shop.books.customer])[shop.books.customer]
    url = f"{shop.books.url}receivables/payment?customer_no={number}"
    sent = {
        "amount": "10",
        "posting_date": "2026-01-15",
        "bank_account_no": "NOWHERE",
        "apply": str(entry.entry_no),
        f"amount_{entry.entry_no}": "7.5",
    }
    answer = clerk.post(url, sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no G/L Account NOWHERE" in text
    assert 'value="7.5"' in text
    assert re.search(rf'value="{entry.entry_no}"[^>]*checked', text)
    many = clerk.post(url, sent | {"bank_account_no": "", f"amount_{entry.entry_no}": "lots"})
    assert "is no number" in many.content.decode()
    assert CustomerPayment.objects.count() == 0
    assert clerk.get(f"{shop.books.url}receivables/payment", {"customer_no": "NOBODY"}).status_code == 422


def test_an_application_is_undone_and_made_again(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    entry = CustomerLedgerEntry.objects.get(document_no=invoice.no)
    payment = postings.PaymentEntry(
        shop.books.customer, Decimal(50), invoice.posting_date, apply_to=[(entry.entry_no, None)]
    )
    posted = postings.post_payment(shop.company, payment)
    base = f"{shop.books.url}receivables/entries/{entry.pk}/"
    undone = clerk.post(base + "unapply", {"application_no": str(posted.application_no)}, follow=True)
    assert "is open again" in undone.content.decode()
    entry.refresh_from_db()
    assert entry.remaining_amount == entry.amount
    assert f"Payment {posted.payment_no}" in clerk.get(base + "apply").content.decode()
    assert "Nothing is ticked" in clerk.post(base + "apply", {}).content.decode()
    clerk.post(base + "apply", {"apply": str(posted.entry_no)})
    entry.refresh_from_db()
    assert entry.remaining_amount == entry.amount - 50


def test_an_invoice_is_corrected_by_a_credit_memo(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    SalesCreditMemo.objects.exclude(pk=shop.documents["sales-credit-memo"]).delete()
    answer = clerk.post(posted_url(shop, "sales-invoice", invoice.pk) + "correct", follow=True)
    assert "takes back the whole invoice" in answer.content.decode()
    memo = SalesCreditMemo.objects.get(applies_to_invoice=invoice)
    url = f"{shop.books.url}documents/sales-credit-memo/{memo.pk}/post"
    posted = clerk.post(url, {"posting_date": str(invoice.posting_date)}, follow=True)
    assert "is posted: credit memo" in posted.content.decode()
    assert not CustomerLedgerEntry.objects.get(document_no=invoice.no).open


def test_all_entries_of_a_document_are_found_by_its_number(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    page = clerk.get(f"{shop.books.url}posted/entries", {"no": invoice.no.lower()})
    found = {table.table.name: table for table in page.context["tables"]}
    assert {"sales-invoice", "sales-shipment", "g-l-entry", "customer-ledger-entry", "item-ledger-entry"} <= set(found)
    assert found["g-l-entry"].total == "0.00"
    nothing = clerk.get(f"{shop.books.url}posted/entries", {"no": "NOTHING"}).content.decode()
    assert "Nothing was posted with this number" in nothing


def test_a_payment_is_taken_back_from_its_transaction(clerk: Client, shop: Shop) -> None:
    posted = postings.post_payment(shop.company, postings.PaymentEntry(shop.books.customer, Decimal(50), DAY))
    payment = CustomerPayment.objects.get(no=posted.payment_no)
    url = f"{shop.books.url}posted/ledger/ledger-transaction/{payment.transaction_id}/"
    page = clerk.get(url).content.decode()
    assert "Reverse…" in page
    answer = clerk.post(url + "reverse", {"posting_date": str(payment.posting_date)}, follow=True)
    assert "Takes back" in answer.content.decode()
    assert "Reverse…" not in clerk.get(url).content.decode()
    assert sum(GLEntry.objects.filter(customer=shop.books.customer).values_list("amount", flat=True)) == 0


def test_a_version_is_compared_and_brought_back(clerk: Client, shop: Shop) -> None:
    url = shop.url("sales-order", "archive")
    order = queries.get_record(shop.company, "sales-order", shop.documents["sales-order"])
    assert "is archived" in clerk.post(url, {"reason": HOSTILE[:100]}, follow=True).content.decode()
    line = shop.lines("sales-order")[0]
    update(shop.company, "sales-order-line", line.id, {"quantity": "9"})
    kept = ArchivedDocument.objects.get(no=order.key)
    version = f"{shop.books.url}documents/sales-order/versions/{kept.pk}/"
    text = clerk.get(version).content.decode()
    assert HOSTILE not in text
    assert "9 PCS" in text
    assert "2 PCS" in text
    clerk.post(version + "restore")
    assert shop.lines("sales-order")[0].values["quantity"] == 2


def test_the_chart_gives_its_balances_after_the_page(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    page = clerk.get(f"{shop.books.url}receivables/chart/").content.decode()
    assert "Receivables" in page
    assert "160.00" not in page
    balances = clerk.get(f"{shop.books.url}receivables/chart/balances", {"on": "2999-01-01"})
    rows = {row.no: row.balance for row in balances.context["rows"]}
    assert rows["1300"] == "160.00"
    assert balances.context["total"] == "0.00"
    assert clerk.get(f"{shop.books.url}receivables/chart/balances", {"on": "2025-02-30"}).status_code == 200


def test_the_sales_setup_is_changed_by_an_administrator(administrator: Client, shop: Shop) -> None:
    url = f"{shop.books.url}receivables/setup/"
    form = administrator.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if form[name].value() is not False}
    refused = administrator.post(url, sent | {"bank_account_no": "NOPE"})
    assert refused.status_code == 422
    assert "there is no G/L Account NOPE" in refused.content.decode()
    assert administrator.post(url, sent | {"bank_account_no": "1810", "credit_warning": "Refuse"}).status_code == 302
    assert administrator.get(url).context["form"]["bank_account_no"].value() == "1810"


def test_home_counts_what_is_to_do_and_leads_there(clerk: Client, shop: Shop, invoice: SalesInvoice) -> None:
    create(shop.company, "sales-order", {"customer_no": shop.books.customer})
    cues = {cue.label: cue for cue in clerk.get(shop.books.url).context["cues"]}
    assert cues["Orders not released"].figure == 1
    for label in ("Orders not released", "Orders to ship", "Orders to invoice"):
        listed = clerk.get(cues[label].url).context["listing"]
        assert len(listed.rows) == cues[label].figure, label


def test_who_only_looks_posts_nothing(viewer: Client, shop: Shop, invoice: SalesInvoice, other_books: Books) -> None:
    entry = CustomerLedgerEntry.objects.get(document_no=invoice.no)
    base = shop.books.url
    page = viewer.get(posted_url(shop, "sales-invoice", invoice.pk))
    assert page.status_code == 200
    assert "Corrective" not in page.content.decode()
    assert viewer.get(f"{base}receivables/chart/").status_code == 403, "the general ledger is not for salespeople"
    for path in (
        f"documents/sales-order/{shop.documents['sales-order']}/post",
        f"documents/sales-order/{shop.documents['sales-order']}/archive",
        f"posted/sales-invoice/{invoice.pk}/correct",
        f"posted/ledger/ledger-transaction/{invoice.transaction_id}/reverse",
        "receivables/payment?customer_no=10000",
        f"receivables/entries/{entry.pk}/apply",
        f"receivables/entries/{entry.pk}/unapply",
        "receivables/setup/",
    ):
        assert viewer.post(base + path, {}).status_code == 403, path
    elsewhere = posted_url(shop, "sales-invoice", invoice.pk).replace("/alpha/", "/beta/")
    assert viewer.get(elsewhere).status_code == 404


def test_the_queries_of_a_posted_document_do_not_grow_with_its_lines(
    clerk: Client, shop: Shop, django_assert_max_num_queries: Any
) -> None:
    stock(shop, "500")
    for _ in range(30):
        line = {"order_no": shop.documents["sales-order"], "item_no": shop.chair, "quantity": "1", "unit_price": "1"}
        create(shop.company, "sales-order-line", line)
    posted = postings.post_order(shop.company, shop.documents["sales-order"], ship=True, invoice=True)
    invoice = SalesInvoice.objects.get(no=posted.invoice_no)
    with django_assert_max_num_queries(25):
        clerk.get(posted_url(shop, "sales-invoice", invoice.pk))
    with django_assert_max_num_queries(70):
        clerk.get(f"{shop.books.url}posted/entries", {"no": invoice.no})
