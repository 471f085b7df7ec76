"""`tally experience`: how much of the product a company sees."""

from typing import Annotated

import typer

from tallystick.cli.installation import acting_user, company_named, open_installation
from tallystick.cli.output import say


def experience(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help="The company, by its name or short name.")],
    value: Annotated[str, typer.Argument(metavar="Basic|Essential|Suite", help="The experience to switch to.")],
) -> None:
    """Switch a company's experience; the integration with Dynamics CRM is offered with Suite."""
    open_installation()
    from tallystick.financials.services import companies

    changed = companies.update_company(company_named(company), experience=value.strip().title(), by=acting_user())
    say(f"{changed.name} now has the experience {changed.experience}.")
