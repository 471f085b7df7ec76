"""Bringing the integration solution into an environment, with an administrator's account that is used for this alone.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/importsolutionasync"""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tallystick.dataverse.errors import RightsMissing
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.roles import ADMINISTRATOR, CUSTOMIZER, HeldRole, held_roles
from tallystick.dataverse.solution import NAME, SOLUTION, VERSION, build
from tallystick.dataverse.webapi import WebApi, query, text_literal
from tallystick.engine import SetupError, SideUnavailable, TallyError

PATIENCE_SECONDS = 30 * 60.0
SECONDS_BETWEEN_LOOKS = 2.0
# asyncoperation: https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/asyncoperation
_COMPLETED, _SUCCEEDED = 3, 30
# Tables whose changes are read besides those that the solution extends.
_ALSO_TRACKED = ("systemuser", "transactioncurrency", "productpricelevel", "uom", "uomschedule", "invoicedetail")


class NotAnAdministrator(SetupError):
    """The account that is to import the solution lacks the role System Administrator."""


class NewerSolution(SetupError):
    """The environment has a newer version of the solution than this program brings."""


class OtherSolution(SetupError):
    """The environment has the solution in a form that the package cannot replace."""


class MissingDependency(SetupError):
    """The environment lacks tables that the solution extends."""


class ImportFailed(SetupError):
    """The environment began the import and gave it up; nothing of the solution was changed."""


class SolutionState(StrEnum):
    """What an environment has, compared with what this program brings."""

    ABSENT = "not imported"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class SolutionStatus:
    """The solution in an environment. `version` is "" where it is not imported; `offered` is what this program brings."""

    version: str = ""
    managed: bool = False
    offered: str = VERSION

    @property
    def state(self) -> SolutionState:
        if not self.version:
            return SolutionState.ABSENT
        here, brought = _numbers(self.version), _numbers(self.offered)
        if here == brought:
            return SolutionState.CURRENT
        return SolutionState.OLDER if here < brought else SolutionState.NEWER


def _numbers(version: str) -> tuple[int, ...]:
    """A version to compare; what is missing or no number counts as 0."""
    numbers = [int(part) if part.isdigit() else 0 for part in version.split(".")[:4]]
    return tuple(numbers + [0] * (4 - len(numbers)))


class Step(StrEnum):
    """What an import is doing."""

    CHECKING = "Checking account and environment"
    IMPORTING = "Importing the solution"
    PUBLISHING = "Publishing"
    TRACKING = "Switching on change tracking"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is. `percent` is that of the step, and None where nobody can tell."""

    step: Step
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: the solution now, whether anything had to be done, and what a person should know."""

    status: SolutionStatus
    changed: bool
    remarks: tuple[str, ...] = ()


def solution_status(api: WebApi) -> SolutionStatus:
    """Return what the environment has of the solution. One request."""
    rows = api.fetch_rows(
        query("solutions", select="uniquename,version,ismanaged", filter=f"uniquename eq {text_literal(NAME)}")
    )
    return SolutionStatus(str(rows[0]["version"]), bool(rows[0]["ismanaged"])) if rows else SolutionStatus()


def import_solution(
    api: WebApi,
    metadata: Metadata,
    *,
    progress: Callable[[Progress], object] = lambda _progress: None,
    again: bool = False,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    patience: float = PATIENCE_SECONDS,
) -> Imported:
    """Check, import, wait until it is done, publish, and switch on change tracking for the tables that are synchronised.

    Nothing is imported where the version is there already, unless `again`. The import takes minutes in the real service;
    `progress` is told of every step and look. Raises NotAnAdministrator, NewerSolution, OtherSolution, MissingDependency
    before anything was changed, ImportFailed when the environment gave up, SideUnavailable when `patience` (seconds) ran
    out while the import was still going on."""
    progress(Progress(Step.CHECKING))
    remarks = _check_account(_roles_of_account(api))
    status = solution_status(api)
    _check_environment(status, metadata)
    changed = again or status.state is not SolutionState.CURRENT
    if changed:
        operation, job = _begin(api)
        _wait(api, operation, job, progress, sleep, clock, clock() + patience)
        progress(Progress(Step.PUBLISHING))
        remarks += _publish(api)
    progress(Progress(Step.TRACKING))
    remarks += _track(metadata)
    return Imported(solution_status(api) if changed else status, changed, remarks)


# Before anything is changed


def _roles_of_account(api: WebApi) -> list[HeldRole]:
    """The roles of the account; none where it may not even ask, which who has no role at all may not."""
    try:
        return held_roles(api, api.who_am_i()["UserId"])
    except RightsMissing:
        return []


