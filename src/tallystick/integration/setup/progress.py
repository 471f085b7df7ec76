"""How far the guide has got in a company: kept after every step, so that it goes on where it was left."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from tallystick.engine import SetupError, TallyError
from tallystick.financials.models import Company, Experience
from tallystick.financials.permissions import Actor, NotPermitted, Permission
from tallystick.financials.problems import FinancialsError
from tallystick.integration import connections
from tallystick.integration.models import Connection, GuideStatus, SetupGuide

GUIDE = "Dynamics CRM Connection Setup"


class Step(StrEnum):
    """The steps of the guide, in order."""

    EXPERIENCE = "experience"
    ADDRESS = "address"
    SOLUTION = "solution"
    USER = "user"
    AVAILABILITY = "availability"
    ORDERS = "orders"
    DATA = "data"
    FINISH = "finish"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def next(self) -> "Step | None":
        """The step after this one."""
        steps = list(Step)
        index = steps.index(self) + 1
        return steps[index] if index < len(steps) else None


_LABELS: Mapping[Step, str] = {
    Step.EXPERIENCE: "What you need",
    Step.ADDRESS: "Address and sign-in",
    Step.SOLUTION: "Import solution",
    Step.USER: "Synchronization user",
    Step.AVAILABILITY: "Item availability",
    Step.ORDERS: "Sales order integration",
    Step.DATA: "Data to synchronize",
    Step.FINISH: "Summary",
}
# What was found out about one environment and one user says nothing about another.
OF_THE_ENVIRONMENT = (Step.ADDRESS, Step.SOLUTION, Step.USER, Step.AVAILABILITY, Step.FINISH)
_FOUND = (Step.USER,)  # where nothing is chosen: what is kept of it was found out


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a step finds, and what doing it will change, each in sentences. `problem`: why it cannot be done as it is."""

    found: tuple[str, ...]
    changes: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the guide has got. `problem` is why `problem_step` could not be done when it was tried last."""

    done: tuple[Step, ...] = ()
    choices: Mapping[str, Mapping[str, Any]] | None = None
    problem_step: Step | None = None
    problem: str = ""
    started: bool = False
    completed_at: datetime | None = None
    updated_at: datetime | None = None
    updated_by: str = ""

    def choice(self, step: Step) -> Mapping[str, Any]:
        """What was chosen in a step; empty where nothing was yet."""
        return (self.choices or {}).get(step, {})

    @property
    def next_step(self) -> Step:
        """The first step that is not done; the last one where all are."""
        return next((step for step in Step if step not in self.done), Step.FINISH)


@dataclass(frozen=True, slots=True)
class GuideOverview:
    """A guide as a list shows it: what it gives, how it stands and why, and where to go on."""

    name: str
    gives: str
    status: GuideStatus
    why: str
    next_step: Step
    steps_done: int
    steps: int


def progress_of(company: Company) -> Progress:
    """Return how far the guide has got. One query."""
    row = SetupGuide.objects.filter(company=company, guide=GUIDE).first()
    if row is None:
        return Progress()
    return Progress(
        done=tuple(step for step in Step if step in row.done),
        choices=row.choices,
        problem_step=Step(row.problem_step) if row.problem_step else None,
        problem=row.problem,
        started=True,
        completed_at=row.completed_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def guides(company: Company) -> list[GuideOverview]:
    """Return the assisted setup guides there are, and how they stand in the company. Two queries; nobody else is asked."""
    progress = progress_of(company)
    status, why = standing_of(company, progress, connections.find_connection(company))
    return [
        GuideOverview(
            name=GUIDE,
            gives="Connects the company with Dynamics CRM: imports the integration solution, sets up the user that "
            "synchronizes, and lets you choose what is kept equal on both sides. Some ten minutes.",
            status=status,
            why=why,
            next_step=progress.next_step,
            steps_done=len(progress.done),
            steps=len(Step),
        )
    ]


def standing_of(company: Company, progress: Progress, connection: Connection | None) -> tuple[GuideStatus, str]:
    """Return the status of the guide and why. What was set up by hand counts as set up."""
    if not progress.started:
        return _without_guide(connection)
    if progress.problem and progress.problem_step is not None:
        return GuideStatus.NEEDS_ATTENTION, f"{progress.problem_step.label}: {progress.problem}"
    if progress.completed_at is None:
        return GuideStatus.IN_PROGRESS, f"Next: {progress.next_step.label}."
    if company.experience != Experience.SUITE:
        return GuideStatus.NEEDS_ATTENTION, f"The company has the {company.experience} experience; it needs Suite."
    if connection is None or not connection.enabled:
        reason = connection.disabled_reason if connection else ""
        return GuideStatus.NEEDS_ATTENTION, f"The connection is switched off. {reason}".strip()
    return GuideStatus.COMPLETED, ""


def _without_guide(connection: Connection | None) -> tuple[GuideStatus, str]:
    if connection is None:
        return GuideStatus.NOT_STARTED, ""
    if connection.enabled:
        return GuideStatus.COMPLETED, "Set up by hand in CRM Connection Setup."
    reason = connection.disabled_reason or connection.test_problems
    if reason:
        return GuideStatus.NEEDS_ATTENTION, f"The connection is switched off. {reason}"
    return GuideStatus.IN_PROGRESS, "A connection was entered in CRM Connection Setup and not switched on yet."


def note_done(company: Company, step: Step, by: Actor, **choice: object) -> None:
    """Remember that a step is done and what was chosen in it."""
    with _row(company, by) as row:
        row.done = [one for one in Step if one in (*row.done, step)]
        row.choices = {**row.choices, step.value: choice}
        if row.problem_step == step:
            row.problem_step = row.problem = ""


def note_problem(company: Company, step: Step, problem: Exception, by: Actor) -> None:
    """Remember why a step could not be done; what was chosen before stays."""
    with _row(company, by) as row:
        row.problem_step, row.problem = step, str(problem)


def note_undone(company: Company, steps: tuple[Step, ...], by: Actor) -> tuple[Step, ...]:
    """Have steps be done again, because what they found out no longer holds; the guide is not completed then any more.

    Return those that were done. Nothing where nobody began the guide."""
    if not SetupGuide.objects.filter(company=company, guide=GUIDE).exists():
        return ()
    with _row(company, by) as row:
        reopened = tuple(one for one in Step if one in row.done and one in steps)
        row.done = [one for one in Step if one in row.done and one not in steps]
        row.choices = {name: choice for name, choice in row.choices.items() if name not in _FOUND or name not in steps}
        if Step.FINISH in steps:
            row.completed_at = None
    return reopened


def note_completed(company: Company, by: Actor, at: datetime) -> None:
    """Remember that the guide was finished."""
    with _row(company, by) as row:
        row.completed_at = at


@contextmanager
def attempt(company: Company, step: Step, by: Actor) -> Iterator[None]:
    """Do a step: for who may integrate, in a company that is offered it. A refusal is remembered, and raised."""
    by.require(Permission.INTEGRATE)
    if step is not Step.EXPERIENCE:
        connections.require_suite(company)
    try:
        yield
    except NotPermitted:
        raise
    except (TallyError, FinancialsError) as problem:
        note_problem(company, step, problem, by)
        raise


def connection_for(company: Company) -> Connection:
    """Return the connection that the steps after the second need. Raises SetupError where there is none yet."""
    connection = connections.find_connection(company)
    if connection is None:
        raise SetupError(
            "The address of Dynamics CRM was not entered yet.", hint=f"Do the step {Step.ADDRESS.label} first."
        )
    return connection


@contextmanager
def _row(company: Company, by: Actor) -> Iterator[SetupGuide]:
    """Change the row while nobody else does."""
    with transaction.atomic():
        SetupGuide.objects.get_or_create(company=company, guide=GUIDE)
        row = SetupGuide.objects.select_for_update().get(company=company, guide=GUIDE)
        yield row
        row.updated_by = by.name
        row.save()
