"""Change tracking: delta links, delta pages, and when a token is too old.

A token is `<version>!<MM/dd/yyyy HH:mm:ss>`. A delta covers the versions after its token up to the ones committed when
its first page was read; whatever is written while the client pages on has a higher version and comes with the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from tallystick.sandbox.errors import Refusal, query_error
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Table
from tallystick.sandbox.metadata.privileges import Verb
from tallystick.sandbox.query.cookies import Cookie, SortTerm, decode_cookie
from tallystick.sandbox.query.options import MAX_PAGE, Query
from tallystick.sandbox.query.read import Reading, root_scope, select_rows
from tallystick.sandbox.query.scope import Sql
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.security import checks
from tallystick.sandbox.store import quoted
from tallystick.sandbox.webapi.call import Call, json_response
from tallystick.sandbox.webapi.paths import Rows

_TOKEN = re.compile(r"(\d{1,18})!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
_REFUSED = ("$filter", "$orderby", "$expand", "$top", "$apply", "$count")


@dataclass(frozen=True, slots=True)
class _Token:
    version: int
    moment: datetime


def _expired() -> Refusal:
    return Refusal(
        400,
        "0x80044352",
        "Version stamp associated with the client has expired. Please perform a full sync.",
    )


def _parse(text: str) -> _Token:
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise query_error("The $deltatoken is malformed; follow @odata.deltaLink exactly as it was handed out.")
    try:
        moment = datetime.strptime(found[2], "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise query_error(
            "The $deltatoken is malformed; follow @odata.deltaLink exactly as it was handed out."
        ) from None
    return _Token(int(found[1]), moment)


def _stamp(version: int, moment: datetime) -> str:
    return f"{version}!{moment:%m/%d/%Y %H:%M:%S}"


def _last_change(reading: Reading, table: Table) -> int:
    """The highest version among the table's rows and deletions, as this snapshot sees them."""
    rows = reading.connection.execute(f"SELECT max(versionnumber) FROM {quoted(table.name)}").fetchone()[0]  # noqa: S608
    query = 'SELECT max(version) FROM "_deleted" WHERE table_name = ?'
    return max(rows or 0, reading.connection.execute(query, (table.name,)).fetchone()[0] or 0)


def _check(caller: Caller, place: Rows, query: Query) -> None:
    if place.owned is not None:
        raise query_error("Changes are tracked for whole tables, not for the collection of one row.")
    for option in _REFUSED:
        if option in query.given:
            raise query_error(f'The "{option}" query parameter isn\'t supported when Change Tracking is enabled.')
    if not place.table.change_tracking:
        raise Refusal(400, "0x80072491", f"Entity {place.table.name} isn't enabled for change tracking.")
    checks.require_everywhere(caller, place.table, Verb.READ)


def begin(call: Call, reading: Reading, place: Rows, query: Query) -> str:
    """The token that the last page of a full read will hand out, fixed when its first page is read."""
    _check(call.caller, place, query)
    return _stamp(_last_change(reading, place.table), call.now)


def final_stamp(query: Query, stamp: str) -> str:
    """On later pages the token comes from the first page, through the paging cookie."""
    if not query.skip_token:
        return stamp
    found = re.search(r' stamp="([^"]*)"', query.skip_token)
    return found[1] if found else stamp


def delta_link(call: Call, table: Table, query: Query, token: str) -> str:
    select = f"$select={quote(','.join(query.select), safe=',')}&" if query.select else ""
    return f"{call.root}/{table.set_name}?{select}$deltatoken={quote(token, safe='')}"


def _range(call: Call, reading: Reading, place: Rows, query: Query) -> tuple[int, int]:
    """The versions a delta covers: after the first, up to the second."""
    _check(call.caller, place, query)
    token = _parse(query.delta_token or "")
    days = reading.connection.execute("SELECT expirechangetrackingindays FROM organization").fetchone()[0]
    last = _last_change(reading, place.table)
    if call.now - token.moment > timedelta(days=days) or token.version > max(
        last, call.environment.database.last_version
    ):
        raise _expired()
    return token.version, last


