"""The papers of a sale: opportunity, quote, salesorder, invoice."""

from __future__ import annotations

from dataclasses import replace

from tallystick.sandbox.metadata.build import (
    choice,
    create_only,
    currency,
    day,
    decimal,
    flag,
    history,
    link,
    lookup,
    memo,
    moment,
    money,
    ownership,
    process,
    read_only,
    read_only_money,
    shared_choice,
    states,
    table,
    text,
    whole,
)
from tallystick.sandbox.metadata.model import Column, Required
from tallystick.sandbox.metadata.tables.addresses import FREIGHT_TERMS, PAYMENT_TERMS, SHIPPING_METHODS
from tallystick.sandbox.metadata.tables.choices import BUDGET_STATUS, NEED, PURCHASE_PROCESS, PURCHASE_TIMEFRAME

PRICING_ERRORS = {0: "None", 1: "Detail Error", 2: "Missing Price Level", 3: "Inactive Price Level",
    4: "Missing Quantity", 5: "Missing Unit Price", 6: "Missing Product", 7: "Invalid Product",
    8: "Missing Pricing Code", 9: "Invalid Pricing Code", 10: "Missing UOM", 11: "Product Not In Price Level",
    12: "Missing Price Level Amount", 13: "Missing Price Level Percentage", 14: "Missing Price",
    15: "Missing Current Cost", 16: "Missing Standard Cost", 17: "Invalid Price Level Amount",
    18: "Invalid Price Level Percentage", 19: "Invalid Price", 20: "Invalid Current Cost",
    21: "Invalid Standard Cost", 22: "Invalid Rounding Policy", 23: "Invalid Rounding Option",
    24: "Invalid Rounding Amount", 25: "Price Calculation Error", 26: "Invalid Discount Type",
    27: "Discount Type Invalid State", 28: "Invalid Discount", 29: "Invalid Quantity",
    30: "Invalid Pricing Precision", 31: "Missing Product Default UOM", 32: "Missing Product UOM Schedule ",
    33: "Inactive Discount Type", 34: "Invalid Price Level Currency", 35: "Price Attribute Out Of Range",
    36: "Base Currency Attribute Overflow", 37: "Base Currency Attribute Underflow"}  # fmt: skip


def _customer(name: str, collection: str) -> Column:
    """`collection` is the middle of the navigation properties: order → order_customer_accounts."""
    return lookup(
        name, "Potential Customer" if collection == "opportunity" else "Customer", "account", "contact",
        inverse=[
            (target, f"{collection}_customer_{target}s", f"{collection}_customer_{target}s")
            for target in ("account", "contact")
        ],
    )  # fmt: skip


def party(prefix: str, label: str) -> list[Column]:
    """Where goods or bills go."""
    return [
        text(f"{prefix}_name", 200, f"{label} Name"),
        text(f"{prefix}_contactname", 150, f"{label} Contact Name"),
        text(f"{prefix}_line1", 250, f"{label} Street 1"),
        text(f"{prefix}_line2", 250, f"{label} Street 2"),
        text(f"{prefix}_line3", 250, f"{label} Street 3"),
        text(f"{prefix}_city", 80, f"{label} City"),
        text(f"{prefix}_stateorprovince", 50, f"{label} State/Province"),
        text(f"{prefix}_postalcode", 20, f"{label} ZIP/Postal Code"),
        text(f"{prefix}_country", 80, f"{label} Country/Region"),
        text(f"{prefix}_telephone", 50, f"{label} Phone"),
        text(f"{prefix}_fax", 50, f"{label} Fax"),
    ]


def _totals() -> list[Column]:
    """Worked out from the lines."""
    names = {
        "totallineitemamount": "Total Detail Amount", "totallineitemdiscountamount": "Total Line Item Discount Amount",
        "totaldiscountamount": "Total Discount Amount", "totalamountlessfreight": "Total Pre-Freight Amount",
        "totaltax": "Total Tax", "totalamount": "Total Amount",
    }  # fmt: skip
    columns = [column for name, label in names.items() for column in read_only_money(name, label)]
    return [*columns, choice("pricingerrorcode", "Pricing Error ", PRICING_ERRORS, default=0)]


def _discounts() -> list[Column]:
    return [
        *money("discountamount", "Discount Amount", low="0"),
        decimal("discountpercentage", "Discount (%)", low="0", high="100", precision=2),
        *money("freightamount", "Freight Amount", low="0"),
    ]


def _terms() -> list[Column]:
    return [
        choice("paymenttermscode", "Payment Terms", PAYMENT_TERMS),
        choice("freighttermscode", "Freight Terms", FREIGHT_TERMS),
        choice("shippingmethodcode", "Shipping Method", SHIPPING_METHODS),
        flag("willcall", "Ship To", yes="Will Call", no="Address"),
    ]


def _price_list(name: str, *, required: Required = Required.APPLICATION) -> Column:
    return link("pricelevelid", "Price List", "pricelevel", f"price_level_{name}", required=required)


def _document(name: str, plural: str, number_label: str) -> list[Column]:
    """What quotes, orders and invoices have in common."""
    short = {"salesorder": "order"}.get(name, name)
    return [
        text("name", 300, "Name", required=Required.APPLICATION),
        create_only(text(f"{short}number", 100, number_label, required=Required.SYSTEM)),
        _customer("customerid", short),
        link("opportunityid", "Opportunity", "opportunity", f"opportunity_{plural}"),
        _price_list(plural),
        memo("description", 2000, "Description"),
        *_terms(),
        *_discounts(),
        *_totals(),
        *party("shipto", "Ship To"),
        *party("billto", "Bill To"),
        *(
            replace(column, required=Required.APPLICATION) if column.name == "transactioncurrencyid" else column
            for column in currency(name)
        ),
        *ownership(name),
        *history(name),
        *process(),
    ]


