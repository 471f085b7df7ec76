"""`tally availability`: what there is of an item, and when that changes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.records import id_of

if TYPE_CHECKING:
    from tallystick.financials.projection import Availability, InUnit


def availability(
    item: Annotated[str, typer.Argument(help="The number of an item.", metavar="ITEM")],
    json: Json = False,
) -> None:
    """Show what is on hand, on order and available of an item, in each of its units, and day by day."""
    open_installation()
    company = the_company()
    from django.utils import timezone

    from tallystick.financials import stock

    found = stock.availability_of(company, id_of(company, "item", item), today=timezone.localdate())
    if json:
        print_json(as_json(found))
        return
    say(f"{found.no} {found.description}")
    if not found.kept_in_stock:
        say("It is not kept in stock.")
        return
    units = ("Unit", "On hand", "On sales orders", "On purchase orders", "Available")
    print_table(units, (_row(unit) for unit in found.in_units()), numbers=units[1:])
    say("")
    base = found.units[0].code if found.units else "base units"
    days = ("Date", "Sales", "Purchases", f"Available ({base})")
    rows = [(m.on, _plain(m.sales), _plain(m.purchases), _plain(m.available)) for m in found.movements]
    print_table(days, rows, numbers=days[1:], empty="No order takes or brings any.")


def _row(one: "InUnit") -> tuple[str, ...]:
    figures = one.figures
    quantities = (figures.on_hand, figures.on_sales_order, figures.on_purchase_order, figures.available)
    return (one.unit.code, *map(_plain, quantities))


def _plain(quantity: Any) -> str:
    return f"{quantity.normalize():f}"


def as_json(found: "Availability") -> dict[str, object]:
    """Return what there is of an item, with `projected` by day, in base units and in every unit."""
    base = {**_figures(found.figures), "projected": [_movement(one) for one in found.movements]}
    units = [
        {
            "unit": one.unit.code,
            "qty_per_unit": one.unit.qty_per_unit,
            **_figures(one.figures),
            "projected": [_movement(movement) for movement in one.movements],
        }
        for one in found.in_units()
    ]
    told = {"item": found.no, "description": found.description, "kept_in_stock": found.kept_in_stock}
    return {**told, **base, "units": units}


def _figures(figures: Any) -> dict[str, object]:
    names = ("on_hand", "on_sales_order", "on_purchase_order", "available")
    return {name: getattr(figures, name) for name in names}


def _movement(movement: Any) -> dict[str, object]:
    names = {"on": "date", "sales": "sales", "purchases": "purchases", "available": "available"}
    return {shown: getattr(movement, name) for name, shown in names.items()}
