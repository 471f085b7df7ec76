"""What we sell: items and resources, and the units they are counted in."""

from tallystick.financials.descriptions.finance import PRODUCT_POSTING_GROUP_CODE, VAT_PRODUCT_POSTING_GROUP_CODE
from tallystick.financials.fields import INVENTORY, PRICES, PURCHASING, Choice, Field, Kind
from tallystick.financials.table import Table, code, of, quantity, text

UNIT_OF_MEASURE_CODE = of("unit-of-measure", "unit_of_measure_code", "Unit of Measure Code", required=True, listed=True)
QTY_PER_UNIT_OF_MEASURE = quantity(
    "qty_per_unit_of_measure",
    "Qty. per Unit of Measure",
    required=True,
    listed=True,
    help="How many base units make one of this unit. The base unit itself counts 1.",
)
VENDOR_NO = text("vendor_no", "Vendor No.", 20, group=PURCHASING, help="Who we buy it from.")
UNIT_PRICE = quantity(
    "unit_price",
    "Unit Price",
    minimum=0,
    least_decimals=2,
    listed=True,
    group=PRICES,
    help="Of one base unit, in the local currency; charged where no price list has a better one.",
)
UNIT_COST = quantity(
    "unit_cost", "Unit Cost", minimum=0, least_decimals=2, group=PRICES, help="Of one base unit, in the local currency."
)

UNIT_OF_MEASURE = Table(
    "unit-of-measure",
    "Unit of Measure",
    "Units of Measure",
    model="UnitOfMeasure",
    key=("code",),
    title="description",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        text("description", "Description", 50, listed=True, searched=True),
        code(
            "international_standard_code",
            "International Standard Code",
            10,
            listed=True,
            searched=True,
            help="The code of UN/ECE Recommendation 20: C62 is a piece, KGM a kilogram.",
        ),
        text("symbol", "Symbol", 10, listed=True),
    ),
)

ITEM = Table(
    "item",
    "Item",
    "Items",
    model="Item",
    key=("no",),
    title="description",
    numbered=True,
    fields=(
        code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken."),
        text("description", "Description", 100, required=True, listed=True, searched=True),
        text("description_2", "Description 2", 50),
        Field(
            "type",
            "Type",
            Kind.CHOICE,
            max_length=15,
            default="Inventory",
            choices=(
                Choice("Inventory", "Inventory"),
                Choice("Service", "Service"),
                Choice("Non-Inventory", "Non-Inventory"),
            ),
            help="Only inventory is counted in stock.",
        ),
        of(
            "unit-of-measure",
            "base_unit_of_measure",
            "Base Unit of Measure",
            listed=True,
            help="What prices and stock count in. Other units are multiples of it.",
        ),
        Field("blocked", "Blocked", Kind.BOOLEAN, listed=True, help="A blocked item is neither bought nor sold."),
        quantity(
            "inventory",
            "Inventory",
            listed=True,
            group=INVENTORY,
            computed="the item ledger",
            help="How many base units are in stock: the sum of the item ledger entries.",
        ),
        UNIT_PRICE,
        UNIT_COST,
        PRODUCT_POSTING_GROUP_CODE,
        VAT_PRODUCT_POSTING_GROUP_CODE,
        quantity("gross_weight", "Gross Weight", minimum=0, group=INVENTORY, help="Of one base unit."),
        quantity("net_weight", "Net Weight", minimum=0, group=INVENTORY, help="Of one base unit."),
        quantity("unit_volume", "Unit Volume", minimum=0, group=INVENTORY, help="Of one base unit."),
        VENDOR_NO,
        text(
            "vendor_item_no", "Vendor Item No.", 50, group=PURCHASING, searched=True, help="What the vendor calls it."
        ),
    ),
)

ITEM_UNIT_OF_MEASURE = Table(
    "item-unit-of-measure",
    "Item Unit of Measure",
    "Item Units of Measure",
    model="ItemUnitOfMeasure",
    key=("item_no", "unit_of_measure_code"),
    title="unit_of_measure_code",
    part_of="item_no",
    fields=(
        of("item", "item_no", "Item No.", required=True, listed=True),
        UNIT_OF_MEASURE_CODE,
        QTY_PER_UNIT_OF_MEASURE,
    ),
)

RESOURCE = Table(
    "resource",
    "Resource",
    "Resources",
    model="Resource",
    key=("no",),
    title="name",
    numbered=True,
    fields=(
        code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken."),
        text("name", "Name", 100, required=True, listed=True, searched=True),
        text("name_2", "Name 2", 50),
        Field(
            "type",
            "Type",
            Kind.CHOICE,
            max_length=10,
            default="Person",
            listed=True,
            choices=(Choice("Person", "Person"), Choice("Machine", "Machine")),
        ),
        of(
            "unit-of-measure",
            "base_unit_of_measure",
            "Base Unit of Measure",
            listed=True,
            help="What prices and capacity count in. Other units are multiples of it.",
        ),
        quantity("capacity", "Capacity", minimum=0, help="How many base units it can do in all."),
        Field("blocked", "Blocked", Kind.BOOLEAN, listed=True, help="A blocked resource is not sold."),
        UNIT_PRICE,
        UNIT_COST,
        PRODUCT_POSTING_GROUP_CODE,
        VAT_PRODUCT_POSTING_GROUP_CODE,
        VENDOR_NO,
    ),
)

RESOURCE_UNIT_OF_MEASURE = Table(
    "resource-unit-of-measure",
    "Resource Unit of Measure",
    "Resource Units of Measure",
    model="ResourceUnitOfMeasure",
    key=("resource_no", "unit_of_measure_code"),
    title="unit_of_measure_code",
    part_of="resource_no",
    fields=(
        of("resource", "resource_no", "Resource No.", required=True, listed=True),
        UNIT_OF_MEASURE_CODE,
        QTY_PER_UNIT_OF_MEASURE,
    ),
)
