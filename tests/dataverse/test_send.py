"""The one place that waits: what is repeated, what is not, for how long, and what is never told to anybody."""

import logging
import socket
import ssl
import threading
import time

import httpx2
import orjson
import pytest
from tests.dataverse.played import ADDRESS, SECRET, World, answer, error, played, script

from tallystick.dataverse import ClientSecret, DataverseClient
from tallystick.dataverse.batch import Operation
from tallystick.dataverse.throttle import Gate
from tallystick.dataverse.webapi import Reply, Request, TooLarge, WebApi
from tallystick.engine import SetupError, SideUnavailable, TallyError, Throttled

READ = Request("GET", "accounts", repeatable=True)
CREATE = Request("POST", "accounts", body=b"{}")
BULK = Request("POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", body=b"{}", repeatable=True, divisible=True)
WENT_WELL = answer(200, {"value": []})


def test_retry_after_is_waited_for_once_and_to_the_second() -> None:
    world = World()
    with played(script(error(429, "0x80072322", headers={"Retry-After": "17"}), WENT_WELL), world) as client:
        assert client.api.send(CREATE).status == 200
        assert world.slept == [17.0]
        assert client.requests == 2


def test_who_comes_later_waits_behind_the_same_gate_instead_of_being_refused_too() -> None:
    world = World()
    gate = Gate(world.clock, world.sleep)
    gate.close_for(5)
    gate.close_for(3)
    gate.wait_until_open()
    gate.wait_until_open()
    assert world.slept == [5.0]


def test_a_wait_longer_than_patience_is_handed_up_with_its_length() -> None:
    refusals = [error(429, "0x80072322", headers={"Retry-After": "200"})] * 2
    world = World()
    with played(script(*refusals), world, patience=330.0) as client, pytest.raises(Throttled) as caught:
        client.api.send(READ)
    assert caught.value.wait == 200
    assert world.slept == [200.0]


def test_the_bound_halves_when_throttled_and_grows_again_one_by_one() -> None:
    world = World()
    gate = Gate(world.clock, world.sleep, most=6)
    for _ in range(60):
        gate.went_well(None)
    assert gate.limit == 6
    gate.slow_down()
    assert gate.limit == 3
    for _ in range(3):
        gate.went_well(None)
    assert gate.limit == 4
    for _ in range(20):
        gate.went_well(hint=2)
    assert gate.limit == 2
    for _ in range(9):
        gate.slow_down()
    assert gate.limit == 1


def test_no_more_requests_are_under_way_than_the_gate_allows() -> None:
    gate = Gate(time.monotonic, time.sleep, most=2)
    under_way, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal under_way, most
        for _ in range(5):
            with gate.passage():
                with lock:
                    under_way += 1
                    most = max(most, under_way)
                time.sleep(0.001)
                with lock:
                    under_way -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_requests_go_side_by_side_and_their_answers_come_in_order() -> None:
    together = threading.Barrier(3, timeout=10)

    def play(request: httpx2.Request) -> httpx2.Response:
        together.wait()
        return answer(200, {"value": [request.url.path[-1]]})

    with played(play) as client:
        assert client.api.concurrently(lambda n: client.api.fetch_rows(f"rows/{n}"), [1, 2, 3]) == [["1"], ["2"], ["3"]]


@pytest.mark.parametrize("status", [408, 502, 503, 504])
def test_a_read_is_repeated_with_growing_pauses_until_it_goes_through(status: int) -> None:
    world = World()
    with played(script(answer(status), answer(status), WENT_WELL), world) as client:
        assert client.api.send(READ).status == 200
    assert world.slept == [1.0, 2.0]


def test_patience_with_a_service_that_is_down_ends() -> None:
    with played(lambda _request: answer(503), attempts=3) as client, pytest.raises(SideUnavailable):
        client.api.send(READ)
    assert client.requests == 3


@pytest.mark.parametrize("lost", [httpx2.ReadError(""), httpx2.ReadTimeout(""), httpx2.RemoteProtocolError("")])
def test_a_create_that_may_have_arrived_is_never_repeated(lost: Exception) -> None:
    with played(script(lost, WENT_WELL)) as client, pytest.raises(SideUnavailable):
        client.api.send(CREATE)
    assert client.requests == 1


