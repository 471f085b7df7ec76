"""Who is asking, and for which company: a web service key instead of a session, so that no cookie ever opens the data."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from tallystick.financials import people
from tallystick.financials.models import Company, WebServiceKey
from tallystick.financials.permissions import Actor, NotPermitted
from tallystick.financials.problems import KeyRefused
from tallystick.financials.services.web_service_keys import holder_of, lookup_in
from tallystick.financials.services.web_services import Use, record_use
from tallystick.financials.web_services import published_services
from tallystick.odata import limits
from tallystick.odata.edm import EntitySet
from tallystick.odata.errors import ODataError, not_found
from tallystick.odata.paths import no_such_set
from tallystick.odata.sets import ENTITY_SETS

CHALLENGE = 'Basic realm="Tallystick web services", charset="UTF-8", Bearer realm="Tallystick web services"'
LONGEST = 1_000  # characters of an Authorization header


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the client showed: a key, and with Basic also whose it is."""

    email: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Place:
    """A company as its caller meets it: what they may do there, and what is published."""

    company: Company
    actor: Actor
    sets: Mapping[str, EntitySet]

    def check_may_read(self, name: str) -> None:
        """Raise `ODataError` 404 for what is not published, 403 where the permission sets do not allow to read it."""
        if name not in self.sets:
            raise no_such_set(name)
        try:
            self.actor.require(self.sets[name].needs)
        except NotPermitted as refused:
            raise ODataError(403, "Forbidden", str(refused)) from refused


def admit(request: HttpRequest, now: datetime) -> WebServiceKey:
    """Return the key that was shown, with its user. Three queries, and one that writes when it is refused.

    Raises `ODataError`: 401 without a key or with one that opens nothing, 429 when it is tried too often."""
    credentials = _credentials(request.headers.get("Authorization", ""))
    if credentials is None:
        raise _unauthorized("A web service key is needed: as password with your e-mail address, or as bearer token.")
    address = address_of(request)
    limits.check_address(address, now)
    lookup = lookup_in(credentials.key)
    if lookup:
        limits.check_refusals(lookup, address, now)
    try:
        key = holder_of(credentials.key, email=credentials.email, now=now)
    except KeyRefused as refused:
        record_use(Use(address=address, lookup=lookup, status=401), now)
        raise _unauthorized(str(refused)) from None
    limits.check_key(key.lookup, now)
    return key


def place_of(key: WebServiceKey, slug: str) -> Place:
    """Return the company of that slug. Raises `ODataError` 404 for one that is not the user's, or does not exist.

    Two queries."""
    place = people.place_of(key.user, slug)
    if place is None:
        raise not_found(f"There is no company {slug[:60]} for this web service key.")
    published = published_services(place.company)
    sets = {name: one for name, one in ENTITY_SETS.items() if name in published}
    return Place(place.company, place.actor(key.user), sets)


def address_of(request: HttpRequest) -> str:
    """Return the address of the network peer; behind a proxy it is the proxy's. '' for a local socket."""
    return str(request.META.get("REMOTE_ADDR") or "")[:45]


def _credentials(header: str) -> Credentials | None:
    scheme, _, given = header[:LONGEST].strip().partition(" ")
    match scheme.lower():
        case "bearer" if given.strip():
            return Credentials(None, given.strip())
        case "basic":
            return _basic(given.strip())
    return None


def _basic(encoded: str) -> Credentials | None:
    try:
        email, colon, key = b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return Credentials(email, key) if colon else None


def _unauthorized(message: str) -> ODataError:
    return ODataError(401, "Unauthorized", message, headers={"WWW-Authenticate": CHALLENGE})
