"""A company and its Dynamics CRM as people meet them: the real command line, a real sandbox, and HTTP of our own.

The other side is driven with plain requests of the Web API, not with our connector, so that the two cannot be wrong
together."""

import csv
import io
import re
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.cli.command import Tally
from tests.sandbox_process import Sandbox

TENANT = "contoso.example"
NAMES = ("Adler Apotheke", "Bäckerei Schäfer", "Nyström & Söner AB", "Доставка Плюс")  # of the template's customers
STATES = ("in_sync", "excluded", "waiting", "conflicts", "failed")
# Writes are made on behalf of a salesperson: those of the integration's own user are no edits of anybody.
PEOPLE = (("Ida", "Holm"), ("Ravi", "Menon"))


def until(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, f"it did not come about within {seconds} seconds that {what}"
        time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Sales:
    """Dynamics CRM as its salespeople use it."""

    sandbox: Sandbox
    http: httpx2.Client
    person: str

    def get(self, path: str) -> Any:
        return self._ok(self.http.get(path)).json()

    def rows(self, path: str) -> list[dict[str, Any]]:
        return list(self.get(path)["value"])

    def account(self, name: str, columns: str = "") -> dict[str, Any]:
        """The one account of this name."""
        select = f"&$select={columns}" if columns else ""
        quoted = name.replace("'", "''")
        found = self.http.get("accounts", params=f"$filter=name eq '{_encoded(quoted)}'{select}")
        rows = self._ok(found).json()["value"]
        assert len(rows) == 1, f"there are {len(rows)} accounts called {name!r}"
        return dict(rows[0])

    def names(self) -> list[str]:
        """The names of all accounts, sorted."""
        return sorted(row["name"] for row in self.rows("accounts?$select=name"))

    def create(self, table: str, **values: Any) -> str:
        """Create a row as the salesperson; returns its id."""
        row_id = str(uuid.uuid4())
        key = {"accounts": "accountid", "contacts": "contactid"}[table]
        bound = {name.replace("__bind", "@odata.bind"): value for name, value in values.items()}
        self._ok(self.http.post(table, json={key: row_id, **bound}, headers=self._as_person))
        return row_id

    def edit(self, table: str, row_id: str, **values: Any) -> None:
        """Edit a row as the salesperson."""
        bound = {name.replace("__bind", "@odata.bind"): value for name, value in values.items()}
        self._ok(self.http.patch(f"{table}({row_id})", json=bound, headers={**self._as_person, "If-Match": "*"}))

    def delete(self, table: str, row_id: str) -> None:
        self._ok(self.http.delete(f"{table}({row_id})", headers=self._as_person))

    @property
    def _as_person(self) -> dict[str, str]:
        return {"MSCRMCallerID": self.person}

    def _ok(self, answer: httpx2.Response) -> httpx2.Response:
        assert not answer.is_error, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
        return answer


@dataclass(frozen=True, slots=True)
class Business:
    """A company in Financials, connected to a CRM."""

    tally: Tally
    sales: Sales
    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """A file beside the installation, to be imported."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def import_(self, table: str, header: str, *rows: str, company: str = "") -> Any:
        """Import rows; returns what the command told."""
        file = self.write("rows.csv", "\n".join((header, *rows)) + "\n")
        return self.tally.done("import", table, str(file), "--json", *_in(company)).json

    def records(self, table: str, company: str = "") -> list[dict[str, str]]:
        """What Financials holds, as an export gives it."""
        text = self.tally.done("export", table, *_in(company)).out
        return list(csv.DictReader(io.StringIO(text)))

    def customer(self, number: str, company: str = "") -> dict[str, str]:
        found = [row for row in self.records("customer", company) if row["no"] == number]
        assert len(found) == 1, f"customer {number} is there {len(found)} times"
        return found[0]

    def stored(self, number: str, column: str) -> Any:
        """A column of a customer as the database has it: for waiting, where an export would take too long."""
        with closing(sqlite3.connect(self.tally.home / "tally.sqlite3", timeout=30)) as database:
            query = f"SELECT {column} FROM financials_customer WHERE no = ?"
            return database.execute(query, [number]).fetchone()[0]

    def full_sync(self, *mappings: str, company: str = "") -> Any:
        return self.tally.done("full-sync", *mappings, "--wait", "--json", *_in(company)).json

    def sync(self, mapping: str, *numbers: str, company: str = "") -> Any:
        return self.tally.done("sync", mapping, *numbers, "--wait", "--json", *_in(company)).json

    def preview(self, mapping: str, *options: str, company: str = "") -> Any:
        return self.tally.done("preview", mapping, "--json", *options, *_in(company)).json

    def issues(self, company: str = "") -> list[dict[str, Any]]:
        return list(self.tally.done("issues", "--json", *_in(company)).json["issues"])

    def counts(self, mapping: str = "CUSTOMER", company: str = "") -> dict[str, Any]:
        """The row counts of a mapping, after a look whether they add up."""
        status = self.tally.done("status", "--json", *_in(company)).json
        for counts in status["mappings"]:
            rows_and_pairs = counts["finance_rows"] + counts["sales_rows"] - counts["coupled"]
            assert rows_and_pairs == sum(counts[state] for state in STATES), counts
        return dict(next(counts for counts in status["mappings"] if counts["mapping"] == mapping))


def _in(company: str) -> tuple[str, ...]:
    return ("--company", company) if company else ()


def _encoded(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9' ]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def connect(tally: Tally, sandbox: Sandbox, *options: str) -> None:
    """Connect a company, as `tally connect` does it."""
    arguments = [sandbox.url, "--authority", sandbox.url, "--tenant", sandbox.tenant, "--client-id", sandbox.client_id]
    tally.done("connect", *arguments, *options, stdin=f"{sandbox.client_secret}\n")


@contextmanager
def sales_of(sandbox: Sandbox) -> Iterator[Sales]:
    """The CRM as its first salesperson uses it."""
    with sandbox.client() as http:
        yield Sales(sandbox, http, _id_of(*PEOPLE[0]))


def hire(sandbox: Sandbox) -> None:
    """Give a new CRM its salespeople."""
    with sandbox.client() as http:
        top = "$filter=_parentbusinessunitid_value eq null"
        unit = http.get(f"businessunits?$select=businessunitid&{top}").json()["value"][0]["businessunitid"]
        # In these stories people edit each other's accounts, which the role of a salesperson would not let them.
        role = http.get("roles?$select=roleid&$filter=name eq 'System Administrator'").json()["value"][0]["roleid"]
        for first, last in PEOPLE:
            email = f"{first}.{last}@contoso.example".lower()
            body = {
                "domainname": email,
                "internalemailaddress": email,
                "firstname": first,
                "lastname": last,
                "businessunitid@odata.bind": f"/businessunits({unit})",
            }
            user = f"systemusers({_id_of(first, last)})"
            http.patch(user, json=body).raise_for_status()
            role_of = {"@odata.id": f"{http.base_url}roles({role})"}
            http.post(f"{user}/systemuserroles_association/$ref", json=role_of).raise_for_status()


def _id_of(first: str, last: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{first} {last}"))
