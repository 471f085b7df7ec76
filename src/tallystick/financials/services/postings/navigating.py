"""Finds all that was posted with a document."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from tallystick.financials.models import (
    Company,
    CustomerLedgerEntry,
    DetailedCustomerLedgerEntry,
    GLEntry,
    ItemLedgerEntry,
)
from tallystick.financials.tables import TABLES

DOCUMENTS = ("sales-shipment", "sales-invoice", "posted-credit-memo", "customer-payment")
LEDGERS = ("g-l-entry", "vat-entry", "customer-ledger-entry", "detailed-customer-ledger-entry", "item-ledger-entry")


def navigate(company: Company, document_no: str) -> dict[str, list[UUID]]:
    """Return the ids of what was posted with a document, by table: it itself, its transactions, their entries.

    Tables that have nothing of it are left out. Invoices and payments show their applications too. Fourteen queries."""
    no = document_no.strip().upper()
    transactions = _transactions(company, no)
    found: dict[str, list[UUID]] = {"ledger-transaction": sorted(transactions)}
    for table in DOCUMENTS:
        rows = _rows(table).filter(company=company)
        found[table] = list(rows.filter(Q(no=no) | Q(transaction__in=transactions)).values_list("pk", flat=True))
    for table in LEDGERS:
        rows = _rows(table).filter(company=company, transaction__in=transactions)
        found[table] = list(rows.order_by("entry_no").values_list("pk", flat=True))
    return {table: ids for table, ids in found.items() if ids}


def _rows(table: str) -> Any:
    return apps.get_model("financials", TABLES[table].model)._default_manager


def _transactions(company: Company, no: str) -> set[UUID]:
    """Through the indexes on the document number; applications through the customer ledger entries they change."""
    found: set[UUID] = set()
    for model in (GLEntry, ItemLedgerEntry, CustomerLedgerEntry):
        rows: Any = model._default_manager.filter(company_id=company.pk, document_no=no)
        found.update(rows.values_list("transaction_id", flat=True).distinct())
    owed = CustomerLedgerEntry.objects.filter(company=company, document_no=no).values_list("pk", flat=True)
    details = DetailedCustomerLedgerEntry.objects.filter(customer_ledger_entry__in=list(owed))
    return found.union(details.values_list("transaction_id", flat=True))
