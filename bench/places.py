"""Folders with an installation and the environment it is connected to: prepared once, copied for each measurement."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import SECRET, Server, environment_of, inside, sandbox

Serve = Callable[[Path], AbstractContextManager[Server]]


@dataclass(frozen=True, slots=True)
class Place:
    """An installation (`home`) and an environment (`crm`), neither of them running."""

    folder: Path
    currency: str

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def crm(self) -> Path:
        return self.folder / "crm"

    @property
    def database(self) -> Path:
        """The database of the installation."""
        return self.home / "tally.sqlite3"

    def copy(self, name: str) -> "Place":
        """Return a copy under another name; what had that name before is gone."""
        folder = self.folder.parent / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Place(folder, self.currency)

    def remove(self) -> None:
        shutil.rmtree(self.folder)

    def full_sync(self, server: Server) -> dict[str, Any]:
        """Synchronise the customers fully, in a process of its own."""
        return inside(self.home, "full_sync", url=server.url, secret=SECRET)

    def raw(self, action: str, server: Server, **arguments: Any) -> dict[str, Any]:
        """Do the same without the product, in a process of its own."""
        given = {"url": server.url, "token": server.token(), **arguments}
        command = [sys.executable, "-m", "bench.raw", action, json.dumps(given)]
        done = subprocess.run(command, env=environment_of(self.home), stdout=subprocess.PIPE, check=True, text=True)
        return dict(json.loads(done.stdout))


def prepare(folder: Path) -> Place:
    """Return a place whose company has no customers yet; everything else is in step."""
    folder.mkdir()
    with sandbox(folder / "crm") as server:
        inside(folder / "home", "prepare", url=server.url, secret=SECRET)
        currency = server.get("transactioncurrencies?$select=transactioncurrencyid")["value"][0]
    return Place(folder, str(currency["transactioncurrencyid"]))


def with_customers(empty: Place, rows: int) -> Place:
    """Return a place whose company has `rows` customers that nobody has synchronised."""
    place = empty.copy(f"customers-{rows}")
    inside(place.home, "seed", rows=rows)
    return place


def with_accounts(empty: Place, rows: int) -> Place:
    """Return a place whose environment has `rows` accounts that nobody has synchronised."""
    place = empty.copy(f"accounts-{rows}")
    with sandbox(place.crm) as server:
        place.raw("push", server, rows=rows, currency=place.currency)
    return place
