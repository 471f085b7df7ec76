"""One Dynamics 365 environment, as the rest of the program asks for it."""

import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx2

from tallystick.dataverse import diagnosis, finance_rows, installing, lookup, privileges, report, roles
from tallystick.dataverse.address import VERSION
from tallystick.dataverse.auth import Credentials
from tallystick.dataverse.diagnosis import Diagnosis
from tallystick.dataverse.finance_rows import FinanceConnection
from tallystick.dataverse.installing import Imported, Progress, SolutionStatus
from tallystick.dataverse.lookup import Candidate
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.privileges import MissingPrivilege, Right
from tallystick.dataverse.report import ConnectionReport
from tallystick.dataverse.roles import UserState
from tallystick.dataverse.solution import INTEGRATION, Role
from tallystick.dataverse.throttle import MOST
from tallystick.dataverse.webapi import ATTEMPTS, PATIENCE_SECONDS, Limits, Sent, WebApi


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
    def limits(self) -> Limits | None:
        """What the last answer said is left of the service's limits, if it said so. No request."""
        return self.api.limits

    @property
    def user_id(self) -> str:
        """The id of the connection's own user. One request, then remembered."""
        return self.api.who_am_i()["UserId"]

    def test_connection(self, *, reads: Sequence[str] = (), writes: Sequence[str] = ()) -> ConnectionReport:
        """Say whether the connection works, and what is missing to read and write these tables. Never raises a TallyError.

        Some six requests. Make the client with `attempts=1`, so that a wrong address is told at once."""
        return report.examine(self.api, self.metadata, reads=reads, writes=writes)

    def diagnose(
        self, application: str, wanted: Mapping[str, Sequence[Right]], tracked: Collection[str] = ()
    ) -> Diagnosis:
        """Say of everything between here and the environment's rows how it is. Never raises a TallyError. Reads only.

        Some fifteen requests. `application` is the client id, `wanted` the rights it needs by table, `tracked` the tables
        whose changes are read. Make the client with `attempts=1, patience=0`, so that nothing is waited for."""
        return diagnosis.diagnose(self.api, self.metadata, wanted, tracked, application=application)

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

    # The solution, and what may be done

    def solution_status(self) -> SolutionStatus:
        """Return which version of the integration solution the environment has. One request."""
        return installing.solution_status(self.api)

    def import_solution(
        self,
        *,
        progress: Callable[[Progress], object] = lambda _progress: None,
        again: bool = False,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> Imported:
        """Import the integration solution with this client's account, which has to be an administrator's. Takes minutes.

        See `installing.import_solution` for what it checks and raises. Make a client for this alone and close it, so that
        the account is kept nowhere."""
        return installing.import_solution(
            self.api, self.metadata, progress=progress, again=again, sleep=sleep, clock=clock
        )

    def assign_role(self, client_id: str, role: Role = INTEGRATION) -> bool:
        """Give the user of an application a role of the solution; return whether it did not have it before."""
        return roles.assign_role(self.api, roles.application_user(self.api, client_id), role)

    def user_state(self, client_id: str = "") -> UserState:
        """Return what the user of the application `client_id`, else this client's own, is and which roles it has.

        Three requests. Raises SetupError where the application is no user, or its user is disabled."""
        user = roles.application_user(self.api, client_id).id if client_id else self.user_id
        return roles.user_state(self.api, user)

    def write_finance_connection(self, values: FinanceConnection) -> None:
        """Tell the environment where Financials is, in the rows of the solution that belong to the company.

        Two requests; the same company always has the same rows. Raises SetupError without the solution."""
        finance_rows.write(self.api, self.metadata, values)

    def withdraw_finance_connection(self, company_id: str) -> bool:
        """Take back from the environment where the company is in Financials; whether it had been told.

        One request. Raises SetupError without the solution."""
        return finance_rows.withdraw(self.api, self.metadata, company_id)

    def verify_privileges(
        self, tables: Mapping[str, Sequence[Right]] = INTEGRATION.rights, *, client_id: str = ""
    ) -> list[MissingPrivilege]:
        """Return which of these rights, on all rows of the tables, are lacking: to the user of the application
        `client_id`, else to this client's own. Without `tables`: all that the integration needs."""
        user = roles.application_user(self.api, client_id).id if client_id else self.user_id
        return privileges.missing_privileges(self.api, self.metadata, user, tables)
