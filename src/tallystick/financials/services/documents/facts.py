"""What the rules of documents need to know, read with a fixed number of queries however many rows are checked."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from tallystick.financials import database
from tallystick.financials.documents.kinds import BY_HEADERS, BY_LINES, DocumentKind
from tallystick.financials.models import (
    Company,
    Customer,
    GLAccount,
    Item,
    PaymentTerms,
    Resource,
    SalesSetup,
    VATPostingSetup,
)
from tallystick.financials.pricing.book import ForeignCurrency, PriceBook, read_currencies, read_price_book

Values = Mapping[str, Any]  # by column

CUSTOMER_COLUMNS = (
    "no",
    "name",
    "blocked",
    "contact",
    "salesperson_id",
    "address",
    "address_2",
    "post_code",
    "city",
    "country_id",
    "county",
    "currency_id",
    "customer_price_group_id",
    "customer_posting_group_id",
    "vat_business_posting_group_id",
    "payment_terms_id",
    "prices_including_vat",
    "invoice_discount_percent",
    "shipment_method_id",
    "shipping_agent_id",
)
HEADER_COLUMNS = (
    "no",
    "status",
    "customer_id",
    "customer_price_group_id",
    "currency_id",
    "document_date",
    "prices_including_vat",
    "vat_business_posting_group_id",
)
DATES_OF_LINES = ("requested_delivery_date", "promised_delivery_date", "shipment_date")


class Row(NamedTuple):
    """A row that is being checked: as it was (None: it is new) and as it was entered, by column."""

    id: UUID
    before: Values | None
    row: Values


class Groups(NamedTuple):
    """The posting groups that blanks mean."""

    customer: UUID | None = None
    vat_business: UUID | None = None
    vat_product: UUID | None = None


@dataclass(frozen=True, slots=True)
class VATRates:
    """The rates of the VAT posting setup, and which groups blanks mean."""

    rates: Mapping[tuple[UUID, UUID], Decimal]
    groups: Groups

    def percent(self, business: UUID | None, product: UUID | None) -> Decimal | None:
        """Return the rate of one group on another; None where the setup says nothing of them."""
        one, other = business or self.groups.vat_business, product or self.groups.vat_product
        return None if one is None or other is None else self.rates.get((one, other))


class Sold(NamedTuple):
    """What a line can sell: an item, a resource or a G/L account."""

    no: str
    description: str
    description_2: str
    vat_group: UUID | None
    refusal: str  # why it cannot be sold; '' when it can
    hint: str


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the rules of headers know. `moved` are the documents of which something was shipped or invoiced."""

    kind: DocumentKind
    today: date
    customers: Mapping[UUID, Values]
    formulas: Mapping[UUID, str]  # by payment terms: when an invoice is due
    currencies: Mapping[UUID, ForeignCurrency]
    vat: VATRates
    moved: frozenset[UUID]
    sold_groups: Mapping[UUID, frozenset[UUID | None]]  # by document: the VAT product groups of its lines


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the rules of lines know. `sold` by the column that names it and its id."""

    kind: DocumentKind
    headers: Mapping[UUID, Values]
    sold: Mapping[str, Mapping[UUID, Sold]]
    book: PriceBook
    vat: VATRates


DocumentFacts = HeaderFacts | LineFacts | None


def lock_documents(company: Company, table: str, lines: Iterable[UUID], documents: Iterable[UUID]) -> None:
    """Keep the documents of these lines, and these documents, as they are until the transaction ends; one query.

    Whoever writes lines, or what follows from them, comes here first: so totals are those of all lines, and nobody holds
    a line while waiting for its document."""
    kind = BY_LINES.get(table)
    wanted, named = list(lines), list(documents)
    if kind is None or not (wanted or named) or not database.on_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id FROM {kind.headers.db_table} WHERE company_id = %s AND (id = ANY(%s) OR id IN
            (SELECT {kind.parent} FROM {kind.lines.db_table} WHERE id = ANY(%s))) ORDER BY id FOR UPDATE""",
            [company.pk, named, wanted],
        )


def read(company: Company, table: str, rows: Sequence[Row]) -> DocumentFacts:
    """Return what the rules of this table need; None when it is no table of documents, or there is nothing to check."""
    if not rows:
        return None
    if kind := BY_HEADERS.get(table):
        return _read_headers(company, kind, rows)
    if kind := BY_LINES.get(table):
        return read_lines(company, kind, _headers_of(company, kind, rows), [row.row for row in rows], _earlier(rows))
    return None


def _earlier(rows: Iterable[Row]) -> list[Values]:
    return [row.before for row in rows if row.before is not None]


def _read_headers(company: Company, kind: DocumentKind, rows: Sequence[Row]) -> HeaderFacts:
    return HeaderFacts(
        kind,
        timezone.now().date(),
        _customers(company, _wanted(rows, "customer_id")),
        _formulas(company),
        read_currencies(company, _wanted(rows, "currency_id") | _currencies_of_customers(company, rows)),
        read_vat_rates(company),
        *_read_of_lines(kind, [row.id for row in rows if row.before is not None]),
    )


def _wanted(rows: Iterable[Row], column: str) -> set[UUID]:
    return {row.row[column] for row in rows} - {None}


def _customers(company: Company, ids: set[UUID]) -> dict[UUID, Values]:
    rows = Customer.objects.filter(company=company, pk__in=ids).values("pk", *CUSTOMER_COLUMNS)
    return {row["pk"]: row for row in rows}


