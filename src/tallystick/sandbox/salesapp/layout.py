"""The frame around every page."""

from __future__ import annotations

from urllib.parse import urlencode

from tallystick.sandbox.http import Response
from tallystick.sandbox.salesapp.data import Person
from tallystick.sandbox.salesapp.html import Child, Html, h
from tallystick.sandbox.salesapp.views import LISTS

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def list_url(table: str, **parameters: str | int) -> str:
    given = {name: value for name, value in parameters.items() if value not in ("", None)}
    return f"/main.aspx?{urlencode({'pagetype': 'entitylist', 'etn': table, **given})}"


def record_url(table: str, row_id: str = "") -> str:
    parameters = {"pagetype": "entityrecord", "etn": table, **({"id": row_id} if row_id else {})}
    return f"/main.aspx?{urlencode(parameters)}"


def hidden(**values: str) -> list[Html]:
    return [h("input", {"type": "hidden", "name": name, "value": value}) for name, value in values.items()]


def page(
    title: str,
    *content: Child,
    status: int = 200,
    current: str = "",
    people: list[Person] | None = None,
    person: Person | None = None,
    token: str = "",
    notice: str = "",
) -> Response:
    """A whole page as a response. `people` and `token` are there when somebody is signed in."""
    signed_in = people is not None
    body = h(
        "body", None,
        h("a", {"class": "skip", "href": "#content"}, "Skip to the content"),
        h("header", {"class": "top"},
          h("a", {"class": "brand", "href": "/"}, h("span", {"class": "mark", "aria-hidden": "true"}), "Sales"),
          h("span", {"class": "kind"}, "Sandbox"),
          _person_switch(people or [], person, token) if signed_in else None),
        h("div", {"class": "frame"},
          _navigation(current) if signed_in else None,
          h("main", {"id": "content"},
            h("p", {"class": "notice", "role": "status"}, notice) if notice else None,
            content)),
    )  # fmt: skip
    head = h(
        "head", None,
        h("meta", {"charset": "utf-8"}),
        h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        h("title", None, f"{title} – Sales"),
        h("link", {"rel": "stylesheet", "href": "/_app/app.css"}),
        h("link", {"rel": "icon", "href": "/_app/icon.svg", "type": "image/svg+xml"}),
        h("script", {"src": "/_app/app.js", "defer": True}),
    )  # fmt: skip
    text = f"<!doctype html>{h('html', {'lang': 'en'}, head, body)}"
    return Response(status, {"Content-Type": "text/html; charset=utf-8", **SECURITY}, text.encode())


def _navigation(current: str) -> Html:
    items = [
        h("li", None, h("a", {"href": list_url(name), "aria-current": "page" if name == current else None}, view.title))
        for name, view in LISTS.items()
    ]
    return h("nav", {"aria-label": "Tables"}, h("ul", None, items))


def _person_switch(people: list[Person], person: Person | None, token: str) -> Html:
    if not people:
        return h("div", {"class": "person"}, "Nobody to work as yet")
    options = [
        h("option", {"value": one.id, "selected": person is not None and one.id == person.id}, one.name)
        for one in people
    ]
    return h(
        "form", {"class": "person", "method": "post", "action": "/_app/as"},
        hidden(token=token),
        h("label", {"for": "as"}, "Signed in as"),
        h("select", {"id": "as", "name": "user", "data-submit": True}, options),
        h("button", {"type": "submit", "class": "quiet"}, "Switch"),
    )  # fmt: skip


def message_page(
    title: str,
    text: str,
    status: int,
    *,
    people: list[Person] | None = None,
    person: Person | None = None,
    token: str = "",
) -> Response:
    """A page that only says something."""
    content = h("section", {"class": "card"}, h("h1", None, title), h("p", None, text))
    return page(title, content, status=status, people=people, person=person, token=token)
