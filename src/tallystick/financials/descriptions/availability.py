"""What is told of the availability of an item. A quantity more is a line in `QUANTITIES` and one in `stock`."""

from tallystick.financials.descriptions.items import ITEM, ITEM_UNIT_OF_MEASURE
from tallystick.financials.fields import Field
from tallystick.financials.table import quantity

DIGITS = 20  # the largest stock counted in the smallest unit

# Named as in `stock.Availability`, and each told in the unit of its row.
QUANTITIES: tuple[Field, ...] = (
    quantity(
        "on_hand", "Qty. on Hand", digits=DIGITS, help="In stock now, counted in this unit: the sum of the item ledger."
    ),
)

ITEM_FIELDS = tuple(ITEM.field(name) for name in ("description", "base_unit_of_measure", "blocked"))
UNIT_FIELDS = ITEM_UNIT_OF_MEASURE.fields
