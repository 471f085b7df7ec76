"""Releasing a document, so that it can be shipped and invoiced, and reopening it, so that it can be changed.

An order with a prepayment is released when that is paid; until then it is pending."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from tallystick.financials import database
from tallystick.financials.documents.kinds import ORDERS, DocumentKind, kind_named
from tallystick.financials.models import Company, CustomerLedgerEntry, SalesOrder, SalesSetup
from tallystick.financials.models.finance import CreditWarning
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.kinds import DocumentType
from tallystick.financials.pricing.book import ForeignCurrency, read_currencies
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.documents import facts
from tallystick.financials.services.documents.headers import blocked
from tallystick.financials.services.documents.totals import read_columns
from tallystick.financials.services.facts import read_rows
from tallystick.financials.services.sales.archiving import archive_locked
from tallystick.financials.services.sales.credit import credit_policy, credit_warning, places_of
from tallystick.financials.services.sales.refusing import locked, refusal

OPEN, RELEASED, PENDING = "Open", "Released", "Pending Prepayment"
PAYMENTS = (DocumentType.PAYMENT, DocumentType.REFUND)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Release:
    """What became of a document: its status, and in words that its customer is over the credit limit now, or ''."""

    status: str
    warning: str = ""


def release(company: Company, table: str, id: UUID, *, by: Actor = OPERATOR) -> Release:
    """Release a document: its status is Released then, or Pending Prepayment while that is not paid.

    Over the credit limit it is released with a warning, where the sales setup does not say otherwise.
    Raises `InvalidRecord`: it sells nothing, a line has no quantity, its customer is blocked, or is over the credit limit
    and the sales setup refuses that. Released already, it stays released."""
    by.require(Permission.WRITE)
    return in_transaction(lambda: release_locked(company, kind_named(table), id))


def reopen(company: Company, table: str, id: UUID, *, by: Actor = OPERATOR) -> None:
    """Reopen a document. An order is archived as it was, unless the sales setup says otherwise."""
    by.require(Permission.WRITE)
    in_transaction(lambda: _reopen(company, kind_named(table), id, by))


def release_prepaid(company: Company, order_no: str) -> bool:
    """Release the order of this number if it waited for a prepayment that is paid now; return whether it did so.

    For whoever books payments on account, in the same transaction."""
    row = SalesOrder.objects.filter(company=company, no=order_no, status=PENDING).values_list("pk", flat=True).first()
    return row is not None and release_locked(company, ORDERS, row).status == RELEASED


def prepayment_due(company: Company, order_id: UUID) -> Decimal:
    """Return what is still to be paid on account before the order can be shipped, in its currency. Four queries."""
    order = read_rows(company, ORDERS.headers, [order_id], lock=False).get(order_id)
    return ZERO if order is None else _prepayment_due(company, order)


def release_locked(company: Company, kind: DocumentKind, id: UUID) -> Release:
    """Release a document in the transaction of the caller, whose permission is checked already."""
    row = locked(company, kind.headers, id)
    if row["status"] == RELEASED:
        return Release(RELEASED)
    problems = [*_customer_problems(company, kind, id, row), *_line_problems(kind, id, row)]
    if problems:
        raise InvalidRecord(problems)
    warning = credit_warning(company, row["customer_id"]) if kind is ORDERS else ""
    if warning and credit_policy(company) == CreditWarning.REFUSE:
        raise refusal(kind.headers, row["no"], "customer_no", warning, "Ask for a payment, or raise the limit.")
    pending = kind is ORDERS and _prepayment_due(company, row) > 0
    status = PENDING if pending else RELEASED
    _set_status(kind, id, status)
    return Release(status, warning)


def _reopen(company: Company, kind: DocumentKind, id: UUID, by: Actor) -> None:
    row = locked(company, kind.headers, id)
    if row["status"] == OPEN:
        return
    if kind is ORDERS and archives_orders(company):
        archive_locked(company, kind, id, reason="Reopened", by=by)
    _set_status(kind, id, OPEN)


def archives_orders(company: Company) -> bool:
    """Whether orders are archived before they are reopened or posted."""
    setup = SalesSetup.objects.filter(company=company).first()
    return setup is None or setup.archive_orders


def _set_status(kind: DocumentKind, id: UUID, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.headers.db_table} SET status = %s, modified_at = %s WHERE id = %s",
            [status, timezone.now(), database.id_parameter(id)],
        )


def _customer_problems(company: Company, kind: DocumentKind, id: UUID, row: dict[str, Any]) -> list[Problem]:
    known = facts.read(company, kind.headers.name, [facts.Row(id, None, row)])
    if not isinstance(known, facts.HeaderFacts) or row["customer_id"] not in known.customers:
        return [Problem(kind.headers.name, row["no"], "customer_no", "The document has no customer.", "Enter one.")]
    complaints = blocked(known.customers[row["customer_id"]], known)
    return [Problem(kind.headers.name, row["no"], *complaint) for complaint in complaints]


def _line_problems(kind: DocumentKind, id: UUID, row: dict[str, Any]) -> list[Problem]:
    columns = ("line_no", "item_id", "resource_id", "g_l_account_id", "quantity")
    lines = read_columns(kind.lines.model, kind.parent, [id], columns).values()
    selling = [line for line in lines if line["item_id"] or line["resource_id"] or line["g_l_account_id"]]
    if not selling:
        message = f"{kind.headers.label} {row['no']} sells nothing."
        return [Problem(kind.headers.name, row["no"], "", message, "Add a line first.")]
    hint = "Enter a quantity, or delete the line."
    return [
        Problem(
            kind.lines.name, f"{row['no']} {line['line_no']}", "quantity", f"Line {line['line_no']} has none.", hint
        )
        for line in selling
        if not line["quantity"]
    ]


def _prepayment_due(company: Company, order: Mapping[str, Any]) -> Decimal:
    if not order["prepayment_percent"]:
        return ZERO
    places = places_of(company, order["currency_id"])
    wanted = rounded(order["amount_including_vat"] * order["prepayment_percent"] / 100, places)
    return max(wanted - paid_on_account(company, order), ZERO)


def paid_on_account(company: Company, order: Mapping[str, Any]) -> Decimal:
    """Return what was paid on account of an order, less what was paid back, in its currency; payments in others count at
    the rate of the document date. `order` has its columns. Three queries."""
    places = places_of(company, order["currency_id"])
    entries = CustomerLedgerEntry.objects.filter(
        company=company, customer=order["customer_id"], order_no=order["no"], document_type__in=PAYMENTS
    )
    sums = entries.order_by().values_list("currency_id").annotate(Sum("amount"), Sum("amount_lcy"))
    foreign = read_currencies(company, {order["currency_id"]} - {None}).get(order["currency_id"])
    paid = sum((_in_currency(order, row, foreign, places) for row in sums), ZERO)
    return rounded(-paid, places)


def _in_currency(
    order: Mapping[str, Any], paid: tuple[UUID | None, Decimal, Decimal], foreign: ForeignCurrency | None, places: int
) -> Decimal:
    currency, amount, local = paid
    if currency == order["currency_id"]:
        return amount
    return local if foreign is None else foreign.from_local(local, order["document_date"], places)
