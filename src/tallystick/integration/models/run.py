"""Runs: the integration synchronization jobs, the full synchronization they are lines of, and their errors."""

from django.db import models
from django.db.models import Q

from tallystick.integration.models.connection import Connection, MappingSettings


class RunKind(models.TextChoices):
    """What a run does."""

    SYNCHRONIZATION = "synchronization", "Synchronization"
    FULL = "full", "Full synchronization"
    COUPLING = "coupling", "Coupling"
    CREATION = "creation", "Creation"
    UNCOUPLING = "uncoupling", "Uncoupling"
    PREVIEW = "preview", "Preview"


class RunStatus(models.TextChoices):
    """Where a run stands. `asks` has stopped at a plan that a person must allow first."""

    QUEUED = "queued", "Ready"
    IN_PROCESS = "in process", "In Process"
    SUCCESS = "success", "Success"
    ERROR = "error", "Error"
    STOPPED = "stopped", "Stopped"
    ASKS = "asks", "Waiting for a decision"


ENDED = (RunStatus.SUCCESS, RunStatus.ERROR, RunStatus.STOPPED)


class FullSync(models.Model):
    """A full synchronization: one run per mapping, ordered by dependencies. A company has one open at a time."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="full_syncs")
    status = models.CharField(max_length=20, choices=RunStatus.choices, default=RunStatus.QUEUED)
    message = models.TextField(blank=True, default="")
    requested_by = models.CharField(max_length=150, blank=True, default="")
    requested_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True, default="")
    stop_requested = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(finished_at__isnull=True), name="integration_one_open_full_sync"
            )
        ]

    def __str__(self) -> str:
        return f"full synchronization {self.pk}"


class Run(models.Model):
    """One execution of one mapping (an integration synch. job).

    `to_…` counts what was done on the integration table (Dynamics CRM), `from_…` what was done in Financials; the other
    counters count pairs, whichever way they would go. `total` is how many rows are expected (null while unknown), `done`
    how many were looked at. `options` is what was asked for, as JSON: see `operations.requests`. `allowed` is true where a
    person lifted the brake for this run. `depends_on` names the mappings of the same full synchronization that go first."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    mapping = models.ForeignKey(MappingSettings, on_delete=models.CASCADE, related_name="runs")
    full_sync = models.ForeignKey(FullSync, on_delete=models.CASCADE, null=True, related_name="lines")
    kind = models.CharField(max_length=20, choices=RunKind.choices)
    status = models.CharField(max_length=20, choices=RunStatus.choices, default=RunStatus.QUEUED)
    message = models.TextField(blank=True, default="")
    hint = models.TextField(blank=True, default="")
    requested_by = models.CharField(max_length=150, blank=True, default="")
    requested_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    depends_on = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    allowed = models.BooleanField(default=False)
    stop_requested = models.BooleanField(default=False)

    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    to_inserted = models.PositiveIntegerField(default=0)
    to_modified = models.PositiveIntegerField(default=0)
    to_deleted = models.PositiveIntegerField(default=0)
    to_failed = models.PositiveIntegerField(default=0)
    from_inserted = models.PositiveIntegerField(default=0)
    from_modified = models.PositiveIntegerField(default=0)
    from_deleted = models.PositiveIntegerField(default=0)
    from_failed = models.PositiveIntegerField(default=0)
    coupled = models.PositiveIntegerField(default=0)
    uncoupled = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    excluded = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["connection", "-id"], name="integration_runs_newest"),
            models.Index(fields=["mapping", "-id"], name="integration_runs_of_mapping"),
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=["queued", "in process", "asks"]),
                name="integration_runs_open",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def written(self) -> int:
        """How many records the run wrote, on both sides together."""
        return (
            self.to_inserted + self.to_modified + self.to_deleted
            + self.from_inserted + self.from_modified + self.from_deleted
        )  # fmt: skip


class RunError(models.Model):
    """One record that a run could not bring into agreement. `side` is where it failed, "" where that is not known."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="errors")
    side = models.CharField(max_length=10, blank=True, default="")
    record = models.CharField(max_length=400, blank=True, default="")
    finance_id = models.CharField(max_length=100, blank=True, default="")
    sales_id = models.CharField(max_length=100, blank=True, default="")
    message = models.TextField()
    hint = models.TextField(blank=True, default="")
    retry = models.CharField(max_length=10, blank=True, default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.message


class Worker(models.Model):
    """A process that does the work of the background; it counts as alive while its heartbeat is recent."""

    name = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=200, blank=True, default="")
    pid = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