def delta_page(call: Call, reading: Reading, place: Rows, query: Query) -> Response:
    """Changed rows in version order, then deletions; a link to go on, or the next delta link on the last page."""
    since, until = _range(call, reading, place, query)
    at, token = since, _stamp(until, call.now)
    page = 1
    if query.skip_token:
        cookie = decode_cookie(query.skip_token, 1)
        token, page = cookie.stamp, cookie.page
        at, until = int(str(cookie.last[0])), _parse(token).version
    size = reading.page_size or MAX_PAGE
    entries = _entries(reading, place.table, query, at, until, size + 1, since)
    content: dict[str, object] = {"@odata.context": _context(call, place.table, query)}
    content["value"] = [entry for _, entry in entries[:size]]
    if len(entries) > size:
        cookie = Cookie(page + 1, (entries[size - 1][0],), token)
        link = delta_link(call, place.table, query, query.delta_token or "")
        content["@odata.nextLink"] = f"{link}&$skiptoken={quote(cookie.encode(['versionnumber']), safe='')}"
    else:
        content["@odata.deltaLink"] = delta_link(call, place.table, query, token)
    return json_response(200, content, call=call)


def _context(call: Call, table: Table, query: Query) -> str:
    members = f"({','.join(query.select)})" if query.select else ""
    return f"{call.root}/$metadata#{table.set_name}{members}/$delta"


_DELETES_FROM = 1 << 62
"""Positions in a delta: a changed row stands at its version, a deletion at its version plus this."""


def _entries(
    reading: Reading, table: Table, query: Query, at: int, until: int, limit: int, since: int
) -> list[tuple[int, dict[str, object]]]:
    found: list[tuple[int, dict[str, object]]] = []
    if at < _DELETES_FROM:
        found += _changed(reading, table, query, at, until, limit)
        at = _DELETES_FROM + since
    if len(found) < limit:
        found += _deleted(reading, table, at - _DELETES_FROM, until, limit - len(found))
    return found


def _changed(
    reading: Reading, table: Table, query: Query, after: int, until: int, limit: int
) -> list[tuple[int, dict[str, object]]]:
    scope = root_scope(reading, table)
    version = scope.column("versionnumber")
    where: Sequence[Sql] = [Sql(f"{version} > ? AND {version} <= ?", (after, until))]
    terms = [SortTerm("versionnumber", version)]
    rows = select_rows(reading, scope, Query(select=query.select), where, terms, limit, [version])
    return [(int(str(number)), row) for row, (number,) in rows]


def _deleted(reading: Reading, table: Table, after: int, until: int, limit: int) -> list[tuple[int, dict[str, object]]]:
    """Deletions; a row that was made again under the same id is not deleted any more, so it is left out."""
    query = (
        f'SELECT d.version, d.id FROM "_deleted" d WHERE d.table_name = ? AND d.version > ? AND d.version <= ? '  # noqa: S608
        f"AND NOT EXISTS (SELECT 1 FROM {quoted(table.name)} r WHERE r.{quoted(table.id_column)} = d.id) "
        "ORDER BY d.version LIMIT ?"
    )
    context = f"{reading.root}/$metadata#{table.set_name}/$deletedEntity"
    rows = reading.connection.execute(query, (table.name, after, until, limit)).fetchall()
    return [
        (_DELETES_FROM + int(version), {"@odata.context": context, "id": row_id, "reason": "deleted"})
        for version, row_id in rows
    ]


def count_changes(call: Call, reading: Reading, of: Rows, query: Query) -> int:
    """How many entries the delta has."""
    since, until = _range(call, reading, of, query)
    changed = f"SELECT count(*) FROM {quoted(of.table.name)} WHERE versionnumber > ? AND versionnumber <= ?"  # noqa: S608
    number = int(reading.connection.execute(changed, (since, until)).fetchone()[0])
    return number + len(_deleted(reading, of.table, since, until, -1))
