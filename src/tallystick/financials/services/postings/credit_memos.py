"""Posts sales credit memos, applied to the invoice they take back."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum

from tallystick.financials.documents.amounts import LineAmounts
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import (
    Company,
    CustomerLedgerEntry,
    ItemLedgerEntry,
    LedgerTransaction,
    PostedCreditMemo,
    PostedCreditMemoLine,
    SalesInvoice,
    SalesInvoiceLine,
    SalesShipment,
)
from tallystick.financials.paper.printed import printed_names
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.applying import Target
from tallystick.financials.posting.books import Books
from tallystick.financials.posting.credits import CreditPlan, Invoiced, PostedPart, plan_credit
from tallystick.financials.posting.entries import numbered
from tallystick.financials.posting.kinds import DocumentType, Source
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import begin_transaction, take_turn
from tallystick.financials.services.postings.applications import apply_entries, open_entries
from tallystick.financials.services.postings.documents import Read, read_credit_memo
from tallystick.financials.services.postings.orders import invoice_values, posted_line
from tallystick.financials.services.postings.previews import PostingPreview, shown
from tallystick.financials.services.postings.results import Posted
from tallystick.financials.services.postings.storing import copied, new_number, store_entries

TABLE = "sales-credit-memo"
QUANTITY_PLACES = Decimal("0.00001")
COST_PLACES = Decimal("0.001")


def preview_credit_memo(
    company: Company, id: UUID, *, posting_date: date | None = None, by: Actor = OPERATOR
) -> PostingPreview:
    """Return what `post_credit_memo` would enter before it is applied, or what stands in its way. Writes nothing."""
    by.require(Permission.POST)
    read = read_credit_memo(company, id, posting_date, lock=False)
    plan = _plan(company, read)
    return shown(plan.problems, plan.entries, read.chart, read.names)


def post_credit_memo(company: Company, id: UUID, *, posting_date: date | None = None, by: Actor = OPERATOR) -> Posted:
    """Post a credit memo, apply it to what is left of its invoice, and remove the document.

    Goods that came back are in stock again. Raises `InvalidRecord` with every problem, or `RecordMissing`; then nothing is
    posted. A fixed number of queries, however many lines."""
    by.require(Permission.POST)
    return in_transaction(lambda: _post(take_turn(company), id, posting_date, by))


def _plan(company: Company, read: Read) -> CreditPlan:
    returned = frozenset(line_no for line_no, row in read.rows.items() if row.return_to_stock)
    books = Books(read.chart, TABLE, read.sale.no)
    invoice = _invoiced(company, read.header.applies_to_invoice_id, read.chart.vat_product_group)
    return plan_credit(read.sale, returned, invoice, new_id(), books)


def _post(company: Company, id: UUID, posting_date: date | None, by: Actor) -> Posted:
    read = read_credit_memo(company, id, posting_date, lock=True)
    plan = _plan(company, read)
    if plan.problems or read.sale.posting_date is None:
        raise InvalidRecord(plan.problems)
    no = new_number(company, "posted-credit-memo")
    transaction = begin_transaction(
        company,
        source=Source.SALES,
        posting_date=read.sale.posting_date,
        document_no=no,
        description=f"Credit Memo {read.sale.no}",
        by=by,
    )
    _store_documents(transaction, read, plan, no)
    store_entries(company, transaction, numbered(plan.entries, {DocumentType.CREDIT_MEMO: no}))
    entry = CustomerLedgerEntry.objects.get(pk=plan.entries.receivables[0].id)
    applied = _apply(company, read, entry, by)
    read.header.lines.all().delete()
    read.header.delete()
    return Posted(transaction.transaction_no, credit_memo_no=no, entry_no=entry.entry_no, application_no=applied)


def _store_documents(transaction: LedgerTransaction, read: Read, plan: CreditPlan, no: str) -> None:
    values: dict[str, Any] = copied(read.header, PostedCreditMemo) | {
        "company_id": transaction.company_id,
        "transaction": transaction,
        "posting_date": transaction.posting_date,
        "document_date": read.sale.document_date,
        "credit_memo_no": read.sale.no,
        **invoice_values(read, plan.entries.receivables[0], plan.credited),
    }
    memo = PostedCreditMemo(**values, no=no)
    memo.printed = printed_names(transaction.company, memo)
    memo.save(force_insert=True)
    PostedCreditMemoLine.objects.bulk_create(
        PostedCreditMemoLine(**posted_line(read, taken, PostedCreditMemoLine), posted_credit_memo=memo)
        for taken in plan.credited
    )


def _apply(company: Company, read: Read, entry: CustomerLedgerEntry, by: Actor) -> int | None:
    """Apply the credit memo to what is left of its invoice; the number of the application, None where nothing is left."""
    invoice = read.header.applies_to_invoice
    if invoice is None:
        return None
    rows = CustomerLedgerEntry.objects.filter(
        company=company, document_type=DocumentType.INVOICE, document_no=invoice.no, open=True
    )
    owed = rows.first()
    if owed is None or not entry.remaining_amount:
        return None
    memo, target = open_entries(company, [entry, owed])
    return apply_entries(company, read.chart, memo, [Target(target)], None, by).application_no


# What is taken back


def _invoiced(company: Company, id: UUID | None, vat_group: UUID | None) -> Invoiced | None:
    invoice = SalesInvoice.objects.filter(company=company, pk=id).first() if id else None
    if invoice is None:
        return None
    memos = list(PostedCreditMemo.objects.filter(applies_to_invoice=invoice).values_list("pk", flat=True))
    credited = PostedCreditMemoLine.objects.filter(posted_credit_memo__in=memos).order_by(
        "posted_credit_memo", "line_no"
    )
    return Invoiced(
        invoice.no,
        invoice.customer_id,
        invoice.currency_id,
        _parts(SalesInvoiceLine.objects.filter(invoice=invoice).order_by("line_no"), vat_group),
        _parts(credited if memos else (), vat_group),
        _goods_out(company, invoice),
    )


def _parts(rows: Iterable[Any], vat_group: UUID | None) -> list[PostedPart]:
    return [
        PostedPart(
            thing,
            row.unit_of_measure_id,
            row.qty_per_unit_of_measure,
            row.quantity,
            row.unit_price,
            row.line_discount_percent,
            row.vat_product_posting_group_id or vat_group,
            row.vat_percent,
            LineAmounts(row.line_discount_amount, row.invoice_discount_amount, row.amount, row.amount_including_vat),
        )
        for row in rows
        if (thing := row.item_id or row.resource_id or row.g_l_account_id)
    ]


def _goods_out(company: Company, invoice: SalesInvoice) -> dict[UUID, tuple[Decimal, Decimal]]:
    """What left with the order of the invoice and did not come back yet, by item: base units, and their cost."""
    shipments = SalesShipment.objects.filter(company=company, order_no=invoice.order_no)
    memos = PostedCreditMemo.objects.filter(
        company=company, applies_to_invoice__order_no=invoice.order_no, applies_to_invoice__company=company
    )
    documents = [*shipments.values_list("no", flat=True), *memos.values_list("no", flat=True)]
    if not invoice.order_no or not documents:
        return {}
    kinds = (DocumentType.SHIPMENT, DocumentType.CREDIT_MEMO)
    entries = ItemLedgerEntry.objects.filter(company=company, document_no__in=documents, document_type__in=kinds)
    sums = entries.order_by().values_list("item_id").annotate(Sum("quantity"), Sum("cost_amount"))
    return {  # SQLite adds decimals as binary numbers
        item: (-quantity.quantize(QUANTITY_PLACES), -cost.quantize(COST_PLACES)) for item, quantity, cost in sums
    }
