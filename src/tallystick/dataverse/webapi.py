"""The Dataverse Web API as it goes over the wire: signs in, sends, waits in one place, reads what comes back.

The real service and the sandbox are told apart by address and secret only."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx2
import orjson

from tallystick.dataverse.address import VERSION, parse_address
from tallystick.dataverse.auth import Credentials, TokenReply, TokenSource, token_reply
from tallystick.dataverse.batch import OPERATIONS_PER_REQUEST, ChangeSet, Operation, Part, decode, encode
from tallystick.dataverse.errors import Refusal, Subject, error_for, refusal_in
from tallystick.dataverse.network import unreachable
from tallystick.dataverse.throttle import MOST, Gate
from tallystick.engine import SetupError, SideUnavailable, TallyError, Throttled

logger = logging.getLogger("tallystick.dataverse")

Item = TypeVar("Item")
Answer = TypeVar("Answer")

TIMEOUT = httpx2.Timeout(120.0, connect=10.0)
# Longer than the service's window of five minutes, so that being throttled is waited for and not an error.
PATIENCE_SECONDS = 330.0
KNOCK_SECONDS = 10.0
ATTEMPTS = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 20.0
# A connection kept for less is opened anew, with its handshake, in every cycle.
IDLE_SECONDS = 45.0
_PROTOCOL = {"Accept": "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0"}
# The literal word defeats caches on the way; https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors
_UNCACHED = {**_PROTOCOL, "If-None-Match": "null"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` is relative to the Web API's root and already encoded.

    `repeatable`: sending it twice is harmless or shows (reads; writes under ids of our own or with preconditions).
    `divisible`: when it is too large or takes too long, the caller sends it in smaller ones."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = False
    divisible: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The final answer to a request, be it good or a refusal that waiting does not change."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def refusal(self) -> Refusal | None:
        return refusal_in(self.status, self.body) if self.status >= 400 else None

    def json(self) -> Any:
        """Return the body's JSON. Raises SideUnavailable for anything else, such as a proxy's page."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as exc:
            raise SideUnavailable(
                "Dynamics CRM answered with something that is not JSON.",
                hint="Check the address; a proxy may have answered in its place.",
            ) from exc


@dataclass(frozen=True, slots=True)
class Sent:
    """What is told about each request, for metrics: never its content."""

    method: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What the service said is left of its limits: requests, and seconds of its own time, in its window of five minutes.

    https://learn.microsoft.com/power-apps/developer/data-platform/api-limits"""

    requests: int
    seconds: float


class TooLarge(Exception):
    """A divisible request was too large or took too long (`slow`): a signal to its caller, never shown.

    `problem` is what to raise where dividing no longer helps."""

    def __init__(self, problem: TallyError, *, slow: bool) -> None:
        super().__init__(problem.what)
        self.problem = problem
        self.slow = slow


