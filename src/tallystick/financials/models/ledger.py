"""The item ledger: what came into stock and what left it. Entries are only ever added."""

from django.db import models

from tallystick.financials.models.columns import money
from tallystick.financials.models.items import Item, UnitOfMeasure, measure
from tallystick.financials.models.ledgers import Entry, LedgerTransaction
from tallystick.financials.posting.kinds import EntryType, choices


class ItemLedgerEntry(Entry):
    """One movement of one item. `quantity` counts base units, below zero when goods left; `cost_amount` is what they cost
    in the local currency, with the sign of the quantity.

    Numbers have no gaps within a company. The database refuses updates; what is wrong is reversed by a counter entry."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="item_entries")
    entry_type = models.CharField(max_length=20, choices=choices(EntryType))
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="ledger_entries", db_index=False)
    quantity = models.DecimalField(max_digits=15, decimal_places=5)
    unit_of_measure = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+", db_index=False)
    qty_per_unit_of_measure = measure(None)
    unit_cost = measure()
    cost_amount = money()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name_plural = "item ledger entries"
        indexes = [
            models.Index(fields=["item", "posting_date"], name="financials_itemledger_of"),
            models.Index(fields=["company", "document_no"], name="financials_itemledger_document"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["company", "entry_no"], name="financials_itemledger_no"),
            models.CheckConstraint(condition=~models.Q(quantity=0), name="financials_itemledger_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.entry_type} {self.quantity}"
