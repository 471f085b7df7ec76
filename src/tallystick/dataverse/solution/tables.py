"""The tables of the solution, and the columns it adds to those of Dynamics 365 Sales."""

from tallystick.dataverse.solution.parts import PREFIX, Column, Extension, Key, Kind, Table


def _schema(name: str) -> str:
    return f"{PREFIX}_{name}"


def _text(name: str, label: str, length: int = 100, description: str = "") -> Column:
    return Column(_schema(name), Kind.TEXT, label, description, length=length)


def _money(name: str, label: str, description: str = "") -> Column:
    return Column(_schema(name), Kind.MONEY, label, description)


def _whole(name: str, label: str, description: str, low: int = 0) -> Column:
    return Column(_schema(name), Kind.WHOLE, label, description, low=low)


def _lookup(name: str, label: str, target: str, description: str = "") -> Column:
    return Column(_schema(name), Kind.LOOKUP, label, description, target=target)


def _name(label: str, length: int = 160) -> Column:
    return Column(_schema("Name"), Kind.TEXT, label, length=length, required=True, primary=True)


COMPANY = Table(
    _schema("Company"),
    "Finance Company",
    "Finance Companies",
    "A company of Financials. Rows that belong to one carry its stamp.",
    f"{PREFIX}_companies",
    (
        _name("Name"),
        _text("ExternalId", "Finance Company Id", 36, "The id of the company in Financials."),
        _lookup("DefaultOwningTeamId", "Default Owning Team", "team", "Owns rows whose salesperson is blank."),
    ),
    keys=(Key(_schema("ExternalIdKey"), "Finance Company Id", _schema("ExternalId").lower()),),
)

CONNECTION = Table(
    _schema("Connection"),
    "Finance Connection",
    "Finance Connections",
    "How Dynamics 365 Sales reaches Financials: one row for each company.",
    f"{PREFIX}_connections",
    (
        _name("Name"),
        _lookup("CompanyId", "Finance Company", COMPANY.name),
        _text("WebAddress", "Address of Financials", 500, "Where people open a record in Financials."),
        Column(_schema("ItemAvailability"), Kind.YES_NO, "Item Availability", "Whether sellers see what is in stock."),
        _text("ODataAddress", "OData Address", 500, "The root of the company's OData service."),
        _text("ODataUserName", "OData User Name", 254, "The web service user who asks."),
        _text("ODataAccessKey", "OData Access Key", 200, "The web service access key of that user."),
        _text("ProductVersion", "Version of Financials", 50),
    ),
)

ACCOUNT_STATISTICS = Table(
    _schema("AccountStatistics"),
    "Account Statistics",
    "Account Statistics",
    "What Financials knows of a customer, in its local currency; every amount has its value in base currency beside it.",
    f"{PREFIX}_accountstatisticses",
    (
        _name("Name"),
        _text("CustomerNo", "Customer No.", 20),
        _money("Balance", "Balance"),
        _money("OutstandingOrders", "Outstanding Orders"),
        _money("ShippedNotInvoiced", "Shipped Not Invoiced"),
        _money("OutstandingInvoices", "Outstanding Invoices"),
        _money("Total", "Total"),
        _money("CreditLimit", "Credit Limit"),
        _money("Overdue", "Overdue Amounts"),
        Column(
            _schema("OverdueAsOf"), Kind.DATE, "Overdue As Of", "The date that the overdue amounts are reckoned from."
        ),
        _money("TotalSales", "Total Sales"),
        _money("InvoicedPrepayment", "Invoiced Prepayment"),
        _lookup("CompanyId", "Finance Company", COMPANY.name),
    ),
)

_STAMP = _lookup("CompanyId", "Finance Company", COMPANY.name, "The company of Financials that the row belongs to.")
_ORDER = (
    _text("OrderNumber", "Finance Order No.", 20, "The number of the order in Financials."),
    _whole("Occurrence", "Finance Order Occurrence", "Which order of that number it is, where one was used again."),
)

TABLES = (COMPANY, CONNECTION, ACCOUNT_STATISTICS)
EXTENSIONS = (
    Extension("Account", (_STAMP, _lookup("AccountStatisticsId", "Account Statistics", ACCOUNT_STATISTICS.name))),
    *(Extension(table, (_STAMP,)) for table in ("Contact", "Product", "PriceLevel", "Opportunity", "Quote")),
    Extension("SalesOrder", (_STAMP, *_ORDER)),
    Extension(
        "SalesOrderDetail", (_whole("LineNumber", "Finance Line No.", "The number of the order line in Financials."),)
    ),
    Extension("Invoice", (_STAMP,)),
)
