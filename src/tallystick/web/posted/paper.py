"""A posted document as it is read: who, when, what, how much, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.apps import apps
from django.db.models import Sum
from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.queries import Filter, Query, Record, RecordPage
from tallystick.financials.tables import Field, Kind
from tallystick.web.posted.kinds import PostedKind
from tallystick.web.posted.settlement import Settlement, settlement_of
from tallystick.web.records.listing import cell_text
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk

PAGE = 200  # lines
PLACES = 3
SHORT = {"unit_of_measure_code": "Unit", "line_discount_percent": "Disc. %"}
ADDRESS = ("name", "address", "address_2", "post_code", "city", "county", "country_code")
FACTS = (
    "customer_no",
    "contact",
    "external_document_no",
    "your_reference",
    "salesperson_code",
    "order_no",
    "credit_memo_no",
    "applies_to_invoice_no",
    "opportunity_no",
    "payment_terms_code",
    "shipment_method_code",
    "shipping_agent_code",
    "description",
    "bank_account_no",
    "transaction_no",
)


@dataclass(frozen=True, slots=True)
class PaperFact:
    """A label and what stands behind it, which may lead somewhere."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class PaperAddress:
    """An address as it is written on an envelope."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PaperColumn:
    label: str
    css: str


@dataclass(frozen=True, slots=True)
class PaperCell:
    text: str
    css: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line. A comment has a description alone."""

    number: str
    cells: Sequence[PaperCell]
    is_comment: bool


@dataclass(frozen=True, slots=True)
class VATRate:
    """What all lines of one VAT rate come to."""

    percent: str
    base: str
    vat: str