def _currencies_of_customers(company: Company, rows: Sequence[Row]) -> set[UUID]:
    found = Customer.objects.filter(company=company, pk__in=_wanted(rows, "customer_id"), currency__isnull=False)
    return set(found.order_by().values_list("currency_id", flat=True).distinct())


def _formulas(company: Company) -> dict[UUID, str]:
    return dict(PaymentTerms.objects.filter(company=company).values_list("pk", "due_date_calculation"))


def _read_of_lines(
    kind: DocumentKind, documents: Sequence[UUID]
) -> tuple[frozenset[UUID], dict[UUID, frozenset[UUID | None]]]:
    """Return of which documents something was shipped or invoiced, and the VAT groups of what they sell."""
    if not documents:
        return frozenset(), {}
    moved = "max(quantity_shipped), max(quantity_invoiced)" if kind.ordered else "0, 0"
    sells = "item_id IS NOT NULL OR resource_id IS NOT NULL OR g_l_account_id IS NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {kind.parent}, vat_product_posting_group_id, {moved} FROM {kind.lines.db_table}
            WHERE {database.any_of(kind.parent)} AND ({sells}) GROUP BY {kind.parent}, vat_product_posting_group_id""",
            [database.list_parameter(documents)],
        )
        rows = database.convert_rows(cursor.fetchall(), [database.read_id, database.read_id, None, None])
    groups: dict[UUID, frozenset[UUID | None]] = {}
    for document, group, _, _ in rows:
        groups[document] = groups.get(document, frozenset()) | {group}
    return frozenset(row[0] for row in rows if row[2] or row[3]), groups


def read_vat_rates(company: Company) -> VATRates:
    """Return the whole VAT posting setup with the groups that blanks mean; two queries."""
    rows = VATPostingSetup.objects.filter(company=company).values_list(
        "vat_business_posting_group_id", "vat_product_posting_group_id", "vat_percent"
    )
    groups = SalesSetup.objects.filter(company=company).values_list(
        "customer_posting_group_id", "vat_business_posting_group_id", "vat_product_posting_group_id"
    )
    rates = {(one, other): percent for one, other, percent in rows if one and other}
    found = groups.first()
    return VATRates(rates, Groups(*found) if found else Groups())


def _headers_of(company: Company, kind: DocumentKind, rows: Sequence[Row]) -> dict[UUID, Values]:
    wanted = {values[kind.parent] for row in rows for values in (row.row, row.before) if values} - {None}
    model: type[Model] = apps.get_model("financials", kind.headers.model)
    dates = [name for name in DATES_OF_LINES if name in kind.headers.by_name and name in kind.lines.by_name]
    found: QuerySet[Any, Any] = model._default_manager.filter(company_id=company.pk, pk__in=wanted).values(
        "pk", *HEADER_COLUMNS, *dates
    )
    return {row["pk"]: row for row in found}


def read_lines(
    company: Company,
    kind: DocumentKind,
    headers: Mapping[UUID, Values],
    rows: Sequence[Values],
    more: Sequence[Values] = (),
    currencies: Iterable[UUID] = (),
) -> LineFacts:
    """Return what the rules need for lines of these documents, as they come and (`more`) as they were."""
    assets = {
        name: {values[f"{name}_id"] for values in (*rows, *more)} - {None}
        for name in ("item", "resource", "g_l_account")
    }
    wanted = {header["currency_id"] for header in headers.values()} | set(currencies)
    return LineFacts(
        kind,
        headers,
        {
            "item_id": _items(company, assets["item"]),
            "resource_id": _resources(company, assets["resource"]),
            "g_l_account_id": _accounts(company, assets["g_l_account"]),
        },
        read_price_book(company, {name: assets[name] for name in ("item", "resource")}, wanted - {None}),
        read_vat_rates(company),
    )


def _items(company: Company, ids: set[UUID]) -> dict[UUID, Sold]:
    rows = Item.objects.filter(company=company, pk__in=ids).values_list(
        "pk", "no", "description", "description_2", "vat_product_posting_group_id", "blocked"
    )
    return {row[0]: Sold(*row[1:5], *_refusal("Item", row[1], row[5])) for row in rows} if ids else {}


def _resources(company: Company, ids: set[UUID]) -> dict[UUID, Sold]:
    rows = Resource.objects.filter(company=company, pk__in=ids).values_list(
        "pk", "no", "name", "name_2", "vat_product_posting_group_id", "blocked"
    )
    return {row[0]: Sold(*row[1:5], *_refusal("Resource", row[1], row[5])) for row in rows} if ids else {}


def _accounts(company: Company, ids: set[UUID]) -> dict[UUID, Sold]:
    rows = GLAccount.objects.filter(company=company, pk__in=ids).values_list(
        "pk", "no", "name", "vat_product_posting_group_id", "blocked", "account_type", "direct_posting"
    )
    return (
        {row[0]: Sold(row[1], row[2], "", row[3], *_account_refusal(row[1], *row[4:])) for row in rows} if ids else {}
    )


def _refusal(label: str, no: str, blocked: bool) -> tuple[str, str]:
    return (f"{label} {no} is blocked.", "Choose another, or unblock it on its card.") if blocked else ("", "")


def _account_refusal(no: str, blocked: bool, account_type: str, direct_posting: bool) -> tuple[str, str]:
    if account_type != "Posting":
        return f"G/L Account {no} is a heading and takes no entries.", "Choose a posting account."
    if not direct_posting:
        return f"G/L Account {no} is booked by posting groups alone.", "Choose an account with Direct Posting."
    return _refusal("G/L Account", no, blocked)
