"""Ships and invoices sales orders."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tallystick.financials import database
from tallystick.financials.documents.kinds import ORDERS
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import (
    Company,
    LedgerTransaction,
    SalesInvoice,
    SalesInvoiceLine,
    SalesOrder,
    SalesOrderLine,
    SalesShipment,
    SalesShipmentLine,
)
from tallystick.financials.paper.printed import printed_names
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.books import Books
from tallystick.financials.posting.entries import Receivable, numbered
from tallystick.financials.posting.kinds import DocumentType, Source
from tallystick.financials.posting.sales import SalePlan, Taken, plan_sale
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.documents.totals import recompute
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings.documents import Read, read_order
from tallystick.financials.services.postings.previews import PostingPreview, shown
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.storing import copied, fields_of, new_number, store_entries
from tallystick.financials.services.sales.archiving import archive_locked
from tallystick.financials.services.sales.status import archives_orders, release_locked

TABLE = "sales-order"
QUANTITIES = fields_of(
    SalesOrderLine, "quantity_shipped", "quantity_invoiced", "qty_to_ship", "qty_to_invoice", "modified_at"
)


def preview_order(
    company: Company,
    order_id: UUID,
    *,
    ship: bool,
    invoice: bool,
    posting_date: date | None = None,
    by: Actor = OPERATOR,
) -> PostingPreview:
    """Return what `post_order` would enter, or what stands in its way. Writes nothing, waits for nobody."""
    by.require(Permission.POST)
    read = read_order(company, order_id, posting_date, lock=False)
    plan = _plan(read, ship=ship, invoice=invoice)
    return shown(plan.problems, plan.entries, read.chart, read.names)


def post_order(
    company: Company,
    order_id: UUID,
    *,
    ship: bool,
    invoice: bool,
    posting_date: date | None = None,
    by: Actor = OPERATOR,
) -> Posted:
    """Ship and/or invoice what the lines of an order offer; on its own posting date unless another is given.

    An open order is released by it, and an order is archived as it was, unless the sales setup says otherwise. Raises
    `InvalidRecord` with every problem, or `RecordMissing`; then nothing is posted.
    A fixed number of queries, however many lines."""
    by.require(Permission.POST)
    return in_transaction(lambda: _post(company, order_id, posting_date, by, ship=ship, invoice=invoice))


def _plan(read: Read, *, ship: bool, invoice: bool) -> SalePlan:
    books = Books(read.chart, TABLE, read.sale.no)
    return plan_sale(read.sale, new_id(), books, ship=ship, invoice=invoice)


def _post(
    company: Company, order_id: UUID, posting_date: date | None, by: Actor, *, ship: bool, invoice: bool
) -> Posted:
    company = take_turn(company)
    released = release_locked(company, ORDERS, order_id)
    read = read_order(company, order_id, posting_date, lock=True)
    plan = _plan(read, ship=ship, invoice=invoice)
    if plan.problems:
        raise InvalidRecord(plan.problems)
    if archives_orders(company):
        archive_locked(company, ORDERS, order_id, reason="Posted", by=by)
    numbers = _numbers(company, plan)
    transaction = begin_transaction(
        company,
        source=Source.SALES,
        posting_date=_day(read),
        document_no=numbers.get(DocumentType.INVOICE) or numbers[DocumentType.SHIPMENT],
        description=f"Order {read.sale.no}",
        by=by,
    )
    _store_documents(transaction, read, plan, numbers)
    store_entries(company, transaction, numbered(plan.entries, numbers))
    _store_progress(company, read, plan, timezone.now())
    return Posted(
        transaction.transaction_no,
        numbers.get(DocumentType.SHIPMENT, ""),
        numbers.get(DocumentType.INVOICE, ""),
        warning=released.warning,
    )


def _day(read: Read) -> date:
    if read.sale.posting_date is None:
        raise AssertionError("checked before")
    return read.sale.posting_date


def _numbers(company: Company, plan: SalePlan) -> dict[DocumentType, str]:
    numbers = {}
    if plan.shipped:
        numbers[DocumentType.SHIPMENT] = new_number(company, "sales-shipment")
    if plan.invoiced:
        numbers[DocumentType.INVOICE] = new_number(company, "sales-invoice")
    return numbers


def _store_documents(
    transaction: LedgerTransaction, read: Read, plan: SalePlan, numbers: dict[DocumentType, str]
) -> None:
    shared: dict[str, Any] = {
        "company_id": transaction.company_id,
        "transaction": transaction,
        "posting_date": transaction.posting_date,
        "document_date": read.sale.document_date,
        "order_no": read.sale.no,
    }
    if plan.shipped:
        shipment = SalesShipment(**copied(read.header, SalesShipment) | shared, no=numbers[DocumentType.SHIPMENT])
        shipment.save(force_insert=True)
        SalesShipmentLine.objects.bulk_create(
            SalesShipmentLine(**_line(read, taken, SalesShipmentLine), shipment=shipment) for taken in plan.shipped
        )
    if plan.invoiced:
        shared |= invoice_values(read, plan.entries.receivables[0], plan.invoiced)
        shared["shipment_date"] = transaction.posting_date if plan.shipped else read.header.last_shipment_date
        invoice = SalesInvoice(**copied(read.header, SalesInvoice) | shared, no=numbers[DocumentType.INVOICE])
        invoice.printed = printed_names(transaction.company, invoice)
        invoice.save(force_insert=True)
        SalesInvoiceLine.objects.bulk_create(
            SalesInvoiceLine(**_line(read, taken, SalesInvoiceLine), invoice=invoice) for taken in plan.invoiced
        )


def invoice_values(read: Read, owed: Receivable, lines: Sequence[Taken]) -> dict[str, Any]:
    """Return what a posted invoice or credit memo holds besides what it takes over from its document."""
    amounts = [taken.amounts for taken in lines if taken.amounts]
    money = read.sale.money
    return {
        "due_date": owed.due_date,
        "customer_posting_group_id": owed.group,
        "vat_business_posting_group_id": read.sale.vat_business_group or read.chart.vat_business_group,
        "currency_id": owed.currency,
        "currency_factor": money.factor if money else 1,
        "invoice_discount_amount": sum(one.invoice_discount_amount for one in amounts),
        "amount": sum(one.amount for one in amounts),
        "amount_including_vat": sum(one.amount_including_vat for one in amounts),
    }


def posted_line(read: Read, taken: Taken, model: type[Any]) -> dict[str, Any]:
    """Return the columns of a posted line: those of the document's line, and what was posted of it."""
    values = copied(read.rows[taken.line.line_no], model)
    values |= {
        "company_id": read.header.company_id,
        "line_no": taken.line.line_no,
        "quantity": taken.quantity,
    }
    if taken.amounts:
        values |= {
            "vat_product_posting_group_id": taken.line.vat_group,
            "line_discount_amount": taken.amounts.line_discount_amount,
            "invoice_discount_amount": taken.amounts.invoice_discount_amount,
            "amount": taken.amounts.amount,
            "amount_including_vat": taken.amounts.amount_including_vat,
            "printed_no": taken.line.thing.no if taken.line.thing else "",
            "printed_unit": read.units.get(taken.line.unit, "") if taken.line.unit else "",
        }
    return values


def _line(read: Read, taken: Taken, model: type[Any]) -> dict[str, Any]:
    return posted_line(read, taken, model) | {"order_line_no": taken.line.line_no}


def _store_progress(company: Company, read: Read, plan: SalePlan, now: datetime) -> None:
    order: SalesOrder = read.header
    for taken in plan.shipped:
        read.rows[taken.line.line_no].quantity_shipped += taken.quantity
    for taken in plan.invoiced:
        read.rows[taken.line.line_no].quantity_invoiced += taken.quantity
    lines = list(read.rows.values())
    for line in lines:
        line.qty_to_ship = line.quantity - line.quantity_shipped
        line.qty_to_invoice = line.quantity - line.quantity_invoiced
    rows = [[*(getattr(line, field.attname) for field in QUANTITIES[:-1]), now, line.pk] for line in lines]
    with connection.cursor() as cursor:
        database.update_rows(cursor, SalesOrderLine._meta.db_table, QUANTITIES, rows)
    if plan.shipped:
        SalesOrder.objects.filter(pk=order.pk).update(last_shipment_date=read.sale.posting_date, modified_at=now)
    recompute(company, TABLE, [order.pk], now)
