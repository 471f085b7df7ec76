"""`tally sign-in`: how people sign in to this installation."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import acting_user, open_installation
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.secret import client_secret

if TYPE_CHECKING:
    from tallystick.financials.models import SignInSettings

app = typer.Typer(
    help="How people sign in: second factor, passwords, Microsoft Entra ID. For all companies.", no_args_is_help=True
)
BACK = "/sign-in/entra/back"


@app.command()
def show(json: Json = False) -> None:
    """Show the settings, never the client secret."""
    open_installation()
    from tallystick.financials.services.sign_in import settings_of_sign_in

    _tell(settings_of_sign_in(), json=json)


@app.command()
def require(
    who: Annotated[str, typer.Argument(metavar="WHO", help="nobody, administrators or everybody.")], json: Json = False
) -> None:
    """Require a second factor of WHO. Who has none is signed out, and sets one up at the next sign-in."""
    open_installation()
    from tallystick.financials.services import sign_in

    passwords = sign_in.settings_of_sign_in().passwords
    _tell(sign_in.set_rules(second_factor=who, passwords=passwords, by=acting_user()), json=json)


@app.command()
def passwords(
    who: Annotated[str, typer.Argument(metavar="WHO", help="administrators or everybody.")], json: Json = False
) -> None:
    """Let passwords open the door to WHO; administrators always keep theirs."""
    open_installation()
    from tallystick.financials.services import sign_in

    second_factor = sign_in.settings_of_sign_in().second_factor
    _tell(sign_in.set_rules(second_factor=second_factor, passwords=who, by=acting_user()), json=json)


@app.command()
def entra(
    tenant: Annotated[str, typer.Option(help="The directory (tenant) id, a GUID.")],
    client_id: Annotated[str, typer.Option(help="The application (client) id.")],
    authority: Annotated[str, typer.Option(help="Where to ask (default: Microsoft's public cloud).")] = "",
    json: Json = False,
) -> None:
    """Offer signing in with Microsoft Entra ID; `tally user entra allow` says who may. The directory is asked first.

    The client secret is asked for, or read from standard input or from TALLY_CLIENT_SECRET; it is never an argument,
    because everybody on the machine can read those."""
    open_installation()
    from tallystick.financials.services import sign_in
    from tallystick.web.sign_in import openid

    directory = sign_in.directory_of(authority, tenant, client_id)
    openid.endpoints_of(directory)
    stored = sign_in.set_directory(authority, tenant, client_id, client_secret(), by=acting_user())
    _tell(stored, json=json)


@app.command("entra-off")
def entra_off(json: Json = False) -> None:
    """Do not offer signing in with Entra ID any more; what was entered stays."""
    open_installation()
    from tallystick.financials.services import sign_in

    _tell(sign_in.switch_directory(False, by=acting_user()), json=json)


@app.command("entra-on")
def entra_on(json: Json = False) -> None:
    """Offer signing in with Entra ID again, as it was set up."""
    open_installation()
    from tallystick.financials.services import sign_in

    _tell(sign_in.switch_directory(True, by=acting_user()), json=json)


def _tell(row: "SignInSettings", *, json: bool) -> None:
    if json:
        print_json(_report(row))
        return
    say(f"A second factor is required of: {row.second_factor.lower()}.")
    say(f"Passwords are for: {row.passwords.lower()}.")
    if row.entra_enabled:
        say(f"Entra ID is offered: tenant {row.tenant}, client {row.client_id}, at {row.authority}.")
        say(f"The registration's redirect URI ends in {BACK}.")
    else:
        say("Entra ID is not offered.")


def _report(row: "SignInSettings") -> dict[str, Any]:
    names = ("second_factor", "passwords", "entra_enabled", "authority", "tenant", "client_id")
    return {name: getattr(row, name) for name in names} | {"redirect_path": BACK}