class WebApi:
    """Talks to one environment. Safe to use from several threads; close it when done.

    `requests` counts what was sent, tokens left out. `clock`, `sleep` and `chance` are the world's, except in tests; a
    worker may pass a `sleep` that ends early when it is told to stop."""

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        *,
        version: str = VERSION,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
        patience: float = PATIENCE_SECONDS,
        attempts: int = ATTEMPTS,
        most_at_once: int = MOST,
        on_sent: Callable[[Sent], None] | None = None,
    ) -> None:
        self.address = parse_address(address, version)
        self.requests = 0
        self.limits: Limits | None = None
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._patience = patience
        self._attempts = attempts
        self._on_sent = on_sent
        self._lock = threading.Lock()
        self._gate = Gate(clock, sleep, most=most_at_once)
        self._threads: ThreadPoolExecutor | None = None
        self._who: Mapping[str, str] | None = None
        # The affinity cookie would send every request to the same web server; the limits count per server.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        spare = most_at_once + 2
        limits = httpx2.Limits(max_connections=spare, max_keepalive_connections=spare, keepalive_expiry=IDLE_SECONDS)
        self._http = httpx2.Client(timeout=TIMEOUT, limits=limits, cookies=no_cookies, transport=transport)
        self._tokens = TokenSource(credentials, self.address.organization, self._post_form, clock)

    def __repr__(self) -> str:
        return f"WebApi({self.address.organization!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections and threads."""
        with self._lock:
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown()
        self._http.close()

    # What others ask for

    def knock(self) -> Reply:
        """Ask once, without a token, and return what is answered: an environment refuses that in a way of its own.

        Raises httpx2.TransportError where nothing is answered."""
        with self._lock:
            self.requests += 1
        answer = self._http.get(self.address.api + "WhoAmI", headers=_UNCACHED, timeout=KNOCK_SECONDS)
        return Reply(answer.status_code, answer.headers, answer.content)

    def sign_in(self) -> None:
        """Get a token, unless there is one. Raises SetupError when it is refused, SideUnavailable without an answer."""
        self._tokens.token()

    def fetch(self, path: str, headers: Mapping[str, str] | None = None, subject: Subject | None = None) -> Any:
        """GET `path` and return its JSON. Raises what the service's refusal means."""
        reply = self.send(Request("GET", path, headers or {}, repeatable=True))
        if (refusal := reply.refusal) is not None:
            raise error_for(refusal, subject or Subject())
        return reply.json()

    def fetch_rows(self, path: str) -> list[dict[str, Any]]:
        """GET a collection that fits one page and return its rows."""
        answer = self.fetch(path)
        rows = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise SideUnavailable(
                f"Dynamics CRM's answer about {path.partition('?')[0]} is no list of rows.", hint="Run again."
            )
        return rows

    def act(self, action: str, parameters: Mapping[str, object], *, repeatable: bool = False) -> Any:
        """POST an unbound action and return its JSON (None where it returns nothing)."""
        body = orjson.dumps(parameters)
        reply = self.send(Request("POST", action, {"Content-Type": "application/json"}, body, repeatable))
        if (refusal := reply.refusal) is not None:
            raise error_for(refusal)
        return reply.json() if reply.body else None

    def who_am_i(self) -> Mapping[str, str]:
        """Return UserId, BusinessUnitId and OrganizationId of the connection's user. One request, then remembered."""
        if self._who is None:
            answer = self.fetch("WhoAmI")
            self._who = {name: str(answer[name]).lower() for name in ("UserId", "BusinessUnitId", "OrganizationId")}
        return self._who

    def batch(self, entries: Sequence[Operation | ChangeSet], *, divisible: bool = False) -> list[Part]:
        """Send operations in one request and return one answer each, in order; a failing one stops no other.

        Every operation must be repeatable. Those that the service was too busy for are sent again by themselves."""
        answers: dict[int, Part] = {}
        left = list(range(len(entries)))
        for attempt in range(self._attempts):
            parts = self._send_batch([entries[index] for index in left], divisible)
            answers.update(zip(left, parts, strict=True))
            busy = [index for index, part in zip(left, parts, strict=True) if _refusal_of(part).transient]
            if not busy:
                break
            left = busy
            wait = max(_retry_after(answers[index].headers) or 0.0 for index in busy)
            self._gate.close_for(wait or self._pause(attempt))
        return [answers[index] for index in range(len(entries))]

    def concurrently(self, function: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
        """Apply `function`, which sends requests, to all items side by side; results in order.

        Not to be called from within `function`: the threads are few."""
        if len(items) < 2:
            return [function(item) for item in items]
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self._gate.most, thread_name_prefix="dataverse")
            threads = self._threads
        return list(threads.map(function, items))

    # The one place that waits

    def send(self, request: Request) -> Reply:
        """Send a request and return its final answer; waits and repeats where that is right and safe.

        Raises Throttled or SideUnavailable when patience ran out, SetupError when the sign-in is refused, and TooLarge
        for a divisible request."""
        give_up_at = self._clock() + self._patience
        renewed = False
        attempt = 0
        while True:
            token = self._tokens.token()
            try:
                reply = self._send_once(request, token, give_up_at)
            except httpx2.TransportError as exc:
                attempt += 1
                self._after_no_answer(request, exc, attempt)
                continue
            refusal = reply.refusal
            if refusal is None:
                return reply
            if refusal.status == 401 and not renewed:
                renewed = True
                self._tokens.drop(token)
            elif request.divisible and refusal.too_large:
                raise TooLarge(error_for(refusal), slow=refusal.status != 413)
            elif refusal.throttled:
                self._gate.slow_down()
                self._close_gate(_retry_after(reply.headers), attempt)
            elif refusal.transient:
                attempt += 1
                self._after_failure(request, reply, refusal, attempt)
            else:
                return reply

    def _close_gate(self, wait: float | None, attempt: int) -> None:
        self._gate.close_for(wait if wait is not None else self._pause(attempt))
        logger.info("Dynamics CRM asks to wait %.0f s", self._gate.closed_for())

    def _after_failure(self, request: Request, reply: Reply, refusal: Refusal, attempt: int) -> None:
        """Wait before the next attempt, or raise. Only a 503 says that the request was not even looked at."""
        if attempt >= self._attempts or not (request.repeatable or refusal.status == 503):
            raise error_for(refusal)
        wait = _retry_after(reply.headers)
        if wait is not None:
            self._close_gate(wait, attempt)
        else:
            self._sleep(self._pause(attempt))

    def _wait_until_open(self, give_up_at: float) -> None:
        closed_for = self._gate.closed_for()
        if closed_for and self._clock() + closed_for > give_up_at:
            raise Throttled(
                f"Dynamics CRM asks for {closed_for:.0f} seconds without requests.",
                wait=closed_for,
                hint="It goes on by itself.",
            )
        self._gate.wait_until_open()

    def _after_no_answer(self, request: Request, exc: httpx2.TransportError, attempt: int) -> None:
        """Wait before the next attempt, or raise: the request may have arrived all the same."""
        problem = unreachable(exc, self.address.organization)
        if request.divisible and isinstance(exc, httpx2.ReadTimeout | httpx2.WriteTimeout):
            raise TooLarge(problem, slow=True) from exc
        never_sent = isinstance(exc, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        may_repeat = never_sent or request.repeatable
        if attempt >= self._attempts or not may_repeat or isinstance(problem, SetupError):
            raise problem from exc
        logger.info("No answer from Dynamics CRM (%s); trying again", type(exc).__name__)
        self._sleep(self._pause(attempt))

    def _pause(self, attempt: int) -> float:
        """Seconds before another attempt: doubling, with jitter so that many clients do not come back at once."""
        return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * (0.5 + self._chance() / 2))

    def _send_once(self, request: Request, token: str, give_up_at: float) -> Reply:
        protocol = _UNCACHED if request.method == "GET" else _PROTOCOL
        headers = {**protocol, **request.headers, "Authorization": f"Bearer {token}"}
        with self._gate.passage():
            # Asked only here: the service may have closed the gate while others were queueing before it.
            self._wait_until_open(give_up_at)
            started = self._clock()
            with self._lock:
                self.requests += 1
            status = 0
            try:
                answer = self._http.request(
                    request.method, self.address.api + request.path, content=request.body, headers=headers
                )
                status = answer.status_code
            finally:
                if self._on_sent is not None:
                    self._on_sent(Sent(request.method, status, self._clock() - started))
        self.limits = _limits(answer.headers) or self.limits
        if status < 400:
            self._gate.went_well(_whole_number(answer.headers.get("x-ms-dop-hint")))
        return Reply(status, answer.headers, answer.content)

    def _send_batch(self, entries: Sequence[Operation | ChangeSet], divisible: bool) -> list[Part]:
        boundary = f"batch_{uuid4()}"
        headers = {
            "Content-Type": f'multipart/mixed; boundary="{boundary}"',
            "Prefer": "odata.continue-on-error",
            "Accept": "multipart/mixed, application/json",
        }
        body = encode(entries, boundary)
        reply = self.send(Request("POST", "$batch", headers, body, repeatable=True, divisible=divisible))
        content_type = reply.headers.get("content-type", "")
        if not content_type.startswith("multipart/"):
            raise error_for(reply.refusal or Refusal(502, "", "The answer to a batch was no batch."))
        try:
            parts = decode(reply.body, content_type)
        except ValueError as exc:
            raise SideUnavailable(f"The answer to a batch cannot be read: {exc}.", hint="Run again.") from exc
        if len(parts) != len(entries):
            raise SideUnavailable(f"Only {len(parts)} of {len(entries)} operations were answered.", hint="Run again.")
        return parts

    def _post_form(self, url: str, form: bytes) -> TokenReply:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            answer = self._http.post(url, content=form, headers=headers)
        except httpx2.TransportError as exc:
            # The chained exception would carry the request, and with it the secret, into whatever prints it.
            raise unreachable(exc, url.split("/oauth2/", maxsplit=1)[0]) from None
        return token_reply(answer.status_code, answer.content)


