"""The pages of the Sales app by address."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.http import Request, Response
from tallystick.sandbox.metadata import Table
from tallystick.sandbox.rows.values import parse_guid
from tallystick.sandbox.salesapp import records, session
from tallystick.sandbox.salesapp.data import Desk, Person, find_targets, read_record, salespeople
from tallystick.sandbox.salesapp.html import Child
from tallystick.sandbox.salesapp.layout import SECURITY, list_url, message_page, page, record_url
from tallystick.sandbox.salesapp.lists import list_content
from tallystick.sandbox.salesapp.views import CREATABLE, LISTS

log = logging.getLogger("tallystick.sandbox")
_STATIC = {"app.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"}
_NOTICES = {
    "saved": "Saved.", "created": "Created.", "unchanged": "Nothing was changed, so nothing was saved.",
    "activate": "Activated.", "deactivate": "Deactivated.", "delete": "Deleted.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    session: session.Session
    token: str
    desk: Desk
    people: list[Person]
    parameters: dict[str, str]

    def page(self, title: str, *content: Child, status: int = 200, current: str = "") -> Response:
        notice = _NOTICES.get(self.parameters.get("done", ""), "")
        return page(
            title, *content, status=status, current=current, people=self.people, person=self.desk.person,
            token=self.token, notice=notice,
        )  # fmt: skip

    def message(self, title: str, text: str, status: int) -> Response:
        return message_page(title, text, status, people=self.people, person=self.desk.person, token=self.token)


def _fields(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=2000))


def _redirect(url: str, **headers: str) -> Response:
    return Response(303, {"Location": url, **SECURITY, **{k.replace("_", "-"): v for k, v in headers.items()}})


class SalesApp:
    """Answers everything that is not the Web API. Runs in threads; keeps nothing but the door."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._door = session.Door()
        self._key = environment.signing_key
        self._static = {
            name: files("tallystick.sandbox.salesapp").joinpath("static", name).read_bytes() for name in _STATIC
        }

    def open_door(self, url: str, file: Path) -> str:
        """The one-time link to enter with; `file` always holds one that is still unused."""
        return self._door.open_at(url, file)

    def answer(self, request: Request) -> Response:
        """Answer one request; a failure becomes a page that says so."""
        try:
            return self._answer(request)
        except ValueError:
            return message_page("Not understood", "This request cannot be read.", 400)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return message_page("Something went wrong", "The page could not be made; see the log of the sandbox.", 500)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            return message_page("Not possible", "Pages are read with GET and sent with POST.", 405)
        name = request.path.removeprefix("/_app/")
        if name in self._static:
            headers = {"Content-Type": f"{_STATIC[name]}; charset=utf-8", **SECURITY, "Cache-Control": "max-age=300"}
            return Response(200, headers, self._static[name])
        if name == "enter":
            return self._enter(request)
        current = session.session_of(self._key, request)
        if current is None:
            return self._signed_out(request)
        return self._signed_in(request, current)

    def _enter(self, request: Request) -> Response:
        given = _fields(request.query)
        if not self._door.enter(given.get("key", "")):
            text = (
                "This link was used already or is not right. The file app-link.txt in the sandbox's directory has a "
                "fresh one."
            )
            return message_page("This link does not open", text, 403)
        after = given.get("next", "/")
        parts = urlsplit(after)
        local = after.startswith("/") and not after.startswith("//") and not parts.netloc and "\\" not in after
        return _redirect(after if local else "/", Set_Cookie=session.cookie_header(self._key, session.new_session()))

    def _signed_out(self, request: Request) -> Response:
        text = (
            "Open the one-time link that the sandbox printed when it started, or the one in the file app-link.txt in its "
            "directory, in this browser. Then come back to this page."
        )
        return message_page("Please sign in", text, 401 if request.path != "/favicon.ico" else 404)

    def _signed_in(self, request: Request, current: session.Session) -> Response:
        people = salespeople(self._environment)
        person = next((one for one in people if one.id == current.user_id), people[0] if people else None)
        token = session.form_token(self._key, current)
        if request.method == "POST":
            parameters = _fields(request.body.decode("utf-8", "replace"))
            if not session.is_own_form(self._key, current, parameters.get("token", "")):
                return message_page(
                    "Not accepted", "This form did not come from this app. Go back, reload, try again.", 403
                )
        else:
            parameters = _fields(request.query)
        visit = Visit(request, current, token, Desk(self._environment, person), people, parameters)
        handler = _HANDLERS.get(
            ("GET" if request.method == "HEAD" else request.method, request.path.rstrip("/") or "/")
        )
        if handler is None:
            return visit.message("There is no such page", "Choose a table on the left.", 404)
        return handler(self, visit)

    # ---- pages -------------------------------------------------------------------------------------------------------

    def _home(self, visit: Visit) -> Response:
        return _redirect(list_url("account"))

    def _main(self, visit: Visit) -> Response:
        """`main.aspx` as in the real product: `etn` (or `etc`, the type code) with or without `id`."""
        table = _table(visit)
        if table is None:
            return visit.message(
                "There is no such table", "This app shows accounts, contacts, users and currencies.", 404
            )
        wants_record = visit.parameters.get("pagetype") == "entityrecord" or "id" in visit.parameters
        if not wants_record:
            view = LISTS[table.name]
            return visit.page(view.title, *list_content(visit.desk, table.name, visit.parameters), current=table.name)
        return self._record(visit, table)

    def _record(self, visit: Visit, table: Table) -> Response:
        given = visit.parameters.get("id", "")
        row_id = parse_guid(given.strip()) or ""
        row = read_record(visit.desk, table, row_id) if row_id else {}
        if row is None or (given.strip() and not row_id) or (not row_id and table.name not in CREATABLE):
            return visit.message(
                "Record not found", f"There is no {table.label.lower()} with the id {given or '(none)'}.", 404
            )
        content = records.record_content(visit.desk, table, row_id, row, visit.token)
        return visit.page(table.label, *content, current=table.name)

    def _save(self, visit: Visit) -> Response:
        table, row_id = _table(visit), parse_guid(visit.parameters.get("id", "")) or ""
        if table is None or (visit.desk.person is None and table.name != "systemuser"):
            return visit.message("Not saved", "Choose who you are signed in as first.", 400)
        desk = visit.desk if visit.desk.person else Desk(self._environment, self._founder())
        saved = records.save(desk, table, row_id, visit.parameters)
        if saved.attempt is None:
            done = "saved" if row_id and saved.changed else "created" if not row_id else "unchanged"
            return _redirect(f"{record_url(table.name, saved.row_id)}&{urlencode({'done': done})}")
        row = (read_record(desk, table, row_id) if row_id else {}) or {}
        content = records.record_content(desk, table, row_id if row else "", row, visit.token, saved.attempt)
        return visit.page(table.label, *content, status=422, current=table.name)

    def _founder(self) -> Person:
        """Who adds the very first user: the environment's SYSTEM user."""
        with self._environment.database.read() as connection:
            row = connection.execute(
                "SELECT systemuserid, fullname, businessunitid FROM systemuser WHERE domainname = 'SYSTEM'"
            ).fetchone()
        return Person(str(row[0]), str(row[1]), str(row[2]))

    def _confirm(self, visit: Visit) -> Response:
        """Ask first (GET), then do (POST)."""
        table, row_id = _table(visit), parse_guid(visit.parameters.get("id", ""))
        action = visit.parameters.get("action", "")
        row = read_record(visit.desk, table, row_id) if table and row_id else None
        if table is None or row_id is None or row is None or action not in records.CONFIRMATIONS:
            return visit.message("Record not found", "It may have been deleted meanwhile.", 404)
        if visit.request.method != "POST":
            return visit.page("Please confirm", records.confirm_content(table, row_id, row, action, visit.token))
        if visit.desk.person is None:
            problem = "Choose who you are signed in as first."
        elif action == "delete":
            problem = records.remove(visit.desk, table, row_id)
        else:
            problem = records.set_state(visit.desk, table, row_id, 0 if action == "activate" else 1)
        if problem:
            content = records.confirm_content(table, row_id, row, action, visit.token, problem)
            return visit.page("Not done", content, status=422)
        after = list_url(table.name) if action == "delete" else record_url(table.name, row_id)
        return _redirect(f"{after}&done={action}")

    def _choose_person(self, visit: Visit) -> Response:
        wanted = visit.parameters.get("user", "")
        if wanted not in {one.id for one in visit.people}:
            return visit.message("Not possible", "This user is disabled or no salesperson.", 400)
        chosen = session.Session(visit.session.id, wanted, visit.session.expires)
        came_from = urlsplit(visit.request.headers.get("referer"))
        own = f"{came_from.scheme}://{came_from.netloc}" == visit.request.origin and came_from.path == "/main.aspx"
        after = f"{came_from.path}?{came_from.query}" if own else "/"
        return _redirect(after, Set_Cookie=session.cookie_header(self._key, chosen))

    def _leave(self, visit: Visit) -> Response:
        return _redirect("/", Set_Cookie=session.cookie_header(self._key, None))

    def _lookup(self, visit: Visit) -> Response:
        """Rows for a lookup's search box, as JSON."""
        table = _table(visit)
        column = table.columns.get(visit.parameters.get("column", "")) if table else None
        if column is None or not column.is_lookup:
            return Response(404, {"Content-Type": "application/json", **SECURITY}, b"[]")
        found = find_targets(visit.desk, column, visit.parameters.get("q", "")[:200])
        rows = [
            {"row": f"{one.table}:{one.id}", "name": one.name, "hint": one.hint, "table": one.table} for one in found
        ]
        return Response(200, {"Content-Type": "application/json", **SECURITY}, orjson.dumps(rows))


def _table(visit: Visit) -> Table | None:
    """The table a request is about, among those with pages."""
    name, code = visit.parameters.get("etn", ""), visit.parameters.get("etc", "")
    for table_name in LISTS:
        table = visit.desk.catalog[table_name]
        if table_name == name or (not name and code == str(table.code)):
            return table
    return visit.desk.catalog["account"] if not name and not code else None


_HANDLERS: dict[tuple[str, str], Callable[[SalesApp, Visit], Response]] = {
    ("GET", "/"): SalesApp._home,
    ("GET", "/main.aspx"): SalesApp._main,
    ("POST", "/_app/save"): SalesApp._save,
    ("GET", "/_app/confirm"): SalesApp._confirm,
    ("POST", "/_app/confirm"): SalesApp._confirm,
    ("POST", "/_app/as"): SalesApp._choose_person,
    ("POST", "/_app/leave"): SalesApp._leave,
    ("GET", "/_app/lookup"): SalesApp._lookup,
}
