"""`tally company`: the companies of this installation."""

from typing import Annotated

import typer

from tallystick.cli.installation import NO_COMPANY, acting_user, open_installation
from tallystick.cli.output import Json, print_json, print_table, say

app = typer.Typer(help="The companies of this installation.", no_args_is_help=True)


@app.command("list")
def list_(json: Json = False) -> None:
    """List the companies."""
    open_installation()
    from tallystick.financials.models import Company

    rows = [
        {
            "company": company.slug,
            "name": company.name,
            "local_currency": company.local_currency,
            "experience": company.experience,
        }
        for company in Company.objects.order_by("name")
    ]
    if json:
        print_json(rows)
        return
    print_table(
        ("Company", "Name", "Local currency", "Experience"),
        (list(row.values()) for row in rows),
        empty=f"There is no company yet. {NO_COMPANY}",
    )


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the company is called.")],
    currency: Annotated[str, typer.Option(help="The local currency.")] = "EUR",
    experience: Annotated[str, typer.Option(help="Basic, Essential or Suite.")] = "Suite",
) -> None:
    """Add a company with its number series and its local currency."""
    open_installation()
    from tallystick.financials.services import companies

    company = companies.create_company(
        name, local_currency=currency, experience=experience.strip().title(), by=acting_user()
    )
    say(f"{company.name} is there; its short name is {company.slug}.")
