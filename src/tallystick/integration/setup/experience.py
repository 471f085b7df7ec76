"""Step 1: what is needed, of which the experience Suite can be switched to at once."""

from tallystick.financials.models import Company, Experience
from tallystick.financials.permissions import Actor, Permission
from tallystick.financials.services.companies import update_company
from tallystick.integration.connections import require_suite
from tallystick.integration.setup.progress import Outlook, Step, attempt, note_done

NEEDED = (
    "The address of your Dynamics CRM environment.",
    "An application that is registered in the directory of the environment and is a user there: its tenant, client ID and "
    "client secret or certificate. It synchronizes, needs no security role yet, and should be used for nothing else.",
    "To import the solution: the client ID, and the secret or certificate, of an application whose user has the roles "
    "System Administrator and System Customizer. It is used once and kept nowhere.",
)


def look(company: Company) -> Outlook:
    """Return whether the company is offered the integration. No query."""
    found = (f"{company} has the {company.experience} experience.",)
    if company.experience == Experience.SUITE:
        return Outlook(found, ())
    changes = (
        f"{company} gets the Suite experience, which shows the pages of the integration. No record changes, and you can "
        "switch back.",
    )
    return Outlook(found, changes, "The integration with Dynamics CRM needs the Suite experience.")


def switch_to_suite(company: Company, by: Actor) -> Company:
    """Give the company the Suite experience, which asks the right to change its settings, and do the step."""
    with attempt(company, Step.EXPERIENCE, by):
        by.require(Permission.SET_UP)
        changed = update_company(company, experience=Experience.SUITE, by=by)
        note_done(changed, Step.EXPERIENCE, by)
    return changed


def confirm(company: Company, by: Actor) -> None:
    """Do the step. Raises SetupError while the company has another experience."""
    with attempt(company, Step.EXPERIENCE, by):
        require_suite(company)
        note_done(company, Step.EXPERIENCE, by)
