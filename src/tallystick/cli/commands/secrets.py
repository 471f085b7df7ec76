"""`tally secrets`: what is stored sealed, and the keys that it is sealed with."""

from typing import TYPE_CHECKING, Any

import typer

from tallystick.cli.installation import acting_user, open_installation
from tallystick.cli.output import Json, counted, print_json, print_table, remark, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tallystick.financials.services.secrets import Sealed

app = typer.Typer(help="The secrets that are stored sealed, and their encryption keys.", no_args_is_help=True)


@app.command()
def status(json: Json = False) -> None:
    """Show how many secrets of each kind are stored, and how many an older key sealed. Never a secret, never a key."""
    open_installation()
    from tallystick.config import secret_box
    from tallystick.financials.services.secrets import sealed_secrets

    found = sealed_secrets()
    kept = secret_box.kept_in_home()
    place = str(kept) if kept else secret_box.VARIABLE
    if json:
        print_json({"keys": len(secret_box.keys()), "kept_in": place, "secrets": _report(found)})
        return
    say(f"{counted(len(secret_box.keys()), 'key')} in {place}.")
    _print(found, "Sealed by an older key")


@app.command()
def rotate(json: Json = False) -> None:
    """Seal every stored secret with the newest key, in one transaction, and say what was sealed anew.

    A key in the home is replaced: a new one is made, and the old one dropped when nothing needs it any more. Keys in
    TALLY_ENCRYPTION_KEYS are yours to replace: put the new one first, start every process again, run this, then take the
    old one out. Interrupted, everything still opens; run it again."""
    open_installation()
    from tallystick.config import secret_box
    from tallystick.financials.services import secrets

    kept = secret_box.kept_in_home()
    found = secrets.rotate_kept_key(by=acting_user()) if kept else secrets.seal_all_anew(by=acting_user())
    older = len(secret_box.keys()) - 1
    if json:
        print_json(
            {"kept_in": str(kept) if kept else secret_box.VARIABLE, "older_keys": older, "secrets": _report(found)}
        )
        return
    _print(found, "Sealed anew")
    if kept:
        say(f"A new key is in {kept}; the old one is dropped. Back the new one up, apart from the database.")
        _remark_on_other_machines()
    elif older:
        say(f"No secret needs the older {counted(older, 'key')} any more: take it out of {secret_box.VARIABLE}.")
    else:
        say(f"{secret_box.VARIABLE} has one key. To replace it, put one of `tally secrets new-key` in front of it.")


@app.command("new-key")
def new_key() -> None:
    """Print a fresh key for TALLY_ENCRYPTION_KEYS. It is stored nowhere."""
    from tallystick.config import secret_box

    say(secret_box.new_key())


def _remark_on_other_machines() -> None:
    from tallystick.config import environment

    if environment().database_url is not None:
        remark("Processes on other machines read this database too: give each of them the new encryption.key.")


def _print(found: "Sequence[Sealed]", heading: str) -> None:
    print_table(
        ("Secret", "Stored", heading),
        ((one.what, one.count, one.by_older_key) for one in found),
        numbers=("Stored", heading),
    )


def _report(found: "Sequence[Sealed]") -> list[dict[str, Any]]:
    return [{"what": one.what, "stored": one.count, "by_older_key": one.by_older_key} for one in found]
