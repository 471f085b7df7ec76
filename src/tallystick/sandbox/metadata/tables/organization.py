"""organization (the environment itself, one row) and businessunit."""

from __future__ import annotations

from tallystick.sandbox.metadata.build import choice, flag, guid, history, link, read_only, table, text, whole
from tallystick.sandbox.metadata.model import Required

NAME_ORDERS = {
    0: "Last Name, First Name",
    1: "First Name",
    2: "Last Name, First Name, Middle Initial",
    3: "First Name, Middle Initial, Last Name",
    4: "Last Name, First Name, Middle Name",
    5: "First Name, Middle Name, Last Name",
    6: "Last Name, space, First Name",
    7: "Last Name, no space, First Name",
}

ORGANIZATION = table(
    "organization",
    "Organization",
    1019,
    "Organization",
    "Organizations",
    [
        read_only(text("name", 160, "Organization Name")),
        read_only(
            link("basecurrencyid", "Currency", "transactioncurrency", "basecurrency_organization")
        ),
        read_only(whole("languagecode", "Language")),
        whole("localeid", "Locale"),
        whole("pricingdecimalprecision", "Pricing Decimal Precision", low=0, high=10),
        whole("currencydecimalprecision", "Currency Decimal Precision", low=0, high=4),
        choice("currencydisplayoption", "Currency Display Option", {0: "Currency symbol", 1: "Currency code"}),
        choice("fullnameconventioncode", "Full Name Display Order", NAME_ORDERS),
        choice("weekstartdaycode", "Week Start Day", dict(enumerate(
            ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")))),
        text("quoteprefix", 20, "Quote Prefix"),
        text("orderprefix", 20, "Order Prefix"),
        text("invoiceprefix", 20, "Invoice Prefix"),
        whole("currentquotenumber", "Current Quote Number", low=0),
        whole("currentordernumber", "Current Order Number", low=0),
        whole("currentinvoicenumber", "Current Invoice Number", low=0),
        whole("uniquespecifierlength", "Unique String Length", low=4, high=6),
        flag("issopintegrationenabled", "Is Sales Order Integration Enabled"),
        flag("oobpricecalculationenabled", "Enable OOB Price Calculation", default=True),
        choice("discountcalculationmethod", "Discount calculation method", {0: "Line item", 1: "Per unit"}),
        flag("createproductswithoutparentinactivestate", "Create products in active state"),
        whole("maxproductsinbundle", "Bundle Item Limit", low=0, high=2147483647),
        whole("expirechangetrackingindays", "Days to Expire Change Tracking Deltas", low=0, high=365),
        flag("isauditenabled", "Is Auditing Enabled"),
        whole("maxuploadfilesize", "Max Upload File Size", low=0, high=134217728),
        read_only(text("schemanameprefix", 8, "Customization Name Prefix")),
        *history("organization"),
    ],
    ownership_type="None",
    creatable=False,
    deletable=False,
    description="Top level of the business hierarchy: the environment and its settings.",
)  # fmt: skip

BUSINESSUNIT = table(
    "businessunit",
    "BusinessUnit",
    10,
    "Business Unit",
    "Business Units",
    [
        text("name", 160, "Name", required=Required.SYSTEM),
        text("divisionname", 100, "Division"),
        text("costcenter", 100, "Cost Center"),
        text("emailaddress", 100, "Email", format="Email"),
        text("websiteurl", 200, "Website", format="Url"),
        link(
            "parentbusinessunitid", "Parent Business", "businessunit", "business_unit_parent_business_unit",
            required=Required.SYSTEM,
        ),
        read_only(flag("isdisabled", "Is Disabled")),
        read_only(
            link("organizationid", "Organization", "organization", "organization_business_units")
        ),
        link("transactioncurrencyid", "Currency", "transactioncurrency", "TransactionCurrency_BusinessUnit"),
        guid("calendarid", "Calendar", create=False, update=False),
        *history("businessunitbase"),
    ],
    ownership_type="BusinessOwned",
    description="Business, division, or department in the hierarchy of the organization.",
)  # fmt: skip
