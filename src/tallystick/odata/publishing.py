"""What a company publishes, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallystick.financials.models import Company, PublishedWebService, Role
from tallystick.financials.services import web_services as service
from tallystick.financials.web_services import published_services
from tallystick.odata.edm import EntitySet
from tallystick.odata.sets import ENTITY_SETS, set_named


@dataclass(frozen=True, slots=True)
class WebService:
    """A set that can be published. `least_role` is the least role that may read it; None while it is not published."""

    entity_set: EntitySet
    least_role: Role | None
    published_by: str = ""
    published_at: datetime | None = None


def web_services(company: Company) -> Sequence[WebService]:
    """Return everything that can be published, and how it stands; one query."""
    published = published_services(company)
    return [_web_service(one, published.get(one.name)) for one in ENTITY_SETS.values()]


def _web_service(entity_set: EntitySet, row: PublishedWebService | None) -> WebService:
    if row is None:
        return WebService(entity_set, None)
    return WebService(entity_set, Role(row.least_role), row.published_by, row.published_at)


def publish(company: Company, name: str, *, by: str, now: datetime, least_role: str | None = None) -> WebService:
    """Publish a set to users of this role or more; without a role, to those it was for, or to all users at first.

    Raises `FinancialsError` for a name or a role there is not."""
    entity_set = set_named(name)
    return _web_service(entity_set, service.publish(company, entity_set.name, by=by, now=now, least_role=least_role))


def unpublish(company: Company, name: str) -> WebService:
    """Stop publishing a set. Raises `FinancialsError` for a name there is not."""
    entity_set = set_named(name)
    service.unpublish(company, entity_set.name)
    return WebService(entity_set, None)
