"""Step 6: what is to become of sales orders, and whose task that is. The choice is kept; see `IN_FORCE`."""

from dataclasses import dataclass
from enum import StrEnum

from tallystick.engine import SetupError
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, User
from tallystick.financials.people import users_who_may
from tallystick.financials.permissions import Actor, Permission
from tallystick.integration.setup.progress import Step, attempt, connection_for, note_done, progress_of

# Orders themselves are not synchronised by this version: pages and commands say so as long as this is False.
IN_FORCE = False


class OrderIntegration(StrEnum):
    """What becomes of sales orders."""

    NONE = "none"
    LEGACY = "legacy"
    TWO_WAY = "two-way"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    OrderIntegration.NONE: "No sales order integration",
    OrderIntegration.LEGACY: "Take over submitted orders",
    OrderIntegration.TWO_WAY: "Two-way sales orders",
}


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """What was chosen. `handled_by` is the e-mail address of a user of the company, "" for the integration user."""

    integration: OrderIntegration = OrderIntegration.NONE
    handled_by: str = ""
    chosen: bool = False


def choice_of(company: Company) -> OrderChoice:
    """Return what was chosen for sales orders. One query."""
    kept = progress_of(company).choice(Step.ORDERS)
    if not kept:
        return OrderChoice()
    return OrderChoice(OrderIntegration(kept["integration"]), str(kept.get("handled_by", "")), chosen=True)


def handlers(company: Company) -> list[User]:
    """Return the users of the company who could handle orders, by e-mail address. One query."""
    return users_who_may(company, Permission.WRITE)


def choose(company: Company, integration: str, handled_by: str, by: Actor) -> OrderChoice:
    """Keep what is to become of sales orders and do the step. Raises SetupError for a user who cannot handle them."""
    with attempt(company, Step.ORDERS, by):
        connection_for(company)
        choice = OrderChoice(_known(integration), handled_by.strip().lower(), chosen=True)
        if choice.integration is not OrderIntegration.NONE:
            _require_solution(company)
        _require_handler(company, choice)
        before = _in_words(choice_of(company))
        note_done(company, Step.ORDERS, by, integration=choice.integration.value, handled_by=choice.handled_by)
        audit.note(company, Area.CONNECTION, "Sales order integration", before, _in_words(choice), by=by)
    return choice


def _known(integration: str) -> OrderIntegration:
    try:
        return OrderIntegration(integration)
    except ValueError:
        known = ", ".join(OrderIntegration)
        raise SetupError(f"There is no sales order integration {integration!r}.", hint=f"Choose {known}.") from None


def _require_solution(company: Company) -> None:
    if progress_of(company).choice(Step.SOLUTION).get("without"):
        raise SetupError(
            "Sales order integration needs the columns of the solution, which was left out.",
            hint=f"Import it in the step {Step.SOLUTION.label}, or choose no sales order integration.",
        )


def _require_handler(company: Company, choice: OrderChoice) -> None:
    if choice.handled_by and choice.handled_by not in [user.email for user in handlers(company)]:
        raise SetupError(
            f"{choice.handled_by} cannot handle sales orders in {company}.",
            hint="Choose a user of the company who may change its records, such as a finance clerk.",
        )


def _in_words(choice: OrderChoice) -> dict[str, object]:
    if not choice.chosen:
        return {}
    return {"integration": choice.integration.value, "handled by": choice.handled_by or "the integration user"}
