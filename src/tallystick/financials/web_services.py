"""Reads what a company publishes as web services, and who used it."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from tallystick.financials.models import Company, PublishedWebService, WebServiceUse


def published_services(company: Company) -> Mapping[str, PublishedWebService]:
    """Return what the company publishes, by name; one query."""
    return {row.name: row for row in PublishedWebService.objects.filter(company=company).order_by("name")}


def recent_uses(company: Company, *, limit: int = 20) -> list[WebServiceUse]:
    """Return the newest uses of the company's web services, newest first; one indexed query."""
    return list(WebServiceUse.objects.filter(company=company).order_by("-at", "-pk")[:limit])


def uses_from(address: str, *, since: datetime, at_most: int) -> tuple[int, datetime | None]:
    """Return how many uses an address made since, counted to `at_most`; then also when the first was."""
    return _counted(WebServiceUse.objects.filter(address=address, at__gt=since), at_most)


def uses_of_key(lookup: str, *, since: datetime, at_most: int) -> tuple[int, datetime | None]:
    """Return how many uses a key had since, counted to `at_most`; then also when the first was."""
    return _counted(WebServiceUse.objects.filter(lookup=lookup, at__gt=since), at_most)


def refusals_of(lookup: str, address: str, *, since: datetime, at_most: int) -> tuple[int, datetime | None]:
    """Return how often that key was refused to that address since, counted to `at_most`; then also when first."""
    uses = WebServiceUse.objects.filter(lookup=lookup, address=address, status=401, at__gt=since)
    return _counted(uses, at_most)


def _counted(uses: "QuerySet[WebServiceUse]", at_most: int) -> tuple[int, datetime | None]:
    newest = uses.order_by("-at").values_list("at", flat=True)
    count = newest[:at_most].count()
    # Once it is that many, when the first of them leaves the window is when the next may come.
    return count, newest[at_most - 1] if count == at_most else None
