"""The tables of Financials, described once: master data, documents, and the ledgers that postings write.

Lists, cards, `tally fields`, import, export and the change feed all read this description, so that a field is named,
measured and explained in one place. Standard library only: it loads without Django.
"""

from collections.abc import Mapping

from tallystick.financials.descriptions import purchases, sales
from tallystick.financials.descriptions.finance import (
    CUSTOMER_POSTING_GROUP,
    G_L_ACCOUNT,
    PRODUCT_POSTING_GROUP,
    VAT_BUSINESS_POSTING_GROUP,
    VAT_POSTING_SETUP,
    VAT_PRODUCT_POSTING_GROUP,
)
from tallystick.financials.descriptions.items import (
    ITEM,
    ITEM_UNIT_OF_MEASURE,
    RESOURCE,
    RESOURCE_UNIT_OF_MEASURE,
    UNIT_OF_MEASURE,
)
from tallystick.financials.descriptions.ledgers import (
    CUSTOMER_LEDGER_ENTRY,
    DETAILED_CUSTOMER_LEDGER_ENTRY,
    G_L_ENTRY,
    ITEM_LEDGER_ENTRY,
    LEDGER_TRANSACTION,
    VAT_ENTRY,
)
from tallystick.financials.descriptions.opportunities import OPPORTUNITY
from tallystick.financials.descriptions.parties import CONTACT, CUSTOMER, SALESPERSON
from tallystick.financials.descriptions.prices import CUSTOMER_PRICE_GROUP, PRICE_LIST, PRICE_LIST_LINE
from tallystick.financials.descriptions.terms import (
    COUNTRY,
    CURRENCY,
    EXCHANGE_RATE,
    PAYMENT_TERMS,
    SHIPMENT_METHOD,
    SHIPPING_AGENT,
)
from tallystick.financials.fields import (
    ADDRESS,
    GENERAL,
    INVOICING,
    SHIPPING,
    TEXT_KINDS,
    Choice,
    Field,
    Kind,
)
from tallystick.financials.table import Table

__all__ = [
    "ADDRESS",
    "CONTACT",
    "CUSTOMER",
    "CUSTOMER_LEDGER_ENTRY",
    "CUSTOMER_PRICE_GROUP",
    "DETAILED_CUSTOMER_LEDGER_ENTRY",
    "GENERAL",
    "INVOICING",
    "ITEM",
    "ITEM_LEDGER_ENTRY",
    "ITEM_UNIT_OF_MEASURE",
    "PRICE_LIST",
    "PRICE_LIST_LINE",
    "RESOURCE",
    "RESOURCE_UNIT_OF_MEASURE",
    "SHIPPING",
    "TABLES",
    "TEXT_KINDS",
    "UNIT_OF_MEASURE",
    "Choice",
    "Field",
    "Kind",
    "Table",
    "parts",
    "referrers",
    "table_named",
]

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        CUSTOMER,
        CONTACT,
        SALESPERSON,
        CURRENCY,
        EXCHANGE_RATE,
        PAYMENT_TERMS,
        SHIPMENT_METHOD,
        SHIPPING_AGENT,
        COUNTRY,
        UNIT_OF_MEASURE,
        ITEM,
        ITEM_UNIT_OF_MEASURE,
        RESOURCE,
        RESOURCE_UNIT_OF_MEASURE,
        CUSTOMER_PRICE_GROUP,
        PRICE_LIST,
        PRICE_LIST_LINE,
        OPPORTUNITY,
        sales.SALES_QUOTE,
        sales.SALES_QUOTE_LINE,
        sales.SALES_ORDER,
        sales.SALES_ORDER_LINE,
        sales.SALES_CREDIT_MEMO,
        sales.SALES_CREDIT_MEMO_LINE,
        sales.SALES_SHIPMENT,
        sales.SALES_SHIPMENT_LINE,
        sales.SALES_INVOICE,
        sales.SALES_INVOICE_LINE,
        sales.POSTED_CREDIT_MEMO,
        sales.POSTED_CREDIT_MEMO_LINE,
        sales.CUSTOMER_PAYMENT,
        purchases.PURCHASE_ORDER,
        purchases.PURCHASE_ORDER_LINE,
        purchases.ITEM_JOURNAL_LINE,
        G_L_ACCOUNT,
        VAT_BUSINESS_POSTING_GROUP,
        VAT_PRODUCT_POSTING_GROUP,
        VAT_POSTING_SETUP,
        CUSTOMER_POSTING_GROUP,
        PRODUCT_POSTING_GROUP,
        LEDGER_TRANSACTION,
        G_L_ENTRY,
        VAT_ENTRY,
        CUSTOMER_LEDGER_ENTRY,
        DETAILED_CUSTOMER_LEDGER_ENTRY,
        ITEM_LEDGER_ENTRY,
    )
}


def table_named(name: str) -> Table:
    """Return the table of that name; `KeyError` says which there are."""
    try:
        return TABLES[name]
    except KeyError:
        raise KeyError(f"There is no table {name!r}; there are {', '.join(TABLES)}.") from None


def referrers(name: str) -> tuple[tuple[Table, Field], ...]:
    """Return every field, with its table, that may name a record of table `name`."""
    return tuple((table, field) for table in TABLES.values() for field in table.references if field.references == name)


def parts(name: str) -> tuple[tuple[Table, Field], ...]:
    """Return the tables whose records are parts of those of table `name`, each with the field that says so."""
    return tuple((table, field) for table, field in referrers(name) if table.part_of == field.name)
