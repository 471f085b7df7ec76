"""How goods come in: purchase orders and the item journal."""

from tallystick.financials.fields import PURCHASING, Choice, Field, Kind
from tallystick.financials.table import LINE_NO, LINE_STEP, Table, code, day, of, quantity, text

FROM_RECEIPTS = "the receipts of the order"
EXPECTED_RECEIPT_DATE = day(
    "expected_receipt_date", "Expected Receipt Date", listed=True, help="From then on availability counts the goods."
)

PURCHASE_ORDER = Table(
    "purchase-order",
    "Purchase Order",
    "Purchase Orders",
    model="PurchaseOrder",
    key=("no",),
    title="vendor_name",
    numbered=True,
    fields=(
        code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken."),
        text("vendor_no", "Vendor No.", 20, listed=True, searched=True),
        text("vendor_name", "Vendor Name", 100, listed=True, searched=True),
        day("order_date", "Order Date", listed=True, help="Left empty, today."),
        EXPECTED_RECEIPT_DATE,
        text("vendor_order_no", "Vendor Order No.", 35, group=PURCHASING),
        Field(
            "status",
            "Status",
            Kind.CHOICE,
            max_length=20,
            default="Open",
            listed=True,
            choices=tuple(Choice(word, word) for word in ("Open", "Partially Received", "Received")),
            computed=FROM_RECEIPTS,
        ),
    ),
)
PURCHASE_ORDER_LINE = Table(
    "purchase-order-line",
    "Purchase Order Line",
    "Purchase Order Lines",
    model="PurchaseOrderLine",
    key=("purchase_order_no", LINE_NO),
    title="description",
    part_of="purchase_order_no",
    fields=(
        of("purchase-order", "purchase_order_no", "Purchase Order No.", required=True, listed=True),
        Field(
            LINE_NO,
            "Line No.",
            Kind.INTEGER,
            minimum=1,
            maximum=2_000_000_000,
            listed=True,
            help=f"Left empty, {LINE_STEP:,} more than the last line of the order.",
        ),
        of("item", "item_no", "Item No.", required=True, listed=True),
        text("description", "Description", 100, listed=True, searched=True),
        of(
            "unit-of-measure",
            "unit_of_measure_code",
            "Unit of Measure Code",
            listed=True,
            help="Left empty, the base unit.",
        ),
        quantity("qty_per_unit_of_measure", "Qty. per Unit of Measure", computed="the unit"),
        quantity("quantity", "Quantity", minimum=0, listed=True),
        quantity(
            "direct_unit_cost",
            "Direct Unit Cost",
            minimum=0,
            least_decimals=2,
            listed=True,
            help="Of that unit, in the local currency. Left empty, the unit cost of the item.",
        ),
        EXPECTED_RECEIPT_DATE,
        quantity("qty_to_receive", "Qty. to Receive", minimum=0, help="What the next receipt takes."),
        quantity("quantity_received", "Quantity Received", listed=True, computed=FROM_RECEIPTS),
        quantity("outstanding_qty_base", "Outstanding Qty. (Base)", computed=FROM_RECEIPTS),
    ),
)
ITEM_JOURNAL_LINE = Table(
    "item-journal-line",
    "Item Journal Line",
    "Item Journal Lines",
    model="ItemJournalLine",
    key=(LINE_NO,),
    title="description",
    fields=(
        Field(
            LINE_NO,
            "Line No.",
            Kind.INTEGER,
            minimum=1,
            maximum=2_000_000_000,
            listed=True,
            help=f"Left empty, {LINE_STEP:,} more than the last line.",
        ),
        day("posting_date", "Posting Date", listed=True, help="Left empty, the day of posting."),
        Field(
            "entry_type",
            "Entry Type",
            Kind.CHOICE,
            max_length=20,
            default="Positive Adjmt.",
            listed=True,
            choices=(
                Choice("Positive Adjmt.", "Positive Adjmt."),
                Choice("Negative Adjmt.", "Negative Adjmt."),
                Choice("Purchase", "Purchase"),
            ),
        ),
        text("document_no", "Document No.", 20, listed=True, searched=True),
        of("item", "item_no", "Item No.", required=True, listed=True),
        text("description", "Description", 100, listed=True, searched=True),
        of(
            "unit-of-measure",
            "unit_of_measure_code",
            "Unit of Measure Code",
            listed=True,
            help="Left empty, the base unit.",
        ),
        quantity("quantity", "Quantity", minimum=0, listed=True, help="Above zero; the entry type says the way."),
        Field(
            "unit_cost",
            "Unit Cost",
            Kind.DECIMAL,
            digits=15,
            decimals=5,
            least_decimals=2,
            minimum=0,
            listed=True,
            optional=True,
            help="Of one base unit, in the local currency. Left empty, the unit cost of the item.",
        ),
    ),
)
