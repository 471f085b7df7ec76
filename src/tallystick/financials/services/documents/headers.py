"""The rules of document headers. Pure.

A new document takes from its customer what was left empty; a document that gets another customer takes everything anew
that was not given with it. An open document can change until something of it was shipped or invoiced: from then on its
customer, currency, VAT and invoice discount stay."""

from collections.abc import Iterator, Mapping, Set
from datetime import date
from typing import Any
from uuid import UUID

from tallystick.financials.documents.dates import after
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.documents.facts import HeaderFacts, Values

OPEN = "Open"
FROM_CUSTOMER: Mapping[str, str] = {  # column of the document → column of the customer
    "customer_name": "name",
    "contact": "contact",
    "salesperson_id": "salesperson_id",
    "currency_id": "currency_id",
    "customer_price_group_id": "customer_price_group_id",
    "customer_posting_group_id": "customer_posting_group_id",
    "vat_business_posting_group_id": "vat_business_posting_group_id",
    "payment_terms_id": "payment_terms_id",
    "shipment_method_id": "shipment_method_id",
    "shipping_agent_id": "shipping_agent_id",
    "prices_including_vat": "prices_including_vat",
    "invoice_discount_percent": "invoice_discount_percent",
}
ADDRESS: Mapping[str, str] = {
    "name": "name",
    "address": "address",
    "address_2": "address_2",
    "post_code": "post_code",
    "city": "city",
    "country_id": "country_id",
    "county": "county",
}
ADDRESSES = ("bill_to", "ship_to")
FREE_WHEN_RELEASED = frozenset({"posting_date", "external_document_no", "your_reference"})
FIXED_ONCE_MOVED = (
    "customer_no",
    "currency_code",
    "prices_including_vat",
    "vat_business_posting_group",
    "customer_posting_group",
    "invoice_discount_percent",
)


def header_rule(
    id: UUID, row: dict[str, Any], before: Mapping[str, Any] | None, given: Set[str], known: HeaderFacts
) -> Iterator[Complaint]:
    """Complete a header in place and say what is wrong with it."""
    if before is not None and before["status"] != OPEN:
        yield from _changes_of_released(row, before, known)
        return
    customer = known.customers.get(row["customer_id"])
    if customer is None:
        return  # said once, with the other references or with what is required
    arriving = before is None or before["customer_id"] != row["customer_id"]
    if arriving:
        yield from blocked(customer, known)
        _take_from_customer(row, before, given, customer, known)
    _fill_groups(row, known)
    if row["currency_id"] not in known.currencies:
        row["currency_id"] = None  # the local currency may be named or left out
    yield from _set_dates(row, before, given, known)
    yield from _check_rate(row, before, known)
    if before is not None:
        yield from _changes_after_moves(id, row, before, known)
        yield from _vat_of_lines(id, row, before, known)


def _changes_of_released(row: dict[str, Any], before: Values, known: HeaderFacts) -> Iterator[Complaint]:
    for field in known.kind.headers.fields:
        if row[field.column] != before[field.column] and field.column not in FREE_WHEN_RELEASED:
            message = f"{known.kind.word.capitalize()} {before['no']} is {before['status'].lower()}."
            yield Complaint(field.name, message, "Reopen it to change it.")


def blocked(customer: Values, known: HeaderFacts) -> Iterator[Complaint]:
    """Say whether the customer is blocked for this kind of document: a credit memo is stopped by All alone."""
    why = customer["blocked"]
    if why and (why == "All" or known.kind.headers.name != "sales-credit-memo"):
        yield Complaint(
            "customer_no",
            f"Customer {customer['no']} {customer['name']} is blocked ({why}).",
            "Choose another customer, or unblock this one on its card.",
        )


