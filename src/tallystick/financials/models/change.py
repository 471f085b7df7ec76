"""The change feed's storage: written by database triggers alone, read by `change_feed`."""

from django.db import models


class Change(models.Model):
    """The newest change of one record. `seq` is the record's version; `xid` the transaction that wrote it (PostgreSQL)."""

    record_id = models.UUIDField(primary_key=True)
    company_id = models.UUIDField()
    table_name = models.CharField(max_length=30)
    seq = models.BigIntegerField()
    xid = models.BigIntegerField()
    deleted = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "financials_change"
        indexes = [models.Index(fields=["company_id", "table_name", "xid", "seq"], name="financials_change_order")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.record_id} version {self.seq}{' deleted' if self.deleted else ''}"


class ChangeCounter(models.Model):
    """The last `seq` given out on SQLite, in one row; PostgreSQL has a sequence for it."""

    id = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()

    class Meta:
        db_table = "financials_change_counter"

    def __str__(self) -> str:
        return str(self.seq)
