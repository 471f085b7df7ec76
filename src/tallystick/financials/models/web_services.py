"""Web services: the keys of users, what a company publishes, and who used it."""

from django.db import models

from tallystick.financials.identifiers import new_id
from tallystick.financials.models.columns import text
from tallystick.financials.models.people import Company, User


class WebServiceKey(models.Model):
    """What a user's programs prove themselves with. Of a user's keys at most one is not revoked.

    `lookup` finds the row; the secret is kept as a salted scrypt hash only, and not even that once it is revoked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="web_service_keys")
    lookup = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    created_by = text(150)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = text(150)
    last_used_at = models.DateTimeField(null=True)  # to the minute, so that reading does not write every time

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at=None), name="financials_webservicekey_one"
            )
        ]

    def __str__(self) -> str:
        return f"web service key {self.lookup} of {self.user}"


class PublishedWebService(models.Model):
    """A set of records that a company publishes. What has no row is not published."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="published_web_services", db_index=False
    )
    name = models.CharField(max_length=60)
    published_at = models.DateTimeField()
    published_by = text(150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="financials_publishedwebservice_name")]

    def __str__(self) -> str:
        return self.name


class WebServiceUse(models.Model):
    """One request with a key, answered or refused. It is the audit trail, and what the limits of requests count."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    address = models.CharField(max_length=45)  # of the network peer; behind a proxy that is the proxy
    lookup = text(12)  # of the key that was shown, whether or not it was right
    user_email = text(150)  # whose key it is; '' where nobody's is
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    service = text(60)  # the set, or $metadata, or '' for the list of services
    status = models.PositiveSmallIntegerField()  # of the HTTP answer
    row_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["address", "at"], name="financials_use_by_address"),
            models.Index(fields=["lookup", "at"], name="financials_use_by_key"),
            models.Index(fields=["company", "at"], name="financials_use_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.user_email or self.address} {self.service} {self.status}"