def query(path: str, **options: str | int) -> str:
    """Return `path` with OData query options (`select="name"` becomes `$select=name`), encoded."""
    return path + "?" + "&".join(f"${name}={quote(str(value), safe=_READABLE)}" for name, value in options.items())


_READABLE = "$,()'=:/@-_.~!*;"


def text_literal(text: str) -> str:
    """Return `text` as an OData string literal."""
    return "'" + text.replace("'", "''") + "'"


def in_chunks(items: Sequence[Item], size: int = OPERATIONS_PER_REQUEST) -> list[Sequence[Item]]:
    """Cut a sequence into pieces of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def _refusal_of(part: Part) -> Refusal:
    return refusal_in(part.status, part.body) if part.status >= 400 else Refusal(part.status, "", "")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in Retry-After; the service always sends seconds, never a date."""
    text = headers.get("retry-after")
    try:
        return max(0.0, float(text)) if text is not None else None
    except ValueError:
        return None


def _limits(headers: Mapping[str, str]) -> Limits | None:
    """Return what is left of the limits, where an answer says so."""
    try:
        requests = int(headers["x-ms-ratelimit-burst-remaining-xrm-requests"])
        seconds = float(headers["x-ms-ratelimit-time-remaining-xrm-requests"].replace(",", ""))
    except (KeyError, ValueError):
        return None
    return Limits(requests, seconds)


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
