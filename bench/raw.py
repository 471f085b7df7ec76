"""The lower bounds: the same payload over one kept connection, with no logic at all.

python -m bench.raw push|pull|singly '{"url": …}'        prints one line of JSON
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


def push(url: str, token: str, rows: int, currency: str) -> dict[str, Any]:
    """Encode and send `rows` accounts, 1,000 a request. Making up the rows is not counted."""
    bodies = list(bulks(rows, currency))
    wire = Wire(url, token)
    started = time.perf_counter()
    for targets in bodies:
        wire.ask("POST", CREATE, orjson.dumps({"Targets": targets}))
    return {"seconds": time.perf_counter() - started, "rows": rows, "requests": len(bodies)}


def singly(url: str, token: str, rows: int, currency: str) -> dict[str, Any]:
    """Send `rows` accounts, one a request."""
    bodies = [account(number, currency) for number in range(rows)]
    for body in bodies:
        del body["@odata.type"]
    wire = Wire(url, token)
    started = time.perf_counter()
    for body in bodies:
        wire.ask("POST", "/api/data/v9.2/accounts", orjson.dumps(body))
    return {"seconds": time.perf_counter() - started, "rows": rows, "requests": rows}


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
    started = time.perf_counter()
    while link:
        page = orjson.loads(wire.ask("GET", link, Prefer=f"odata.track-changes,odata.maxpagesize={PAGE}"))
        store.execute("BEGIN")
        values = ([row["accountid"], row["@odata.etag"], *map(row.get, names)] for row in page["value"])
        store.executemany(insert, values)
        store.execute("COMMIT")
        rows, requests = rows + len(page["value"]), requests + 1
        following = page.get("@odata.nextLink")
        link = "/api/data" + following.partition("/api/data")[2] if following else None
    seconds = time.perf_counter() - started
    store.close()
    return {"seconds": seconds, "rows": rows, "requests": requests}


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {"push": push, "pull": pull, "singly": singly}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(ACTIONS[sys.argv[1]](**json.loads(sys.argv[2]))))