@pytest.mark.parametrize("status", [502, 504])
def test_nor_is_one_whose_answer_a_gateway_swallowed(status: int) -> None:
    with played(script(answer(status), WENT_WELL)) as client, pytest.raises(SideUnavailable):
        client.api.send(CREATE)
    assert client.requests == 1


def test_a_create_that_never_left_is_repeated() -> None:
    with played(script(httpx2.ConnectError(""), WENT_WELL)) as client:
        assert client.api.send(CREATE).status == 200


def test_a_request_that_shows_when_it_is_done_twice_is_repeated_after_a_lost_reply() -> None:
    with played(script(httpx2.RemoteProtocolError("closed"), WENT_WELL)) as client:
        assert client.api.send(Request("PATCH", "accounts(1)", body=b"{}", repeatable=True)).status == 200


@pytest.mark.parametrize("sign", [answer(413), answer(504), error(500, "0x80044151"), httpx2.ReadTimeout("")])
def test_a_bulk_request_that_is_too_large_is_handed_back_to_be_divided(sign: httpx2.Response | Exception) -> None:
    with played(script(sign)) as client, pytest.raises(TooLarge):
        client.api.send(BULK)


def test_a_refused_token_is_dropped_and_another_tried_once() -> None:
    used = []

    def play(request: httpx2.Request) -> httpx2.Response:
        used.append(request.headers["authorization"])
        return answer(401) if len(used) == 1 else answer(200, {"value": []})

    with played(play) as client:
        assert client.api.send(READ).status == 200
    assert used == ["Bearer token-1", "Bearer token-2"]

    with played(lambda _request: answer(401)) as client, pytest.raises(SetupError):
        client.api.fetch("accounts")
    assert client.requests == 2


def test_a_token_is_used_until_shortly_before_it_expires() -> None:
    world = World()
    used = []

    def play(request: httpx2.Request) -> httpx2.Response:
        used.append(request.headers["authorization"])
        return answer(200, {"value": []})

    with played(play, world) as client:
        for seconds in (0.0, 3400.0, 100.0):
            world.now += seconds
            client.api.send(READ)
    assert used == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_only_the_operations_that_met_a_busy_service_are_sent_again() -> None:
    sent = []

    def part(status: str, more: str = "") -> str:
        return f"--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 {status}\r\n{more}\r\n{{}}\r\n"

    def play(request: httpx2.Request) -> httpx2.Response:
        body = request.read()
        sent.append(body.count(b"PATCH"))
        parts = (
            [part("200 OK"), part("429 Busy", "Retry-After: 4\r\n"), part("400 Bad")]
            if len(sent) == 1
            else [part("200 OK")]
        )
        return answer(200, ("".join(parts) + "--r--\r\n").encode(), {"Content-Type": "multipart/mixed; boundary=r"})

    world = World()
    with played(play, world) as client:
        parts = client.api.batch([Operation("PATCH", f"/{n}", {}, b"{}") for n in range(3)])
    assert [part.status for part in parts] == [200, 200, 400]
    assert sent == [3, 1]
    assert world.slept == [4.0]


def test_a_batch_is_read_whatever_its_outer_status_is() -> None:
    body = b"--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n{}\r\n--r--\r\n"
    with played(lambda _r: answer(404, body, {"Content-Type": "multipart/mixed; boundary=r"})) as client:
        assert [part.status for part in client.api.batch([Operation("GET", "/x")])] == [404]


def test_a_batch_refused_as_a_whole_says_why() -> None:
    with (
        played(lambda _r: error(400, "0x80048d19", "Stream was not readable")) as client,
        pytest.raises(TallyError) as told,
    ):
        client.api.batch([Operation("GET", "/x")])
    assert "Stream was not readable" in told.value.what


def test_a_batch_with_answers_missing_is_not_taken_for_done() -> None:
    body = b"--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--r--\r\n"
    reply = answer(200, body, {"Content-Type": "multipart/mixed; boundary=r"})
    with played(lambda _r: reply) as client, pytest.raises(SideUnavailable, match="Only 1 of 2"):
        client.api.batch([Operation("GET", "/x"), Operation("GET", "/y")])


def test_a_proxys_page_is_not_taken_for_an_answer() -> None:
    page = answer(200, b"<html>Sign in to the guest network</html>")
    with played(lambda _r: page) as client, pytest.raises(SideUnavailable, match="not JSON"):
        client.api.fetch("WhoAmI")


