"""A document page as data: header, lines, totals, what can be done with it, and the facts beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from tallystick.financials import queries
from tallystick.financials.queries import Record
from tallystick.web import extensions
from tallystick.web.records.forms import Section
from tallystick.web.records.reading import card_url
from tallystick.web.sales.grid import Grid
from tallystick.web.sales.kinds import DocumentKind
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Fragment

TONES = {
    "Open": "blue",
    "Released": "green",
    "Pending Prepayment": "yellow",
    "Not Shipped": "secondary",
    "Partially Shipped": "yellow",
    "Shipped": "green",
    "Not Invoiced": "secondary",
    "Partially Invoiced": "yellow",
    "Invoiced": "green",
}
STATUSES = ("status", "shipping_status", "invoicing_status")


@dataclass(frozen=True, slots=True)
class DocumentAction:
    """A button of the page: it saves the header, and then does what `then` says."""

    then: str
    label: str
    icon: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A status, and the colour it is shown in."""

    label: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One figure of the totals."""

    label: str
    amount: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """What the template of a document shows, beside the form of its header."""

    kind: DocumentKind
    id: UUID
    key: str
    sections: Sequence[Section]
    grid: Grid
    totals: Sequence[TotalLine]
    currency: str
    badges: Sequence[Badge]
    may_edit: bool
    is_open: bool
    quote_no: str
    links: Sequence[CardAction]
    modified_at: datetime
    previous_url: str
    next_url: str
    offered: Sequence[DocumentAction]
    actions: Sequence[CardAction]
    fact_boxes: Sequence[Fragment]


def document_page(
    desk: Desk,
    kind: DocumentKind,
    record: Record,
    sections: Sequence[Section],
    grid: Grid,
    offered: Sequence[DocumentAction],
) -> DocumentPage:
    """Gather the page of a stored document."""
    before, after = queries.neighbours(desk.company, kind.table.name, record.id, by=desk.actor)
    return DocumentPage(
        kind=kind,
        id=record.id,
        key=record.key,
        sections=sections,
        grid=grid,
        totals=totals_of(record),
        currency=currency_of(desk, record),
        badges=badges_of(record),
        may_edit=desk.may_edit,
        is_open=record.values["status"] == "Open",
        quote_no=str(record.values.get("quote_no", "")),
        links=(),
        modified_at=record.modified_at,
        previous_url=card_url(desk, kind.table.name, before) if before else "",
        next_url=card_url(desk, kind.table.name, after) if after else "",
        offered=offered,
        actions=[action for one in extensions.EXTENSIONS for action in one.card_actions(desk, kind.table, record.id)],
        fact_boxes=[
            *customer_box(desk, record),
            *(box for one in extensions.EXTENSIONS for box in one.fact_boxes(desk, kind.table, record.id)),
        ],
    )


def badges_of(record: Record) -> Sequence[Badge]:
    """The statuses of a document. That nothing is shipped or invoiced yet goes without saying while it is open."""
    values = [(record.table.field(name).label, str(record.values[name])) for name in STATUSES if name in record.values]
    is_open = record.values["status"] == "Open"
    return [
        Badge(label, text, TONES.get(text, "secondary")) for label, text in values if not (is_open and "Not" in text)
    ]


def currency_of(desk: Desk, record: Record) -> str:
    """The currency the amounts are in; blank in the document means the local one."""
    return record.codes["currency_code"] or desk.company.local_currency


def totals_of(record: Record) -> Sequence[TotalLine]:
    """What the lines come to."""
    values: Mapping[str, Decimal] = record.values
    vat = values["amount_including_vat"] - values["amount"]
    show = record.table.field("amount").number_text
    lines = [TotalLine("Total excl. VAT", show(values["amount"], grouped=True))]
    if values["invoice_discount_amount"]:
        discount = show(values["invoice_discount_amount"], grouped=True)
        lines.insert(0, TotalLine("Invoice discount", f"−{discount}"))
    lines.append(TotalLine("VAT", show(vat, grouped=True)))
    lines.append(TotalLine("Total incl. VAT", show(values["amount_including_vat"], grouped=True), is_sum=True))
    return lines


def customer_box(desk: Desk, record: Record) -> Sequence[Fragment]:
    """Who the document is for."""
    customer_id = record.values["customer_no"]
    if customer_id is None:
        return ()
    customer = queries.get_record(desk.company, "customer", customer_id, by=desk.actor)
    values = customer.values
    context = {
        "customer": customer,
        "url": card_url(desk, "customer", customer.id),
        "place": " ".join(filter(None, (values["post_code"], values["city"]))),
        "contact": values["contact"],
        "phone": values["phone_no"] or values["mobile_phone_no"],
        "email": values["email"],
        "blocked": values["blocked"],
        "terms": customer.codes["payment_terms_code"],
    }
    return [Fragment("sales/_customer_box.html", context)]


def document_url(desk: Desk, kind: DocumentKind, record_id: UUID) -> str:
    """The address of a document, and of what is done with it when something is put behind it."""
    return reverse("document", args=(desk.company.slug, kind.table.name, record_id))
