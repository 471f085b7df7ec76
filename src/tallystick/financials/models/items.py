"""Items, resources and their units. Prices and factors have five decimal places and ten before them."""

from decimal import Decimal

from django.db import models

from tallystick.financials.models.columns import MasterRecord, reference, text


def measure(default: int | None = 0) -> "models.DecimalField[Decimal, Decimal]":
    """Return a column for a quantity, price or factor; without a default it must be given."""
    if default is None:
        return models.DecimalField(max_digits=15, decimal_places=5)
    return models.DecimalField(max_digits=15, decimal_places=5, default=default, db_default=default)


class UnitOfMeasure(MasterRecord):
    """Something to count in: pieces, boxes, kilograms, hours."""

    code = models.CharField(max_length=10)
    description = text(50)
    international_standard_code = text(10)
    symbol = text(10)

    class Meta:
        verbose_name_plural = "units of measure"
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_unitofmeasure_code")]

    def __str__(self) -> str:
        return self.code


class Item(MasterRecord):
    """Something we buy and sell."""

    no = models.CharField(max_length=20)
    description = text(100)
    description_2 = text(50)
    type = models.CharField(max_length=15, default="Inventory", db_default="Inventory")
    base_unit_of_measure = reference("financials.UnitOfMeasure")
    blocked = models.BooleanField(default=False, db_default=False)
    unit_price = measure()
    unit_cost = measure()
    product_posting_group = reference("financials.ProductPostingGroup")
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    gross_weight = measure()
    net_weight = measure()
    unit_volume = measure()
    vendor_no = text(20)
    vendor_item_no = text(50)
    inventory = measure()  # the sum of its ledger entries, kept by the triggers of `ledger_triggers`

    class Meta:
        indexes = [models.Index(fields=["company", "description"], name="financials_item_description")]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_item_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.description}"


class ItemUnitOfMeasure(MasterRecord):
    """A unit an item is counted in. The item's base unit is one of them, of quantity 1."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="units", db_index=False)
    unit_of_measure = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+", db_index=False)
    qty_per_unit_of_measure = measure(None)

    class Meta:
        verbose_name_plural = "item units of measure"
        indexes = [models.Index(fields=["company", "item"], name="financials_itemunit_of")]
        constraints = [models.UniqueConstraint(fields=["item", "unit_of_measure"], name="financials_itemunit_once")]

    def __str__(self) -> str:
        return f"{self.qty_per_unit_of_measure} base units of {self.item_id}"


class Resource(MasterRecord):
    """A person or machine whose time we sell."""

    no = models.CharField(max_length=20)
    name = text(100)
    name_2 = text(50)
    type = models.CharField(max_length=10, default="Person", db_default="Person")
    base_unit_of_measure = reference("financials.UnitOfMeasure")
    capacity = measure()
    blocked = models.BooleanField(default=False, db_default=False)
    unit_price = measure()
    unit_cost = measure()
    product_posting_group = reference("financials.ProductPostingGroup")
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    vendor_no = text(20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_resource_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.name}"


class ResourceUnitOfMeasure(MasterRecord):
    """A unit a resource is counted in. The resource's base unit is one of them, of quantity 1."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="units", db_index=False)
    unit_of_measure = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+", db_index=False)
    qty_per_unit_of_measure = measure(None)

    class Meta:
        verbose_name_plural = "resource units of measure"
        indexes = [models.Index(fields=["company", "resource"], name="financials_resourceunit_of")]
        constraints = [
            models.UniqueConstraint(fields=["resource", "unit_of_measure"], name="financials_resourceunit_once")
        ]

    def __str__(self) -> str:
        return f"{self.qty_per_unit_of_measure} base units of {self.resource_id}"
