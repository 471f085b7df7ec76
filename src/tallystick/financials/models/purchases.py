"""How goods come in: purchase orders that are received, and journal lines that are posted."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, reference, text
from tallystick.financials.models.items import measure


class PurchaseOrder(MasterRecord):
    """Goods that were ordered from a vendor, until all of them are received."""

    no = models.CharField(max_length=20)
    vendor_no = text(20)
    vendor_name = text(100)
    order_date = models.DateField(null=True, blank=True)
    expected_receipt_date = models.DateField(null=True, blank=True)
    vendor_order_no = text(35)
    status = models.CharField(max_length=20, default="Open", db_default="Open")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_purchaseorder_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.vendor_name}"


class PurchaseOrderLine(MasterRecord):
    """An item that was ordered, and how much of it came; quantities count its unit, the cost is that of one."""

    purchase_order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line_no = models.PositiveIntegerField()
    item = reference("financials.Item", index=True)
    description = text(100)
    unit_of_measure = reference("financials.UnitOfMeasure")
    qty_per_unit_of_measure = measure(1)
    quantity = measure()
    direct_unit_cost = measure()
    expected_receipt_date = models.DateField(null=True, blank=True)
    qty_to_receive = measure()
    quantity_received = measure()
    outstanding_qty_base = measure()  # base units that are still to come

    class Meta:
        indexes = [
            models.Index(
                fields=["item", "expected_receipt_date"],
                condition=models.Q(outstanding_qty_base__gt=0),
                include=["outstanding_qty_base"],
                name="financials_poline_outstanding",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["purchase_order", "line_no"], name="financials_purchaseorderline_no")
        ]

    def __str__(self) -> str:
        return f"line {self.line_no} {self.description}"


class ItemJournalLine(MasterRecord):
    """A movement of stock that was entered and not posted yet: an adjustment, or opening stock."""

    line_no = models.PositiveIntegerField()
    posting_date = models.DateField(null=True, blank=True)
    entry_type = models.CharField(max_length=20, default="Positive Adjmt.", db_default="Positive Adjmt.")
    document_no = text(20)
    item = reference("financials.Item", index=True)
    description = text(100)
    unit_of_measure = reference("financials.UnitOfMeasure")
    quantity = measure()
    unit_cost = models.DecimalField(max_digits=15, decimal_places=5, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "line_no"], name="financials_itemjournalline_no")]

    def __str__(self) -> str:
        return f"line {self.line_no} {self.description}"
