"""What is sold and for how much: uomschedule, uom, product, pricelevel, productpricelevel."""

from __future__ import annotations

from tallystick.sandbox.metadata.build import (
    ACTIVE_INACTIVE,
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
    process,
    read_only,
    states,
    table,
    text,
    whole,
)
from tallystick.sandbox.metadata.model import Required
from tallystick.sandbox.metadata.tables.addresses import DEFAULT_ONLY

_AMOUNT = "100000000000"


UOMSCHEDULE = table(
    "uomschedule",
    "UoMSchedule",
    1056,
    "Unit Group",
    "Unit Groups",
    [
        text("name", 200, "Name", required=Required.SYSTEM),
        create_only(text("baseuomname", 100, "Base Unit Name")),
        memo("description", 2000, "Description"),
        read_only(guid("organizationid", "Organization")),
        *history("uomschedulebase"),
        *ACTIVE_INACTIVE,
    ],
    ownership_type="OrganizationOwned",
    privilege="Product",
    description="Grouping of units.",
)

UOM = table(
    "uom",
    "UoM",
    1055,
    "Unit",
    "Units",
    [
        text("name", 100, "Name", required=Required.SYSTEM),
        create_only(
            link(
                "uomscheduleid", "Unit Group", "uomschedule", "unit_of_measurement_schedule_units",
                required=Required.SYSTEM,
            )
        ),
        link("baseuom", "Base Unit", "uom", "unit_of_measurement_base_unit", required=Required.APPLICATION),
        decimal(
            "quantity", "Quantity", low="0.0000000001", high=_AMOUNT, precision=10, required=Required.APPLICATION,
        ),
        read_only(flag("isschedulebaseuom", "Is Base Unit")),
        read_only(guid("organizationid", "Organization")),
        *history("uombase"),
    ],
    ownership_type="None",
    privilege="Product",
    description="Unit of measure.",
)  # fmt: skip

PRODUCT_STATES = states(
    (2, "Draft", ((0, "Draft"),)),
    (0, "Active", ((1, "Active"),)),
    (1, "Retired", ((2, "Retired"),)),
    (3, "Under Revision", ((3, "Under Revision"),)),
)

PRODUCT = table(
    "product",
    "Product",
    1024,
    "Product",
    "Products",
    [
        text("name", 100, "Name", required=Required.APPLICATION),
        text("productnumber", 100, "Product ID", required=Required.SYSTEM),
        create_only(
            choice(
                "productstructure", "Product Structure", ("Product", "Product Family", "Product Bundle"), default=1,
                required=Required.SYSTEM,
            )
        ),
        create_only(link("parentproductid", "Parent", "product", "product_parent_product")),
        choice(
            "producttypecode", "Product Type",
            ("Sales Inventory", "Miscellaneous Charges", "Services", "Flat Fees"), default=1,
        ),
        link(
            "defaultuomscheduleid", "Unit Group", "uomschedule", "unit_of_measurement_schedule_products",
            required=Required.APPLICATION,
        ),
        link("defaultuomid", "Default Unit", "uom", "unit_of_measurement_products", required=Required.APPLICATION),
        whole("quantitydecimal", "Decimals Supported", low=0, high=5, required=Required.APPLICATION),
        *money("price", "List Price"),
        *money("currentcost", "Current Cost"),
        *money("standardcost", "Standard Cost"),
        link("pricelevelid", "Default Price List", "pricelevel", "price_level_products", create=False),
        decimal("quantityonhand", "Quantity On Hand", low="0", high=_AMOUNT, precision=2),
        decimal("stockweight", "Stock Weight", low="0", high=_AMOUNT, precision=2),
        decimal("stockvolume", "Stock Volume", low="0", high=_AMOUNT, precision=2),
        flag("isstockitem", "Stock Item"),
        flag("iskit", "Is Kit"),
        text("vendorid", 100, "Vendor ID"),
        text("vendorname", 100, "Vendor"),
        text("vendorpartnumber", 100, "Vendor Name"),
        text("suppliername", 100, "Supplier Name"),
        text("size", 200, "Size"),
        text("producturl", 255, "URL", format="Url"),
        memo("description", 2000, "Description"),
        day("validfromdate", "Valid From"),
        day("validtodate", "Valid To"),
        read_only(text("hierarchypath", 450, "Hierarchy Path")),
        read_only(guid("organizationid", "Organization")),
        *currency("product"),
        *history("product"),
        *process(),
        *PRODUCT_STATES,
    ],
    ownership_type="OrganizationOwned",
    description="Information about products and their pricing information.",
)  # fmt: skip

PRICELEVEL = table(
    "pricelevel",
    "PriceLevel",
    1022,
    "Price List",
    "Price Lists",
    [
        text("name", 100, "Name", required=Required.SYSTEM),
        day("begindate", "Start Date"),
        day("enddate", "End Date"),
        memo("description", 2000, "Description"),
        choice("paymentmethodcode", "Payment Method", DEFAULT_ONLY, default=1),
        choice("shippingmethodcode", "Shipping Method", DEFAULT_ONLY, default=1),
        choice("freighttermscode", "Freight Terms", DEFAULT_ONLY, default=1),
        read_only(guid("organizationid", "Organization")),
        *(
            create_only(column) if column.name == "transactioncurrencyid" else column
            for column in currency("pricelevel")
        ),
        *history("pricelevelbase"),
        *states((0, "Active", ((100001, "Active"),)), (1, "Inactive", ((100002, "Inactive"),))),
    ],
    ownership_type="OrganizationOwned",
    privilege="Product",
    description="Entity that defines pricing levels.",
)

PRICING_METHODS = (
    "Currency Amount", "Percent of List", "Percent Markup - Current Cost", "Percent Margin - Current Cost",
    "Percent Markup - Standard Cost", "Percent Margin - Standard Cost",
)  # fmt: skip

PRODUCTPRICELEVEL = table(
    "productpricelevel",
    "ProductPriceLevel",
    1026,
    "Price List Item",
    "Price List Items",
    [
        link(
            "pricelevelid", "Price List", "pricelevel", "price_level_product_price_levels", required=Required.SYSTEM,
        ),
        link("productid", "Product", "product", "product_price_levels", required=Required.SYSTEM),
        link("uomid", "Unit", "uom", "unit_of_measurement_product_price_level", required=Required.APPLICATION),
        link(
            "uomscheduleid", "Unit Schedule ID", "uomschedule",
            "unit_of_measurement_schedule_product_price_level",
        ),
        choice(
            "pricingmethodcode", "Pricing Method", PRICING_METHODS, default=1, required=Required.APPLICATION,
        ),
        *money("amount", "Amount", low="0"),
        decimal("percentage", "Percentage", low="0", high="100000", precision=2),
        choice(
            "quantitysellingcode", "Quantity Selling Option", ("No Control", "Whole", "Whole and Fractional"), default=1,
            required=Required.APPLICATION,
        ),
        choice("roundingpolicycode", "Rounding Policy", ("None", "Up", "Down", "To Nearest"), default=1),
        choice("roundingoptioncode", "Rounding Option", ("Ends in", "Multiple of"), default=1),
        *money("roundingoptionamount", "Rounding Amount", low="0"),
        read_only(text("productnumber", 100, "Product ID")),
        read_only(guid("organizationid", "Organization")),
        *(read_only(column) for column in currency("productpricelevel")),
        *history("productpricelevel"),
        *process(),
    ],
    name_column="",
    ownership_type="None",
    privilege="Product",
    description="Information about how to price a product in the specified price level, including pricing method, "
    "rounding option, and discount type based on a specified product unit.",
)  # fmt: skip
