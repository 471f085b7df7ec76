"""Reads a posted invoice or credit memo as paper; a fixed number of queries, however many lines."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.models import (
    Company,
    Country,
    Currency,
    PostedCreditMemo,
    PostedCreditMemoLine,
    SalesInvoice,
    SalesInvoiceLine,
)
from tallystick.financials.paper.content import ZERO, Paper, PaperLine, Rate
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
    due = f"{document.due_date}" if document.due_date else ""
    customer = document.customer.no if document.customer else ""
    closing = [
        f"Please pay {_money(document, company)} by {due}." if due else "",
        f"Payment reference: {document.no} / {customer}" if customer else f"Payment reference: {document.no}",
    ]
    facts = [("Due date", due), ("Payment terms", _terms(document)), ("Order", document.order_no)]
    return _paper(company, document, list(lines), "Invoice", facts, [text for text in closing if text])


def credit_memo_paper(company: Company, id: UUID) -> Paper:
    """Return a posted credit memo as paper. Raises `RecordMissing`."""
    found = PostedCreditMemo.objects.select_related(*NAMED, "applies_to_invoice").filter(company=company, pk=id)
    document = found.first()
    if document is None:
        raise RecordMissing("Posted Credit Memo", str(id))
    lines = document.lines.select_related(*LINE_NAMED).order_by("line_no")
    invoice = document.applies_to_invoice.no if document.applies_to_invoice else ""
    return _paper(company, document, list(lines), "Credit Memo", [("Of invoice", invoice)], [])


def _paper(
    company: Company,
    document: Document,
    lines: Sequence[Line],
    title: str,
    facts: Sequence[tuple[str, str]],
    closing: Sequence[str],
) -> Paper:
    charged = [(line, _line(document, line)) for line in lines]
    own = [
        ("Date", f"{document.document_date}"),
        ("Customer No.", document.customer.no if document.customer else ""),
        ("Contact", document.contact),
        ("Your reference", document.your_reference),
        ("External document", document.external_document_no),
        ("Salesperson", document.salesperson.name if document.salesperson else ""),
        ("Shipment method", document.shipment_method.description if document.shipment_method else ""),
    ]
    bill_to, ship_to = (_address(document, kind) for kind in ("bill_to", "ship_to"))
    return Paper(
        title=title,
        no=document.no,
        on=document.document_date,
        letterhead=_letterhead(company),
        contact=" · ".join(filter(None, (company.phone_no, company.email))),
        bill_to=bill_to or (document.customer_name,),
        ship_to=() if ship_to == bill_to else ship_to,
        facts=[(label, text) for label, text in (*own[:2], *facts, *own[2:]) if text],
        lines=[shown for _, shown in charged],
        rates=_rates(lines),
        currency=_currency(document, company),
        places=_places(document, company),
        prices_including_vat=document.prices_including_vat,
        invoice_discount=document.invoice_discount_amount,
        amount=document.amount,
        amount_including_vat=document.amount_including_vat,
        note=document.work_description,
        closing=closing,
    )


def _letterhead(company: Company) -> tuple[str, ...]:
    country = Country.objects.filter(company=company, code=company.country_code).values_list("name", flat=True).first()
    town = " ".join(filter(None, (company.post_code, company.city)))
    parts = (str(company), company.address, company.address_2, town, country or company.country_code)
    return tuple(filter(None, parts))


def _address(document: Document, kind: str) -> tuple[str, ...]:
    def part(name: str) -> Any:
        return getattr(document, f"{kind}_{name}")

    town = " ".join(filter(None, (part("post_code"), part("city"))))
    country = part("country").name if part("country") else ""
    parts = (part("name"), part("address"), part("address_2"), town, part("county"), country)
    return tuple(str(text) for text in parts if text)


def _line(document: Document, line: Line) -> PaperLine:
    sold = line.item or line.resource or line.g_l_account
    if sold is None:
        return PaperLine("", line.description, line.description_2, charged=False)
    paid = line.amount_including_vat if document.prices_including_vat else line.amount
    return PaperLine(
        sold.no,
        line.description,
        line.description_2,
        line.quantity,
        line.unit_of_measure.code if line.unit_of_measure else "",
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


def _terms(document: Document) -> str:
    return document.payment_terms.description or document.payment_terms.code if document.payment_terms else ""


def _currency(document: Document, company: Company) -> str:
    return document.currency.code if document.currency else company.local_currency


def _places(document: Document, company: Company) -> int:
    if document.currency:
        return int(document.currency.amount_decimal_places)
    local = Currency.objects.filter(company=company, code=company.local_currency)
    return local.values_list("amount_decimal_places", flat=True).first() or 0


def _money(document: Document, company: Company) -> str:
    return f"{_currency(document, company)} {document.amount_including_vat:,.{_places(document, company)}f}"