def _take_from_customer(
    row: dict[str, Any], before: Values | None, given: Set[str], customer: Values, known: HeaderFacts
) -> None:
    names = {field.column: field.name for field in known.kind.headers.fields}
    for column, source in FROM_CUSTOMER.items():
        left_empty = before is None and row[column] in (None, "")
        if names[column] not in given or left_empty:
            row[column] = customer[source]
    for prefix in ADDRESSES:
        columns = {f"{prefix}_{part}": source for part, source in ADDRESS.items()}
        entered = {names[column] for column in columns} & given
        if not entered or (before is None and not any(row[column] for column in columns)):
            row.update({column: customer[source] for column, source in columns.items()})


def _fill_groups(row: dict[str, Any], known: HeaderFacts) -> None:
    row["customer_posting_group_id"] = row["customer_posting_group_id"] or known.vat.groups.customer
    row["vat_business_posting_group_id"] = row["vat_business_posting_group_id"] or known.vat.groups.vat_business


def _set_dates(row: dict[str, Any], before: Values | None, given: Set[str], known: HeaderFacts) -> Iterator[Complaint]:
    row["document_date"] = row["document_date"] or known.today
    row["customer_name"] = row["customer_name"] or known.customers[row["customer_id"]]["name"]
    if "posting_date" in row:
        _follow(row, before, given, "posting_date", lambda values: values["document_date"])
    if "shipment_date" in row:
        _follow(row, before, given, "shipment_date", _ships_on)
    if "due_date" in row:
        yield from _set_due_date(row, before, given, known)


def _follow(row: dict[str, Any], before: Values | None, given: Set[str], name: str, derive: Any) -> None:
    """Derive a date that was left empty; and anew when it was derived before and nobody gives another now."""
    derived_before = before is not None and name not in given and before[name] == derive(before)
    if row[name] is None or derived_before:
        row[name] = derive(row)


def _ships_on(values: Values) -> date | None:
    found: date | None = (
        values["promised_delivery_date"] or values["requested_delivery_date"] or values["document_date"]
    )
    return found


def _set_due_date(
    row: dict[str, Any], before: Values | None, given: Set[str], known: HeaderFacts
) -> Iterator[Complaint]:
    moved = before is None or any(row[name] != before[name] for name in ("document_date", "payment_terms_id"))
    if row["due_date"] is not None and ("due_date" in given or not moved):
        return
    formula = known.formulas.get(row["payment_terms_id"], "")
    try:
        row["due_date"] = after(row["document_date"], formula)
    except ValueError as error:
        yield Complaint("due_date", f"No due date can be worked out: {error}", "Enter the due date.")


def _check_rate(row: dict[str, Any], before: Values | None, known: HeaderFacts) -> Iterator[Complaint]:
    currency = known.currencies.get(row["currency_id"])
    if currency is None or (
        before is not None and all(row[name] == before[name] for name in ("currency_id", "document_date"))
    ):
        return
    try:
        currency.rate(row["document_date"])
    except FinancialsError as problem:
        yield Complaint("currency_code", problem.what, problem.hint)


def _changes_after_moves(id: UUID, row: dict[str, Any], before: Values, known: HeaderFacts) -> Iterator[Complaint]:
    if id not in known.moved:
        return
    for field in map(known.kind.headers.field, FIXED_ONCE_MOVED):
        if row[field.column] != before[field.column]:
            message = f"{field.label} stays: something of {known.kind.word} {before['no']} was shipped or invoiced."
            yield Complaint(field.name, message, f"Create another {known.kind.word} for the rest.")


def _vat_of_lines(id: UUID, row: dict[str, Any], before: Values, known: HeaderFacts) -> Iterator[Complaint]:
    business = row["vat_business_posting_group_id"]
    if business == before["vat_business_posting_group_id"]:
        return
    if any(known.vat.percent(business, product) is None for product in known.sold_groups.get(id, ())):
        message = "The VAT posting setup has no rate of this group for what some line sells."
        yield Complaint("vat_business_posting_group", message, "Add the rate under VAT Posting Setup first.")
