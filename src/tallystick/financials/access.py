"""Which permission a table asks of whoever reads or writes it. Standard library only.

Every table is in exactly one group. One that nobody has put into a group asks for the most, until somebody does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tallystick.financials.permissions import Actor, Permission
from tallystick.financials.table import Table


@dataclass(frozen=True, slots=True)
class TableGroup:
    """Tables that the same people read and write."""

    label: str
    reading: Permission
    writing: Permission
    tables: frozenset[str]


MASTER_DATA = TableGroup(
    "Master data",
    Permission.READ,
    Permission.WRITE,
    frozenset(
        {
            "customer",
            "contact",
            "salesperson",
            "currency",
            "exchange-rate",
            "payment-terms",
            "shipment-method",
            "shipping-agent",
            "country",
            "unit-of-measure",
            "item",
            "item-unit-of-measure",
            "resource",
            "resource-unit-of-measure",
            "customer-price-group",
            "price-list",
            "price-list-line",
        }
    ),
)
DOCUMENTS = TableGroup(
    "Documents, and what customers owe",
    Permission.READ_DOCUMENTS,
    Permission.WRITE,
    frozenset(
        {
            "opportunity",
            "sales-quote",
            "sales-quote-line",
            "sales-order",
            "sales-order-line",
            "sales-credit-memo",
            "sales-credit-memo-line",
            "sales-shipment",
            "sales-shipment-line",
            "sales-invoice",
            "sales-invoice-line",
            "posted-credit-memo",
            "posted-credit-memo-line",
            "customer-payment",
            "purchase-order",
            "purchase-order-line",
            "item-journal-line",
            "customer-ledger-entry",
            "detailed-customer-ledger-entry",
            "item-ledger-entry",
        }
    ),
)
# Where amounts are posted to decides what the books say, so changing it is setting up, not daily work.
GENERAL_LEDGER = TableGroup(
    "General ledger, and where amounts are posted to",
    Permission.READ_LEDGER,
    Permission.SET_UP,
    frozenset(
        {
            "g-l-account",
            "vat-business-posting-group",
            "vat-product-posting-group",
            "vat-posting-setup",
            "customer-posting-group",
            "product-posting-group",
            "ledger-transaction",
            "g-l-entry",
            "vat-entry",
        }
    ),
)
GROUPS = (MASTER_DATA, DOCUMENTS, GENERAL_LEDGER)
_GROUP_OF: Mapping[str, TableGroup] = {name: group for group in GROUPS for name in group.tables}


def group_of(table: Table) -> TableGroup:
    """Return the group of a table."""
    return _GROUP_OF.get(table.name, GENERAL_LEDGER)


def may_read(actor: Actor, table: Table) -> bool:
    """Whether they may look at records of the table."""
    return actor.may(group_of(table).reading)


def may_write(actor: Actor, table: Table) -> bool:
    """Whether they may enter and change records of the table; nobody enters what postings write."""
    return actor.may(group_of(table).writing) and not table.posted


def require_reading(actor: Actor, table: Table) -> None:
    """Raises `NotPermitted` when they may not look at records of the table."""
    actor.require(group_of(table).reading)


def require_writing(actor: Actor, table: Table) -> None:
    """Raises `NotPermitted` when they may not enter and change records of the table."""
    actor.require(group_of(table).writing)


def readable(actor: Actor, tables: Iterable[Table]) -> list[Table]:
    """Return those of the tables whose records they may look at, in their order."""
    return [table for table in tables if may_read(actor, table)]
