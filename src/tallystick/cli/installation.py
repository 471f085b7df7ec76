"""Opening the installation that a command works on: its home, its database, its company."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.config import Environment
    from tallystick.financials.models import Company
    from tallystick.financials.permissions import Actor

LOG_LEVEL = "TALLY_LOG_LEVEL"
NO_COMPANY = "Make one with `tally company add NAME`, or start with `tally demo`."


def open_installation(*, log_level: str = "WARNING") -> Path:
    """Load Django for the home in use, bring its database up to date, and return the home. Quiet, and safe to repeat.

    `log_level` counts unless TALLY_LOG_LEVEL says otherwise: a command speaks for itself, a server through its log."""
    home = settings_in_use(log_level=log_level).home
    if home.exists() and not home.is_dir():
        raise Refusal(f"{home} is a file.", "Name a folder with --home.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    load()
    migrate(home)
    return home


def settings_in_use(*, log_level: str = "WARNING") -> "Environment":
    """Return the settings of this process. Raises pydantic's ValidationError for one that is not usable."""
    with _log_level(log_level):
        from tallystick.config import environment

        return environment()


def load() -> None:
    """Load Django for the home in use, which has to be there; opens no database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.config.django_settings"
    import django

    django.setup()


@contextmanager
def _log_level(level: str) -> Iterator[None]:
    """Have the settings read with this level, for this process only: the servers a command starts log as servers do."""
    given = os.environ.get(LOG_LEVEL)
    os.environ.setdefault(LOG_LEVEL, level)
    try:
        yield
    finally:
        if given is None:
            os.environ.pop(LOG_LEVEL, None)


def migrate(home: Path) -> int:
    """Apply what the database lacks and return how many migrations that were; processes that start at once take turns."""
    from django.core.management import call_command

    from tallystick.financials.database import unapplied_migrations

    if unapplied_migrations() == 0:
        return 0
    with _one_at_a_time(home):
        count = unapplied_migrations()
        if count:
            call_command("migrate", verbosity=0, interactive=False)
        return count


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    from django.db import connection

    with (home / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('tallystick migrate'))")
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('tallystick migrate'))")


def the_company() -> "Company":
    """Return the company that --company names, or the only one there is."""
    from tallystick.financials.models import Company

    wanted = os.environ.get("TALLY_COMPANY", "")
    if wanted:
        return company_named(wanted)
    companies = list(Company.objects.order_by("name")[:20])
    if not companies:
        raise Refusal("There is no company yet.", NO_COMPANY)
    if len(companies) > 1:
        raise Refusal("There are several companies.", f"Say which one with --company: {_slugs(companies)}.")
    return companies[0]


def company_named(name: str) -> "Company":
    """Return the company of that name or short name, however it is capitalised."""
    from tallystick.financials.models import Company

    companies = list(Company.objects.order_by("name"))
    for company in companies:
        if name.strip().casefold() in {
            company.slug.casefold(),
            company.name.casefold(),
            company.display_name.casefold(),
        }:
            return company
    raise Refusal(f"There is no company {name}.", f"There are: {_slugs(companies)}." if companies else NO_COMPANY)


def _slugs(companies: "Sequence[Company]") -> str:
    return ", ".join(company.slug for company in companies)


def acting_user() -> "Actor":
    """Return the person at this terminal, who may do everything, by the name that history shows."""
    import getpass

    from tallystick.financials.permissions import operator

    try:
        return operator(f"{getpass.getuser()} (command line)")
    except (OSError, KeyError):
        return operator("command line")
