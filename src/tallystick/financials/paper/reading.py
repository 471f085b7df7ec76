"""Reads a posted invoice or credit memo as paper; a fixed number of queries, however many lines."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.models import (
    Company,
    PostedCreditMemo,
    PostedCreditMemoLine,
    SalesInvoice,
    SalesInvoiceLine,
)
from tallystick.financials.paper.content import ZERO, Paper, PaperLine, Rate
from tallystick.financials.paper.printed import printed_names
from tallystick.financials.problems import RecordMissing

Document = SalesInvoice | PostedCreditMemo
Line = SalesInvoiceLine | PostedCreditMemoLine
NAMED = (
    "customer",
    "currency",
    "payment_terms",
    "shipment_method",
    "salesperson",
    "bill_to_country",
    "ship_to_country",
)
LINE_NAMED = ("item", "resource", "g_l_account", "unit_of_measure")


def invoice_paper(company: Company, id: UUID) -> Paper:
    """Return a posted invoice as paper. Raises `RecordMissing`."""
    document = SalesInvoice.objects.select_related(*NAMED).filter(company=company, pk=id).first()
    if document is None:
        raise RecordMissing("Posted Sales Invoice", str(id))
    lines = document.lines.select_related(*LINE_NAMED).order_by("line_no")
    names = document.printed or printed_names(company, document)
    due = f"{document.due_date}" if document.due_date else ""
    customer = names["customer_no"]
    owed = f"{names['currency']} {document.amount_including_vat:,.{names['places']}f}"
    closing = [
        f"Please pay {owed} by {due}." if due else "",
        f"Payment reference: {document.no} / {customer}" if customer else f"Payment reference: {document.no}",
    ]
    facts = [("Due date", due), ("Payment terms", names["payment_terms"]), ("Order", document.order_no)]
    return _paper(document, names, list(lines), "Invoice", facts, [text for text in closing if text])


def credit_memo_paper(company: Company, id: UUID) -> Paper:
    """Return a posted credit memo as paper. Raises `RecordMissing`."""
    found = PostedCreditMemo.objects.select_related(*NAMED, "applies_to_invoice").filter(company=company, pk=id)
    document = found.first()
    if document is None:
        raise RecordMissing("Posted Credit Memo", str(id))
    lines = document.lines.select_related(*LINE_NAMED).order_by("line_no")
    invoice = document.applies_to_invoice.no if document.applies_to_invoice else ""
    names = document.printed or printed_names(company, document)
    return _paper(document, names, list(lines), "Credit Memo", [("Of invoice", invoice)], [])


def _paper(
    document: Document,
    names: Mapping[str, Any],
    lines: Sequence[Line],
    title: str,
    facts: Sequence[tuple[str, str]],
    closing: Sequence[str],
) -> Paper:
    charged = [(line, _line(document, line)) for line in lines]
    own = [
        ("Date", f"{document.document_date}"),
        ("Customer No.", names["customer_no"]),
        ("Contact", document.contact),
        ("Your reference", document.your_reference),
        ("External document", document.external_document_no),
        ("Salesperson", names["salesperson"]),
        ("Shipment method", names["shipment_method"]),
    ]
    bill_to, ship_to = (_address(document, names, kind) for kind in ("bill_to", "ship_to"))
    return Paper(
        title=title,
        no=document.no,
        on=document.document_date,
        letterhead=tuple(names["letterhead"]),
        contact=names["contact"],
        bill_to=bill_to or (document.customer_name,),
        ship_to=() if ship_to == bill_to else ship_to,
        facts=[(label, text) for label, text in (*own[:2], *facts, *own[2:]) if text],
        lines=[shown for _, shown in charged],
        rates=_rates(lines),
        currency=names["currency"],
        places=names["places"],
        prices_including_vat=document.prices_including_vat,
        invoice_discount=document.invoice_discount_amount,
        amount=document.amount,
        amount_including_vat=document.amount_including_vat,
        note=document.work_description,
        closing=closing,
    )


def _address(document: Document, names: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    def part(name: str) -> Any:
        return getattr(document, f"{kind}_{name}")

    town = " ".join(filter(None, (part("post_code"), part("city"))))
    parts = (part("name"), part("address"), part("address_2"), town, part("county"), names[f"{kind}_country"])
    return tuple(str(text) for text in parts if text)


def _line(document: Document, line: Line) -> PaperLine:
    sold = line.item or line.resource or line.g_l_account
    if sold is None:
        return PaperLine("", line.description, line.description_2, charged=False)
    paid = line.amount_including_vat if document.prices_including_vat else line.amount
    return PaperLine(
        line.printed_no or sold.no,
        line.description,
        line.description_2,
        line.quantity,
        line.printed_unit or (line.unit_of_measure.code if line.unit_of_measure else ""),
        line.unit_price,
        line.line_discount_percent,
        line.vat_percent,
        paid + line.invoice_discount_amount,
    )


def _rates(lines: Iterable[Line]) -> list[Rate]:
    """By rate, the highest first; what is not charged has none."""
    found: dict[Decimal, Rate] = {}
    for line in lines:
        if not line.amount and not line.amount_including_vat:
            continue
        percent = line.vat_percent
        so_far = found.get(percent, Rate(percent, ZERO, ZERO))
        vat = line.amount_including_vat - line.amount
        found[percent] = Rate(percent, so_far.base + line.amount, so_far.vat + vat)
    return [found[percent] for percent in sorted(found, reverse=True)]
