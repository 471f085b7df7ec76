"""Stores what a posting enters: one bulk statement per ledger, entry numbers without gaps."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import Field, Model

from tallystick.financials.models import (
    Company,
    CustomerLedgerEntry,
    DetailedCustomerLedgerEntry,
    GLEntry,
    ItemLedgerEntry,
    LedgerTransaction,
    VATEntry,
)
from tallystick.financials.posting.books import Books
from tallystick.financials.posting.entries import Detail, Document, Entries, GLLine, Movement, Receivable, VATLine
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import numbers
from tallystick.financials.services.ledger import number_entries

OWN = ("id", "company", "no", "line_no", "created_at", "modified_at")
Line = TypeVar("Line", GLLine, VATLine, Movement, Receivable, Detail)


def refuse_problems(books: Books) -> None:
    """Raises `InvalidRecord` with every problem that was met."""
    if books.problems:
        raise InvalidRecord(books.problems)


def new_number(company: Company, table: str) -> str:
    """Return the next number of posted documents, free again when the transaction fails."""
    return numbers.allocate(company, table)[0]


def fields_of(model: type[Model], *names: str) -> "tuple[Field[Any, Any], ...]":
    """Return columns of a table, in the order they are named."""
    by_name = {field.name: field for field in model._meta.concrete_fields}
    return tuple(by_name[name] for name in names)


def copied(source: Model, to: type[Model]) -> dict[str, Any]:
    """Return what a posted document, or line, takes over from where it comes from: every column they share."""
    shared = {field.attname for field in source._meta.concrete_fields if field.name not in OWN}
    return {
        field.attname: getattr(source, field.attname) for field in to._meta.concrete_fields if field.attname in shared
    }


def store_entries(company: Company, transaction: LedgerTransaction, entries: Entries) -> list[ItemLedgerEntry]:
    """Store what one transaction enters, and return its item ledger entries. The caller has the turn.

    What does not sum to zero is a mistake of ours, and is not stored."""
    if entries.balance:
        raise AssertionError(f"transaction {transaction.transaction_no} is {entries.balance} out of balance")

    def rows(model: type[Any], lines: Iterable[Line], values: Callable[[Line], Mapping[str, Any]]) -> list[Any]:
        made = [
            model(
                company=company,
                transaction=transaction,
                **_common(line.document, transaction.posting_date),
                **values(line),
            )
            for line in lines
        ]
        number_entries(company, made)
        return list(model.objects.bulk_create(made)) if made else []

    rows(GLEntry, entries.gl, _gl)
    rows(VATEntry, entries.vat, _vat)
    rows(CustomerLedgerEntry, entries.receivables, _receivable)
    rows(DetailedCustomerLedgerEntry, entries.details, _detail)
    return rows(ItemLedgerEntry, entries.movements, _movement)


def _common(document: Document, posting_date: date) -> dict[str, Any]:
    return {"posting_date": posting_date, "document_type": document.type, "document_no": document.no}


def _gl(line: GLLine) -> dict[str, Any]:
    return {
        "g_l_account_id": line.account,
        "amount": line.amount,
        "description": line.description[:100],
        "customer_id": line.customer,
        "item_id": line.item,
        "sub_ledger": line.ledger,
    }


def _vat(line: VATLine) -> dict[str, Any]:
    return {
        "customer_id": line.customer,
        "description": line.description[:100],
        "vat_business_posting_group_id": line.business_group,
        "vat_product_posting_group_id": line.product_group,
        "vat_percent": line.percent,
        "base": line.base,
        "amount": line.amount,
    }


def _receivable(line: Receivable) -> dict[str, Any]:
    return {
        "id": line.id,
        "customer_id": line.customer,
        "description": line.description[:100],
        "document_date": line.document_date,
        "due_date": line.due_date,
        "external_document_no": line.external_document_no,
        "order_no": line.order_no,
        "currency_id": line.currency,
        "customer_posting_group_id": line.group,
        "amount": line.amount,
        "amount_lcy": line.amount_lcy,
    }


def _detail(line: Detail) -> dict[str, Any]:
    return {
        "customer_ledger_entry_id": line.entry,
        "entry_type": line.type,
        "customer_id": line.customer,
        "amount": line.amount,
        "amount_lcy": line.amount_lcy,
        "application_no": line.application_no,
        "applied_entry_id": line.applied_entry,
        "reverses_id": line.reverses,
    }


def _movement(line: Movement) -> dict[str, Any]:
    return {
        "entry_type": line.entry_type,
        "item_id": line.item,
        "description": line.description[:100],
        "quantity": line.quantity,
        "unit_of_measure_id": line.unit,
        "qty_per_unit_of_measure": line.factor,
        "unit_cost": line.unit_cost,
        "cost_amount": line.cost_amount,
        "reverses_id": line.reverses,
    }
