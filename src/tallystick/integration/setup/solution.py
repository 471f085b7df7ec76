"""Step 3: the integration solution, imported with an administrator's account that is used once and kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tallystick.dataverse import Imported, Progress, RightsMissing, SolutionState, SolutionStatus
from tallystick.dataverse.solution import INTEGRATION
from tallystick.engine import SetupError, TallyError
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor
from tallystick.integration import connections, solution_imports
from tallystick.integration.models import Connection
from tallystick.integration.setup.progress import (
    Step,
    attempt,
    connection_for,
    note_done,
    note_problem,
    progress_of,
)
from tallystick.integration.solution import administrator_of, import_solution
from tallystick.integration.solution_imports import Standing

CHANGES = (
    "In Dynamics CRM: three tables, some columns, two security roles and the page of item availability are added, and "
    "change tracking is switched on for the tables that are synchronized. No row of yours changes.",
    f"In Dynamics CRM: the synchronization user is given the role {INTEGRATION.name}.",
    "The roles of the administrative account are checked before anything else. The account is then forgotten.",
)

_MAY_NOT_ASK = (
    "The synchronization user has no role yet that lets it ask. The import looks first, and skips what is there."
)


@dataclass(frozen=True, slots=True)
class SolutionOutlook:
    """How the solution stands. `status` is None where the connection's own account cannot ask; `unknown` says why.

    `standing` is an import that this process began, under way or ended."""

    status: SolutionStatus | None
    unknown: str = ""
    standing: Standing | None = None
    without: bool = False

    @property
    def is_there(self) -> bool:
        """Whether nothing has to be imported any more, as far as is known."""
        state = self.status.state if self.status else None
        return state in (SolutionState.CURRENT, SolutionState.NEWER) or bool(self.version)

    @property
    def version(self) -> str:
        """The version there, "" where none is known of."""
        if self.status is not None:
            return self.status.version
        return self.standing.version if self.standing else ""

    @property
    def is_running(self) -> bool:
        return self.standing is not None and not self.standing.finished


def look(company: Company) -> SolutionOutlook:
    """Return how the solution stands: one request, none while an import goes on. Never raises for what is answered."""
    connection = connection_for(company)
    standing = solution_imports.standing(connection)
    without = bool(progress_of(company).choice(Step.SOLUTION).get("without"))
    if standing is not None and not standing.finished:
        return SolutionOutlook(None, "It is being imported.", standing, without)
    try:
        return SolutionOutlook(_status(connection), "", standing, without)
    except RightsMissing:
        return SolutionOutlook(None, _MAY_NOT_ASK, standing, without)
    except TallyError as problem:
        return SolutionOutlook(None, str(problem), standing, without)


def _status(connection: Connection) -> SolutionStatus:
    with connections.brief_client(connection) as client:
        return client.solution_status()


def begin_import(company: Company, client_id: str, secret: str, by: Actor) -> None:
    """Begin the import with an administrator's account, in a thread of this process, and return; `look` tells how it goes.

    Afterwards the synchronization user has its role. What is there in this version already is not imported again."""
    with attempt(company, Step.SOLUTION, by):
        connection = connection_for(company)
        administrator = administrator_of(connection, client_id, secret)
        ended = partial(_keep_end, company, by)
        solution_imports.begin(connection, administrator, role_for=connection.client_id, ended=ended)


def _keep_end(company: Company, by: Actor, standing: Standing) -> None:
    """Remember how an import ended, also for who left the page meanwhile."""
    if standing.problem:
        note_problem(company, Step.SOLUTION, SetupError(standing.problem), by)
    else:
        note_done(company, Step.SOLUTION, by, version=standing.version)


def import_now(
    company: Company, client_id: str, secret: str, by: Actor, progress: Callable[[Progress], object] = lambda _: None
) -> Imported:
    """The same, waiting until it is done, and doing the step. Takes minutes."""
    with attempt(company, Step.SOLUTION, by):
        connection = connection_for(company)
        administrator = administrator_of(connection, client_id, secret)
        imported = import_solution(administrator, progress, role_for=connection.client_id)
        note_done(company, Step.SOLUTION, by, version=imported.status.version)
    return imported


def confirm(company: Company, by: Actor) -> str:
    """Do the step, and return the version. Raises SetupError where the solution is not there, or is too old."""
    with attempt(company, Step.SOLUTION, by):
        found = look(company)
        if found.is_running:
            raise SetupError("The solution is being imported.", hint="Wait until that is done.")
        if found.status is not None and not found.is_there:
            raise SetupError("The solution is not imported yet.", hint="Enter an administrative account and import it.")
        if found.status is not None and found.status.state is SolutionState.OLDER:
            raise SetupError(
                f"The solution has version {found.status.version}; this program needs {found.status.offered}.",
                hint="Import it again.",
            )
        if not found.version:
            raise SetupError(
                f"It cannot be told whether the solution is there. {found.unknown}",
                hint="Enter an administrative account; where the solution is there already, it is not imported again.",
            )
        note_done(company, Step.SOLUTION, by, version=found.version)
    return found.version


def go_without(company: Company, by: Actor) -> None:
    """Do the step without importing: no item availability, no sales orders, and roles are given by hand."""
    with attempt(company, Step.SOLUTION, by):
        connection_for(company)
        note_done(company, Step.SOLUTION, by, without=True)
