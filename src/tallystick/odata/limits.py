"""How often may be asked. The trail of uses is what is counted, so the limits hold for all processes together.

What is turned away here leaves no trace in the trail: a flood costs a few indexed counts and writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from tallystick.financials import web_services
from tallystick.odata.errors import ODataError


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests within a time."""

    requests: int
    within: timedelta


PER_ADDRESS = Limit(1_200, timedelta(minutes=1))
PER_KEY = Limit(600, timedelta(minutes=1))
REFUSALS = Limit(10, timedelta(minutes=15))  # of one key to one address


def check_address(address: str, now: datetime) -> None:
    """Raise `ODataError` 429 when this address asked too often. One query."""
    counted = web_services.uses_from(address, since=now - PER_ADDRESS.within, at_most=PER_ADDRESS.requests)
    _check(PER_ADDRESS, counted, now, "Too many requests from this address.")


def check_key(lookup: str, now: datetime) -> None:
    """Raise `ODataError` 429 when this key was used too often. One query."""
    counted = web_services.uses_of_key(lookup, since=now - PER_KEY.within, at_most=PER_KEY.requests)
    _check(PER_KEY, counted, now, "Too many requests with this web service key.")


def check_refusals(lookup: str, address: str, now: datetime) -> None:
    """Raise `ODataError` 429 when this key was refused to this address too often, before it is tried again. One query."""
    counted = web_services.refusals_of(lookup, address, since=now - REFUSALS.within, at_most=REFUSALS.requests)
    _check(REFUSALS, counted, now, "This web service key was refused too often.")


def _check(limit: Limit, counted: tuple[int, datetime | None], now: datetime, what: str) -> None:
    count, first = counted
    if count < limit.requests or first is None:
        return
    seconds = max(1, ceil((first + limit.within - now).total_seconds()))
    message = f"{what} {limit.requests:,} are answered in {limit.within.total_seconds():.0f} seconds; wait {seconds}."
    raise ODataError(429, "TooManyRequests", message, headers={"Retry-After": str(seconds)})
