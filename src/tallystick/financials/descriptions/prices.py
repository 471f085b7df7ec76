"""What customers pay: price groups, price lists and their lines."""

from tallystick.financials.fields import INVOICING, Choice, Field, Kind
from tallystick.financials.table import LINE_NO, LINE_STEP, Table, code, of, quantity, text

CUSTOMER_PRICE_GROUP = Table(
    "customer-price-group",
    "Customer Price Group",
    "Customer Price Groups",
    model="CustomerPriceGroup",
    key=("code",),
    title="description",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        text("description", "Description", 100, listed=True, searched=True),
    ),
)

PRICE_LIST = Table(
    "price-list",
    "Price List",
    "Price Lists",
    model="PriceList",
    key=("code",),
    title="description",
    numbered=True,
    fields=(
        code("code", "Code", 20, listed=True, searched=True, help="Left empty, the next of the series is taken."),
        text("description", "Description", 100, listed=True, searched=True),
        Field(
            "status",
            "Status",
            Kind.CHOICE,
            max_length=10,
            default="Draft",
            listed=True,
            choices=(Choice("Draft", "Draft"), Choice("Active", "Active"), Choice("Inactive", "Inactive")),
            help="Only the prices of an active list are charged. Its lines are complete, and no other active list "
            "states the same price for the same customers at the same time.",
        ),
        Field(
            "source_type",
            "Source Type",
            Kind.CHOICE,
            max_length=20,
            default="All Customers",
            listed=True,
            choices=(
                Choice("All Customers", "All Customers"),
                Choice("Customer Price Group", "Customer Price Group"),
                Choice("Customer", "Customer"),
            ),
            help="Whose prices these are.",
        ),
        of(
            "currency",
            "currency_code",
            "Currency Code",
            group=INVOICING,
            listed=True,
            help="Of all prices of the list. Blank means the local currency of the company.",
        ),
        of("customer-price-group", "customer_price_group", "Customer Price Group", listed=True),
        of("customer", "customer_no", "Customer No.", listed=True),
        Field("starting_date", "Starting Date", Kind.DATE, group=INVOICING, listed=True, help="Blank: always was."),
        Field(
            "ending_date", "Ending Date", Kind.DATE, group=INVOICING, listed=True, help="The last day; blank: no end."
        ),
    ),
)

PRICE_LIST_LINE = Table(
    "price-list-line",
    "Price List Line",
    "Price List Lines",
    model="PriceListLine",
    key=("price_list_code", LINE_NO),
    title=LINE_NO,
    part_of="price_list_code",
    fields=(
        of("price-list", "price_list_code", "Price List Code", required=True, listed=True),
        Field(
            LINE_NO,
            "Line No.",
            Kind.INTEGER,
            minimum=1,
            maximum=2_000_000_000,
            listed=True,
            help=f"Left empty, {LINE_STEP:,} more than the last line of the list.",
        ),
        of("item", "item_no", "Item No.", listed=True),
        of("resource", "resource_no", "Resource No.", listed=True, help="Either an item or a resource."),
        of(
            "unit-of-measure",
            "unit_of_measure_code",
            "Unit of Measure Code",
            listed=True,
            help="The price is that of one such unit. Left empty, the base unit.",
        ),
        quantity("unit_price", "Unit Price", minimum=0, least_decimals=2, listed=True),
        quantity(
            "minimum_quantity",
            "Minimum Quantity",
            minimum=0,
            listed=True,
            help="Of that unit, on one order line; from there on the price holds.",
        ),
        Field(
            "line_discount_percent",
            "Line Discount %",
            Kind.DECIMAL,
            digits=8,
            decimals=5,
            least_decimals=0,
            minimum=0,
            maximum=100,
            listed=True,
            help="Taken off the unit price.",
        ),
    ),
)
