"""What people do on the pages of trade: take opportunities on, adjust stock, write purchase orders."""

from decimal import Decimal

import pytest
from django.test import Client
from tests.web_trade.conftest import Trade

from tallystick.financials import queries
from tallystick.financials.models import EntryType, ItemLedgerEntry
from tallystick.financials.services import create
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
    assert (entry.quantity, entry.description, entry.transaction.posted_by) == (-3, "Counted", "clerk@example.com")


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
