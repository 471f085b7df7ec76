"""Goods that come in stand in stock and in the general ledger, whether received, adjusted or taken back.

To see these tests fail: leave `booked` out of `plan_journal`, or `take_back` out of a reversal."""

from datetime import date
from decimal import Decimal

import pytest
from tests.financials.ledger_shop import DAY, Line, Shop, open_shop

from tallystick.financials.models import (
    Company,
    Item,
    ItemJournalLine,
    ItemLedgerEntry,
    LedgerTransaction,
    ProductPostingGroup,
    PurchaseOrder,
    SalesSetup,
)
from tallystick.financials.posting.kinds import EntryType
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services import postings
from tallystick.financials.services.item_journal import JournalLine, post_item_journal, reverse_item_entry

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def shop(company: Company) -> Shop:
    return open_shop(company)


def receive(shop: Shop, order: PurchaseOrder) -> postings.Posted:
    posted = postings.receive_purchase_order(shop.company, order.pk, posting_date=DAY)
    order.refresh_from_db()
    return posted


def test_a_purchase_order_is_received_in_parts(shop: Shop) -> None:
    chair, table = shop.item(stock=0), shop.item("TABLE", stock=0)
    order = shop.purchase((chair, 3, "10.10"), (table, 2, 7), unit="BOX")
    order.lines.filter(item=chair).update(qty_to_receive=1)
    order.lines.filter(item=table).update(qty_to_receive=0)
    assert postings.preview_purchase_order(shop.company, order.pk, posting_date=DAY).ok
    receive(shop, order)
    entry = ItemLedgerEntry.objects.get()
    assert (entry.quantity, entry.unit_cost, entry.cost_amount) == (4, D("2.525"), D("10.10"))
    assert (entry.document_type, entry.document_no, entry.entry_type) == ("Receipt", order.no, "Purchase")
    line = order.lines.get(item=chair)
    assert (line.quantity_received, line.qty_to_receive, line.outstanding_qty_base) == (1, 2, 8)
    assert order.status == "Partially Received"
    receive(shop, order)
    assert (order.status, shop.balance("1200"), shop.balance("2400")) == ("Received", D("44.30"), D("-44.30"))
    with pytest.raises(InvalidRecord, match="nothing to receive of Purchase Order PO000001"):
        receive(shop, order)
    with pytest.raises(RecordMissing):
        postings.receive_purchase_order(shop.company, chair.pk, posting_date=DAY)
    shop.agrees()


def test_a_receipt_is_taken_back_and_can_be_received_again(shop: Shop) -> None:
    chair = shop.item(stock=0)
    order = shop.purchase((chair, 3, 10), (chair, 2, 11))
    posted = receive(shop, order)
    postings.reverse(shop.company, posted.transaction_no)
    order.refresh_from_db()
    assert order.status == "Open"
    assert [(row.quantity_received, row.outstanding_qty_base) for row in order.lines.order_by("line_no")] == [
        (0, 3),
        (0, 2),
    ]
    assert (shop.balance("1200"), Item.objects.get(pk=chair.pk).inventory) == (0, 0)
    receive(shop, order)
    shop.sell(shop.customer(), Line(chair, D(4)))
    with pytest.raises(InvalidRecord, match="has 1 in stock, not the 5"):
        postings.reverse(shop.company, 3)
    shop.agrees()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"qty_to_receive": 4}, "is to receive 4, but 3 is left"),
        ({"unit_of_measure": None}, "has no unit of measure"),
        ({"item": None}, "has no item"),
    ],
)
def test_what_cannot_be_received_is_told(shop: Shop, values: dict[str, object], message: str) -> None:
    order = shop.purchase((shop.item(stock=0), 3, 10))
    order.lines.update(**values)
    with pytest.raises(InvalidRecord, match=message):
        receive(shop, order)
    assert not postings.preview_purchase_order(shop.company, order.pk, posting_date=DAY).ok


def test_services_are_received_without_a_movement(shop: Shop) -> None:
    order = shop.purchase((shop.item("SUPPORT", type="Service", stock=0), 3, 10))
    receive(shop, order)
    assert order.status == "Received"
    assert not ItemLedgerEntry.objects.exists()


@pytest.mark.parametrize(
    ("kind", "account", "amount"),
    [
        (EntryType.POSITIVE_ADJUSTMENT, "5200", -30),
        (EntryType.NEGATIVE_ADJUSTMENT, "5200", 30),
        (EntryType.PURCHASE, "2400", -30),
        (EntryType.SALE, "5100", 30),
    ],
)
def test_what_a_journal_line_is_booked_against(shop: Shop, kind: EntryType, account: str, amount: int) -> None:
    chair = shop.item(cost=10, stock=5)
    before = shop.balance(account)
    post_item_journal(shop.company, [JournalLine(chair.pk, kind, D(3))], posting_date=DAY)
    assert shop.balance(account) - before == amount
    assert shop.balance("1200") == 50 - amount
    shop.agrees()


