"""The tables of master data, described once.

Lists, cards, `tally fields`, import, export and the change feed all read this description, so that a field is named,
measured and explained in one place. Standard library only: it loads without Django.
"""

from collections.abc import Mapping

from tallystick.financials.descriptions.items import (
    ITEM,
    ITEM_UNIT_OF_MEASURE,
    RESOURCE,
    RESOURCE_UNIT_OF_MEASURE,
    UNIT_OF_MEASURE,
)
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
    "CUSTOMER_PRICE_GROUP",
    "GENERAL",
    "INVOICING",
    "ITEM",
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
