"""New documents out of others: an order of a quote, a credit memo of a posted invoice, a copy of any document.

Prices and discounts are those of the original; totals are worked out anew, with the dates and the VAT of the new one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from tallystick.financials import queries
from tallystick.financials.documents.amounts import HUNDRED, ZERO
from tallystick.financials.documents.kinds import CREDIT_MEMOS, KINDS, ORDERS, QUOTES, DocumentKind, kind_named
from tallystick.financials.models import Company, SalesCreditMemoLine, SalesOrder, SalesQuote
from tallystick.financials.permissions import CHECKED, OPERATOR, Actor, Permission
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.deletion import delete
from tallystick.financials.services.documents.totals import recompute
from tallystick.financials.services.sales.archiving import archive_locked
from tallystick.financials.services.sales.credit import places_of
from tallystick.financials.services.sales.refusing import locked, refusal, save_all
from tallystick.financials.services.writes import Insert, Update
from tallystick.financials.table import LINE_NO
from tallystick.financials.tables import Table, table_named

LINES_OF: Mapping[str, str] = {kind.headers.name: kind.lines.name for kind in KINDS} | {
    "sales-invoice": "sales-invoice-line",
    "posted-credit-memo": "posted-credit-memo-line",
}
DATES_AHEAD = frozenset({"requested_delivery_date", "promised_delivery_date"})
OF_THE_NEW_ONE = frozenset({"no", "document_date", "posting_date", "due_date", "shipment_date"})
OF_THE_NEW_LINE = frozenset({"shipment_date", "qty_to_ship", "qty_to_invoice"})
OF_THE_DEAL = frozenset({"opportunity_no", "external_document_no", "applies_to_invoice_no"})


def make_order(company: Company, quote_id: UUID, *, by: Actor = OPERATOR) -> UUID:
    """Make an order of a quote and return its id. The quote goes into the archive. Raises `RecordMissing`, or
    `InvalidRecord`: its customer or something it offers is blocked meanwhile."""
    by.require(Permission.WRITE)
    return in_transaction(lambda: _make_order(company, quote_id, by))


def make_credit_memo(company: Company, invoice_id: UUID, *, by: Actor = OPERATOR) -> UUID:
    """Write a credit memo that takes back a posted invoice, at its prices and VAT, and return its id; its lines can be
    reduced before it is posted."""
    by.require(Permission.WRITE)
    return in_transaction(lambda: _make_credit_memo(company, invoice_id))


def copy_document(company: Company, table: str, id: UUID, to_table: str, *, by: Actor = OPERATOR) -> UUID:
    """Write a new document with the customer, terms and lines of another, also of a posted one, and return its id.

    It has a number and dates of its own; opportunity and external number stay with the original."""
    by.require(Permission.WRITE)
    if table not in LINES_OF:
        raise KeyError(f"{table!r} holds no documents that can be copied; there are {', '.join(LINES_OF)}.")
    return in_transaction(lambda: _copy(company, table, id, kind_named(to_table), OF_THE_DEAL | DATES_AHEAD)[0])


def _make_order(company: Company, quote_id: UUID, by: Actor) -> UUID:
    quote = locked(company, QUOTES.headers, quote_id)
    if not _lines(company, "sales-quote", quote_id):
        message = f"Sales Quote {quote['no']} has no lines."
        raise refusal(QUOTES.headers, quote["no"], "", message, "Add what is offered first.")
    order_id, _ = _copy(company, "sales-quote", quote_id, ORDERS, frozenset())
    SalesOrder.objects.filter(pk=order_id).update(quote_no=quote["no"])
    no = SalesOrder.objects.values_list("no", flat=True).get(pk=order_id)
    archive_locked(company, QUOTES, quote_id, reason=f"Made into order {no}", by=by)
    SalesQuote.objects.filter(pk=quote_id).update(status="Open")  # a released document would stay
    delete(company, "sales-quote", quote_id, by=CHECKED)
    return order_id


def _make_credit_memo(company: Company, invoice_id: UUID) -> UUID:
    invoice = queries.get_record(company, "sales-invoice", invoice_id, by=CHECKED)
    lines = _lines(company, "sales-invoice", invoice_id)
    more = {"applies_to_invoice_no": invoice_id, "invoice_discount_percent": invoice_discount(company, invoice, lines)}
    memo_id, line_ids = _copy(company, "sales-invoice", invoice_id, CREDIT_MEMOS, OF_THE_DEAL, more)
    percents = {id: line.values["vat_percent"] for id, line in zip(line_ids, lines, strict=True)}
    written = list(SalesCreditMemoLine.objects.filter(pk__in=line_ids))
    for line in written:
        line.vat_percent = percents[line.pk]  # what is taken back is taken back as it was
    SalesCreditMemoLine.objects.bulk_update(written, ["vat_percent"])
    recompute(company, CREDIT_MEMOS.headers.name, [memo_id])
    return memo_id


def invoice_discount(company: Company, invoice: Record, lines: Sequence[Record]) -> Decimal:
    """Return the percentage that gives the lines of a posted invoice the invoice discounts they have.

    The roundest that does so; where rounding hides it (an invoice of a part), the nearest."""
    places = places_of(company, invoice.values["currency_code"])
    charged = {line.id: _charged(line, places) for line in lines if line.values["invoice_discount_amount"]}
    whole = sum(charged.values(), ZERO)
    if not whole:
        return ZERO
    given = {line.id: line.values["invoice_discount_amount"] for line in lines}
    exact = sum((given[id] for id in charged), ZERO) * HUNDRED / whole
    for digits in range(6):
        percent = rounded(exact, digits)
        if all(rounded(amount * percent / HUNDRED, places) == given[id] for id, amount in charged.items()):
            return percent
    return rounded(exact, 5)


def _charged(line: Record, places: int) -> Decimal:
    """What a line came to after its own discount."""
    off: Decimal = line.values["line_discount_amount"]
    return rounded(line.values["quantity"] * line.values["unit_price"], places) - off


def _copy(
    company: Company,
    table: str,
    id: UUID,
    kind: DocumentKind,
    besides: frozenset[str],
    more: Mapping[str, object] | None = None,
) -> tuple[UUID, list[UUID]]:
    """Write the copy and return its id and those of its lines, in the order of the original's."""
    original = queries.get_record(company, table, id, by=CHECKED)
    header = _shared(original, kind.headers, OF_THE_NEW_ONE | besides) | dict(more or {})
    header["document_date"] = timezone.now().date()
    if header["currency_code"] is None:  # left empty, it would be the currency of the customer
        header["currency_code"] = queries.ids_by_code(company, "currency", [company.local_currency]).get(
            company.local_currency
        )
    [copy_id] = save_all(company, kind.headers, [Insert(header)])
    save_all(company, kind.headers, [Update(copy_id, header)])  # blanks are blank, whatever the customer has
    lines = _lines(company, table, id)
    skipped = OF_THE_NEW_LINE | besides | {kind.lines.part_of}
    writes = [Insert({**_shared(line, kind.lines, skipped), kind.lines.part_of: copy_id}) for line in lines]
    return copy_id, save_all(company, kind.lines, writes)


def _lines(company: Company, table: str, id: UUID) -> list[Record]:
    described = table_named(LINES_OF[table])
    query = Query(filters=(Filter(described.part_of, value=id),), order=(LINE_NO,))
    return list(queries.iterate_records(company, described.name, query, by=CHECKED))


def _shared(record: Record, table: Table, besides: frozenset[str]) -> dict[str, Any]:
    """Return what the record has and the other table takes."""
    return {
        field.name: record.values[field.name]
        for field in table.fields
        if field.name in record.values and not field.computed and field.name not in besides
    }
