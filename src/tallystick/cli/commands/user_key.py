"""`tally user key`: what a user's programs read data with."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import acting_user, open_installation
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.models import User, WebServiceKey

app = typer.Typer(help="The web service key of a user: what programs read data with.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]


@app.command()
def change(
    email: Email,
    days: Annotated[int, typer.Option(help="How long the new key lasts, from 1 to 730 days.")] = 365,
    json: Json = False,
) -> None:
    """Make a new key, which is printed this once; the one there was stops working at once."""
    open_installation()
    user = _user(email)
    from django.utils import timezone

    from tallystick.financials.services import web_service_keys

    made = web_service_keys.change_key(user, by=acting_user(), now=timezone.now(), days=days)
    if json:
        print_json({**_report(user, made.key), "key": made.text})
    else:
        say(made.text)


@app.command()
def show(email: Email, json: Json = False) -> None:
    """Show until when the key works and when it was used, never the key itself."""
    open_installation()
    user = _user(email)
    from tallystick.financials.services.web_service_keys import key_of

    key = key_of(user)
    if json:
        print_json(_report(user, key))
    elif key is None:
        say(f"{user.email} has no web service key.")
    else:
        used = f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
        say(f"The key tsk_{key.lookup}_… of {user.email} works until {key.expires_at:%Y-%m-%d}; {used}.")


@app.command()
def revoke(email: Email, json: Json = False) -> None:
    """End the key; whatever uses it reads nothing from now on."""
    open_installation()
    user = _user(email)
    from django.utils import timezone

    from tallystick.financials.services import web_service_keys

    had_one = web_service_keys.revoke_key(user, by=acting_user(), now=timezone.now())
    if json:
        print_json({"email": user.email, "revoked": had_one})
    else:
        say(f"The key of {user.email} is revoked." if had_one else f"{user.email} has no web service key.")


def _user(email: str) -> "User":
    from tallystick.financials.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Refusal(f"There is no user {email}.", f"Add one with `tally user add {email}`.")
    return user


def _report(user: "User", key: "WebServiceKey | None") -> dict[str, Any]:
    return {
        "email": user.email,
        "hint": f"tsk_{key.lookup}_" if key else "",
        "expires_at": key.expires_at if key else None,
        "last_used_at": key.last_used_at if key else None,
    }