def test_cookies_are_not_kept_so_that_requests_spread_over_servers() -> None:
    seen = []

    def play(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers.get("cookie"))
        return answer(200, {"value": []}, {"Set-Cookie": "ARRAffinity=abc; Path=/; Domain=contoso.crm4.dynamics.com"})

    with played(play) as client:
        client.api.send(READ)
        client.api.send(READ)
    assert seen == [None, None]


def _broken_by(cause: Exception) -> httpx2.ConnectError:
    exc = httpx2.ConnectError("no")
    exc.__cause__ = cause
    return exc


@pytest.mark.parametrize(
    ("exc", "kind", "told"),
    [
        (
            _broken_by(socket.gaierror(-2, "Name or service not known")),
            SideUnavailable,
            "name contoso.crm4.dynamics.com is not known",
        ),
        (_broken_by(ssl.SSLCertVerificationError("self-signed")), SetupError, "certificate"),
        (_broken_by(ssl.SSLError("wrong version number")), SetupError, "does not speak TLS"),
        (httpx2.ConnectTimeout("_ssl.c:989: The handshake operation timed out"), SetupError, "does not speak TLS"),
        (_broken_by(ConnectionRefusedError()), SideUnavailable, "Nothing answers"),
        (httpx2.ProxyError("403 Forbidden"), SideUnavailable, "proxy of this machine"),
        (httpx2.ConnectTimeout(""), SideUnavailable, "does not answer"),
        (httpx2.ReadTimeout(""), SideUnavailable, "took too long"),
        (httpx2.ReadError(""), SideUnavailable, "broke off"),
    ],
)
def test_a_connection_test_says_why_nothing_answered(exc: Exception, kind: type[TallyError], told: str) -> None:
    with played(lambda _r: exc, attempts=1) as client:
        report = client.test_connection()
    assert not report.ok
    assert [type(problem) for problem in report.problems] == [kind]
    assert told in report.problems[0].what
    assert report.problems[0].hint


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("AADSTS7000215: Invalid client secret provided.", "The client secret is wrong"),
        ("AADSTS7000222: The provided client secret keys are expired.", "has expired"),
        ("AADSTS700016: Application not found in the directory", "has no application 1111"),
        ("AADSTS90002: Tenant not found.", "There is no tenant fabrikam"),
        ("AADSTS999999: Something new.", "Something new"),
        (f"AADSTS999998: you sent {SECRET}", "you sent …"),
    ],
)
def test_a_refused_sign_in_names_what_to_correct(description: str, told: str) -> None:
    def refuse(_request: httpx2.Request) -> httpx2.Response:
        return answer(401, {"error": "invalid_client", "error_description": description})

    credentials = ClientSecret("fabrikam", "1111", SECRET)
    with DataverseClient(ADDRESS, credentials, transport=httpx2.MockTransport(refuse)) as client:
        problem = client.test_connection().problems[0]
    assert isinstance(problem, SetupError)
    assert told in problem.what
    assert SECRET not in str(problem)


def test_the_secret_and_the_token_are_nowhere_to_be_seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = ClientSecret("fabrikam", "1111", SECRET)
    shown = [repr(credentials), str(credentials)]
    answers = script(
        httpx2.ReadError("gone"), error(429, "0x80072322", headers={"Retry-After": "1"}), answer(401), answer(403)
    )
    with played(answers) as client:
        shown += [repr(client), repr(client.api), repr(client.api._tokens)]
        with pytest.raises(TallyError) as caught:
            client.api.fetch("accounts")
    error_: BaseException | None = caught.value
    while error_ is not None:
        shown += [str(error_), repr(error_), repr(error_.args)]
        error_ = error_.__cause__ or error_.__context__

    def no_token(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("down")

    api = WebApi(ADDRESS, credentials, transport=httpx2.MockTransport(no_token), attempts=1)
    with api, pytest.raises(SideUnavailable) as unreachable:
        api.fetch("accounts")
    assert unreachable.value.__cause__ is None
    shown += [str(unreachable.value), caplog.text, *(str(record.args) for record in caplog.records)]
    assert "token-1" not in "".join(shown)
    assert SECRET not in "".join(shown)


def test_a_reply_with_an_error_body_is_read_once() -> None:
    refusal = Reply(400, {}, orjson.dumps({"error": {"code": "0X80044331", "message": "m"}})).refusal
    assert refusal is not None
    assert (refusal.code, refusal.message) == ("0x80044331", "m")
