"""What a company publishes as web services, and the trail of who used it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tallystick.financials.models import Company, PublishedWebService, WebServiceUse
from tallystick.financials.permissions import OPERATOR, Actor, Permission

KEPT = timedelta(days=90)  # how long uses are remembered
PRUNED_EVERY = 200  # uses, so that reading does not delete every time …
PRUNED_AT_ONCE = 1_000  # … and deletes faster than uses arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One request with a key: from where, with which key and whose, for what, and how it was answered."""

    address: str
    lookup: str = ""
    user_email: str = ""
    company: Company | None = None
    service: str = ""
    status: int
    row_count: int = 0


def publish(company: Company, name: str, *, now: datetime, by: Actor = OPERATOR) -> PublishedWebService:
    """Publish a set. Raises `NotPermitted`."""
    by.require(Permission.SET_UP)
    published, _ = PublishedWebService.objects.update_or_create(
        company=company, name=name, defaults={"published_at": now, "published_by": by.name}
    )
    return published


def unpublish(company: Company, name: str, *, by: Actor = OPERATOR) -> bool:
    """Stop publishing a set; whether it was published. Raises `NotPermitted`."""
    by.require(Permission.SET_UP)
    return PublishedWebService.objects.filter(company=company, name=name).delete()[0] > 0


def record_use(use: Use, now: datetime) -> None:
    """Add a use to the trail, and now and then drop what has become older than `KEPT`. One query, seldom three."""
    service = use.service.replace("\x00", "")[:60]
    row = WebServiceUse.objects.create(
        at=now,
        address=use.address,
        lookup=use.lookup,
        user_email=use.user_email,
        company=use.company,
        service=service,
        status=use.status,
        row_count=use.row_count,
    )
    if row.pk % PRUNED_EVERY == 0:
        old = WebServiceUse.objects.filter(at__lt=now - KEPT).order_by("at")
        WebServiceUse.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])).delete()
