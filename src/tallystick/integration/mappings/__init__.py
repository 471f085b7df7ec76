"""The shipped table mappings, in an order in which each comes after what it refers to.

A new table is one more file here and one more name in `ALL`."""

from collections.abc import Mapping

from tallystick.engine import SetupError, TableMapping
from tallystick.integration.mappings.contacts import CONTACT
from tallystick.integration.mappings.currencies import CURRENCY
from tallystick.integration.mappings.customers import CUSTOMER
from tallystick.integration.mappings.options import PAYMENT_TERMS, SHIPMENT_METHOD, SHIPPING_AGENT
from tallystick.integration.mappings.salespeople import SALESPEOPLE

ALL: tuple[TableMapping, ...] = (
    SALESPEOPLE,
    CURRENCY,
    PAYMENT_TERMS,
    SHIPMENT_METHOD,
    SHIPPING_AGENT,
    CUSTOMER,
    CONTACT,
)
_BY_NAME: Mapping[str, TableMapping] = {mapping.name: mapping for mapping in ALL}


def by_name(name: str) -> TableMapping:
    """Return the mapping of that name, however it is capitalised. Raises SetupError naming those there are."""
    try:
        return _BY_NAME[name.strip().upper()]
    except KeyError:
        raise SetupError(
            f"There is no integration table mapping {name!r}.", hint=f"There are {', '.join(_BY_NAME)}."
        ) from None


__all__ = [
    "ALL",
    "CONTACT",
    "CURRENCY",
    "CUSTOMER",
    "PAYMENT_TERMS",
    "SALESPEOPLE",
    "SHIPMENT_METHOD",
    "SHIPPING_AGENT",
    "by_name",
]
