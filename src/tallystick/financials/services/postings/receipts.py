"""Receives purchase orders, in full or in part."""

from datetime import date
from uuid import UUID

from tallystick.financials.models import Company, PurchaseOrder, PurchaseOrderLine
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.books import Books
from tallystick.financials.posting.entries import Document, Entries, Movement
from tallystick.financials.posting.goods import Thing
from tallystick.financials.posting.journal import plan_journal
from tallystick.financials.posting.kinds import DocumentType, EntryType, Source
from tallystick.financials.problems import RecordMissing
from tallystick.financials.rounding import rounded
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings import purchases
from tallystick.financials.services.postings.previews import PostingPreview, shown
from tallystick.financials.services.postings.reading import filled, read_chart, read_things
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.storing import refuse_problems, store_entries

UNIT_COST_PLACES = 5


def preview_purchase_order(company: Company, id: UUID, *, posting_date: date, by: Actor = OPERATOR) -> PostingPreview:
    """Return what `receive_purchase_order` would enter, or what stands in its way. Writes nothing."""
    by.require(Permission.POST)
    _, _, entries, books, names = _plan(company, id, posting_date, lock=False)
    return shown(books.problems, entries, books.chart, names)


def receive_purchase_order(company: Company, id: UUID, *, posting_date: date, by: Actor = OPERATOR) -> Posted:
    """Bring in what the lines of a purchase order offer (`qty_to_receive`), each at its direct unit cost.

    Raises `RecordMissing`, or `InvalidRecord` with every problem. A fixed number of queries, however many lines."""
    by.require(Permission.POST)
    return in_transaction(lambda: _receive(take_turn(company), id, posting_date, by))


def _receive(company: Company, id: UUID, posting_date: date, by: Actor) -> Posted:
    order, lines, entries, books, _ = _plan(company, id, posting_date, lock=True)
    refuse_problems(books)
    transaction = begin_transaction(
        company,
        source=Source.PURCHASE_RECEIPT,
        posting_date=posting_date,
        document_no=order.no,
        description=f"Purchase Order {order.no}",
        by=by,
    )
    store_entries(company, transaction, entries)
    for line in lines:
        line.quantity_received += line.qty_to_receive
    purchases.save_progress(order, lines)
    return Posted(transaction.transaction_no)


def _plan(
    company: Company, id: UUID, day: date, *, lock: bool
) -> tuple[PurchaseOrder, list[PurchaseOrderLine], Entries, Books, dict[UUID, str]]:
    orders = PurchaseOrder.objects.filter(company=company, pk=id)
    order = (orders.select_for_update(no_key=True) if lock else orders).first()
    if order is None:
        raise RecordMissing("Purchase Order", str(id))
    lines = list(PurchaseOrderLine.objects.filter(purchase_order=order).order_by("line_no"))
    chart = read_chart(company)
    things = read_things(company, chart, items={line.item_id for line in lines if line.item_id}, lock=lock)
    books = Books(chart, "purchase-order", order.no)
    books.check_date(day)
    coming = [line for line in lines if line.qty_to_receive]
    for line in coming:
        _check(line, things[line.item_id] if line.item_id else None, books)
    if not coming:
        books.refuse(f"There is nothing to receive of Purchase Order {order.no}.", "Enter Qty. to Receive.")
    if books.problems:
        return order, lines, Entries(), books, {}
    moved = [_movement(line, things[filled(line.item_id)], order.no, chart.local_places) for line in coming]
    stocked = [movement for movement in moved if things[movement.item].stocked]
    names = {thing.id: f"{thing.no} {thing.description}" for thing in things.values()}
    return order, lines, plan_journal(stocked, things, books), books, names


def _check(line: PurchaseOrderLine, thing: Thing | None, books: Books) -> None:
    name = f"Line {line.line_no} of Purchase Order {books.record}"
    left = line.quantity - line.quantity_received
    if line.qty_to_receive < 0 or line.qty_to_receive > left:
        what = f"{name} is to receive {line.qty_to_receive.normalize():f}, but {left.normalize():f} is left."
        books.refuse(what, "Correct Qty. to Receive.", field="qty_to_receive")
    if thing is None:
        books.refuse(f"{name} has no item.", "Enter one.", field="item_no")
    elif thing.blocked:
        books.refuse(f"{name}: {thing.called} is blocked.", "Unblock it first.", field="item_no")
    if line.unit_of_measure_id is None or line.qty_per_unit_of_measure <= 0:
        books.refuse(f"{name} has no unit of measure.", "Enter one.", field="unit_of_measure_code")


def _movement(line: PurchaseOrderLine, thing: Thing, no: str, local_places: int) -> Movement:
    factor = line.qty_per_unit_of_measure
    return Movement(
        EntryType.PURCHASE,
        Document(DocumentType.RECEIPT, no),
        thing.id,
        line.description or thing.description,
        line.qty_to_receive * factor,
        filled(line.unit_of_measure_id),
        factor,
        rounded(line.direct_unit_cost / factor, UNIT_COST_PLACES),
        rounded(line.qty_to_receive * line.direct_unit_cost, local_places),
    )
