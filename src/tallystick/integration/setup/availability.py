"""Step 5: what salespeople see of the stock while they write an order. Financials publishes it; Dynamics CRM gets a key."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

import httpx2

from tallystick.dataverse import FinanceConnection
from tallystick.engine import SetupError, TallyError
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, User, WebServiceKey
from tallystick.financials.people import users_who_may
from tallystick.financials.permissions import Actor, Permission
from tallystick.financials.services import web_services
from tallystick.financials.services.web_service_keys import DAYS, change_key, key_of
from tallystick.financials.web_services import published_services
from tallystick.integration import connections
from tallystick.integration.models import Connection
from tallystick.integration.setup.progress import Step, attempt, connection_for, note_done, progress_of

SERVICE = "ProductItemAvailability"
SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where this installation is reached: the root of the company's OData service, and the page that people open."""

    odata: str
    web: str


@dataclass(frozen=True, slots=True)
class AvailabilityOutlook:
    """How item availability stands. `candidates` are those whose key could be used; `problem` why none can be switched on.

    `key` is that of the user who is set, None where there is none or it was revoked."""

    on: bool
    decided: bool
    user: str
    candidates: tuple[User, ...]
    published: bool
    key: WebServiceKey | None
    changes: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """What came of it. `key` is the new web service key, shown this once; `problem` is why the test call failed."""

    user: str
    key: str = field(repr=False)
    problem: str = ""


def look(company: Company, addresses: Addresses) -> AvailabilityOutlook:
    """Return how it stands, and what switching it on will change. A few queries; nobody else is asked."""
    progress = progress_of(company)
    choice = progress.choice(Step.AVAILABILITY)
    user = str(choice.get("user", ""))
    found = User.objects.filter(email=user).first() if user else None
    published = SERVICE in published_services(company)
    return AvailabilityOutlook(
        on=bool(choice.get("on")),
        decided=bool(choice),
        user=user,
        candidates=tuple(users_who_may(company, Permission.READ_AVAILABILITY)),
        published=published,
        key=key_of(found) if found else None,
        changes=(
            *(() if published else (f"In Financials: the web service {SERVICE} is published.",)),
            "In Financials: the user you choose gets a new web service key, shown once. A key the user had stops working.",
            f"It is tried out with one call to {addresses.odata}.",
            "In Dynamics CRM: the key and the address are stored in the company's row of Finance Connection. Whoever may "
            "read that row can read the key.",
        ),
        problem=_WITHOUT if progress.choice(Step.SOLUTION).get("without") else "",
    )


_WITHOUT = (
    f"Item availability needs the solution, which was left out. Import it in the step {Step.SOLUTION.label}, "
    "or go on without item availability."
)


def switch_on(
    company: Company, email: str, addresses: Addresses, *, by: Actor, now: datetime, days: int = DAYS
) -> SwitchedOn:
    """Publish, make a key for the user, try it over HTTP, and hand it to Dynamics CRM; the step is done where that works.

    Asks the rights to change the company's settings and, for another's key, to manage users. A key that was made is
    returned in any case, with what is wrong; Dynamics CRM is given none that was refused. Raises SetupError, before
    anything is changed, for a user who may not see availability."""
    with attempt(company, Step.AVAILABILITY, by):
        connection = connection_for(company)
        if progress_of(company).choice(Step.SOLUTION).get("without"):
            raise SetupError(_WITHOUT)
        user = _web_service_user(company, email, by)
        web_services.publish(company, SERVICE, by=by, now=now)
        key = change_key(user, by=by, now=now, days=days).text
    problem = _try(company, connection, user.email, key, addresses, by)
    return SwitchedOn(user.email, key, problem)


