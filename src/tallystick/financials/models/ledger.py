"""The item ledger: what came into stock and what left it. Entries are only ever added."""

from django.db import models
from django.db.models.functions import Now

from tallystick.financials.identifiers import new_id
from tallystick.financials.models.columns import text
from tallystick.financials.models.items import Item, UnitOfMeasure, measure
from tallystick.financials.models.people import Company


class EntryType(models.TextChoices):
    """Why stock changed."""

    PURCHASE = "Purchase"
    SALE = "Sale"
    POSITIVE_ADJUSTMENT = "Positive Adjmt."
    NEGATIVE_ADJUSTMENT = "Negative Adjmt."

    @property
    def sign(self) -> int:
        """Whether it brings goods in (1) or takes them out (-1)."""
        return 1 if self in (EntryType.PURCHASE, EntryType.POSITIVE_ADJUSTMENT) else -1


class ItemLedgerEntry(models.Model):
    """One movement of one item. `quantity` counts base units, below zero when goods left.

    Numbers have no gaps within a company. The database refuses updates; what is wrong is reversed by a counter entry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry_no = models.PositiveBigIntegerField()
    posting_date = models.DateField()
    entry_type = models.CharField(max_length=20, choices=EntryType.choices)
    document_no = text(20)
    description = text(100)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="ledger_entries", db_index=False)
    quantity = models.DecimalField(max_digits=15, decimal_places=5)
    unit_of_measure = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+", db_index=False)
    qty_per_unit_of_measure = measure(None)
    unit_cost = measure()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    posted_by = text(150)  # the e-mail address of whoever posted it; '' from the command line
    posted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "item ledger entries"
        indexes = [models.Index(fields=["item", "posting_date"], name="financials_itemledger_of")]
        constraints = [
            models.UniqueConstraint(fields=["company", "entry_no"], name="financials_itemledger_no"),
            models.CheckConstraint(condition=~models.Q(quantity=0), name="financials_itemledger_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.entry_type} {self.quantity}"
