"""What people do on the pages of trade: take opportunities on, adjust stock, write purchase orders."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from tests.web_trade.conftest import Trade

from tallystick.financials import queries
from tallystick.financials.models import EntryType, ItemLedgerEntry
from tallystick.financials.services import create, update
from tallystick.financials.services.item_journal import JournalLine, post_item_journal

pytestmark = pytest.mark.django_db


def test_an_opportunity_is_taken_from_start_to_win_and_back(clerk: Client, trade: Trade) -> None:
    page = f"{trade.url}opportunities/{trade.opportunity}/"
    card = f"{trade.url}records/opportunity/{trade.opportunity}/"
    assert b"Start" in clerk.get(card).content
    said = clerk.post(page + "start", follow=True).content.decode()
    assert "is in progress, Qualification" in said
    assert "Next Stage" in said
    clerk.post(page + "next-stage")
    assert trade.values("opportunity", trade.opportunity)["sales_cycle_stage"] == "Presentation"
    answer = clerk.post(page + "win", {"close_reason": "Price", "date_closed": ""}, follow=True)
    assert "is won" in answer.content.decode()
    assert "Reopen" in answer.content.decode()
    assert trade.values("opportunity", trade.opportunity)["close_reason"] == "Price"
    clerk.post(page + "reopen")
    assert trade.values("opportunity", trade.opportunity)["status"] == "In Progress"


def test_what_is_refused_is_said_at_the_field_and_what_was_typed_stays(clerk: Client, trade: Trade) -> None:
    page = f"{trade.url}opportunities/{trade.opportunity}/"
    answer = clerk.post(page + "lose", {"close_reason": "", "date_closed": "1999-01-01"})
    assert answer.status_code == 422
    assert "is lost for no reason" in answer.content.decode()
    assert "1999-01-01" in answer.content.decode()
    assert "is in progress" in clerk.post(page + "start", follow=True).content.decode()
    assert "has been started already" in clerk.post(page + "start", follow=True).content.decode()


def test_chosen_opportunities_go_to_the_next_stage_and_the_others_say_why(clerk: Client, trade: Trade) -> None:
    won = create(trade.company, "opportunity", {"description": "Won", "contact_no": trade.person, "status": "Won"}).id
    answer = clerk.post(trade.url + "opportunities/next-stage", {"ids": [trade.opportunity, won]}, follow=True)
    assert "1 opportunity is at the next stage" in answer.content.decode()
    assert "Reopen it first" in answer.content.decode()


def test_a_quote_is_made_of_an_opportunity(clerk: Client, trade: Trade) -> None:
    clerk.post(f"{trade.url}opportunities/{trade.opportunity}/make-quote")
    quote = queries.list_records(trade.company, "sales-quote").records[0].values
    assert (quote["customer_no"], quote["opportunity_no"]) == (trade.customer, trade.opportunity)


def test_stock_is_adjusted_after_a_preview(clerk: Client, trade: Trade) -> None:
    page = f"{trade.url}item-journal/adjust/{trade.chair}/"
    unit = queries.ids_by_code(trade.company, "unit-of-measure", ["PCS"])["PCS"]
    given = {"new_quantity": "7", "unit": str(unit), "posting_date": "2025-03-12", "reason": "Counted"}
    before = ItemLedgerEntry.objects.count()
    said = clerk.post(page, given | {"act": "preview"}).content.decode()
    assert "Nothing is posted yet" in said
    assert "10 PCS on hand would become 7" in said
    assert ItemLedgerEntry.objects.count() == before
    answer = clerk.post(page, given | {"act": "post", "seen": "10.00000"}, follow=True)
    assert "-3 of CHAIR" in answer.content.decode()
    entry = ItemLedgerEntry.objects.latest("entry_no")
    assert (entry.quantity, entry.description, entry.transaction.posted_by) == (
        -3,
        "Counted",
        "finance-clerk@example.com",
    )


def test_an_adjustment_of_what_moved_meanwhile_is_shown_again(clerk: Client, trade: Trade) -> None:
    page = f"{trade.url}item-journal/adjust/{trade.chair}/"
    unit = queries.ids_by_code(trade.company, "unit-of-measure", ["PCS"])["PCS"]
    line = JournalLine(trade.chair, EntryType.NEGATIVE_ADJUSTMENT, Decimal(2))
    post_item_journal(trade.company, [line], posting_date=ItemLedgerEntry.objects.latest("entry_no").posting_date)
    given = {"new_quantity": "7", "unit": str(unit), "posting_date": "2025-03-12", "act": "post", "seen": "10"}
    answer = clerk.post(page, given)
    assert answer.status_code == 422
    assert "There are 8 on hand now, no longer 10" in answer.content.decode()
    assert queries.get_record(trade.company, "item", trade.chair).values["inventory"] == 8
    for wrong in ({"new_quantity": "many"}, {"new_quantity": ""}, {"unit": "x"}, {"posting_date": ""}):
        assert clerk.post(page, given | wrong).status_code == 422


def test_a_purchase_order_shows_its_lines_and_takes_new_ones(clerk: Client, trade: Trade) -> None:
    card = clerk.get(f"{trade.url}records/purchase-order/{trade.order}/").content.decode()
    assert f"records/purchase-order-line/{trade.line}/" in card
    new = clerk.get(f"{trade.url}records/purchase-order-line/new?purchase_order_no=X").content.decode()
    assert 'value="X"' in new
    no = trade.values("purchase-order", trade.order)["no"]
    clerk.post(
        f"{trade.url}records/purchase-order-line/new",
        {"purchase_order_no": no, "item_no": "CHAIR", "quantity": "2", "opened": "{}", "version": ""},
    )
    assert queries.count_records(trade.company, "purchase-order-line") == 2


def test_a_purchase_order_is_received_after_a_preview(clerk: Client, trade: Trade) -> None:
    page = f"{trade.url}purchasing/{trade.order}/receive"
    said = clerk.get(page).content.decode()
    assert "Item Ledger Entries" in said
    assert trade.values("item", trade.chair)["inventory"] == 10, "a preview posts nothing"
    said = clerk.post(page, {"posting_date": timezone.localdate().isoformat()}, follow=True).content.decode()
    assert "is received: transaction" in said
    assert trade.values("item", trade.chair)["inventory"] == 16
    assert trade.values("purchase-order", trade.order)["status"] == "Received"
    assert trade.values("purchase-order-line", trade.line)["outstanding_qty_base"] == 0
    assert clerk.post(page).status_code == 422, "there is nothing left to receive"
    assert clerk.post(page, {"posting_date": "soon"}).status_code == 422


def test_the_lines_of_the_journal_are_posted_together(clerk: Client, trade: Trade) -> None:
    page = trade.url + "item-journal/post"
    assert clerk.post(page).status_code == 422, "there is nothing to post"
    for kind, quantity in (("Positive Adjmt.", 5), ("Negative Adjmt.", 2)):
        create(trade.company, "item-journal-line", {"item_no": trade.chair, "entry_type": kind, "quantity": quantity})
    assert "Item Ledger Entries" in clerk.get(page).content.decode()
    assert "The item journal is posted" in clerk.post(page, follow=True).content.decode()
    assert trade.values("item", trade.chair)["inventory"] == 13
    assert queries.count_records(trade.company, "item-journal-line") == 0


def test_a_posted_invoice_opens_as_pdf_and_is_not_sent_twice(clerk: Client, trade: Trade) -> None:
    invoice = queries.list_records(trade.company, "sales-invoice").records[0]
    url = f"{trade.url}posted/sales-invoice/{invoice.id}/pdf"
    assert url in clerk.get(f"{trade.url}posted/sales-invoice/{invoice.id}/").content.decode()
    answer = clerk.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="{invoice.key}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert clerk.get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    update(trade.company, "customer", trade.customer, {"no": "RENAMED"})
    assert clerk.get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 200, "it says another number now"
    assert clerk.get(f"{trade.url}posted/sales-shipment/{invoice.id}/pdf").status_code == 404
    assert clerk.get(f"{trade.url}posted/posted-credit-memo/{invoice.id}/pdf").status_code == 404
