"""Input nobody means well with: it gets a 4xx, and nothing else happens."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sandbox_process import Sandbox

from tallystick.sandbox.http import HttpServer, Request, Response

PIECES = st.sampled_from(
    ["name", "creditlimit", "statecode", "primarycontactid", "contact_customer_accounts", "_ownerid_value", "createdon",
     "eq", "ne", "gt", "and", "or", "not", "(", ")", "/", ",", "'", "'x'", "''", "5", "-1", "1e400", "null", "true",
     "any", "all", "c:c", "contains", "startswith",
     "Microsoft.Dynamics.CRM.In", "Microsoft.Dynamics.CRM.Today", "PropertyName='name'",
     "PropertyValues=['a']", "@p", "[", "]", "$it", "2026-01-01", "2026-13-41T99:99:99Z", "%", ";", "--", "\x00", "ß", "😀",
     "99999999999999999999", "00000000-0000-0000-0000-000000000000", "=", ":", '"', "\\", " "]
)  # fmt: skip
NO_HEALTH_CHECK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@NO_HEALTH_CHECK
@given(
    option=st.sampled_from(
        ["$filter", "$orderby", "$select", "$expand", "$apply", "$skiptoken", "$deltatoken", "$top"]
    ),
    text=st.lists(PIECES, max_size=12).map(" ".join)
    | st.lists(PIECES, max_size=12).map("".join)
    | st.text(max_size=40),
)
def test_no_query_option_breaks_the_server(api: httpx2.Client, option: str, text: str) -> None:
    try:
        encoded = quote(text, safe="")
    except UnicodeEncodeError:
        return  # a lone surrogate cannot be sent
    answer = api.get(f"accounts?{option}={encoded}")
    assert answer.status_code in (200, 400), (answer.status_code, answer.text)


@NO_HEALTH_CHECK
@given(path=st.lists(PIECES | st.sampled_from(["accounts", "(", "$ref", "$count", "$value"]), max_size=8).map("".join))
def test_no_path_breaks_the_server(api: httpx2.Client, path: str) -> None:
    answer = api.get(f"accounts({quote(path, safe='')})")
    assert 400 <= answer.status_code < 500, answer.text
    assert api.get(quote(path, safe="/()'$")).status_code < 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
COLUMNS = st.sampled_from(
    ["name", "creditlimit", "accountid", "statecode", "statuscode", "paymenttermscode", "creditonhold", "createdon",
     "lastusedincampaign", "address1_latitude", "primarycontactid", "primarycontactid@odata.bind", "ownerid@odata.bind",
     "contact_customer_accounts", "numberofemployees", "transactioncurrencyid@odata.bind", "@odata.type",
     "overriddencreatedon"]
)  # fmt: skip


@NO_HEALTH_CHECK
@given(payload=st.dictionaries(COLUMNS | st.text(max_size=12), JSON, max_size=4))
def test_no_payload_breaks_the_server(api: httpx2.Client, payload: dict[str, object]) -> None:
    answer = api.post("accounts", json=payload)
    assert answer.status_code == 204 or 400 <= answer.status_code < 500, (answer.status_code, answer.text)


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        "'; DROP TABLE account; --",
        "x' UNION SELECT value FROM _setting --",
        '"; DELETE FROM account; --',
        "%' --",
    ],
)
def test_sql_in_a_value_is_just_text(api: httpx2.Client, text: str) -> None:
    created = api.post("accounts", json={"name": text})
    assert api.get(created.headers["OData-EntityId"]).json()["name"] == text
    doubled = text.replace("'", "''")
    found = api.get("accounts", params={"$filter": f"name eq '{doubled}'", "$select": "name"}).json()["value"]
    assert {row["name"] for row in found} == {text}
    for option in ("$select", "$orderby", "$expand"):
        assert api.get("accounts", params={option: text}).status_code == 400
    assert api.get("WhoAmI").status_code == 200


def test_a_pattern_made_to_backtrack_answers_quickly(api: httpx2.Client) -> None:
    api.post("accounts", json={"name": "a" * 160})
    answer = api.get("accounts", params={"$filter": f"contains(name,'{'%a' * 60}b')"}, timeout=5)
    assert answer.status_code == 200


def test_a_header_cannot_be_smuggled_into_the_answer(api: httpx2.Client) -> None:
    answer = api.get("accounts", headers={"Prefer": 'odata.maxpagesize=5, odata.include-annotations="x"'})
    assert answer.headers["Preference-Applied"] == 'odata.maxpagesize=5, odata.include-annotations="x"'
    assert api.get("accounts(x%0d%0aX-Evil:1)").status_code == 400


# ---- the wire --------------------------------------------------------------------------------------------------------


def talk(sandbox: Sandbox, raw: bytes) -> bytes:
    """Send bytes, return all that comes back until the server closes."""
    parts = urlsplit(sandbox.url)
    assert parts.hostname
    assert parts.port
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(raw)
        received = b""
        while more := connection.recv(65536):
            received += more
    return received


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /healthz HTTP/3.0\r\n\r\n", 400),
        (b"GET http://other/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 70000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", 413),
    ],
)
def test_a_broken_request_is_refused_and_the_connection_closed(sandbox: Sandbox, raw: bytes, status: int) -> None:
    assert talk(sandbox, raw).startswith(f"HTTP/1.1 {status} ".encode())
    assert sandbox.control.get("/healthz").status_code == 200


def test_requests_sent_in_one_go_are_answered_in_order(sandbox: Sandbox) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = one.replace(b"Host", b"Connection: close\r\nHost")
    answer = talk(sandbox, one + b"GET /api/nosuch HTTP/1.1\r\nHost: x\r\n\r\n" + last)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]


def test_a_chunked_body_arrives_whole(sandbox: Sandbox) -> None:
    form = (
        f"grant_type=client_credentials&client_id={sandbox.client_id}&client_secret={sandbox.client_secret}"
        f"&scope={quote(sandbox.url, safe='')}/.default"
    ).encode()
    host = urlsplit(sandbox.url).netloc.encode()
    chunks = b"".join(b"%x;note=1\r\n%s\r\n" % (len(piece), piece) for piece in (form[:7], form[7:90], form[90:]))
    head = b"POST /contoso.example/oauth2/v2.0/token HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n" % host
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    assert b'"access_token"' in talk(sandbox, head + chunks + b"0\r\n\r\n")


def test_whoever_asked_is_answered_although_answering_failed() -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("what only the log may tell")

    async def ask() -> bytes:
        server = HttpServer(broken)
        port = await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /_sandbox/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await server.stop()
        return answer

    answer = asyncio.run(ask())
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert answer.endswith(b"The sandbox failed to answer POST /_sandbox/users; its log says why.")
