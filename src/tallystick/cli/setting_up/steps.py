"""Each step of the guide done with what was answered. The same services do it as for the pages; what is remembered of one
is there for the other, so that either may go on where the other was left."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.urls import reverse

from tallystick.cli.installation import acting_user
from tallystick.cli.setting_up.plan import Account
from tallystick.config import environment
from tallystick.dataverse import Progress, SolutionState
from tallystick.engine import SetupError
from tallystick.financials.models import Company, Experience, User
from tallystick.financials.services.web_service_keys import key_of
from tallystick.integration import connections
from tallystick.integration.setup import (
    Step,
    address,
    availability,
    data,
    experience,
    finish,
    orders,
    progress_of,
    solution,
    user,
)
from tallystick.integration.setup.availability import Addresses
from tallystick.odata.views import ROUTE

PAGES = "http://127.0.0.1:8000"


def addresses(company: Company, base: str) -> Addresses:
    """Return where a company is reached below `base`, which may be blank."""
    root = root_of(base)
    return Addresses(
        root + reverse(ROUTE, args=(company.slug, "")), root + reverse("company-home", args=(company.slug,))
    )


def root_of(base: str) -> str:
    """Return where this installation is reached: `base`, else TALLY_BASE_URL, else where `tally serve` listens."""
    return (base or environment().base_url or PAGES).rstrip("/")


def do_experience(company: Company, *, switch: bool) -> tuple[Company, str]:
    """Have the company offered the integration; returns it as it is then."""
    if company.experience != Experience.SUITE and switch:
        return experience.switch_to_suite(company, acting_user()), f"{company} has the Suite experience now."
    experience.confirm(company, acting_user())
    return company, f"{company} has the Suite experience."


def do_address(company: Company, entered: address.Entered, seconds: int | None = None) -> str:
    """Store how the environment is reached, and try it. Raises what keeps the application from signing in."""
    tested = address.connect(company, entered, acting_user())
    if tested.problem is not None:
        raise tested.problem
    connection = connections.find_connection(company)
    if seconds is not None and connection is not None and connection.schedule_seconds != seconds:
        connections.reschedule(connection, seconds, by=acting_user())
    later = " What its user may not do yet, a later step mends." if tested.lacking else ""
    return f"{tested.report.organization or tested.report.address} answers, and the application signs in.{later}"


def solution_is_there(company: Company) -> bool:
    """Whether the solution is known to be there and new enough, so that no administrator is needed. One request."""
    status = solution.look(company).status
    return status is not None and status.state in (SolutionState.CURRENT, SolutionState.NEWER)


def do_solution(
    company: Company, administrator: Account | None, progress: Callable[[Progress], object] = lambda _: None
) -> str:
    """Import the solution where it is not there in this version. Raises SetupError where that takes an administrator."""
    by = acting_user()
    if solution_is_there(company):
        return f"Version {solution.confirm(company, by)} of the solution is there."
    if administrator is None:
        raise SetupError(
            "The solution is not imported yet, or the user may not ask.",
            hint="It takes an administrative account: enter its client ID and secret.",
        )
    imported = solution.import_now(company, administrator.client_id, administrator.secret, by, progress)
    done = "is imported" if imported.changed else "was there already"
    return " ".join((f"Version {imported.status.version} of the solution {done}.", *imported.remarks))


def do_without_solution(company: Company) -> str:
    """Go on without the solution."""
    solution.go_without(company, acting_user())
    return "Without the solution: no item availability, no sales order integration."


def do_user(company: Company, administrator: Account | None) -> str:
    """Check the synchronization user, and give it its role where it lacks rights and there is an administrator."""
    by = acting_user()
    if administrator is not None and not user.look(company).is_ready:
        found = user.give_role(company, administrator.client_id, administrator.secret, by)
    else:
        found = user.confirm(company, by)
    name = found.user.name if found.user else "The synchronization user"
    return " ".join((f"{name} may do all that is needed.", *found.remarks))


def do_availability(company: Company, email: str, where: Addresses) -> str:
    """Hand a user's web service key to Dynamics CRM, or nothing for ""; the key of a step that was done before stays."""
    by = acting_user()
    if not email:
        availability.go_without(company, by)
        return "No item availability."
    before = progress_of(company).choice(Step.AVAILABILITY)
    wanted = email.strip().lower()
    known = User.objects.filter(email=wanted).first()
    if before.get("on") and before.get("user") == wanted and known is not None and key_of(known) is not None:
        availability.confirm(company, by)
        return f"Item availability stays on, with the key of {wanted}."
    made = availability.switch_on(company, wanted, where, by=by, now=datetime.now(UTC))
    if made.problem:
        raise SetupError(
            made.problem, hint="Start `tally serve`, or correct the address of Financials, then run it again."
        )
    return f"Item availability is on; Dynamics CRM has a new key of {made.user}, which is shown nowhere."


def do_orders(company: Company, integration: str, handled_by: str) -> str:
    """Keep what is to become of sales orders."""
    choice = orders.choose(company, integration, handled_by, acting_user())
    waits = "" if orders.IN_FORCE or choice.integration is orders.OrderIntegration.NONE else NOT_IN_FORCE
    return f"{choice.integration.label}.{waits}"


NOT_IN_FORCE = " The choice is kept; this version does not synchronize orders yet."


def do_data(company: Company, chosen: Mapping[str, str]) -> str:
    """Have these mappings take part, with what they need."""
    added = data.choose(company, chosen, acting_user())
    names = ", ".join(one.name for one in data.look(company) if one.enabled)
    return " ".join((f"Synchronized: {names}.", *map(str, added)))


def do_finish(company: Company, where: Addresses) -> str:
    """Switch the connection on."""
    finish.finish(company, where.web, by=acting_user(), now=datetime.now(UTC))
    return "Dynamics CRM is connected, and the connection is switched on."
