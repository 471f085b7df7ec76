"""`tally migrate`: bring the database up to date before the new version starts."""

from tallystick.cli import installation
from tallystick.cli.output import say


def migrate() -> None:
    """Bring the database up to date. Every command does this by itself; use it to do it at a time of your choosing."""
    home = installation.open_installation()
    say(f"The database of {home} is up to date.")
