"""`tally company`: the companies of this installation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import NO_COMPANY, acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.models import Company

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


@app.command()
def settings(json: Json = False) -> None:
    """Show the settings of the company and its sales setup."""
    open_installation()
    shown = _settings(the_company())
    if json:
        print_json(shown)
        return
    print_table(("Setting", "Value"), ([name, _as_text(value)] for name, value in shown.items()))


@app.command("set")
def set_(
    assignments: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE…", help="Settings, as `tally company settings` names them.")
    ],
) -> None:
    """Change settings of the company or its sales setup: all of them, or none."""
    open_installation()
    from django.db import transaction

    from tallystick.financials.services import companies, sales_setup

    company = the_company()
    given = _assigned(assignments, _settings(company))
    of_company = {name: value for name, value in given.items() if name in companies.SETTINGS}
    of_sales = {name: value for name, value in given.items() if name not in companies.SETTINGS}
    with transaction.atomic():
        if of_company:
            company = companies.update_company(company, by=acting_user(), **of_company)
        if of_sales:
            sales_setup.update_sales_setup(company, of_sales, by=acting_user())
    for name, value in _settings(company).items():
        if name in given:
            say(f"{name} is {_as_text(value) or 'blank'}.")


@app.command()
def vat(
    business: Annotated[str, typer.Argument(metavar="BUSINESS_GROUP", help="Whom it is charged to: DOMESTIC.")],
    product: Annotated[str, typer.Argument(metavar="PRODUCT_GROUP", help="What it is charged on: STANDARD.")],
    percent: Annotated[str, typer.Argument(metavar="PERCENT", help="The rate, such as 19 or 7.7.")],
) -> None:
    """Set the VAT rate of a business group on a product group; documents written from now on take it."""
    open_installation()
    from tallystick.financials.services import sales_setup

    sales_setup.set_vat_rate(the_company(), business, product, percent, by=acting_user())
    say(f"VAT of {business.strip().upper()} on {product.strip().upper()} is {percent} %.")


def _settings(company: "Company") -> dict[str, Any]:
    from tallystick.financials.services import companies, sales_setup

    return {name: getattr(company, name) for name in companies.SETTINGS} | sales_setup.sales_setup(company)


def _assigned(assignments: Sequence[str], known: dict[str, Any]) -> dict[str, str]:
    given = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise Refusal(f"{assignment!r} sets nothing.", "Write it like negative_inventory=Allow.")
        if name.strip() not in known:
            raise Refusal(f"There is no setting {name.strip()!r}.", f"There are: {', '.join(known)}.")
        given[name.strip()] = value
    return given


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
