"""The integration solution in the environment of a connection: how it stands there, and bringing it there.

An administrator's account imports it. Its secret is an argument, lives in one client until that is closed, and goes nowhere
else: no row, no log, no job ever holds it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tallystick.dataverse import (
    ClientCertificate,
    ClientSecret,
    Credentials,
    DataverseClient,
    Imported,
    Limits,
    MissingPrivilege,
    Progress,
    RightsMissing,
    SolutionState,
    SolutionStatus,
    UserState,
)
from tallystick.dataverse.solution import INTEGRATION
from tallystick.engine import SetupError, TallyError
from tallystick.integration import connections
from tallystick.integration.models import Connection
from tallystick.integration.models.connection import DEFAULT_AUTHORITY


@dataclass(frozen=True, slots=True)
class Administrator:
    """The account that imports the solution: an application whose user is a System Administrator of the environment.

    `secret` is its client secret, or one PEM text with its certificate and private key."""

    address: str
    tenant: str
    client_id: str
    secret: str = field(repr=False)
    authority: str = DEFAULT_AUTHORITY

    @property
    def credentials(self) -> Credentials:
        """What it signs in with."""
        kind = ClientCertificate if _is_certificate(self.secret) else ClientSecret
        return kind(self.tenant.strip(), self.client_id.strip(), self.secret.strip(), authority=self.authority)


def _is_certificate(secret: str) -> bool:
    return "-----BEGIN " in secret  # as no client secret is


@dataclass(frozen=True, slots=True)
class SolutionReport:
    """The solution in an environment, and what the connection's user lacks of what it needs there.

    `missing` is None where it cannot be told, because the tables of the solution are not there yet. `limits` is what the
    last answer said is left of the service's limits."""

    address: str
    status: SolutionStatus
    missing: tuple[MissingPrivilege, ...] | None
    user: UserState | None = None
    limits: Limits | None = None

    @property
    def sentence(self) -> str:
        """How it stands, and what to do about it, for people."""
        return " ".join(part for part in (_standing(self), _lacking(self.missing)) if part)


def report(connection: Connection) -> SolutionReport:
    """Ask the environment, with the connection's own account, once. Some eight requests; works while it is switched off."""
    with connections.brief_client(connection) as client:
        status = client.solution_status()
        missing = None if status.state is SolutionState.ABSENT else tuple(client.verify_privileges())
        return SolutionReport(client.address, status, missing, _user_of(client), client.limits)


def _user_of(client: DataverseClient) -> UserState | None:
    """The connection's own user; None where it may not even read itself, which its lacking privileges tell."""
    try:
        return client.user_state()
    except RightsMissing:
        return None


def administrator_of(connection: Connection, client_id: str, secret: str) -> Administrator:
    """Return an administrator's account of the environment that the connection leads to; `secret` may be a certificate.

    Raises SetupError for an account that is not complete, and for a certificate that cannot be used."""
    if not client_id.strip() or not secret.strip():
        raise SetupError(
            "The administrative account is not complete.",
            hint="Enter its client ID, and its client secret or certificate.",
        )
    if _is_certificate(secret):
        connections.require_good_certificate(secret)
    return Administrator(connection.address, connection.tenant, client_id, secret, connection.authority)


def import_solution(
    administrator: Administrator, progress: Callable[[Progress], object], *, again: bool = False, role_for: str = ""
) -> Imported:
    """Import the solution with this account, which is used for nothing else. Takes minutes.

    The user of the application `role_for` is given the role of the integration afterwards; "" gives nobody a role."""
    with administrator_client(administrator) as client:
        imported = client.import_solution(progress=progress, again=again)
        if not role_for:
            return imported
        try:
            given = client.assign_role(role_for)
        except TallyError as problem:
            raise SetupError(
                f"The solution is there in version {imported.status.version}, but the synchronization user was not given "
                f"its role: {problem.what}",
                hint=problem.hint,
            ) from problem
        remark = f"The synchronization user {'was given' if given else 'has'} the role {INTEGRATION.name}."
        return replace(imported, remarks=(*imported.remarks, remark))


def administrator_client(administrator: Administrator) -> DataverseClient:
    """Return a client that acts as the administrator. Close it when that is done; nothing else may hold it."""
    if not administrator.secret.strip():
        raise SetupError("The administrator's client secret is missing.", hint="Enter it; it is not kept.")
    return DataverseClient(administrator.address, administrator.credentials)


def _standing(report: SolutionReport) -> str:
    status = report.status
    match status.state:
        case SolutionState.ABSENT:
            return f"The solution is not imported; this program brings version {status.offered}."
        case SolutionState.OLDER:
            return f"The solution has version {status.version}; import it again to get {status.offered}."
        case SolutionState.NEWER:
            return f"The solution has version {status.version}, newer than {status.offered}, which this program brings."
        case SolutionState.CURRENT:
            return f"The solution is imported in version {status.version}."


def _lacking(missing: tuple[MissingPrivilege, ...] | None) -> str:
    if missing is None:
        return ""
    if not missing:
        return "The connection's user may do all it needs."
    tables = len({one.table for one in missing})
    return f"The connection's user lacks {len(missing)} privileges on {tables} tables; give it the role {INTEGRATION.name}."
