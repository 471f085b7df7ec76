"""Step 2: where Dynamics CRM is and how the application signs in there, tried out at once."""

from dataclasses import dataclass, field

from tallystick.dataverse import ClientCertificate, ClientSecret, ConnectionReport, DataverseClient, RightsMissing
from tallystick.engine import TallyError
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor
from tallystick.integration import connections
from tallystick.integration.models import Connection, SignIn
from tallystick.integration.models.connection import DEFAULT_AUTHORITY
from tallystick.integration.setup.progress import (
    OF_THE_ENVIRONMENT,
    Outlook,
    Step,
    attempt,
    note_done,
    note_problem,
    note_undone,
)

CHANGES: tuple[str, ...] = (
    "Address, tenant and client ID are stored; the secret is stored encrypted and never shown again.",
    "The application signs in once and reads the name of the organization, its version and its currency. Nothing changes "
    "in Dynamics CRM, and nothing is synchronized yet.",
)


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody enters about an environment. A blank secret keeps the one that is stored.

    `secret` is the client secret, or (`sign_in` "certificate") a PEM text of certificate and private key. `authority` ""
    is that of the public cloud."""

    address: str
    tenant: str
    client_id: str
    secret: str = field(default="", repr=False)
    sign_in: str = SignIn.SECRET
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of trying it. `problem` keeps the guide from going on; `lacking` are rights, which a later step gives."""

    report: ConnectionReport
    problem: TallyError | None
    lacking: tuple[TallyError, ...]

    @property
    def signs_in(self) -> bool:
        return self.problem is None


def look(company: Company) -> Outlook:
    """Return what is entered, and what entering it does. One query."""
    connection = connections.find_connection(company)
    changes = CHANGES
    if connection is None:
        return Outlook(("No environment is entered yet.",), changes)
    found = f"Entered: {connection.address}, and the application {connection.client_id} of {connection.tenant}."
    if connection.enabled:
        changes += ("The connection is on: what you enter is tried first, and replaces it only where it works.",)
    return Outlook((found,), changes)


def connect(company: Company, entered: Entered, by: Actor) -> Tested:
    """Store how the environment is reached and try it; the step is done where the application can sign in.

    Some six requests. Rights that its user lacks keep nobody from going on. Raises SetupError for what cannot be stored;
    then everything is as it was."""
    with attempt(company, Step.ADDRESS, by):
        before = connections.find_connection(company)
        was_on = before is not None and before.enabled
        connection = store(company, entered, by).connection
        tested = sorted_out(connections.test(connection, by))
        if was_on:
            connections.enable(connection, by)
    if tested.problem is not None:
        note_problem(company, Step.ADDRESS, tested.problem, by)
        note_undone(company, (Step.ADDRESS,), by)
    else:
        note_done(company, Step.ADDRESS, by)
    return tested


@dataclass(frozen=True, slots=True)
class Stored:
    """A connection as it was stored, and the steps of the guide that have to be done again for it."""

    connection: Connection
    reopened: tuple[Step, ...]


def store(company: Company, entered: Entered, by: Actor, *, schedule_seconds: int | None = None) -> Stored:
    """Store how the environment is reached, within the guide or by hand; raises as `connections.connect`.

    Where that is another environment or another application, what the guide found out of the one before no longer holds."""
    before = _place(connections.find_connection(company))
    connection = connections.connect(
        company,
        entered.address,
        entered.authority or None,
        entered.tenant,
        entered.client_id,
        entered.secret,
        by,
        schedule_seconds=schedule_seconds,
        sign_in=entered.sign_in,
    )
    moved = before not in ((), _place(connection))
    return Stored(connection, note_undone(company, OF_THE_ENVIRONMENT, by) if moved else ())


def _place(connection: Connection | None) -> tuple[str, ...]:
    return () if connection is None else (connection.address, connection.tenant, connection.client_id)


def try_out(entered: Entered) -> Tested:
    """Sign in with what was entered and store nothing, neither here nor there. Some five requests.

    Raises SetupError for what is no address or certificate."""
    kind = ClientCertificate if entered.sign_in == SignIn.CERTIFICATE else ClientSecret
    authority = entered.authority.strip() or DEFAULT_AUTHORITY
    credentials = kind(entered.tenant.strip(), entered.client_id.strip(), entered.secret, authority=authority)
    with DataverseClient(entered.address, credentials, attempts=1) as client:
        return sorted_out(client.test_connection())


def sorted_out(report: ConnectionReport) -> Tested:
    """Tell what keeps the application from signing in from the rights it lacks."""
    lacking = tuple(problem for problem in report.problems if isinstance(problem, RightsMissing))
    problem = next((problem for problem in report.problems if problem not in lacking), None)
    return Tested(report, problem, lacking)