def _web_service_user(company: Company, email: str, by: Actor) -> User:
    by.require(Permission.SET_UP)
    wanted = email.strip().lower()
    if wanted != by.name:
        by.require(Permission.MANAGE_USERS)
    user = next((one for one in users_who_may(company, Permission.READ_AVAILABILITY) if one.email == wanted), None)
    if user is None:
        raise SetupError(
            f"{wanted} may not look at the availability of items in {company}." if wanted else "No user was chosen.",
            hint="Choose another user, or give this one the permission set Item-availability reader on the page Users.",
        )
    return user


def _try(company: Company, connection: Connection, email: str, key: str, addresses: Addresses, by: Actor) -> str:
    """Use the key as Dynamics CRM will, and hand it over where that works; return what is wrong, "" for nothing."""
    try:
        with attempt(company, Step.AVAILABILITY, by):
            call(addresses.odata, email, key)
            told = finance_connection(company, addresses.web)
            _write(
                connection,
                replace(told, item_availability=True, odata_address=addresses.odata, odata_user=email, odata_key=key),
            )
            _keep(company, by, on=True, user=email)
    except TallyError as problem:
        return str(problem)
    return ""


def call(root: str, email: str, key: str) -> None:
    """Ask for the availability of one item with this key. One HTTP call. Raises SetupError saying what is wrong."""
    address = f"{root}{SERVICE}"
    try:
        reply = httpx2.get(address, params={"$top": "1"}, auth=(email, key), timeout=SECONDS)
    except httpx2.HTTPError as exc:
        raise SetupError(
            f"The web service did not answer at {address} ({type(exc).__name__}).",
            hint="Check TALLY_BASE_URL, and that this machine reaches the pages at that address.",
        ) from exc
    if reply.status_code != 200:
        raise SetupError(
            f"The web service answered {address} with status {reply.status_code}.",
            hint="Check TALLY_BASE_URL, that the service is published, and that the user may see availability.",
        )


def confirm(company: Company, by: Actor) -> None:
    """Do the step as it was decided before. Raises SetupError where nothing was, or where the key works no more."""
    with attempt(company, Step.AVAILABILITY, by):
        choice = progress_of(company).choice(Step.AVAILABILITY)
        if not choice:
            raise SetupError("Nothing was decided yet.", hint="Switch item availability on, or go on without it.")
        if choice["on"]:
            user = User.objects.filter(email=choice["user"]).first()
            if user is None or key_of(user) is None:
                raise SetupError(
                    f"The web service key of {choice['user']} was revoked.", hint="Switch item availability on again."
                )
        note_done(company, Step.AVAILABILITY, by, **choice)


def go_without(company: Company, by: Actor) -> None:
    """Do the step without item availability. The key that Dynamics CRM had for it is taken away there, where it has one."""
    with attempt(company, Step.AVAILABILITY, by):
        connection = connection_for(company)
        if progress_of(company).choice(Step.AVAILABILITY).get("on"):
            _write(connection, replace(finance_connection(company, None), item_availability=False))
        _keep(company, by, on=False, user="")


def finance_connection(company: Company, web_address: str | None) -> FinanceConnection:
    """Return what Dynamics CRM is told of a company, with nothing about item availability; an address of None stays."""
    return FinanceConnection(str(company.pk), company.name, web_address, version("tallystick"))


def _write(connection: Connection, values: FinanceConnection) -> None:
    with connections.brief_client(connection) as client:
        client.write_finance_connection(values)


def _keep(company: Company, by: Actor, *, on: bool, user: str) -> None:
    before = progress_of(company).choice(Step.AVAILABILITY)
    note_done(company, Step.AVAILABILITY, by, on=on, user=user)
    after = progress_of(company).choice(Step.AVAILABILITY)
    audit.note(company, Area.CONNECTION, "Item availability", _in_words(before), _in_words(after), by=by)


def _in_words(choice: Mapping[str, Any]) -> dict[str, object]:
    if not choice:
        return {}
    return (
        {"item availability": "on", "web service user": choice["user"]}
        if choice["on"]
        else {"item availability": "off"}
    )
