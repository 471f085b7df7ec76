"""`tally user second-factor` and `tally user entra`: what a user proves themselves with."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.installation import acting_user, open_installation
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.models import User

second_factor = typer.Typer(help="The second factor of a user.", no_args_is_help=True)
entra = typer.Typer(help="Signing in with Microsoft Entra ID, for one user.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]


@second_factor.command("show")
def show_second_factor(email: Email, json: Json = False) -> None:
    """Show whether it is on and required, and how many recovery codes are left."""
    _tell_second_factor(_user(email), json=json)


@second_factor.command("require")
def require(email: Email, json: Json = False) -> None:
    """Have the user use one. Who has none is signed out, and sets one up at the next sign-in."""
    user = _user(email)
    from tallystick.financials.services import second_factor as service

    service.set_required(user, True, by=acting_user())
    _tell_second_factor(user, json=json)


@second_factor.command("free")
def free(email: Email, json: Json = False) -> None:
    """Leave it to the settings of signing in whether the user has to use one."""
    user = _user(email)
    from tallystick.financials.services import second_factor as service

    service.set_required(user, False, by=acting_user())
    _tell_second_factor(user, json=json)


@second_factor.command("reset")
def reset(email: Email, json: Json = False) -> None:
    """Take it and its recovery codes away, for who lost the telephone; they are signed out everywhere."""
    user = _user(email)
    from tallystick.financials.services import second_factor as service

    service.reset(user, by=acting_user())
    _tell_second_factor(user, json=json)


@entra.command("show")
def show_entra(email: Email, json: Json = False) -> None:
    """Show whether the user may, and which account of the directory is theirs."""
    _tell_entra(_user(email), json=json)


@entra.command("allow")
def allow(email: Email, json: Json = False) -> None:
    """Let the user: the first time, the account named like their e-mail address is linked with them."""
    user = _user(email)
    from django.utils import timezone

    from tallystick.financials.services import sign_in

    sign_in.allow_entra(user, by=acting_user(), now=timezone.now())
    _tell_entra(user, json=json)


@entra.command("disallow")
def disallow(email: Email, json: Json = False) -> None:
    """Do not let the user any more, and forget their account; they are signed out everywhere."""
    user = _user(email)
    from tallystick.financials.services import sign_in

    sign_in.disallow_entra(user, by=acting_user())
    _tell_entra(user, json=json)


def _user(email: str) -> "User":
    open_installation()
    from tallystick.financials.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Refusal(f"There is no user {email}.", f"Add one with `tally user add {email}`.")
    return user


def _tell_second_factor(user: "User", *, json: bool) -> None:
    from tallystick.financials.services.second_factor import standing_of

    found = standing_of(user)
    if json:
        print_json(
            {
                "email": user.email,
                "on": found.is_on,
                "since": found.since,
                "required": found.required,
                "recovery_codes_left": found.recovery_codes_left,
            }
        )
        return
    on = f"on since {found.since:%Y-%m-%d}, {found.recovery_codes_left} recovery codes left" if found.since else "off"
    say(f"The second factor of {user.email} is {on}; it is {'' if found.required else 'not '}required.")


def _tell_entra(user: "User", *, json: bool) -> None:
    from tallystick.financials.services.sign_in import entra_account_of

    found = entra_account_of(user)
    if json:
        print_json(
            {
                "email": user.email,
                "allowed": found is not None,
                "linked_at": found.linked_at if found else None,
                "object_id": found.object_id if found else "",
            }
        )
    elif found is None:
        say(f"{user.email} may not sign in with Entra ID.")
    elif found.linked_at is None:
        say(f"{user.email} may sign in with Entra ID; the first time links the account of that name.")
    else:
        say(f"{user.email} signs in with Entra ID as {found.object_id}, linked on {found.linked_at:%Y-%m-%d}.")
