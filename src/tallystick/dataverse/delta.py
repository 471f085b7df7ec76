"""What changed in a table since the last look: by change tracking where the table has it, else by the next best way.

A cursor is text of the form `<way>:<columns>:<rest>`: the way it was read, a fingerprint of the columns asked for (a
delta token answers with the columns it was made with, so other columns need another start), and where to go on.

- tracked: the rest is the next or delta link, relative to the service root, so that a token is never sent elsewhere
- whole: small tables without tracking are read whole each time; the rest holds what was there, so that deletions show
- polled: large tables without tracking are read by `modifiedon`; deletions are then invisible

https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from tallystick.dataverse.errors import Subject, error_for
from tallystick.dataverse.metadata import TableName
from tallystick.dataverse.webapi import Request, WebApi, query
from tallystick.dataverse.wire import Inexact, RowReader
from tallystick.engine import CursorExpired, Page, Record, SideUnavailable

PAGE_SIZE = 5000
# `modifiedon` has whole seconds: a save later in the second we stopped at would never be read. Reading that second twice
# is harmless, because records already in agreement compare equal.
OVERLAP = timedelta(seconds=1)
# A row carries the time of its save, not of the end of the transaction that shows it. No transaction outlives the query
# limit of two minutes, so what was last looked at within them is looked at once more.
LONGEST_TRANSACTION = timedelta(minutes=2)
TRACKED, WHOLE, POLLED = "tracked", "whole", "polled"


@dataclass(frozen=True, slots=True)
class Feed:
    """One table's change feed for one set of columns."""

    api: WebApi
    named: TableName
    reader: RowReader

    def page(self, cursor: str | None) -> Page:
        """Return the next page behind `cursor`; one request. Raises CursorExpired where it cannot go on from there."""
        if cursor is None:
            return self._tracked(self._first_link()) if self.named.tracked else self._whole({})
        way, rest = self._open(cursor)
        if way == TRACKED:
            return self._tracked(rest)
        if self.named.tracked:
            raise _expired("its changes are tracked by now")
        return self._whole(_unpack(rest)) if way == WHOLE else self._polled(rest)

    def rows(self, link: str) -> list[Record]:
        """Return the rows of a query that fits one page."""
        answer = _Answer.of(
            self.api, link, [f"odata.maxpagesize={PAGE_SIZE}", *self.reader.preferences], self.named.name
        )
        return answer.records(self.reader)[0]

    def row(self, body: bytes) -> Record | None:
        """Return the row that a write sent back; None where it sent none."""
        if not body:
            return None
        try:
            return self.reader.record(orjson.loads(body))
        except Inexact:
            return self.reader.record(json.loads(body, parse_float=Decimal))

    # Tracked

    def _first_link(self) -> str:
        return query(self.named.set_name, select=self.reader.select)

    def _tracked(self, link: str) -> Page:
        answer = self._ask(link, *(() if "deltatoken" in link else ("odata.track-changes",)))
        following = answer.link("@odata.nextLink")
        behind = following or answer.link("@odata.deltaLink")
        if behind is None:
            raise SideUnavailable(
                f"Dynamics CRM sent a page of {self.named.name} without saying how to go on.",
                hint="Check that change tracking is on for the table, and run again.",
            )
        records, deleted = answer.records(self.reader)
        return Page(records, deleted, self._close(TRACKED, behind), more=following is not None)

    # Whole

    def _whole(self, before: Mapping[str, str]) -> Page:
        """Read the table, tell what is new, changed or gone since `before`. Falls back to polling when it is large."""
        link = query(self.named.set_name, select=self.reader.select, orderby=self.named.key)
        answer = _Answer.of(
            self.api, link, [f"odata.maxpagesize={PAGE_SIZE}", *self.reader.preferences], self.named.name
        )
        if answer.link("@odata.nextLink") is not None:
            if before:
                raise _expired("it has grown too large to be read whole")
            return self._polled("")
        records, _ = answer.records(self.reader)
        now = {record.id: record.version for record in records}
        changed = [record for record in records if before.get(record.id) != record.version]
        gone = [record_id for record_id in before if record_id not in now]
        return Page(changed, gone, self._close(WHOLE, _pack(now)), more=False)

    # Polled

    def _polled(self, rest: str) -> Page:
        """`rest` is "<watermark>|<when that was read>|<latest seen>|<next link>"; all empty at the start."""
        since, read_at, latest, link = [*rest.split("|", 3), "", "", ""][:4]
        answer = self._ask(link or self._poll_link(since, read_at))
        records, _ = answer.records(self.reader)
        latest = max((_instant(record.modified_at) for record in records), default=latest) or latest
        following = answer.link("@odata.nextLink")
        if following is not None:
            return Page(records, (), self._close(POLLED, f"{since}|{read_at}|{latest}|{following}"), more=True)
        return Page(records, (), self._close(POLLED, f"{latest or since}|{_instant(answer.at)}||"), more=False)

    def _poll_link(self, since: str, read_at: str) -> str:
        order = f"modifiedon,{self.named.key}"
        if not since:
            return query(self.named.set_name, select=self.reader.select, orderby=order)
        watermark = datetime.fromisoformat(since)
        settled = bool(read_at) and datetime.fromisoformat(read_at) - watermark > LONGEST_TRANSACTION
        condition = f"modifiedon ge {_instant(watermark - (OVERLAP if settled else LONGEST_TRANSACTION))}"
        return query(self.named.set_name, select=self.reader.select, filter=condition, orderby=order)

    def _ask(self, link: str, *preferences: str) -> "_Answer":
        wanted = (*preferences, f"odata.maxpagesize={PAGE_SIZE}", *self.reader.preferences)
        return _Answer.of(self.api, link, wanted, self.named.name)

    # Cursors

    def _close(self, way: str, rest: str) -> str:
        return f"{way}:{self._fingerprint()}:{rest}"

    def _open(self, cursor: str) -> tuple[str, str]:
        way, _, tail = cursor.partition(":")
        columns, _, rest = tail.partition(":")
        if way not in (TRACKED, WHOLE, POLLED):
            raise _expired("its cursor is of another kind")
        if columns != self._fingerprint():
            raise _expired("its mapped columns changed")
        return way, rest

    def _fingerprint(self) -> str:
        return hashlib.sha256(self.reader.select.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One page as it came, and how to read it."""

    body: bytes
    page: Mapping[str, Any]
    root: str
    at: datetime | None

    @classmethod
    def of(cls, api: WebApi, link: str, preferences: Sequence[str], table: str) -> "_Answer":
        reply = api.send(Request("GET", link, {"Prefer": ",".join(preferences)}, repeatable=True))
        if (refusal := reply.refusal) is not None:
            raise error_for(refusal, Subject())
        page = reply.json()
        if not isinstance(page, dict) or not isinstance(page.get("value"), list):
            raise SideUnavailable(f"Dynamics CRM's answer about {table} is no page of rows.", hint="Run again.")
        return cls(reply.body, page, api.address.api, _date_in(reply.headers))

    def link(self, name: str) -> str | None:
        """Return a link relative to the service root: the token goes to our service only, whatever a page says."""
        link = self.page.get(name)
        if not link:
            return None
        _, found, tail = str(link).partition("/api/data/")
        return tail.partition("/")[2] if found else str(link).removeprefix(self.root)

    def records(self, reader: RowReader) -> tuple[list[Record], list[str]]:
        """Return the page's rows and the ids of the deleted ones."""
        try:
            return _split(self.page["value"], reader)
        except Inexact:
            # Slower, but to the last digit: amounts of a hundred thousand millions and more.
            return _split(json.loads(self.body, parse_float=Decimal)["value"], reader)


def _split(rows: Sequence[Mapping[str, Any]], reader: RowReader) -> tuple[list[Record], list[str]]:
    record = reader.record
    there = [record(row) for row in rows if "@odata.etag" in row]
    if len(there) == len(rows):
        return there, []
    return there, [
        str(row["id"]).lower() for row in rows if "@odata.etag" not in row and row.get("reason") == "deleted"
    ]


def _pack(versions: Mapping[str, str]) -> str:
    return base64.b64encode(zlib.compress(orjson.dumps(versions, option=orjson.OPT_SORT_KEYS))).decode()


def _unpack(text: str) -> Mapping[str, str]:
    try:
        return dict(orjson.loads(zlib.decompress(base64.b64decode(text, validate=True))))
    except (binascii.Error, zlib.error, ValueError, TypeError) as exc:
        raise _expired("its cursor cannot be read") from exc


def _date_in(headers: Mapping[str, str]) -> datetime | None:
    """Return the service's own time at the answer: our clock may differ."""
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None


def _instant(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""


def _expired(why: str) -> CursorExpired:
    return CursorExpired(f"The table has to be read from the start: {why}.", hint="That happens by itself.")
