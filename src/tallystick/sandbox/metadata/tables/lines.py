"""The lines of quotes, orders and invoices."""

from __future__ import annotations

from tallystick.sandbox.metadata.build import (
    choice,
    create_only,
    currency,
    day,
    decimal,
    flag,
    guid,
    history,
    link,
    memo,
    money,
    ownership,
    read_only,
    read_only_money,
    table,
    text,
    whole,
)
from tallystick.sandbox.metadata.model import Column, Required, Table
from tallystick.sandbox.metadata.tables.documents import INVOICE, PRICING_ERRORS, QUOTE, SALESORDER, party

_KINDS = ("Product", "Bundle", "Required Bundle Product", "Optional Bundle Product")
_QUANTITY = "100000000000"


def _parent(document: Table, name: str, collection: str) -> list[Column]:
    """The lookup to the document, and its state, owner and currency as read-only copies."""
    state = document.columns["statecode"]
    return [
        link(document.id_column, document.label, document.name, collection, required=Required.SYSTEM),
        read_only(
            choice(f"{document.name}statecode", f"{document.label} Status", {o.value: o.label for o in state.options})
        ),
        *(read_only(column) for column in ownership(name)),
        *(read_only(column) for column in currency(name)),
    ]


def _line(name: str) -> list[Column]:
    return [
        read_only(text(f"{name}name", 100, "Name")),
        link("productid", "Existing Product", "product", f"product_{name}s"),
        link("uomid", "Unit", "uom", f"unit_of_measurement_{name}s"),
        create_only(flag("isproductoverridden", "Select Product", yes="Write In", no="Existing")),
        text("productdescription", 500, "Write-In Product"),
        read_only(text("productname", 500, "Product Name")),
        flag("ispriceoverridden", "Pricing", yes="Override Price", no="Use Default"),
        *money("priceperunit", "Price Per Unit"),
        decimal(
            "quantity", "Quantity", low=f"-{_QUANTITY}", high=_QUANTITY, precision=10, required=Required.APPLICATION
        ),
        *money("manualdiscountamount", "Manual Discount", low="0"),
        *money("tax", "Tax"),
        *read_only_money("volumediscountamount", "Volume Discount"),
        *read_only_money("baseamount", "Amount"),
        *read_only_money("extendedamount", "Extended Amount"),
        choice("pricingerrorcode", "Pricing Error", PRICING_ERRORS, default=0),
        whole("lineitemnumber", "Line Item Number", low=0, high=1000000000),
        whole("sequencenumber", "Sequence Number"),
        memo("description", 2000, "Description"),
        flag("willcall", "Ship To", yes="Will Call", no="Address"),
        link("salesrepid", "Salesperson", "systemuser", f"system_user_{name}s"),
        create_only(choice("producttypecode", "Product type", _KINDS, default=1, required=Required.SYSTEM)),
        guid("parentbundleid", "Parent Bundle"),
        create_only(guid("productassociationid", "Bundle Item Association")),
        choice(
            "propertyconfigurationstatus", "Property Configuration", {0: "Edit", 1: "Rectify", 2: "Not Configured"},
            default=2,
        ),
        *party("shipto", "Ship To"),
        *history(name),
    ]  # fmt: skip


def _shipped() -> list[Column]:
    return [
        decimal(name, label, low=f"-{_QUANTITY}", high=_QUANTITY, precision=10)
        for name, label in (
            ("quantityshipped", "Quantity Shipped"), ("quantitybackordered", "Quantity Back Ordered"),
            ("quantitycancelled", "Quantity Canceled"),
        )
    ]  # fmt: skip


QUOTEDETAIL = table(
    "quotedetail",
    "QuoteDetail",
    1085,
    "Quote Product",
    "Quote Products",
    [
        *_parent(QUOTE, "quotedetail", "quote_details"),
        *_line("quotedetail"),
        day("requestdeliveryby", "Requested Delivery Date"),
    ],
    name_column="quotedetailname",
    ownership_type="None",
    privilege="Quote",
    parent_column="quoteid",
    description="Product line item in a quote.",
)

SALESORDERDETAIL = table(
    "salesorderdetail",
    "SalesOrderDetail",
    1089,
    "Order Product",
    "Order Products",
    [
        *_parent(SALESORDER, "salesorderdetail", "order_details"),
        *_line("salesorderdetail"),
        *_shipped(),
        day("requestdeliveryby", "Requested Delivery Date"),
        link("quotedetailid", "Quote Product Id", "quotedetail", "salesorderdetail_QuoteDetail_QuoteDetailId"),
        read_only(flag("salesorderispricelocked", "Order Is Price Locked")),
    ],
    name_column="salesorderdetailname",
    ownership_type="None",
    privilege="SalesOrder",
    parent_column="salesorderid",
    description="Line item in a sales order.",
)

INVOICEDETAIL = table(
    "invoicedetail",
    "InvoiceDetail",
    1091,
    "Invoice Product",
    "Invoice Products",
    [
        *_parent(INVOICE, "invoicedetail", "invoice_details"),
        *_line("invoicedetail"),
        *_shipped(),
        day("actualdeliveryon", "Delivered On"),
        text("shippingtrackingnumber", 100, "Shipment Tracking Number"),
        link(
            "salesorderdetailid", "Order Product Id", "salesorderdetail",
            "invoicedetail_SalesOrderDetail_SalesOrderDetailId",
        ),
        read_only(flag("invoiceispricelocked", "Invoice Is Price Locked")),
    ],
    name_column="invoicedetailname",
    ownership_type="None",
    privilege="Invoice",
    parent_column="invoiceid",
    description="Line item in an invoice containing detailed billing information for a product.",
)  # fmt: skip
