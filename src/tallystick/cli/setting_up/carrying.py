"""A plan carried out step by step, or told beforehand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tallystick.cli.following import follow
from tallystick.cli.installation import acting_user
from tallystick.cli.refusal import Refusal
from tallystick.cli.reports import full_sync_report
from tallystick.cli.setting_up import checking, steps
from tallystick.cli.setting_up.plan import Plan
from tallystick.dataverse import Progress
from tallystick.engine import TallyError
from tallystick.financials.models import Company, Experience
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services import companies
from tallystick.integration import connections
from tallystick.integration.models import FullSync, RunStatus
from tallystick.integration.setup import Step, address, experience, finish, solution, user

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Told:
    """What became, or is to become, of a step, in sentences. `ok` is False for what would not work as it is."""

    step: Step
    sentences: tuple[str, ...]
    ok: bool = True


def entered(plan: Plan) -> address.Entered:
    """Return what a plan says of the environment, as the guide takes it."""
    return address.Entered(plan.address, plan.tenant, plan.client_id, plan.secret, plan.sign_in, plan.authority)


def carry_out(
    plan: Plan, company: Company | None, tell: Callable[[Told], object], progress: Callable[[Progress], object]
) -> Company:
    """Do all steps, each told as it is done; safe to repeat. Raises Refusal naming the step that could not be done.

    What was done before that stays, and the same plan carried out again goes on from there."""
    _require_sign_in(plan)
    there = company or _do(Step.EXPERIENCE, lambda: _made(plan))
    company, told = _do(Step.EXPERIENCE, lambda: steps.do_experience(there, switch=plan.switch_to_suite))
    tell(Told(Step.EXPERIENCE, (told,)))
    where = steps.addresses(company, plan.financials)
    deeds: tuple[tuple[Step, Callable[[], str]], ...] = (
        (Step.ADDRESS, lambda: steps.do_address(company, entered(plan), plan.seconds)),
        (Step.SOLUTION, lambda: _solution(plan, company, progress)),
        (Step.USER, lambda: steps.do_user(company, plan.administrator)),
        (Step.AVAILABILITY, lambda: steps.do_availability(company, plan.availability, where)),
        (Step.ORDERS, lambda: steps.do_orders(company, plan.orders, plan.orders_by)),
        (Step.DATA, lambda: steps.do_data(company, checking.chosen_data(plan))),
        (Step.FINISH, lambda: steps.do_finish(company, where)),
    )
    for step, deed in deeds:
        tell(Told(step, (_do(step, deed),)))
    return company


def _require_sign_in(plan: Plan) -> None:
    """Try the sign-in before anything is changed: it is what a slip of the keyboard most often spoils."""
    tested = address.try_out(entered(plan))
    if tested.problem is not None:
        raise Refusal(f"Nothing was changed, because the application cannot sign in. {tested.problem}", status=1)


def _made(plan: Plan) -> Company:
    return companies.create_company(
        plan.company, local_currency=plan.local_currency, experience=Experience.SUITE, by=acting_user()
    )


def _solution(plan: Plan, company: Company, progress: Callable[[Progress], object]) -> str:
    if not plan.import_solution:
        return steps.do_without_solution(company)
    return steps.do_solution(company, plan.administrator, progress)


def _do(step: Step, deed: Callable[[], Answer]) -> Answer:
    try:
        return deed()
    except (TallyError, FinancialsError) as problem:
        raise Refusal(
            f"{step.label} could not be done. {problem}",
            "What was done before stays; mend this and run the same command again.",
            status=1,
        ) from problem


def synchronize(home: Path, company: Company, *, wait: bool, quiet: bool) -> dict[str, object] | None:
    """Have everything synchronized in full, unless that was done once; return what came of it, None where nothing was due.

    A full synchronization that is under way is followed, not started again."""
    connection = connections.connection_of(company)
    if FullSync.objects.filter(connection=connection, status=RunStatus.SUCCESS).exists():
        return None
    requested = finish.run_full_synchronization(company, acting_user())
    if wait:
        follow(home, full_sync=requested, quiet=quiet)
    return full_sync_report(requested)


def foresee(plan: Plan, company: Company | None) -> Iterator[Told]:
    """Say of each step what doing it would change. Nothing is changed, on either side; the sign-in is tried once."""
    yield Told(Step.EXPERIENCE, _foreseen_company(plan, company))
    problem, found = _signs_in(plan)
    yield Told(Step.ADDRESS, (found, *address.CHANGES), ok=not problem)
    without = "The solution is left out: no item availability, no sales order integration."
    yield Told(Step.SOLUTION, solution.CHANGES if plan.import_solution else (without,))
    yield Told(Step.USER, user.CHANGES)
    stock = f"Dynamics CRM gets a new web service key of {plan.availability}." if plan.availability else "It stays off."
    yield Told(Step.AVAILABILITY, (stock,))
    who = f" handled by {plan.orders_by}" if plan.orders_by else ""
    yield Told(Step.ORDERS, (f"Chosen: {plan.orders}{who}.",))
    yield Told(Step.DATA, _foreseen_data(plan))
    run = "A full synchronization is started, unless one was finished before." if plan.full_synchronization else ""
    yield Told(Step.FINISH, ("The connection is tested and switched on.", *([run] if run else [])))


def _foreseen_company(plan: Plan, company: Company | None) -> tuple[str, ...]:
    if company is None:
        return (f"The company {plan.company} is made, with the local currency {plan.local_currency}.",)
    outlook = experience.look(company)
    return outlook.changes or outlook.found


def _signs_in(plan: Plan) -> tuple[bool, str]:
    """Say whether the sign-in has a problem, and how it is."""
    tested = address.try_out(entered(plan))
    if tested.problem is not None:
        return True, f"As it is, the application could not sign in: {tested.problem}"
    return False, f"The application can sign in to {tested.report.organization or tested.report.address}."


def _foreseen_data(plan: Plan) -> tuple[str, ...]:
    chosen = checking.chosen_data(plan)
    names = ", ".join(f"{name} ({way})" if way else name for name, way in chosen.items())
    return (f"These take part: {names}.", *checking.prerequisites(plan))
