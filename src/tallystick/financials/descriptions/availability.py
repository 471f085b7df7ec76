"""What is told of the availability of an item. A figure more is a line in `QUANTITIES` and one in `stock_in_units`."""

from tallystick.financials.descriptions.items import ITEM, ITEM_UNIT_OF_MEASURE
from tallystick.financials.fields import Field
from tallystick.financials.table import quantity

DIGITS = 20  # the largest stock counted in the smallest unit


def _figure(name: str, label: str, help: str) -> Field:
    return quantity(name, label, digits=DIGITS, help=f"{help} Counted in this unit.")


# Named as in `projection.Figures`, and each told in the unit of its row.
QUANTITIES: tuple[Field, ...] = (
    _figure("on_hand", "Qty. on Hand", "In stock now: the sum of the item ledger."),
    _figure("on_sales_order", "Qty. on Sales Order", "What sales orders still take."),
    _figure("on_purchase_order", "Qty. on Purchase Order", "What purchase orders still bring."),
    _figure("available", "Available", "On hand, less sales orders, plus purchase orders."),
)

ITEM_FIELDS = tuple(ITEM.field(name) for name in ("description", "base_unit_of_measure", "blocked"))
UNIT_FIELDS = ITEM_UNIT_OF_MEASURE.fields
