"""One operation of the Web API: a request of its own, or a part of a batch."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from json import loads as exact_loads

import orjson

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.errors import payload_error
from tallystick.sandbox.http import Headers, Response
from tallystick.sandbox.metadata import Catalog
from tallystick.sandbox.query.read import Reading
from tallystick.sandbox.query.scope import Asking
from tallystick.sandbox.query.shape import Annotations
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import moment_text
from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.store import Transaction

JSON_TYPE = "application/json; odata.metadata=minimal"
_PREFERENCE = re.compile(r'\s*([A-Za-z0-9._-]+)\s*(?:=\s*("[^"]*"|[^,;]*))?')


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the Prefer header asks for, and what of it we repeat in Preference-Applied."""

    representation: bool = False
    page_size: int | None = None
    annotations: tuple[str, ...] = ()
    track_changes: bool = False
    continue_on_error: bool = False
    applied: tuple[str, ...] = ()


def parse_preferences(text: str) -> Preferences:
    """Unknown preferences are ignored, as preferences are."""
    found, applied = Preferences(), []
    for part in re.findall(r'(?:[^,"]|"[^"]*")+', text):
        match = _PREFERENCE.fullmatch(part.strip())
        if match is None:
            continue
        name, value = match[1].lower(), (match[2] or "").strip().strip('"')
        if name == "return" and value in ("representation", "minimal"):
            found = replace(found, representation=value == "representation")
        elif name == "odata.maxpagesize" and value.isascii() and value.isdigit() and 0 < len(value) < 10 and int(value):
            found = replace(found, page_size=min(int(value), 5000))
        elif name == "odata.include-annotations":
            found = replace(found, annotations=tuple(one.strip() for one in value.split(",") if one.strip()))
        elif name == "odata.track-changes":
            found = replace(found, track_changes=True)
        elif name == "odata.continue-on-error":
            found = replace(found, continue_on_error=value.lower() != "false")
        else:
            continue
        applied.append(part.strip())
    return replace(found, applied=tuple(applied))


@dataclass(frozen=True)
class Call:
    """`path` is decoded and relative to the service root; `transaction` is set inside a change set."""

    environment: Environment
    caller: Caller
    root: str
    method: str
    path: str
    parameters: dict[str, str]
    query: str
    headers: Headers
    body: bytes
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    transaction: Transaction | None = None
    contents: dict[str, str] = field(default_factory=dict)
    exact_numbers: bool = False

    @cached_property
    def prefer(self) -> Preferences:
        return parse_preferences(self.headers.get("prefer"))

    @property
    def catalog(self) -> Catalog:
        if self.transaction is not None:
            return self.transaction.new_catalog or self.transaction.catalog
        return self.environment.database.catalog

    def json(self) -> object:
        """The body. With `exact_numbers`, numbers with a fraction become Decimals (slower)."""
        if not self.body.strip():
            raise payload_error("The request needs a JSON body.")
        try:
            if self.exact_numbers:
                return exact_loads(self.body, parse_float=Decimal, parse_constant=_no_constant)
            return orjson.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise payload_error(f"The JSON body cannot be read: {str(error)[:200]}") from error

    def json_object(self) -> dict[str, object]:
        body = self.json()
        if not isinstance(body, dict):
            raise payload_error("The body must be a JSON object.")
        return body

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A snapshot to read from; inside a change set, what its transaction sees."""
        if self.transaction is not None:
            yield self.reading_on(self.transaction.connection)
            return
        with self.environment.database.read() as connection:
            yield self.reading_on(connection)

    def reading_on(self, connection: sqlite3.Connection) -> Reading:
        """Reads through this connection: what its transaction has written so far is seen."""
        asking = Asking(self.catalog, self.caller, self.now)
        return Reading(connection, asking, Annotations(self.prefer.annotations), self.root, self.prefer.page_size)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A transaction of this call's own, or the one of the change set it is part of."""
        if self.transaction is not None:
            yield self._writing(self.transaction)
            return
        with self.environment.database.write() as transaction:
            yield self._writing(transaction)

    def _writing(self, transaction: Transaction) -> Writing:
        return Writing(transaction, self.caller, moment_text(self.now), self.dereference)

    def dereference(self, text: str) -> str:
        """`$1` stands for the row that the part with that Content-ID created."""
        if not text.startswith("$"):
            return text
        name, slash, rest = text[1:].partition("/")
        if name not in self.contents:
            raise payload_error(f"Content-ID Reference: '${name}' does not exist in the batch context.")
        return f"{self.contents[name]}{slash}{rest}"

    def etag_condition(self) -> str:
        """If-Match as a version number, `*`, or nothing."""
        text = self.headers.get("if-match").strip()
        if text in ("", "*"):
            return text
        found = re.fullmatch(r'W/"(\d{1,19})"|"(\d{1,19})"', text)
        return (found[1] or found[2]) if found else "unknown"


def _no_constant(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


def json_response(
    status: int, content: object, headers: dict[str, str] | None = None, call: Call | None = None
) -> Response:
    body = orjson.dumps(content)
    applied = {"Preference-Applied": ", ".join(call.prefer.applied)} if call and call.prefer.applied else {}
    return Response(status, {"Content-Type": JSON_TYPE, "OData-Version": "4.0", **applied, **(headers or {})}, body)


def no_content(headers: dict[str, str] | None = None) -> Response:
    return Response(204, {"OData-Version": "4.0", **(headers or {})})
