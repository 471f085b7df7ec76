"""The left navigation: one list, in the order people see it."""

from collections.abc import Sequence

from tallystick.financials.access import group_of
from tallystick.financials.tables import TABLES
from tallystick.web import extensions
from tallystick.web.shell.desk import Permission
from tallystick.web.shell.navigation import NavGroup, NavItem


def _records(label: str, icon: str, table: str) -> NavItem:
    return NavItem(label, icon, "record-list", (table,), needs=group_of(TABLES[table]).reading)


HOME = NavGroup("", (NavItem("Home", "home", "company-home", needs=None, exact=True),))
SALES = NavGroup(
    "Sales",
    (
        _records("Customers", "users", "customer"),
        _records("Contacts", "address-book", "contact"),
        _records("Salespeople", "briefcase", "salesperson"),
    ),
)
GOODS = NavGroup(
    "Items",
    (
        _records("Items", "package", "item"),
        _records("Item Units of Measure", "arrows-left-right", "item-unit-of-measure"),
        _records("Resources", "user", "resource"),
        _records("Resource Units of Measure", "clock", "resource-unit-of-measure"),
        _records("Units of Measure", "list-numbers", "unit-of-measure"),
    ),
)
PRICES = NavGroup(
    "Prices",
    (
        _records("Price Lists", "file-spreadsheet", "price-list"),
        _records("Price List Lines", "coin", "price-list-line"),
        _records("Customer Price Groups", "users", "customer-price-group"),
    ),
)
FINANCE = NavGroup(
    "Finance",
    (
        _records("Currencies", "coin", "currency"),
        _records("Exchange Rates", "calendar-dollar", "exchange-rate"),
        _records("Payment Terms", "percentage", "payment-terms"),
        _records("Shipment Methods", "map-pin", "shipment-method"),
        _records("Shipping Agents", "truck", "shipping-agent"),
        _records("Countries", "world", "country"),
    ),
)
ADMINISTRATION = NavGroup(
    "Administration",
    (
        NavItem("Company", "building", "company-settings", exact=True),
        NavItem("Companies", "building-community", "companies", needs=None),
        NavItem("Users", "user", "users", needs=Permission.MANAGE_USERS),
        NavItem("Number Series", "list-numbers", "number-series", needs=Permission.SET_UP),
        NavItem("Changes of Settings", "history", "audit", needs=Permission.SET_UP),
        NavItem("Import", "upload", "import", needs=Permission.WRITE),
    ),
)


def menu() -> Sequence[NavGroup]:
    """Every group: ours, and those of the extensions right behind Sales, where people look for them."""
    return [
        HOME,
        SALES,
        *(group for extension in extensions.EXTENSIONS for group in extension.navigation),
        GOODS,
        PRICES,
        FINANCE,
        ADMINISTRATION,
    ]
