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
        _records("Quotes", "file-text", "sales-quote"),
        _records("Orders", "shopping-cart", "sales-order"),
        _records("Credit Memos", "file-minus", "sales-credit-memo"),
        _records("Customers", "users", "customer"),
        _records("Contacts", "address-book", "contact"),
        _records("Salespeople", "briefcase", "salesperson"),
        _records("Opportunities", "target-arrow", "opportunity"),
        NavItem("Sales Statistics", "chart-bar", "sales-statistics", needs=Permission.READ_DOCUMENTS, exact=True),
    ),
)
POSTED = NavGroup(
    "Posted & paid",
    (
        _records("Posted Invoices", "file-invoice", "sales-invoice"),
        _records("Posted Shipments", "truck-delivery", "sales-shipment"),
        _records("Posted Credit Memos", "receipt", "posted-credit-memo"),
        _records("Payments", "cash", "customer-payment"),
        _records("Customer Ledger", "report-money", "customer-ledger-entry"),
    ),
)
PURCHASING = NavGroup(
    "Purchasing",
    (
        _records("Purchase Orders", "truck", "purchase-order"),
        _records("Purchase Order Lines", "list-details", "purchase-order-line"),
    ),
)
GOODS = NavGroup(
    "Items",
    (
        _records("Items", "package", "item"),
        NavItem("Item Availability", "chart-bar", "availability-list", needs=Permission.READ_AVAILABILITY),
        _records("Item Journal", "clipboard-list", "item-journal-line"),
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
        NavItem("Chart of Accounts", "book", "ledger-chart", needs=Permission.READ_LEDGER),
        _records("G/L Entries", "list-details", "g-l-entry"),
        NavItem("Find Entries", "search", "posted-entries", needs=Permission.READ_DOCUMENTS),
        _records("Currencies", "coin", "currency"),
        _records("Exchange Rates", "calendar-dollar", "exchange-rate"),
        _records("Payment Terms", "percentage", "payment-terms"),
        _records("Shipment Methods", "map-pin", "shipment-method"),
        _records("Shipping Agents", "truck", "shipping-agent"),
        _records("Countries", "world", "country"),
    ),
)
POSTING_SETUP = NavGroup(
    "Posting setup",
    (
        NavItem("Sales Setup", "settings", "ledger-setup", needs=Permission.SET_UP),
        _records("VAT Posting Setup", "percentage", "vat-posting-setup"),
        _records("VAT Business Groups", "building", "vat-business-posting-group"),
        _records("VAT Product Groups", "package", "vat-product-posting-group"),
        _records("Customer Posting Groups", "users", "customer-posting-group"),
        _records("Product Posting Groups", "package", "product-posting-group"),
    ),
)
ADMINISTRATION = NavGroup(
    "Administration",
    (
        NavItem("Company", "building", "company-settings", exact=True),
        NavItem("Companies", "building-community", "companies", needs=None),
        NavItem("Users", "user", "users", needs=Permission.MANAGE_USERS),
        NavItem("Sign-in", "lock", "sign-in-settings", needs=Permission.MANAGE_USERS),
        NavItem("Web Services", "world", "web-services", needs=None),
        NavItem("Number Series", "list-numbers", "number-series", needs=Permission.SET_UP),
        NavItem("Changes of Settings", "history", "audit", needs=Permission.SET_UP),
        NavItem("Import", "upload", "import", needs=Permission.WRITE),
    ),
)


def menu() -> Sequence[NavGroup]:
    """Every group: ours, and those of the extensions behind what is sold and paid, where people look for them."""
    return [
        HOME,
        SALES,
        POSTED,
        *(group for extension in extensions.EXTENSIONS for group in extension.navigation),
        GOODS,
        PURCHASING,
        PRICES,
        FINANCE,
        POSTING_SETUP,
        ADMINISTRATION,
    ]
