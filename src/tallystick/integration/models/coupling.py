"""What the engine remembers: couplings, records without counterpart, how far each feed was read.

Ids and versions of both sides are opaque text here, whatever they are over there. JSON is kept as text and read by
orjson: these rows are written by the thousand and never queried by what is inside."""

from django.db import models
from django.db.models import Q

from tallystick.engine import RowState
from tallystick.integration.models.connection import MappingSettings
from tallystick.integration.models.run import Run

STATES = [(state.value, state.value) for state in RowState]


class StandingColumns(models.Model):
    """Where a row stands and why (engine.Standing); in the database as here, a row is in sync unless it says otherwise."""

    label = models.CharField(max_length=400, blank=True, default="", db_default="")
    state = models.CharField(max_length=10, choices=STATES, db_default=RowState.IN_SYNC.value)
    why = models.TextField(blank=True, default="", db_default="")
    waits_mapping = models.ForeignKey(
        MappingSettings, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    waits_side = models.CharField(max_length=10, blank=True, default="", db_default="")
    waits_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    retry = models.CharField(max_length=10, blank=True, default="", db_default="")
    conflicts = models.TextField(blank=True, default="", db_default="")
    deleted_on = models.CharField(max_length=10, blank=True, default="", db_default="")
    updated_at = models.DateTimeField()
    run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        abstract = True


class BaseLayout(models.Model):
    """The names, in order (JSON), that bases are kept under: a base is the number of its layout, then its values (JSON)."""

    digest = models.CharField(max_length=32, unique=True)
    names = models.TextField()

    def __str__(self) -> str:
        return self.names


class CouplingRow(StandingColumns):
    """One finance record paired with one row of the other system, and what each held when they last agreed."""

    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, db_index=False, related_name="couplings")
    finance_id = models.CharField(max_length=100)
    sales_id = models.CharField(max_length=100)
    finance_version = models.CharField(max_length=100, null=True)
    sales_version = models.CharField(max_length=100, null=True)
    finance_base = models.TextField()
    sales_base = models.TextField()
    unsettled = models.TextField(blank=True, default="", db_default="")
    decisions = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    created_run = models.ForeignKey(
        Run, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mapping", "finance_id"], name="integration_coupling_finance"),
            models.UniqueConstraint(fields=["mapping", "sales_id"], name="integration_coupling_sales"),
        ]
        indexes = [
            # In sync is what nearly every row is: it needs no entry, being the rest of the count.
            models.Index(fields=["mapping", "state"], condition=~Q(state="in sync"), name="integration_coupling_state"),
            models.Index(
                fields=["mapping", "id"],
                condition=Q(state="waiting") | ~Q(retry="") | ~Q(decisions=""),
                name="integration_coupling_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finance_id} = {self.sales_id}"


class LooseRow(StandingColumns):
    """A record without counterpart, as its side's feed last told of it.

    `keys` are its match keys, best first (JSON); `LooseKey` finds a row by them."""

    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, db_index=False, related_name="loose_rows")
    side = models.CharField(max_length=10)
    record_id = models.CharField(max_length=100)
    version = models.CharField(max_length=100)
    fields = models.TextField()
    modified_at = models.DateTimeField(null=True)
    by_us = models.BooleanField(default=False)
    eligible = models.BooleanField()
    keys = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mapping", "side", "record_id"], name="integration_loose_record"),
        ]
        indexes = [
            models.Index(fields=["mapping", "side", "state"], name="integration_loose_state"),
            models.Index(fields=["mapping", "id"], condition=Q(eligible=True), name="integration_loose_eligible"),
            models.Index(
                fields=["mapping", "id"],
                condition=Q(state="waiting") | ~Q(retry=""),
                name="integration_loose_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.record_id}"


class LooseKey(models.Model):
    """A match key of a loose row, as a digest: keys are as long as the values they are made of, an index entry is not."""

    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, db_index=False, related_name="+")
    side = models.CharField(max_length=10)
    record_id = models.CharField(max_length=100)
    digest = models.CharField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["mapping", "side", "digest"], name="integration_key_digest"),
            models.Index(fields=["mapping", "side", "record_id"], name="integration_key_record"),
        ]

    def __str__(self) -> str:
        return self.digest


class Cursor(models.Model):
    """How far a side's feed was read. `value` is null before the first page and while a side is read anew.

    `rereading` is true from the moment a feed no longer reached back to the cursor: then `SeenMark` notes what the pages
    mention, and what they do not mention was deleted."""

    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, db_index=False, related_name="cursors")
    side = models.CharField(max_length=10)
    value = models.TextField(null=True)
    rereading = models.BooleanField(default=False)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mapping", "side"], name="integration_one_cursor_per_side")]

    def __str__(self) -> str:
        return f"{self.side}: {self.value}"


class SeenMark(models.Model):
    """A record that a page mentioned since the side is being read anew."""

    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, db_index=False, related_name="+")
    side = models.CharField(max_length=10)
    record_id = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mapping", "side", "record_id"], name="integration_seen_once")]

    def __str__(self) -> str:
        return self.record_id
