"""Customer price groups, and price lists with their lines."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, reference, text
from tallystick.financials.models.items import measure


class CustomerPriceGroup(MasterRecord):
    """Customers who pay the same prices."""

    code = models.CharField(max_length=10)
    description = text(100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_pricegroup_code")]

    def __str__(self) -> str:
        return self.code


class PriceList(MasterRecord):
    """Prices for everybody, a group or one customer, in one currency, for a time. Only an active one counts."""

    code = models.CharField(max_length=20)
    description = text(100)
    status = models.CharField(max_length=10, default="Draft", db_default="Draft")
    source_type = models.CharField(max_length=20, default="All Customers", db_default="All Customers")
    customer_price_group = reference("financials.CustomerPriceGroup")
    customer = reference("financials.Customer", index=True)
    currency = reference("financials.Currency")
    starting_date = models.DateField(null=True, blank=True)
    ending_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_pricelist_code")]

    def __str__(self) -> str:
        return self.code


class PriceListLine(MasterRecord):
    """The price of one unit of an item or a resource, from a minimum quantity on."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line_no = models.PositiveIntegerField()
    item = reference("financials.Item", index=True)
    resource = reference("financials.Resource", index=True)
    unit_of_measure = reference("financials.UnitOfMeasure")
    minimum_quantity = measure()
    unit_price = measure()
    line_discount_percent = models.DecimalField(max_digits=8, decimal_places=5, default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["price_list", "line_no"], name="financials_pricelistline_no")]

    def __str__(self) -> str:
        return f"line {self.line_no} of {self.price_list_id}"
