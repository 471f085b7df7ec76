"""One Dynamics 365 environment, as the rest of the program asks for it."""

import random
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import httpx2

from tallystick.dataverse import lookup, report
from tallystick.dataverse.address import VERSION
from tallystick.dataverse.auth import Credentials
from tallystick.dataverse.lookup import Candidate
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.report import ConnectionReport
from tallystick.dataverse.throttle import MOST
from tallystick.dataverse.webapi import ATTEMPTS, PATIENCE_SECONDS, Sent, WebApi


class DataverseClient:
    """Talks to one environment; safe to use from several threads; close it when done.

    Each request is bounded by `patience`: how many seconds of being told to wait are borne before Throttled is raised.
    `clock`, `sleep` and `chance` are the world's, except in tests; a worker may pass a `sleep` that ends early when it is
    told to stop. `on_sent` is told of every request, for metrics."""

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        *,
        version: str = VERSION,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
        patience: float = PATIENCE_SECONDS,
        attempts: int = ATTEMPTS,
        most_at_once: int = MOST,
        on_sent: Callable[[Sent], None] | None = None,
    ) -> None:
        self.api = WebApi(
            address,
            credentials,
            version=version,
            transport=transport,
            clock=clock,
            sleep=sleep,
            chance=chance,
            patience=patience,
            attempts=attempts,
            most_at_once=most_at_once,
            on_sent=on_sent,
        )
        self.metadata = Metadata(self.api)

    def __repr__(self) -> str:
        return f"DataverseClient({self.address!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections and threads."""
        self.api.close()

    @property
    def address(self) -> str:
        """The environment's root address, without what was typed behind it."""
        return self.api.address.organization

    @property
    def requests(self) -> int:
        """How many requests were sent, those for tokens left out."""
        return self.api.requests

    @property
    def user_id(self) -> str:
        """The id of the connection's own user. One request, then remembered."""
        return self.api.who_am_i()["UserId"]

    def test_connection(self, *, reads: Sequence[str] = (), writes: Sequence[str] = ()) -> ConnectionReport:
        """Say whether the connection works, and what is missing to read and write these tables. Never raises a TallyError.

        Some six requests. Make the client with `attempts=1`, so that a wrong address is told at once."""
        return report.examine(self.api, self.metadata, reads=reads, writes=writes)

    def search(self, table: str, text: str, limit: int = 20) -> list[Candidate]:
        """Return rows whose name, e-mail, phone, number or city contains `text`, names that begin with it first."""
        return lookup.search(self.api, self.metadata, table, text, limit)

    def count(self, table: str) -> int:
        """Return how many rows a table has: exactly below 5,000, above that as of the last daily snapshot."""
        return lookup.count(self.api, self.metadata, table)

    def row_url(self, table: str, row_id: str) -> str:
        """Return the address of a row's form in Dynamics CRM."""
        return lookup.row_url(self.api, table, row_id)

    def ensure_change_tracking(self, table: str) -> bool:
        """Switch on change tracking for a table; return whether it is on now (False without permission)."""
        return self.metadata.ensure_change_tracking(table)
