"""Setting the stage: the demo company, the rows its CRM starts with, the connection between them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.demonstration.sandbox import TENANT, SandboxProcess
from tallystick.cli.demonstration.seeding import seed
from tallystick.financials.permissions import PermissionSet, operator

if TYPE_CHECKING:
    from tallystick.financials.models import Company, User

SECONDS_BETWEEN_CYCLES = 5
BY = operator("demo")
ADMINISTRATOR = "admin@demo.example"


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo company whose connection is on."""

    company: "Company"
    administrator: "User"


def prepare(home: Path, sandbox: SandboxProcess) -> Stage:
    """Build what is not there yet; safe to repeat, also after it was interrupted anywhere."""
    from tallystick.financials.demo import build_demo_company
    from tallystick.financials.models import Company

    company = Company.objects.order_by("created_at").first() or build_demo_company()
    seed(home / "sandbox-seeded", company, sandbox)
    _connect(company, sandbox)
    return Stage(company, _administrator(company))


def _connect(company: "Company", sandbox: SandboxProcess) -> None:
    """Connect, or follow the sandbox to where it is now, and switch the connection on."""
    from tallystick.integration import connections

    application = sandbox.application
    known = connections.find_connection(company)  # where somebody may have changed the rest between two cycles since
    connection = connections.connect(
        company,
        sandbox.url,
        sandbox.url,
        TENANT,
        application.client_id,
        application.secret,
        by=BY,
        schedule_seconds=SECONDS_BETWEEN_CYCLES if known is None else None,
    )
    connections.enable(connection, by=BY)


def _administrator(company: "Company") -> "User":
    from tallystick.financials.models import User
    from tallystick.financials.services import users

    known = User.objects.filter(email=ADMINISTRATOR).first()
    user = known or users.create_user(ADMINISTRATOR, first_name="Demo", last_name="Administrator")
    users.grant(user, company, PermissionSet.ADMINISTRATOR, by=BY)
    return user
