"""`tally user`: who may sign in, and what they may do in a company."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.commands import user_key, user_proofs
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.refusal import Refusal
from tallystick.financials.permissions import PermissionSet

if TYPE_CHECKING:
    from tallystick.financials.models import Company, User

app = typer.Typer(help="Who may sign in, and what they may do in a company.", no_args_is_help=True)
app.add_typer(user_key.app, name="key")
app.add_typer(user_proofs.second_factor, name="second-factor")
app.add_typer(user_proofs.entra, name="entra")
SETS = ", ".join(PermissionSet)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
Address = Annotated[str, typer.Option("--address", help="Where the pages are.")]
PAGES = "http://127.0.0.1:8000"


@app.command()
def add(
    email: Email,
    set: Annotated[
        list[str] | None, typer.Option(help=f"A permission set, as often as needed: {SETS}. Default: administrator.")
    ] = None,
    first_name: Annotated[str, typer.Option(help="The first name.")] = "",
    last_name: Annotated[str, typer.Option(help="The last name.")] = "",
    json: Json = False,
) -> None:
    """Add a user to the company with permission sets; `tally user sign-in-link` lets them in."""
    open_installation()
    company = the_company()
    from django.db import transaction

    from tallystick.financials.models import User
    from tallystick.financials.services import users

    with transaction.atomic():
        known = User.objects.filter(email=email.strip().lower()).first()
        by = acting_user()
        user = known or users.create_user(email, first_name=first_name, last_name=last_name, by=by)
        given = users.grant(user, company, *(set or [PermissionSet.ADMINISTRATOR]), by=by)
    _tell(user, company, given, json=json)


@app.command()
def grant(
    email: Email,
    sets: Annotated[list[str], typer.Argument(metavar="SET...", help=f"Permission sets: {SETS}.")],
    json: Json = False,
) -> None:
    """Give a user permission sets in the company, beside those they have."""
    user, company = _user_and_company(email)
    from tallystick.financials.services import users

    _tell(user, company, users.grant(user, company, *sets, by=acting_user()), json=json)


@app.command()
def revoke(
    email: Email,
    sets: Annotated[
        list[str] | None, typer.Argument(metavar="[SET...]", help=f"Permission sets: {SETS}. Default: all of them.")
    ] = None,
    json: Json = False,
) -> None:
    """Take permission sets from a user; without any left they do not work in the company any more."""
    user, company = _user_and_company(email)
    from tallystick.financials.services import users

    _tell(user, company, users.revoke(user, company, *(sets or ()), by=acting_user()), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """List who works in the company, and what they may do there."""
    open_installation()
    company = the_company()
    from tallystick.financials.people import members_of

    members = members_of(company, by=acting_user())
    if json:
        print_json([_report(member.user, company, member.sets) for member in members])
        return
    print_table(
        ("User", "Name", "Permission sets", "May sign in"),
        (
            (member.user.email, member.user.get_full_name(), member.labels, "yes" if member.user.is_active else "no")
            for member in members
        ),
        empty=f"Nobody works in {company.name} yet. Add somebody with `tally user add EMAIL`.",
    )


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


@app.command()
def sessions(
    email: Email,
    end: Annotated[int | None, typer.Option(metavar="NUMBER", help="End the session of this number.")] = None,
    end_all: Annotated[bool, typer.Option("--end-all", help="Sign the user out everywhere.")] = False,
    json: Json = False,
) -> None:
    """List where a user is signed in, and end one of these sessions or all of them."""
    user, _ = _user_and_company(email)
    from tallystick.financials.services import sessions as service

    if end is not None and not service.end_session(user, end, by=acting_user()):
        raise Refusal(f"{user.email} has no session {end} that goes on.", "Look at them without --end.")
    if end_all:
        service.end_every_session(user, by=acting_user())
    found = service.open_sessions(user, by=acting_user())
    if json:
        names = ("id", "began_at", "ends_at", "ip_address", "user_agent")
        print_json([{name: getattr(one, name) for name in names} for one in found])
        return
    print_table(
        ("Number", "Since (UTC)", "From", "Browser"),
        ((str(one.id), f"{one.began_at:%Y-%m-%d %H:%M}", one.ip_address, one.user_agent) for one in found),
        empty=f"{user.email} is not signed in anywhere.",
    )


def link_for(user: "User", address: str) -> str:
    """Return an address that signs this user in once."""
    from django.urls import reverse

    from tallystick.financials.services import users

    return address.rstrip("/") + reverse("sign-in-link", args=[users.create_sign_in_link(user, by=acting_user())])


def _user_and_company(email: str) -> "tuple[User, Company]":
    open_installation()
    company = the_company()
    from tallystick.financials.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Refusal(f"There is no user {email}.", f"Add one with `tally user add {email}`.")
    return user, company


def _tell(user: "User", company: "Company", sets: tuple[PermissionSet, ...], *, json: bool) -> None:
    if json:
        print_json(_report(user, company, sets))
    elif sets:
        say(f"{user.email} has in {company.name}: {', '.join(sets)}.")
    else:
        say(f"{user.email} does not work in {company.name} any more.")


def _report(user: "User", company: "Company", sets: tuple[PermissionSet, ...]) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.get_full_name(),
        "company": company.slug,
        "sets": list(sets),
        "active": user.is_active,
    }
