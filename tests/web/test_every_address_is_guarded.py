"""What holds for every address there is: forged requests, headers of answers, cookies.

To see these fail: exempt a view from the check of tokens, or move a header's middleware below the one that refuses."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters
from tests.web.conftest import Books, person, signed_in

from tallystick.financials.permissions import PermissionSet

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAMPLES = {"int": 2_000_000_000, "uuid": uuid4(), "str": "x", "slug": "alpha", "path": "x"}
READ_ONLY = {"odata"}  # no cookie opens it, and it writes nothing


def every_address(patterns: list[URLPattern | URLResolver], below: str = "/") -> Iterator[tuple[str, str]]:
    """The name and an address of every route; its parameters name nothing that exists, but the company."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern.url_patterns, below + _filled(pattern))
        else:
            yield str(pattern.name), below + _filled(pattern)


def _filled(pattern: URLPattern | URLResolver) -> str:
    path = str(pattern.pattern)
    if path.startswith("^"):
        return "alpha/Customers"
    known = {type(converter): name for name, converter in get_converters().items()}
    for name, converter in pattern.pattern.converters.items():
        kind = known[type(converter)]
        path = path.replace(f"<{kind}:{name}>", str(SAMPLES.get(kind, "x"))).replace(f"<{name}>", str(SAMPLES["str"]))
    assert "<" not in path, path
    return path


def addresses() -> list[tuple[str, str]]:
    found = list(every_address(get_resolver().url_patterns))
    assert len(found) > 130
    return found


def test_no_address_takes_a_request_without_its_forms_token(books: Books) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person(books.company, PermissionSet.ADMINISTRATOR))
    for name, address in addresses():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = browser.generic(method, address)
            if name in READ_ONLY:
                assert answer.status_code in (401, 405), (method, address)
            else:
                assert answer.status_code == 403, (method, address)
                assert "reload the page" in answer.content.decode(), (method, address)


def test_a_token_of_another_site_is_none(books: Books) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
    browser.force_login(person(books.company, PermissionSet.ADMINISTRATOR))
    browser.get("/your-sign-in/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post("/sign-out/", {"csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert browser.get("/your-sign-in/").status_code == 200


def test_looking_changes_nothing(books: Books) -> None:
    """A GET may be sent by any page of anybody: none of the routes that do something answers one."""
    boss = signed_in(person(books.company, PermissionSet.ADMINISTRATOR))
    deeds = (
        "-delete",
        "remove",
        "switch",
        "revoke",
        "begin",
        "confirm",
        "-off",
        "sign-out",
        "reset",
        "renew",
        "-rules",
        "-end",
    )
    looked = [(name, address) for name, address in addresses() if any(one in name for one in deeds)]
    answered = {name for name, address in looked if boss.get(address).status_code not in (405, 404)}
    assert {"sign-out", "second-factor-begin", "user-second-factor-reset"} <= {name for name, _ in looked}
    assert answered <= {"record-delete"}, "this one shows a page that asks first"


def guarded(answer: HttpResponse, what: object) -> None:
    for header, value in HEADERS.items():
        assert answer.get(header) == value, (what, header)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy, what
    assert "frame-ancestors 'none'" in policy, what
    assert "unsafe" not in policy, what
    assert "*" not in policy, what


def test_every_answer_has_the_headers(books: Books) -> None:
    stranger, boss = Client(), signed_in(person(books.company, PermissionSet.ADMINISTRATOR))
    seen = set()
    for name, address in addresses():
        for who in (stranger, boss):
            for method in ("GET", "POST", "OPTIONS"):
                if (who, method, name) == (boss, "POST", "sign-out"):
                    continue  # the rest is to be asked by somebody who is in
                answer = who.generic(method, address)
                guarded(answer, (method, address, answer.status_code))  # type: ignore[arg-type]  # the client's is one
                seen.add(answer.status_code)
    assert {200, 302, 401, 404, 405, 422} <= seen


def test_refusals_and_breakdowns_have_them_too(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = signed_in(person(books.company, PermissionSet.ADMINISTRATOR))
    viewer = signed_in(person(books.company, PermissionSet.SALES_VIEWER))
    strict = Client(enforce_csrf_checks=True)
    for answer, status in (
        (viewer.get(books.url + "users/"), 403),
        (boss.get("/nowhere"), 404),
        (strict.post("/sign-in/"), 403),
        (boss.get("/", headers={"host": "evil.example"}), 400),
        (boss.get("/static/web/app.css"), 200),
        (boss.get("/static/web/nothing.css"), 404),
    ):
        assert answer.status_code == status
        guarded(answer, status)  # type: ignore[arg-type]  # the client's is one too
        answer.close()

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tallystick.web.home.views.cues", break_down)
    boss.raise_request_exception = False
    answer = boss.get(books.url)
    assert answer.status_code == 500
    guarded(answer, 500)  # type: ignore[arg-type]  # the client's is one too


def test_cookies_are_for_requests_alone(books: Books) -> None:
    client = Client()
    user = person(books.company, PermissionSet.SALES_VIEWER)
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": user.email, "password": "a long pass phrase"})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax"), name
        assert not cookie["domain"]
    assert client.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE == 12 * 3600


@pytest.mark.parametrize(("base_url", "secure"), [("https://tally.example", "True"), ("", "False")])
def test_with_an_https_address_cookies_travel_over_https_alone(base_url: str, secure: str) -> None:
    asked = "from tallystick.config import django_settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    environment = {"TALLY_BASE_URL": base_url, "TALLY_HOME": str(settings.HOME), "PATH": "/usr/bin:/bin"}
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=environment)
    assert said.stdout.split() == [secure, secure]