def test_the_item_journal_is_posted_and_emptied(shop: Shop) -> None:
    chair, table = shop.item(stock=0, cost=10), shop.item("TABLE", stock=0, cost=20)
    shop.journal_line(chair, 5, "Negative Adjmt.", posting_date=date(2025, 3, 9), document_no="COUNT")
    shop.journal_line(table, 2, unit_cost=D("19.50"), unit_of_measure=shop.units["BOX"], posting_date=DAY)
    shop.journal_line(chair, 6, posting_date=DAY)
    shop.journal_line(chair, 1, description="Found")
    preview = postings.preview_item_journal_lines(shop.company, today=DAY)
    assert (preview.ok, len(preview.entries)) == (True, 12)
    assert postings.post_item_journal_lines(shop.company, today=DAY) == [1, 2]
    assert not ItemJournalLine.objects.exists()
    assert {item.no: item.inventory for item in Item.objects.all()} == {"CHAIR": 2, "TABLE": 8}
    assert shop.balance("1200") == 20 + 156
    assert LedgerTransaction.objects.get(transaction_no=2).document_no == "COUNT"
    with pytest.raises(InvalidRecord, match="nothing to post in the item journal"):
        postings.post_item_journal_lines(shop.company)
    shop.agrees()


def test_a_journal_with_one_wrong_line_stays_as_it_is(shop: Shop) -> None:
    chair = shop.item(stock=0)
    shop.journal_line(chair, 5, posting_date=DAY)
    shop.journal_line(chair, 0, posting_date=date(2025, 3, 2))
    shop.journal_line(chair, 9, "Negative Adjmt.", posting_date=DAY)
    SalesSetup.objects.update(allow_posting_to=DAY)
    with pytest.raises(InvalidRecord, match=r"Line 20000: a quantity of 0\.00000 is not above zero") as refusal:
        postings.post_item_journal_lines(shop.company)
    assert "2025-03-02 is not a day" in str(refusal.value)
    assert "has 0 in stock, not the 4" in str(refusal.value)
    assert ItemJournalLine.objects.count() == 3
    assert not ItemLedgerEntry.objects.exists()


def test_a_line_of_a_journal_is_taken_back_by_itself(shop: Shop) -> None:
    chair = shop.item(stock=0, cost="1.005")
    moves = [JournalLine(chair.pk, EntryType.POSITIVE_ADJUSTMENT, D(quantity)) for quantity in (1, 1, 2)]
    entries = post_item_journal(shop.company, moves, posting_date=DAY)
    reverse_item_entry(shop.company, entries[1].entry_no, posting_date=DAY)
    assert (shop.balance("1200"), Item.objects.get(pk=chair.pk).inventory) == (D("3.02"), 3)
    with pytest.raises(InvalidRecord, match=r"are reversed already\. Reverse the others one by one"):
        postings.reverse(shop.company, 1)
    reverse_item_entry(shop.company, entries[0].entry_no, posting_date=DAY)
    reverse_item_entry(shop.company, entries[2].entry_no, posting_date=DAY)
    assert shop.balance("1200") == 0
    shop.agrees()


def test_a_whole_journal_is_taken_back(shop: Shop) -> None:
    chair = shop.item(stock=7)
    postings.reverse(shop.company, 1)
    assert (Item.objects.get(pk=chair.pk).inventory, shop.balance("1200"), shop.balance("5200")) == (0, 0, 0)
    with pytest.raises(InvalidRecord, match="is reversed already"):
        postings.reverse(shop.company, 1)
    with pytest.raises(InvalidRecord, match="is itself a reversal"):
        postings.reverse(shop.company, 2)
    shop.agrees()


def test_goods_of_a_sale_are_not_taken_back_by_their_entry(shop: Shop) -> None:
    shop.sell(shop.customer(), Line(shop.item(stock=5)))
    with pytest.raises(InvalidRecord, match="is not of the item journal"):
        reverse_item_entry(shop.company, 2, posting_date=DAY)


def test_a_group_without_an_account_is_told(shop: Shop) -> None:
    ProductPostingGroup.objects.update(purchase_accrual_account=None)
    with pytest.raises(InvalidRecord, match="GOODS has no purchase accrual account"):
        receive(shop, shop.purchase((shop.item(stock=0), 1, 1)))
