"""A demo company and the sandbox beside it, set up once and copied for each test that needs a fresh pair."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.command import Tally, new_home
from tests.made_once import made_once
from tests.sandbox_process import Sandbox, running_sandbox

CLIENT_ID = "00000000-0000-4000-8000-00000000da7a"
CLIENT_SECRET = "a-secret-for-the-jobs-tests"
TENANT = "demo"
PREPARE = """
import sys
from pathlib import Path
from tallystick.cli.installation import open_installation
home = open_installation()
from tallystick.cli.demonstration.sandbox import Application, SandboxProcess
from tallystick.cli.demonstration.stage import prepare
prepare(home, SandboxProcess(sys.argv[1], Path(sys.argv[2]), Application(sys.argv[3], sys.argv[4])))
from tallystick.integration.models import Connection
Connection.objects.update(schedule_seconds=int(sys.argv[5]))
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A company connected to a running sandbox; nothing is synchronised yet."""

    tally: Tally
    sandbox: Sandbox
    data: Path

    def finance(self, statement: str) -> list[Any]:
        """Ask the database of Financials and the integration."""
        return _ask(self.tally.home / "tally.sqlite3", statement)

    def sales(self, statement: str) -> list[Any]:
        """Ask the database of the sandbox."""
        return _ask(self.data / "sandbox.sqlite3", statement)

    def log(self) -> str:
        """What the workers of this home have logged."""
        path = self.tally.home / "logs" / "worker.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def rows(self) -> dict[str, list[Any]]:
        """Everything people can see on both sides, and what is coupled, in an order that does not depend on how it came
        about. Numbers from a series are left out: a crash may leave a gap in them."""
        return {
            "customers": self.finance("SELECT id, name, city, phone_no, email FROM financials_customer ORDER BY id"),
            "contacts": self.finance(
                "SELECT name, email, phone_no FROM financials_contact ORDER BY name, email, phone_no"
            ),
            "accounts": self.sales("SELECT accountid, name, telephone1, emailaddress1 FROM account ORDER BY accountid"),
            "people": self.sales("SELECT fullname, emailaddress1 FROM contact ORDER BY fullname, emailaddress1"),
            "currencies": self.sales("SELECT isocurrencycode FROM transactioncurrency ORDER BY isocurrencycode"),
            "couplings": self.finance(
                "SELECT m.name, count(*), count(DISTINCT finance_id), count(DISTINCT sales_id), sum(state = 'in sync')"
                " FROM integration_couplingrow c JOIN integration_mappingsettings m ON m.id = c.mapping_id"
                " GROUP BY m.name ORDER BY m.name"
            ),
        }


def _ask(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute(statement).fetchall()


@dataclass(frozen=True, slots=True)
class Template:
    """A prepared pair of folders to copy."""

    home: Path
    data: Path

    @contextmanager
    def copied_to(self, folder: Path, *, seconds_between_cycles: int = 1, **options: str) -> Iterator[Stage]:
        """A fresh copy, with its sandbox running."""
        shutil.copytree(self.home, folder / "home")
        shutil.copytree(self.data, folder / "sandbox")
        with _sandbox(folder / "sandbox", **options) as sandbox:
            _connect_to(folder / "home", sandbox.url, seconds_between_cycles)
            yield Stage(Tally(folder / "home"), sandbox, folder / "sandbox")


def prepare(tally: Tally, url: str, data: Path, *, seconds_between_cycles: int) -> None:
    """Build the demo company, give the sandbox its rows, and connect the two."""
    arguments = [url, str(data), CLIENT_ID, CLIENT_SECRET, str(seconds_between_cycles)]
    done = subprocess.run(
        [sys.executable, "-c", PREPARE, *arguments],
        env={**tally.environment_of_process(), "TALLY_HOME": str(tally.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def the_template() -> Template:
    """Return the pair that is set up once for all: nothing is synchronised yet."""
    folder = made_once("stage", _set_up)
    return Template(folder / "home", folder / "sandbox")


def _set_up(folder: Path) -> None:
    with _sandbox(folder / "sandbox") as sandbox:
        prepare(new_home(folder / "home"), sandbox.url, folder / "sandbox", seconds_between_cycles=1)


def _connect_to(home: Path, url: str, seconds_between_cycles: int) -> None:
    """Follow the sandbox to the port it got this time."""
    with closing(sqlite3.connect(home / "tally.sqlite3")) as connection, connection:
        connection.execute(
            "UPDATE integration_connection SET address = ?, authority = ?, schedule_seconds = ?",
            (url, url, seconds_between_cycles),
        )


def _sandbox(data: Path, **options: str) -> Any:
    return running_sandbox(data, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, tenant=TENANT, **options)
