"""Where the other system is, and what a person may change about each table mapping."""

from django.db import models

from tallystick.engine import ConflictPolicy, DeletionPolicy, Direction
from tallystick.financials.models import SealedText
from tallystick.integration.models.sealing import seal, unseal

DEFAULT_AUTHORITY = "https://login.microsoftonline.com"
DEFAULT_SCHEDULE_SECONDS = 10


class SignIn(models.TextChoices):
    """How the application proves who it is."""

    SECRET = "secret", "Application with client secret"
    CERTIFICATE = "certificate", "Application with certificate"


class Connection(models.Model):
    """The connection of one company to one Dataverse environment.

    `sealed_secret` is the client secret, or the certificate with its private key, encrypted; `secret_version` rises with
    every new one, so that a process knows when its client is out of date. `disabled_reason` says why the connection is off
    when nobody switched it off."""

    company = models.OneToOneField("financials.Company", on_delete=models.CASCADE, related_name="crm_connection")
    address = models.CharField(max_length=300)
    authority = models.CharField(max_length=300, default=DEFAULT_AUTHORITY)
    tenant = models.CharField(max_length=100)
    client_id = models.CharField(max_length=100)
    sign_in = models.CharField(max_length=20, choices=SignIn.choices, default=SignIn.SECRET)
    sealed_secret = SealedText(what="client secret or certificate of a connection with Dynamics CRM")
    secret_version = models.PositiveIntegerField(default=1)
    enabled = models.BooleanField(default=False)
    disabled_reason = models.TextField(blank=True, default="")
    schedule_seconds = models.PositiveIntegerField(default=DEFAULT_SCHEDULE_SECONDS)

    tested_at = models.DateTimeField(null=True)
    organization = models.CharField(max_length=200, blank=True, default="")
    version = models.CharField(max_length=50, blank=True, default="")
    user_id = models.CharField(max_length=50, blank=True, default="")
    base_currency = models.CharField(max_length=10, blank=True, default="")
    test_problems = models.TextField(blank=True, default="")

    last_cycle_at = models.DateTimeField(null=True)
    next_cycle_at = models.DateTimeField(null=True)
    cycle_failures = models.PositiveIntegerField(default=0)
    cycle_problem = models.TextField(blank=True, default="")

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.CharField(max_length=150, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.address} as {self.client_id}"

    def set_client_secret(self, secret: str) -> None:
        """Seal a new client secret into the row (not saved yet)."""
        self.sealed_secret = seal(secret)
        self.secret_version += 1

    def client_secret(self) -> str:
        """Return the client secret, or certificate and key, in clear. Raises SetupError where the key to it is lost."""
        return unseal(self.sealed_secret)


class MappingSettings(models.Model):
    """One table mapping of one connection: what a person may change, and who is running it now.

    What the mapping *is* lives in `integration.mappings`; a blank here means "as shipped". Couplings, loose rows, cursors
    and runs hang on this row, which keeps their keys short. `lock_holder` names the one run or person that works on the
    mapping; it counts until `lock_until`."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="mapping_settings")
    name = models.CharField(max_length=50)
    enabled = models.BooleanField(default=True)
    direction = models.CharField(
        max_length=20, blank=True, default="", choices=[(value.value, value.value) for value in Direction]
    )
    conflicts = models.CharField(
        max_length=20, blank=True, default="", choices=[(value.value, value.value) for value in ConflictPolicy]
    )
    deletions = models.CharField(
        max_length=30, blank=True, default="", choices=[(value.value, value.value) for value in DeletionPolicy]
    )
    creates = models.BooleanField(null=True, help_text="whether scheduled cycles create counterparts too")
    max_share = models.PositiveSmallIntegerField(null=True, help_text="percent of the coupled rows")

    lock_holder = models.CharField(max_length=100, blank=True, default="")
    lock_what = models.CharField(max_length=200, blank=True, default="")
    lock_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="integration_one_row_per_mapping"),
        ]

    def __str__(self) -> str:
        return self.name
