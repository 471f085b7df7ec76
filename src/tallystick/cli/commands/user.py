"""`tally user`: who may sign in."""

from typing import Annotated

import typer

from tallystick.cli.commands import user_key
from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.refusal import Refusal

app = typer.Typer(help="Who may sign in.", no_args_is_help=True)
app.add_typer(user_key.app, name="key")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
Address = Annotated[str, typer.Option("--address", help="Where the pages are.")]
PAGES = "http://127.0.0.1:8000"


@app.command()
def add(
    email: Email,
    role: Annotated[str, typer.Option(help="administrator, clerk or viewer.")] = "administrator",
    first_name: Annotated[str, typer.Option(help="The first name.")] = "",
    last_name: Annotated[str, typer.Option(help="The last name.")] = "",
) -> None:
    """Add a user to the company, or change the role of one; `tally user sign-in-link` lets them in."""
    open_installation()
    company = the_company()
    from django.db import transaction

    from tallystick.financials.models import User
    from tallystick.financials.services import users

    with transaction.atomic():
        known = User.objects.filter(email=email.strip().lower()).first()
        user = known or users.create_user(email, first_name=first_name, last_name=last_name)
        users.grant_role(user, company, role.strip().lower())
    say(f"{user.email} is {role.strip().lower()} of {company.name}.")


@app.command("sign-in-link")
def sign_in_link(email: Email, address: Address = PAGES, json: Json = False) -> None:
    """Print a link that signs the user in once, within half an hour."""
    open_installation()
    from tallystick.financials.models import User

    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise Refusal(f"There is no user {email} who may sign in.", f"Add one with `tally user add {email}`.")
    link = link_for(user, address)
    if json:
        print_json({"email": user.email, "link": link})
    else:
        say(link)


def link_for(user: "object", address: str) -> str:
    """Return an address that signs this user in once."""
    from django.urls import reverse

    from tallystick.financials.models import User
    from tallystick.financials.services import users

    assert isinstance(user, User)  # noqa: S101  # named so only because importing it at the top would load Django
    return address.rstrip("/") + reverse("sign-in-link", args=[users.create_sign_in_link(user)])