@dataclass(frozen=True, slots=True)
class PaperTotal:
    label: str
    amount: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What the page of a posted document shows."""

    kind: PostedKind
    record: Record
    addresses: Sequence[PaperAddress]
    facts: Sequence[PaperFact]
    columns: Sequence[PaperColumn]
    lines: Sequence[PaperLine]
    range: str
    previous_url: str
    next_url: str
    rates: Sequence[VATRate]
    totals: Sequence[PaperTotal]
    currency: str
    note: str
    settlement: Settlement | None


def paper_of(desk: Desk, kind: PostedKind, record: Record, page: int = 1) -> Paper:
    """Read a posted document. A fixed number of queries, however many lines."""
    lines = _lines(desk, kind, record, page)
    url = card_url(desk, kind.table.name, record.id)
    turned = lines is not None and lines.pages > 1
    return Paper(
        kind=kind,
        record=record,
        addresses=_addresses(record),
        facts=_facts(desk, kind, record),
        columns=[_column(kind.lines.field(name)) for name in kind.columns] if kind.lines else (),
        lines=[_line(kind, line) for line in lines.records] if lines else (),
        range=f"Lines {(lines.page - 1) * PAGE + 1}–{(lines.page - 1) * PAGE + len(lines.records)} of {lines.total:,}"
        if lines and turned
        else "",
        previous_url=f"{url}?lines={lines.page - 1}" if lines and lines.page > 1 else "",
        next_url=f"{url}?lines={lines.page + 1}" if lines and lines.page < lines.pages else "",
        rates=_rates(kind, record),
        totals=_totals(record),
        currency=record.codes.get("currency_code", "") or desk.company.local_currency,
        note=str(record.values.get("work_description", "")),
        settlement=settlement_of(desk, kind, record),
    )


def _lines(desk: Desk, kind: PostedKind, record: Record, page: int) -> RecordPage | None:
    if kind.lines is None:
        return None
    of_document = Query(filters=(Filter(kind.lines.part_of, value=record.id),), order=("line_no",))
    return queries.list_records(
        desk.company, kind.lines.name, of_document, page=page, page_size=PAGE, exact=True, by=desk.actor
    )


def _column(field: Field) -> PaperColumn:
    return PaperColumn(SHORT.get(field.name, field.label), _css(field))


def _css(field: Field) -> str:
    return "number" if field.kind is Kind.DECIMAL else ""


def _line(kind: PostedKind, line: Record) -> PaperLine:
    sold = next((line.codes[name] for name in ("item_no", "resource_no", "g_l_account_no") if line.codes[name]), "")
    if not sold:
        return PaperLine("", [PaperCell(str(line.values["description"]), "")], is_comment=True)
    fields = [line.table.field(name) for name in kind.columns]
    return PaperLine(sold, [PaperCell(_text(field, line), _css(field)) for field in fields], is_comment=False)


def _text(field: Field, line: Record) -> str:
    text = cell_text(field, line)
    return "" if field.name == "line_discount_percent" and text == "0" else text


def _addresses(record: Record) -> Sequence[PaperAddress]:
    """The addresses that say something; that of the goods only where it is another than that of the bill."""
    found: list[PaperAddress] = []
    for prefix, label in (("bill_to", "Bill to"), ("ship_to", "Ship to")):
        if f"{prefix}_name" in record.table.by_name:
            parts = {name: str(record.shown(f"{prefix}_{name}") or "") for name in ADDRESS}
            place = " ".join(filter(None, (parts["post_code"], parts["city"])))
            rows = (parts["name"], parts["address"], parts["address_2"], place, parts["county"], parts["country_code"])
            text = "\n".join(filter(None, rows))
            if text and text not in [one.text for one in found]:
                found.append(PaperAddress(label, text))
    return found


def _facts(desk: Desk, kind: PostedKind, record: Record) -> Sequence[PaperFact]:
    names = [name for name in (*kind.dates, *FACTS) if name in record.table.by_name]
    fields = [record.table.field(name) for name in names]
    facts = [PaperFact(field.label, cell_text(field, record), _link(desk, record, field)) for field in fields]
    return [fact for fact in facts if fact.text]


def _link(desk: Desk, record: Record, field: Field) -> str:
    target = record.values[field.name]
    if field.references and isinstance(target, UUID):
        return card_url(desk, field.references, target)
    if field.name == "order_no" and target:
        url = reverse("record-list", args=(desk.company.slug, "sales-order"))
        return f"{url}?{urlencode({'q': target})}"
    return ""


def _rates(kind: PostedKind, record: Record) -> Sequence[VATRate]:
    """What each VAT rate comes to, over all lines. One query."""
    if kind.lines is None or "vat_percent" not in kind.columns:
        return ()
    lines = apps.get_model("financials", kind.lines.model)._default_manager
    parent = kind.lines.field(kind.lines.part_of).column
    sums = (
        lines.filter(**{parent: record.id}, quantity__gt=0)
        .order_by("-vat_percent")
        .values_list("vat_percent")
        .annotate(base=Sum("amount"), gross=Sum("amount_including_vat"))
    )
    money, percent = kind.lines.field("amount"), kind.lines.field("vat_percent")
    return [
        VATRate(
            percent.number_text(rate),
            money.number_text(rounded(base, PLACES), grouped=True),
            money.number_text(rounded(gross - base, PLACES), grouped=True),
        )
        for rate, base, gross in sums
    ]


def _totals(record: Record) -> Sequence[PaperTotal]:
    if "amount" not in record.table.by_name:
        return ()
    show = record.table.field("amount").number_text
    amount: Decimal = record.values["amount"]
    if "amount_including_vat" not in record.table.by_name:
        return (PaperTotal("Amount", show(amount, grouped=True), is_sum=True),)
    gross, discount = record.values["amount_including_vat"], record.values["invoice_discount_amount"]
    reduced = (PaperTotal("Invoice discount", f"−{show(discount, grouped=True)}"),) if discount else ()
    return (
        *reduced,
        PaperTotal("Total excl. VAT", show(amount, grouped=True)),
        PaperTotal("VAT", show(gross - amount, grouped=True)),
        PaperTotal("Total incl. VAT", show(gross, grouped=True), is_sum=True),
    )
