"""A server that stores accounts and nothing else: the least that any server has to do for a row.

It decodes what it gets, puts every column into a table with an index on the id and on the version, and hands rows out in
pages. It checks nothing. What is not about rows of accounts (tokens, metadata, WhoAmI) is answered by the sandbox behind
it, so that the product cannot tell the difference.

    python -m bench.minimal PORT URL-OF-A-SANDBOX FILE
"""

import re
import sqlite3
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import orjson

from bench.rows import COLUMNS

BIND = re.compile(r"/\w+\(([0-9a-f-]{36})\)")
OWN = ("versionnumber", "accountid", "modifiedon")
STORED = (*OWN, *COLUMNS.values(), "customertypecode", "_transactioncurrencyid_value")
ALWAYS = {"statecode": 0, "statuscode": 1}
IDS = re.compile(r'"([0-9a-f-]{36})"')
PAGE = 5000


class Rows:
    """The one table. One lock, because one connection serves all threads."""

    def __init__(self, file: Path) -> None:
        file.unlink(missing_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        columns = ", ".join(f'"{name}"' for name in STORED[2:])
        self._db.execute(f"CREATE TABLE account (versionnumber INTEGER PRIMARY KEY, accountid TEXT UNIQUE, {columns})")
        self._insert = f"INSERT INTO account VALUES ({', '.join('?' * len(STORED))})"
        self._version = 0

    def create(self, body: bytes) -> list[str]:
        """Store the rows of a bulk message and return their ids."""
        targets = orjson.loads(body)["Targets"]
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        with self._lock:
            first = self._version + 1
            self._version += len(targets)
            rows = [_stored(row, version, now) for version, row in enumerate(targets, first)]
            self._db.execute("BEGIN")
            self._db.executemany(self._insert, rows)
            self._db.execute("COMMIT")
        return [row["accountid"] for row in targets]

    def page(self, names: list[str], after: int) -> tuple[list[dict[str, Any]], int, bool]:
        """Return rows behind a version, the version of the last one, and whether there are more."""
        with self._lock:
            found = self._db.execute(
                "SELECT * FROM account WHERE versionnumber > ? ORDER BY versionnumber LIMIT ?", (after, PAGE + 1)
            ).fetchall()
        page = found[:PAGE]
        return [_shown(row, names) for row in page], page[-1][0] if page else after, len(found) > PAGE

    def some(self, names: list[str], ids: list[str]) -> list[dict[str, Any]]:
        """Return rows by id."""
        marks = ", ".join("?" * len(ids))
        with self._lock:
            found = self._db.execute(f"SELECT * FROM account WHERE accountid IN ({marks})", ids).fetchall()
        return [_shown(row, names) for row in found]


def _stored(row: dict[str, Any], version: int, now: str) -> list[Any]:
    get = row.get
    currency = get("transactioncurrencyid@odata.bind") or ""
    found = BIND.fullmatch(currency)
    values = [version, row["accountid"], now, *map(get, STORED[3:-1])]
    return [*values, found[1] if found else None]


def _shown(row: tuple[Any, ...], names: list[str]) -> dict[str, Any]:
    values = dict(zip(STORED, row, strict=True))
    shown = {name: values[name] if name in values else ALWAYS.get(name) for name in names}
    return {"@odata.etag": f'W/"{values["versionnumber"]}"', **shown, "accountid": values["accountid"]}


class Handler(BaseHTTPRequestHandler):
    """Answers for accounts itself and passes everything else on."""

    protocol_version = "HTTP/1.1"
    rows: Rows
    behind: httpx2.Client
    counted: Counter[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("accounts/Microsoft.Dynamics.CRM.CreateMultiple"):
            self.counted["CreateMultiple"] += 1
            self._answer(200, orjson.dumps({"Ids": self.rows.create(body)}))
        elif self.path == "/_sandbox/stats/reset":
            self.counted.clear()
            self._answer(204, b"")
        else:
            self._pass_on(body)

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        if target.path == "/_sandbox/stats":
            self._answer(200, orjson.dumps({"requests": sum(self.counted.values()), "by_kind": dict(self.counted)}))
        elif target.path.endswith("/accounts"):
            self.counted["read"] += 1
            self._rows(parse_qs(target.query))
        else:
            self._pass_on(None)

    def _rows(self, options: dict[str, list[str]]) -> None:
        names = options["$select"][0].split(",")
        answer: dict[str, Any]
        if "$filter" in options:
            answer = {"value": self.rows.some(names, IDS.findall(options["$filter"][0]))}
        else:
            after = int((options.get("$skiptoken") or options.get("$deltatoken") or ["0"])[0])
            shown, last, more = self.rows.page(names, after)
            root = f"http://{self.headers['Host']}/api/data/v9.2/accounts?$select={options['$select'][0]}"
            link = f"{root}&$deltatoken={after}&$skiptoken={last}" if more else f"{root}&$deltatoken={last}"
            answer = {"value": shown, "@odata.nextLink" if more else "@odata.deltaLink": link}
        self._answer(200, orjson.dumps(answer))

    def _pass_on(self, body: bytes | None) -> None:
        self.counted["other"] += "/api/" in self.path
        dropped = ("connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        answer = self.behind.request(self.command, self.path, content=body, headers=headers)
        self._answer(answer.status_code, answer.content, answer.headers.get("content-type", "application/json"))

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line per request would be measured too."""


def main() -> None:
    """Serve until killed."""
    port, url, file = sys.argv[1:]
    Handler.rows, Handler.counted = Rows(Path(file)), Counter()
    with httpx2.Client(base_url=url, timeout=120) as behind:
        Handler.behind = behind
        Handler.disable_nagle_algorithm = True
        Handler.wbufsize = 64 * 1024
        ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