OPPORTUNITY = table(
    "opportunity",
    "Opportunity",
    3,
    "Opportunity",
    "Opportunities",
    [
        text("name", 300, "Topic", required=Required.APPLICATION),
        _customer("customerid", "opportunity"),
        link("parentaccountid", "Account", "account", "opportunity_parent_account"),
        link("parentcontactid", "Contact", "contact", "opportunity_parent_contact"),
        _price_list("opportunties", required=Required.NONE),
        *money("estimatedvalue", "Est. revenue"),
        flag("isrevenuesystemcalculated", "Revenue", yes="System Calculated", no="User Provided"),
        day("estimatedclosedate", "Est. close date"),
        whole("closeprobability", "Probability", low=0, high=100),
        *money("actualvalue", "Actual Revenue"),
        day("actualclosedate", "Actual Close Date"),
        choice("opportunityratingcode", "Rating", ("Hot", "Warm", "Cold"), default=2),
        choice("salesstage", "Sales Stage", {0: "Qualify", 1: "Develop", 2: "Propose", 3: "Close"}),
        *money("budgetamount", "Budget Amount", low="0"),
        shared_choice("budgetstatus", "Budget", BUDGET_STATUS),
        shared_choice("need", "Need", NEED),
        shared_choice("purchasetimeframe", "Purchase Timeframe", PURCHASE_TIMEFRAME),
        shared_choice("purchaseprocess", "Purchase Process", PURCHASE_PROCESS),
        memo("description", 2000, "Description"),
        memo("customerneed", 2000, "Customer Need"),
        *_discounts(),
        *_totals(),
        *(
            replace(column, required=Required.APPLICATION) if column.name == "transactioncurrencyid" else column
            for column in currency("opportunity")
        ),
        *ownership("opportunity", owned="opportunity_owning_user", unit="business_unit_opportunities"),
        *history("opportunity"),
        *process(),
        *states(
            (0, "Open", ((1, "In Progress"), (2, "On Hold"))),
            (1, "Won", ((3, "Won"),)),
            (2, "Lost", ((4, "Canceled"), (5, "Out-Sold"))),
        ),
    ],
    set_name="opportunities",
    description="Potential revenue-generating event, or sale to an account, which needs to be tracked.",
)  # fmt: skip

QUOTE = table(
    "quote",
    "Quote",
    1084,
    "Quote",
    "Quotes",
    [
        *_document("quote", "quotes", "Quote ID"),
        read_only(whole("revisionnumber", "Revision ID", low=0, default=0)),
        day("effectivefrom", "Effective From"),
        day("effectiveto", "Effective To"),
        day("expireson", "Due By"),
        day("closedon", "Closed On"),
        day("requestdeliveryby", "Requested Delivery Date"),
        *states(
            (0, "Draft", ((1, "In Progress"),)),
            (1, "Active", ((2, "In Progress"), (3, "Open"))),
            (2, "Won", ((4, "Won"),)),
            (3, "Closed", ((5, "Lost"), (6, "Canceled"), (7, "Revised"))),
        ),
    ],
    description="Formal offer for products and/or services, proposed at specific prices and related payment terms, which "
    "is sent to a prospective customer.",
)  # fmt: skip

SALESORDER = table(
    "salesorder",
    "SalesOrder",
    1088,
    "Order",
    "Orders",
    [
        *_document("salesorder", "sales_orders", "Order ID"),
        link("quoteid", "Quote", "quote", "quote_orders"),
        read_only(flag("ispricelocked", "Prices Locked")),
        day("requestdeliveryby", "Requested Delivery Date"),
        day("submitdate", "Date Submitted"),
        whole("submitstatus", "Submitted Status", low=0, high=1000000000),
        memo("submitstatusdescription", 2000, "Submitted Status Description"),
        day("lastbackofficesubmit", "Last Submitted to Back Office"),
        day("datefulfilled", "Date Fulfilled"),
        choice("prioritycode", "Priority", ("Default Value",), default=1),
        *states(
            (0, "Active", ((1, "New"), (2, "Pending"))),
            (1, "Submitted", ((3, "In Progress"),)),
            (2, "Canceled", ((4, "No Money"),)),
            (3, "Fulfilled", ((100001, "Complete"), (100002, "Partial"))),
            (4, "Invoiced", ((100003, "Invoiced"),)),
        ),
    ],
    description="Quote that has been accepted.",
)  # fmt: skip

INVOICE = table(
    "invoice",
    "Invoice",
    1090,
    "Invoice",
    "Invoices",
    [
        *_document("invoice", "invoices", "Invoice ID"),
        link("salesorderid", "Order", "salesorder", "order_invoices"),
        read_only(flag("ispricelocked", "Prices Locked")),
        day("duedate", "Due Date"),
        day("datedelivered", "Date Delivered"),
        moment("lastbackofficesubmit", "Last Submitted to Back Office"),
        choice("prioritycode", "Priority", ("Default Value",), default=1),
        *states(
            (0, "Active", (
                (1, "New"), (2, "Partially Shipped"), (4, "Billed"), (5, "Booked (applies to services)"),
                (6, "Installed (applies to services)"),
            )),
            (1, "Closed (deprecated)", ((3, "Canceled (deprecated)"), (7, "Paid in Full (deprecated)"))),
            (2, "Paid", ((100001, "Complete"), (100002, "Partial"))),
            (3, "Canceled", ((100003, "Canceled"),)),
        ),
    ],
    description="Order that has been billed.",
)  # fmt: skip
