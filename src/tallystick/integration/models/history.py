"""What was done to which record, when, why and for whom."""

from django.db import models

from tallystick.integration.models.connection import MappingSettings
from tallystick.integration.models.run import Run


class HistoryRow(models.Model):
    """One write that was done, one coupling made or dropped, or one decision (engine.HistoryEntry).

    `before` and `after` are JSON in the field names of `side`. `undoes` names the row that this one took back."""

    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, db_index=False, related_name="history")
    run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True, default="")
    kind = models.CharField(max_length=12)
    side = models.CharField(max_length=10)
    finance_id = models.CharField(max_length=100, null=True)
    sales_id = models.CharField(max_length=100, null=True)
    label = models.CharField(max_length=400, blank=True, default="")
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    why = models.TextField(blank=True, default="")
    undoes = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="undone_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["mapping", "-id"], name="integration_history_newest"),
            models.Index(
                fields=["undoes"], condition=models.Q(undoes__isnull=False), name="integration_history_undone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"
