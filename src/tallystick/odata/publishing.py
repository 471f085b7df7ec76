"""What a company publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallystick.financials.models import Company, PublishedWebService
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.services import web_services as service
from tallystick.financials.web_services import published_services
from tallystick.odata.edm import EntitySet
from tallystick.odata.sets import ENTITY_SETS, set_named


@dataclass(frozen=True, slots=True)
class WebService:
    """A set that can be published; `published_at` is None while it is not."""

    entity_set: EntitySet
    published_by: str = ""
    published_at: datetime | None = None


def web_services(company: Company) -> Sequence[WebService]:
    """Return everything that can be published, and how it stands; one query."""
    published = published_services(company)
    return [_web_service(one, published.get(one.name)) for one in ENTITY_SETS.values()]


def _web_service(entity_set: EntitySet, row: PublishedWebService | None) -> WebService:
    if row is None:
        return WebService(entity_set)
    return WebService(entity_set, row.published_by, row.published_at)


def publish(company: Company, name: str, *, now: datetime, by: Actor = OPERATOR) -> WebService:
    """Publish a set to the users whose permission sets allow them to read it. Raises `FinancialsError` for a name there
    is not, `NotPermitted`."""
    entity_set = set_named(name)
    return _web_service(entity_set, service.publish(company, entity_set.name, by=by, now=now))


def unpublish(company: Company, name: str, *, by: Actor = OPERATOR) -> WebService:
    """Stop publishing a set. Raises `FinancialsError` for a name there is not, `NotPermitted`."""
    entity_set = set_named(name)
    service.unpublish(company, entity_set.name, by=by)
    return WebService(entity_set)
