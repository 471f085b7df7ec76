"""Reads sales documents as `posting` sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.documents.dates import after
from tallystick.financials.models import (
    Company,
    Customer,
    SalesCreditMemo,
    SalesCreditMemoLine,
    SalesOrder,
    SalesOrderLine,
    UnitOfMeasure,
)
from tallystick.financials.posting.books import Chart
from tallystick.financials.posting.goods import Thing
from tallystick.financials.posting.sales import Buyer, Sale, SaleLine
from tallystick.financials.problems import RecordMissing
from tallystick.financials.services.postings.reading import (
    account_of,
    may_be_negative,
    read_chart,
    read_money,
    read_things,
)
from tallystick.financials.services.sales.status import paid_on_account


@dataclass(frozen=True, slots=True)
class Read:
    """A document as it is stored, and as `posting` sees it."""

    header: Any  # SalesOrder or SalesCreditMemo
    rows: Mapping[int, Any]  # its lines by number
    sale: Sale
    chart: Chart
    units: Mapping[UUID, str]  # the codes of the units of its lines

    @property
    def names(self) -> dict[UUID, str]:
        """What the customer and the things of the lines are called, by id."""
        found = {line.thing.id: f"{line.thing.no} {line.thing.description}" for line in self.sale.lines if line.thing}
        buyer = self.sale.buyer
        return found | ({buyer.id: f"{buyer.no} {buyer.name}"} if buyer else {})


def read_order(company: Company, id: UUID, posting_date: date | None, *, lock: bool) -> Read:
    """Return an order; twelve queries at most. Raises `RecordMissing`."""
    order = _header(company, SalesOrder, id, "Sales Order", lock=lock)
    rows = SalesOrderLine.objects.filter(order=order).order_by("line_no")
    lines = list(rows.select_for_update(no_key=True) if lock else rows)
    chart = read_chart(company)
    things = _things(company, chart, lines, lock=lock)
    day = posting_date or order.posting_date or order.document_date
    sale = Sale(
        lines=[
            _line(row, things, chart, row.qty_to_ship, row.qty_to_invoice, row.quantity_shipped, row.quantity_invoiced)
            for row in lines
        ],
        **_shared(company, order, day, chart),
        due_date=_due_date(order, day),
        prepayment_percent=order.prepayment_percent,
        amount_including_vat=order.amount_including_vat,
        paid=paid_on_account(company, _on_account(order)) if order.prepayment_percent else Decimal(0),
        may_be_negative=may_be_negative(company),
    )
    return Read(order, {row.line_no: row for row in lines}, sale, chart, _units(lines))


def read_credit_memo(company: Company, id: UUID, posting_date: date | None, *, lock: bool) -> Read:
    """Return a credit memo; ten queries at most. Raises `RecordMissing`."""
    memo = _header(company, SalesCreditMemo, id, "Sales Credit Memo", lock=lock)
    lines = list(SalesCreditMemoLine.objects.filter(credit_memo=memo).order_by("line_no"))
    chart = read_chart(company)
    things = _things(company, chart, lines, lock=lock)
    day = posting_date or memo.posting_date or memo.document_date
    sale = Sale(
        lines=[_line(row, things, chart) for row in lines],
        **_shared(company, memo, day, chart),
        due_date=None,
        label="Sales Credit Memo",
    )
    return Read(memo, {row.line_no: row for row in lines}, sale, chart, _units(lines))


def _units(lines: Sequence[Any]) -> dict[UUID, str]:
    wanted = {line.unit_of_measure_id for line in lines} - {None}
    return dict(UnitOfMeasure.objects.filter(pk__in=wanted).values_list("pk", "code"))


def _on_account(order: SalesOrder) -> dict[str, Any]:
    """The columns that say what was paid on account of an order."""
    return {name: getattr(order, name) for name in ("customer_id", "no", "currency_id", "document_date")}


def _header(company: Company, model: type[Any], id: UUID, label: str, *, lock: bool) -> Any:
    rows = model.objects.filter(company=company, pk=id).select_related("customer", "currency", "payment_terms")
    found = (rows.select_for_update(no_key=True, of=("self",)) if lock else rows).first()
    if found is None:
        raise RecordMissing(label, str(id))
    return found


def _shared(company: Company, header: Any, day: date | None, chart: Chart) -> dict[str, Any]:
    return {
        "no": header.no,
        "buyer": buyer_of(header.customer) if header.customer else None,
        "posting_date": day,
        "document_date": header.document_date or day,
        "money": read_money(company, header.currency_id, day, chart),
        "customer_group": header.customer_posting_group_id,
        "vat_business_group": header.vat_business_posting_group_id,
        "prices_including_vat": header.prices_including_vat,
        "invoice_discount_percent": header.invoice_discount_percent,
        "external_document_no": header.external_document_no,
    }


def buyer_of(customer: Customer) -> Buyer:
    """Return a customer as `posting` sees one."""
    return Buyer(customer.pk, customer.no, customer.name, customer.blocked)


def _due_date(order: SalesOrder, day: date | None) -> date | None:
    start = order.document_date or day
    if order.due_date is not None or order.payment_terms is None or start is None:
        return order.due_date
    return after(start, order.payment_terms.due_date_calculation)


def _things(company: Company, chart: Chart, lines: Sequence[Any], *, lock: bool) -> Mapping[UUID, Thing]:
    return read_things(
        company,
        chart,
        items={line.item_id for line in lines} - {None},
        resources={line.resource_id for line in lines} - {None},
        lock=lock,
    )


def _line(row: Any, things: Mapping[UUID, Thing], chart: Chart, *quantities: Decimal) -> SaleLine:
    id = row.item_id or row.resource_id
    return SaleLine(
        row.line_no,
        things[id] if id else account_of(chart, row.g_l_account_id) if row.g_l_account_id else None,
        row.description,
        row.quantity,
        row.unit_of_measure_id,
        row.qty_per_unit_of_measure,
        row.unit_price,
        row.line_discount_percent,
        row.vat_product_posting_group_id or chart.vat_product_group,
        row.vat_percent,
        *quantities,
    )
