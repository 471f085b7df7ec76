"""The address columns of accounts and contacts, and the choices they share."""

from __future__ import annotations

from tallystick.sandbox.metadata.build import choice, double, guid, memo, read_only, text, whole
from tallystick.sandbox.metadata.model import Column

PAYMENT_TERMS = ("Net 30", "2% 10, Net 30", "Net 45", "Net 60")
FREIGHT_TERMS = ("FOB", "No Charge")
SHIPPING_METHODS = ("Airborne", "DHL", "FedEx", "UPS", "Postal Mail", "Full Load", "Will Call")
ADDRESS_TYPES = ("Bill To", "Ship To", "Primary", "Other")
DEFAULT_ONLY = ("Default Value",)


def address(number: int, *, shipped: bool) -> list[Column]:
    """Address `number`; only a table's first address ships with real choices, the others hold a default value."""

    def named(part: str) -> str:
        return f"address{number}_{part}"

    title = f"Address {number}"
    freight = FREIGHT_TERMS if shipped else DEFAULT_ONLY
    shipping = SHIPPING_METHODS if shipped else DEFAULT_ONLY
    types = ADDRESS_TYPES if shipped else DEFAULT_ONLY
    default = None if shipped else 1
    return [
        read_only(memo(named("composite"), 1000, title)),
        text(named("name"), 200, f"{title}: Name"),
        text(named("line1"), 250, f"{title}: Street 1"),
        text(named("line2"), 250, f"{title}: Street 2"),
        text(named("line3"), 250, f"{title}: Street 3"),
        text(named("city"), 80, f"{title}: City"),
        text(named("stateorprovince"), 50, f"{title}: State/Province"),
        text(named("postalcode"), 20, f"{title}: ZIP/Postal Code"),
        text(named("country"), 80, f"{title}: Country/Region"),
        text(named("county"), 50, f"{title}: County"),
        text(named("primarycontactname"), 100 if number == 1 else 150, f"{title}: Primary Contact Name"),
        text(named("telephone1"), 50, f"{title}: Phone"),
        text(named("telephone2"), 50, f"{title}: Telephone 2"),
        text(named("telephone3"), 50, f"{title}: Telephone 3"),
        text(named("fax"), 50, f"{title}: Fax"),
        text(named("postofficebox"), 20, f"{title}: Post Office Box"),
        text(named("upszone"), 4, f"{title}: UPS Zone"),
        whole(named("utcoffset"), f"{title}: UTC Offset", low=-1500, high=1500),
        double(named("latitude"), f"{title}: Latitude", low=-90, high=90),
        double(named("longitude"), f"{title}: Longitude", low=-180, high=180),
        choice(named("addresstypecode"), f"{title}: Address Type", types, default=default),
        choice(named("freighttermscode"), f"{title}: Freight Terms", freight, default=default),
        choice(named("shippingmethodcode"), f"{title}: Shipping Method", shipping, default=default),
        read_only(guid(named("addressid"), f"{title}: ID")),
    ]
