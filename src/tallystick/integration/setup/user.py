"""Step 4: the user that synchronizes. It has to be there and enabled; its security role is given here, and checked."""

from dataclasses import dataclass

from tallystick.dataverse import DataverseClient, MissingPrivilege, RightsMissing, SolutionState, UserState
from tallystick.dataverse.solution import INTEGRATION
from tallystick.engine import SetupError, TallyError
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor
from tallystick.integration import connections
from tallystick.integration.models import Connection
from tallystick.integration.setup.progress import Step, attempt, connection_for, note_done, progress_of
from tallystick.integration.solution import administrator_client, administrator_of
from tallystick.integration.stores import mappings_of

CHANGES = (f"In Dynamics CRM: the synchronization user is given the role {INTEGRATION.name}, and nothing else.",)
TOO_MUCH = (
    "It is a System Administrator. It works, but may do far more than it needs: take that role away once it has the role "
    f"{INTEGRATION.name}."
)


@dataclass(frozen=True, slots=True)
class UserOutlook:
    """The synchronization user as Dynamics CRM knows it, None where it could not be asked, and what it lacks.

    `problem` is what keeps the step from being done; `remarks` are what a person should know."""

    user: UserState | None
    missing: tuple[MissingPrivilege, ...] = ()
    problem: TallyError | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.problem is None and not self.missing


def look(company: Company) -> UserOutlook:
    """Ask Dynamics CRM about the user, as that user. Some eight requests. Never raises for what is answered."""
    connection = connection_for(company)
    try:
        with connections.brief_client(connection) as client:
            if _without_solution(company):
                return _judged(client.user_state(), _lacking_by_test(client, connection))
            return _judged(client.user_state(), _lacking_of_role(client))
    except TallyError as problem:
        return UserOutlook(None, problem=problem)


def _without_solution(company: Company) -> bool:
    return bool(progress_of(company).choice(Step.SOLUTION).get("without"))


def _lacking_of_role(client: DataverseClient) -> tuple[MissingPrivilege, ...]:
    """What of the solution's role is lacking. Raises SetupError where its tables are not there to be asked about."""
    try:
        return tuple(client.verify_privileges())
    except SetupError as problem:
        if client.solution_status().state is not SolutionState.ABSENT:
            raise
        raise SetupError(
            f"The integration solution is not in Dynamics CRM yet, and the role {INTEGRATION.name} comes with it.",
            hint="Import it in the step before this one.",
        ) from problem


def _lacking_by_test(client: DataverseClient, connection: Connection) -> tuple[MissingPrivilege, ...]:
    """Without the solution's role, the tables that are synchronized say what is needed."""
    return tuple(client.verify_privileges(connections.rights_needed(mappings_of(connection))))


def _judged(user: UserState, missing: tuple[MissingPrivilege, ...]) -> UserOutlook:
    remarks = (TOO_MUCH,) if user.is_administrator else ()
    return UserOutlook(user, missing, _unfit(user), remarks)


def _unfit(user: UserState) -> TallyError | None:
    if not user.enabled:
        return SetupError(f"The user {user.name} is disabled.", hint="Enable it in the Power Platform admin center.")
    if user.needs_licence and not user.licensed:
        return SetupError(
            f"The user {user.name} has no licence.", hint="Give it one, or use an application, which needs none."
        )
    return None


def give_role(company: Company, client_id: str, secret: str, by: Actor) -> UserOutlook:
    """Give the user its role with an administrator's account, which is then forgotten; check its privileges; do the step.

    Some sixteen requests. Raises SetupError for an account that is no administrator's, and for a user that is not there, is
    disabled or lacks privileges afterwards."""
    with attempt(company, Step.USER, by):
        connection = connection_for(company)
        with administrator_client(administrator_of(connection, client_id, secret)) as client:
            _require_administrator(client)
            found = _judged(client.user_state(connection.client_id), ())
            if found.problem is not None:
                raise found.problem
            client.assign_role(connection.client_id)
            found = _judged(
                client.user_state(connection.client_id), tuple(client.verify_privileges(client_id=connection.client_id))
            )
        _note(company, connection, found, by)
    return found


def _note(company: Company, connection: Connection, found: UserOutlook, by: Actor) -> None:
    """Do the step where nothing is in the way; what an earlier test missed is there now, so it is tested anew."""
    _require_ready(found)
    connections.test(connection, by)
    note_done(company, Step.USER, by, roles=[role.name for role in found.user.roles] if found.user else [])


def _require_administrator(client: DataverseClient) -> None:
    try:
        user = client.user_state()
    except RightsMissing:
        user = None
    if user is None or not user.is_administrator:
        held = ", ".join(role.name for role in user.roles) if user else ""
        raise SetupError(
            f"The administrative account is not a System Administrator; it has {held or 'no role that lets it ask'}.",
            hint="Give it the roles System Administrator and System Customizer for this once, or use another.",
        )


def confirm(company: Company, by: Actor) -> UserOutlook:
    """Do the step where the user lacks nothing. Raises what is in the way."""
    with attempt(company, Step.USER, by):
        found = look(company)
        _note(company, connection_for(company), found, by)
    return found


def _require_ready(found: UserOutlook) -> None:
    if found.problem is not None:
        raise found.problem
    if found.missing:
        raise SetupError(
            f"The synchronization user lacks {len(found.missing)} privileges: {'; '.join(map(str, found.missing[:5]))}"
            f"{' …' if len(found.missing) > 5 else '.'}",
            hint=f"Enter an administrative account, which gives it the role {INTEGRATION.name}.",
        )
