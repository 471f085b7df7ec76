"""The availability of items as SQL, a row for each unit of an item: what is filtered, sorted and paged by the database."""

from decimal import Decimal

from django.db.models import DecimalField, F, Func, OuterRef, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round

from tallystick.financials.descriptions.availability import DIGITS
from tallystick.financials.stock import OUTSTANDING, Outstanding

QUANTITY: "DecimalField[Decimal, Decimal]" = DecimalField(max_digits=DIGITS, decimal_places=5)


def quantities_per_unit() -> dict[str, Combinable]:
    """Return the figures of `projection.Figures` as SQL over `ItemUnitOfMeasure`, each counted in the unit of the row.

    They are what `descriptions.availability` names. What is on hand is kept by triggers; what orders take and bring is one
    read of an index for each row that is shown or compared."""
    on_hand = F("item__inventory")
    sales, purchases = (_outstanding(model) for model in OUTSTANDING)
    in_base_units: dict[str, Combinable] = {
        "on_hand": on_hand,
        "on_sales_order": sales,
        "on_purchase_order": purchases,
        "available": on_hand - sales + purchases,
    }
    return {
        name: Round(_Quotient(total, F("qty_per_unit_of_measure")), precision=5)
        for name, total in in_base_units.items()
    }


def _outstanding(model: Outstanding) -> Combinable:
    lines = model._default_manager.filter(item=OuterRef("item"), outstanding_qty_base__gt=0).order_by().values("item")
    total = Subquery(lines.annotate(total=Sum("outstanding_qty_base")).values("total"), output_field=QUANTITY)
    return Coalesce(total, Value(Decimal(0)), output_field=QUANTITY)


class _Quotient(Func):
    """One number through another. SQLite keeps a decimal that is whole as an integer, and divides two without a rest."""

    template = "(%(expressions)s)"
    arg_joiner = " * 1.0 / "
    output_field = QUANTITY
