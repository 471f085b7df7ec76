"""Step 8: what was set up, switching it on, and the first full synchronization."""

from datetime import datetime

from tallystick.dataverse import SolutionState
from tallystick.engine import SetupError
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, Permission
from tallystick.integration import connections, operations
from tallystick.integration.models import Connection, FullSync
from tallystick.integration.setup import availability, data, orders
from tallystick.integration.setup.progress import (
    Outlook,
    Progress,
    Step,
    attempt,
    connection_for,
    note_completed,
    note_done,
    progress_of,
)
from tallystick.integration.stores import mappings_of


def look(company: Company) -> Outlook:
    """Return what was chosen in all steps, and what finishing will do. A few queries; nobody else is asked."""
    connection, progress = connection_for(company), progress_of(company)
    undone = _undone(progress)
    problem = f"Not done yet: {', '.join(step.label for step in undone)}." if undone else ""
    return Outlook(tuple(_found(company, connection, progress)), tuple(_changes(connection, progress)), problem)


def _found(company: Company, connection: Connection, progress: Progress) -> list[str]:
    solution, user = progress.choice(Step.SOLUTION), progress.choice(Step.USER)
    stock, choice = progress.choice(Step.AVAILABILITY), orders.choice_of(company)
    taking_part = [one.name for one in data.look(company) if one.enabled]
    return [
        f"{company} and {connection.organization or connection.address}, signed in as {connection.client_id}.",
        "Without the solution."
        if solution.get("without")
        else f"Solution: version {solution.get('version', 'unknown')}.",
        f"Roles of the synchronization user: {', '.join(user.get('roles', ())) or 'not checked yet'}.",
        f"Item availability: asked for by {stock['user']}." if stock.get("on") else "No item availability.",
        _orders_in_words(choice),
        f"Synchronized: {', '.join(taking_part)}.",
    ]


def _orders_in_words(choice: orders.OrderChoice) -> str:
    if choice.integration is orders.OrderIntegration.NONE:
        return f"{choice.integration.label}."
    who = choice.handled_by or "the integration user"
    waits = "" if orders.IN_FORCE else " The choice is kept; this version does not synchronize orders yet."
    return f"Sales orders: {choice.integration.label.lower()}, handled by {who}.{waits}"


def _changes(connection: Connection, progress: Progress) -> list[str]:
    told = "In Dynamics CRM: the company's rows of Finance Company and Finance Connection say where Financials is."
    return [
        *([] if progress.choice(Step.SOLUTION).get("without") else [told]),
        "The connection is tested and switched on: from then on a worker looks for changes every "
        f"{connection.schedule_seconds} seconds and keeps coupled records equal.",
        "Run Full Synchronization then couples records that match and creates the counterparts that are missing, on both "
        "sides, in the background.",
    ]


def _undone(progress: Progress) -> list[Step]:
    return [step for step in Step if step is not Step.FINISH and step not in progress.done]


def finish(company: Company, web_address: str, *, by: Actor, now: datetime) -> None:
    """Tell Dynamics CRM where the company is, test the connection and switch it on; the guide is completed.

    `web_address` is the page that people open in Financials. Raises SetupError for a step that is not done, and what the
    test finds; then the connection stays as it was."""
    with attempt(company, Step.FINISH, by):
        connection, progress = connection_for(company), progress_of(company)
        undone = _undone(progress)
        if undone:
            raise SetupError(
                f"The guide is not at its end: {', '.join(step.label for step in undone)} is not done.",
                hint=f"Do the step {undone[0].label}.",
            )
        if not progress.choice(Step.SOLUTION).get("without"):
            with connections.brief_client(connection) as client:
                client.write_finance_connection(availability.finance_connection(company, web_address))
        connections.enable(connection, by)
        note_done(company, Step.FINISH, by)
        note_completed(company, by, now)


def tell_where(company: Company, web_address: str, by: Actor) -> bool:
    """Tell Dynamics CRM where the company is in Financials, for what was set up by hand; whether the solution is there.

    Some four requests. Raises what Dynamics CRM refuses."""
    by.require(Permission.INTEGRATE)
    with connections.brief_client(connection_for(company)) as client:
        if client.solution_status().state is SolutionState.ABSENT:
            return False
        client.write_finance_connection(availability.finance_connection(company, web_address))
    return True


def tell_nowhere(company: Company, by: Actor) -> bool:
    """Take back from Dynamics CRM where the company is in Financials, once it is connected no more; whether it was told.

    Some three requests. Raises what Dynamics CRM refuses."""
    by.require(Permission.INTEGRATE)
    with connections.brief_client(connection_for(company), patience=0) as client:
        if client.solution_status().state is SolutionState.ABSENT:
            return False
        return client.withdraw_finance_connection(str(company.pk))


def run_full_synchronization(company: Company, by: Actor) -> FullSync:
    """Have a worker synchronize everything that takes part in full."""
    return operations.request_full_sync(
        company, [mapping.name for mapping in mappings_of(connection_for(company))], by=by
    )
