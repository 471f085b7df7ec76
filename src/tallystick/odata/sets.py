"""What can be published. A set more of a table that is described is one line in `ENTITY_SETS`. Loads without Django."""

from collections.abc import Mapping
from typing import Any

from tallystick.financials.access import group_of
from tallystick.financials.descriptions.availability import ITEM_FIELDS, QUANTITIES, UNIT_FIELDS
from tallystick.financials.descriptions.sales import SALES_INVOICE, SALES_INVOICE_LINE
from tallystick.financials.fields import TEXT_KINDS, Field, Kind
from tallystick.financials.permissions import Permission
from tallystick.financials.problems import FinancialsError
from tallystick.financials.tables import CUSTOMER, ITEM, PRICE_LIST, PRICE_LIST_LINE, RESOURCE, TABLES, Table
from tallystick.odata.edm import Edm, EntitySet, Property

_TYPES = {
    Kind.DECIMAL: Edm.DECIMAL,
    Kind.INTEGER: Edm.INT32,
    Kind.DATE: Edm.DATE,
    Kind.BOOLEAN: Edm.BOOLEAN,
    **dict.fromkeys((*TEXT_KINDS, Kind.CHOICE, Kind.REFERENCE), Edm.STRING),
}
_RECORD = (
    Property("Id", Edm.GUID, "id", help="The same in all exports and for ever, also when the number changes."),
    Property("CreatedAt", Edm.DATE_TIME_OFFSET, "created_at", precision=6, help="When the record was entered."),
    Property("ModifiedAt", Edm.DATE_TIME_OFFSET, "modified_at", precision=6, help="When it was written last."),
)


def property_of(field: Field, *, name: str = "", before: str = "", key: bool = False) -> Property:
    """Return a field as a property. `before` is the Django path to the record that has it, ending in `__`."""
    shown, path, reference = field, before + field.column, ""
    if field.references:
        # People see the number or code of the record that is referred to.
        table = TABLES[field.references]
        shown = table.by_name[table.key[0]]
        path, reference = f"{before}{field.relation}__{shown.name}", path
    return Property(
        name or _property_name(field.name),
        _TYPES[field.kind],
        path,
        nullable=_nullable(field) and not key,
        max_length=shown.max_length,
        precision=field.digits,
        scale=field.decimals,
        help=field.help or field.label,
        null_path=reference,
    )


def set_of(table: Table, name: str) -> EntitySet:
    """Return the set of the records of a table: all its fields, references as the codes that people see."""
    parent = f"{table.by_name[table.part_of].relation}__company" if table.part_of else ""
    fields = tuple(property_of(field, key=field.name in table.key) for field in table.fields)
    return EntitySet(
        name=name,
        entity_type=table.model,
        label=table.label_plural,
        help=f"The table {table.label_plural} of Financials.",
        model=table.model,
        # The parent's company leads to the rows of a part through the indexes there are.
        company=("company", parent) if parent else ("company",),
        properties=(*fields, *_RECORD),
        key=tuple(_property_name(field) for field in table.key),
        needs=group_of(table).reading,
        table=table.name,
    )


def _property_name(field_name: str) -> str:
    return "".join(word.capitalize() for word in field_name.split("_"))


def _nullable(field: Field) -> bool:
    return field.kind in (Kind.REFERENCE, Kind.DATE, Kind.INTEGER) and not field.required


def _quantities() -> Mapping[str, Any]:
    from tallystick.financials.stock_in_units import quantities_per_unit  # loads Django

    return quantities_per_unit()


AVAILABILITY = EntitySet(
    name="ProductItemAvailability",
    entity_type="ProductItemAvailability",
    label="Product Item Availability",
    help="What there is of every inventory item, in each of its units of measure.",
    model="ItemUnitOfMeasure",
    company=("item__company",),
    only={"item__type": "Inventory"},
    properties=(
        *(property_of(field, key=True) for field in UNIT_FIELDS),
        *(property_of(field, before="item__") for field in ITEM_FIELDS),
        *(property_of(field, name=f"Qty{_property_name(field.name)}") for field in QUANTITIES),
    ),
    key=("ItemNo", "UnitOfMeasureCode"),
    needs=Permission.READ_AVAILABILITY,
    computed=_quantities,
)

ENTITY_SETS: Mapping[str, EntitySet] = {
    one.name: one
    for one in (
        AVAILABILITY,
        set_of(CUSTOMER, "Customers"),
        set_of(ITEM, "Items"),
        set_of(RESOURCE, "Resources"),
        set_of(PRICE_LIST, "PriceLists"),
        set_of(PRICE_LIST_LINE, "PriceListLines"),
        set_of(SALES_INVOICE, "PostedSalesInvoices"),
        set_of(SALES_INVOICE_LINE, "PostedSalesInvoiceLines"),
    )
}


def set_named(name: str) -> EntitySet:
    """Return the set of that name, however it is capitalised. Raises `FinancialsError` saying which there are."""
    for one in ENTITY_SETS.values():
        if one.name.casefold() == name.strip().casefold():
            return one
    raise FinancialsError(f"There is no web service {name}.", hint=f"There are: {', '.join(ENTITY_SETS)}.")
