"""The lower bounds: the same payload over one kept connection, with no logic at all.

python -m bench.raw push|pull|singly|store '{"url": …}'        prints one line of JSON
"""

import http.client
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from bench.rows import account, bulks

CREATE = "/api/data/v9.2/accounts/Microsoft.Dynamics.CRM.CreateMultiple"
PAGE = 5000


class Wire:
    """One kept connection."""

    def __init__(self, url: str, token: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """Send one request and return the answer's body."""
        self._http.request(method, path, body, {**self._headers, **headers})
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path[:100]}: {answer.status} {content[:500]!r}")
        return content


def _told(started: tuple[float, float], rows: int, requests: int) -> dict[str, Any]:
    """What was done since then: seconds by the clock and of this process's processor time."""
    seconds, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "requests": requests}


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def push(url: str, token: str, rows: int, currency: str) -> dict[str, Any]:
    """Encode and send `rows` accounts, 1,000 a request. Making up the rows is not counted."""
    bodies = list(bulks(rows, currency))
    wire = Wire(url, token)
    started = _now()
    for targets in bodies:
        wire.ask("POST", CREATE, orjson.dumps({"Targets": targets}))
    return _told(started, rows, len(bodies))


def singly(url: str, token: str, rows: int, currency: str) -> dict[str, Any]:
    """Send `rows` accounts, one a request."""
    bodies = [account(number, currency) for number in range(rows)]
    for body in bodies:
        del body["@odata.type"]
    wire = Wire(url, token)
    started = _now()
    for body in bodies:
        wire.ask("POST", "/api/data/v9.2/accounts", orjson.dumps(body))
    return _told(started, rows, rows)


def pull(url: str, token: str, select: str, file: str) -> dict[str, Any]:
    """Read all accounts in pages of 5,000 and put the columns into a local table with one prepared statement."""
    names = select.split(",")
    Path(file).unlink(missing_ok=True)
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    columns = ", ".join(f'"{name}"' for name in names)
    store.execute(f"CREATE TABLE account (id TEXT PRIMARY KEY, etag TEXT, {columns})")
    insert = f"INSERT INTO account VALUES ({', '.join('?' * (len(names) + 2))})"
    wire = Wire(url, token)
    link: str | None = f"/api/data/v9.2/accounts?$select={select}"
    rows = requests = 0
    started = _now()
    while link:
        page = orjson.loads(wire.ask("GET", link, Prefer=f"odata.track-changes,odata.maxpagesize={PAGE}"))
        store.execute("BEGIN")
        values = ([row["accountid"], row["@odata.etag"], *map(row.get, names)] for row in page["value"])
        store.executemany(insert, values)
        store.execute("COMMIT")
        rows, requests = rows + len(page["value"]), requests + 1
        following = page.get("@odata.nextLink")
        link = "/api/data" + following.partition("/api/data")[2] if following else None
    told = _told(started, rows, requests)
    store.close()
    return told


def store(url: str, token: str, source: str, target: str) -> dict[str, Any]:
    """Put the rows that a pull makes into the tables they belong to, 1,000 a transaction, with nothing but SQLite.

    `source` is a database after the pull, `target` one before it. The triggers of the change feed do their work. This is
    the least that a customer costs in Financials: itself, its company contact, their relation, coupling and history."""
    wanted = {table: _missing_rows(source, target, table) for table in STORED}
    writer = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-32000"):
        writer.execute(f"PRAGMA {pragma}")
    started = _now()
    rows = len(next(iter(wanted.values()))[1])
    for start in range(0, rows, 1000):
        writer.execute("BEGIN IMMEDIATE")
        for table, (columns, values) in wanted.items():
            marks = ", ".join("?" * len(columns))
            names = ", ".join(f'"{column}"' for column in columns)
            writer.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values[start : start + 1000])
        writer.execute("COMMIT")
    told = _told(started, rows, 0)
    writer.close()
    return told


def _missing_rows(source: str, target: str, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns of a table, and its rows that `source` has and `target` lacks."""
    reader = sqlite3.connect(source)
    reader.execute("ATTACH ? AS before", (target,))
    columns = [row[1] for row in reader.execute(f"PRAGMA table_info({table})")]
    known = f"SELECT id FROM before.{table}"
    rows = reader.execute(f"SELECT * FROM main.{table} WHERE id NOT IN ({known}) ORDER BY rowid").fetchall()
    reader.close()
    return columns, rows


STORED = (
    "financials_customer",
    "financials_contact",
    "financials_businessrelation",
    "integration_couplingrow",
    "integration_historyrow",
)
ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {"push": push, "pull": pull, "singly": singly, "store": store}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(ACTIONS[sys.argv[1]](**json.loads(sys.argv[2]))))