def _check_account(roles: list[HeldRole]) -> tuple[str, ...]:
    templates = {role.template for role in roles}
    if ADMINISTRATOR not in templates:
        held = ", ".join(role.name for role in roles) or "no role at all"
        raise NotAnAdministrator(
            f"The account that is to import the solution is not a System Administrator; it has {held}.",
            hint="Give it the roles System Administrator and System Customizer for the time of the import, or use another.",
        )
    if CUSTOMIZER not in templates:
        return ("The account does not have the role System Customizer; System Administrator alone was enough.",)
    return ()


def _check_environment(status: SolutionStatus, metadata: Metadata) -> None:
    if status.state is SolutionState.NEWER:
        raise NewerSolution(
            f"The environment has version {status.version} of the solution; this program brings {status.offered}.",
            hint="Bring this installation of Tallystick up to date. An environment never goes back to an older version.",
        )
    if status.state is not SolutionState.ABSENT and not status.managed:
        raise OtherSolution(
            f"The environment has the solution {NAME} unmanaged, as those have it who develop it.",
            hint="Delete that solution in the environment (its tables and columns too), or use another environment.",
        )
    absent = [table.name for table in SOLUTION.extensions if table.name not in metadata.names()]
    if absent:
        raise MissingDependency(
            f"The environment lacks tables that the solution extends: {', '.join(absent)}.",
            hint="Install Dynamics 365 Sales in this environment first.",
        )


# The import itself


def _begin(api: WebApi) -> tuple[str, str]:
    """Hand over the package; return the ids of the job that imports it and of its report."""
    answer = api.act(
        "ImportSolutionAsync",
        {
            "CustomizationFile": base64.b64encode(build()).decode(),
            "OverwriteUnmanagedCustomizations": True,
            "PublishWorkflows": True,
        },
    )
    try:
        return str(answer["AsyncOperationId"]), str(answer["ImportJobKey"])
    except (KeyError, TypeError) as exc:
        raise SideUnavailable(
            "Dynamics CRM did not say which job imports the solution.", hint="Look at the solution's status in a while."
        ) from exc


def _wait(
    api: WebApi,
    operation: str,
    job: str,
    progress: Callable[[Progress], object],
    sleep: Callable[[float], object],
    clock: Callable[[], float],
    give_up_at: float,
) -> None:
    columns = "statecode,statuscode,message,friendlymessage,errorcode"
    while True:
        row = api.fetch(query(f"asyncoperations({operation})", select=columns))
        progress(Progress(Step.IMPORTING, _percent(api, job)))
        if row["statecode"] == _COMPLETED:
            if row["statuscode"] != _SUCCEEDED:
                raise _failure(row)
            return
        if clock() > give_up_at:
            raise SideUnavailable(
                "The import of the solution is not done yet; Dynamics CRM goes on with it.",
                hint="Look at the solution's status in a while.",
            )
        sleep(SECONDS_BETWEEN_LOOKS)


def _percent(api: WebApi, job: str) -> float | None:
    """How far the import is. It is only for show, so nothing that is wrong with it ends the import."""
    try:
        return float(api.fetch(query(f"importjobs({job})", select="progress"))["progress"])
    except (TallyError, KeyError, TypeError, ValueError):
        return None


def _failure(row: dict[str, Any]) -> ImportFailed:
    told = " ".join(str(row.get("friendlymessage") or row.get("message") or "").split())[:1000]
    code = row.get("errorcode")
    # The job has the code as a signed number, the documentation lists it in this form.
    shown = f" ({code & 0xFFFFFFFF:#010x})" if isinstance(code, int) and code else ""
    return ImportFailed(
        f"Dynamics CRM did not import the solution{shown}: {told or 'it does not say why'}",
        hint="Mend what it says, then import again. The job is kept under Settings, Solution History.",
    )


# Afterwards


def _publish(api: WebApi) -> tuple[str, ...]:
    """Publish. What a managed solution brings works without; a busy environment must not make the import look failed."""
    try:
        api.act("PublishAllXml", {}, repeatable=True)
    except SideUnavailable as problem:
        return (f"Publishing was not confirmed: {problem}",)
    return ()


def _track(metadata: Metadata) -> tuple[str, ...]:
    """Change tracking for everything that is synchronised, while there is an account that may switch it on."""
    wanted = dict.fromkeys((*(table.name for table in SOLUTION.extensions), *_ALSO_TRACKED))
    there = [table for table in wanted if table in metadata.names()]
    without = [table for table in there if not metadata.ensure_change_tracking(table)]
    if not without:
        return ()
    return (f"Change tracking could not be switched on for {', '.join(without)}; their changes are read by date.",)
