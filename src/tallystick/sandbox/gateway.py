"""The way of a request through the process: faults, identity, limits, then the part that answers it.

Runs on the event loop; only the answering itself runs in a thread."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import unquote

from tallystick.sandbox import control
from tallystick.sandbox.access import caller_of
from tallystick.sandbox.environment import Environment
from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.faults import Fault, FaultBox
from tallystick.sandbox.http import DROP, Request, Response
from tallystick.sandbox.limits import Meter
from tallystick.sandbox.query.options import split_query
from tallystick.sandbox.statistics import Statistics, kind_of
from tallystick.sandbox.tokens import claims_of, discovery, token_response, unauthorized
from tallystick.sandbox.webapi.batch import answer_batch
from tallystick.sandbox.webapi.call import Call, json_response
from tallystick.sandbox.webapi.router import respond

log = logging.getLogger("tallystick.sandbox")
_SERVICE = re.compile(r"/api/data/(v9\.[012])(?:/(.*))?", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(r"/([^/]+)/oauth2/v2\.0/token")
_DISCOVERY = re.compile(r"/([^/]+)(?:/v2\.0)?/\.well-known/openid-configuration")
_WRITES = ("/_sandbox/users", "/_sandbox/applications")
_DEGREE_OF_PARALLELISM = 4
THREADS = 16
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer:
    response: Response
    operations: int = 1


class Gateway:
    """Everything between the socket and the Web API; `pages` answers what is not API, tokens or control."""

    def __init__(
        self,
        environment: Environment,
        secret: str,
        faults: FaultBox,
        meter: Meter | None,
        pages: Callable[[Request], Response],
    ) -> None:
        self._environment = environment
        self._secret = secret
        self._faults = faults
        self._meter = meter
        self._pages = pages
        self._statistics = Statistics()
        self._statistics.reset(environment.database.written)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox")

    def close(self) -> None:
        self._threads.shutdown(wait=True)

    async def __call__(self, request: Request) -> Response:
        path = request.path
        if path == "/healthz":
            return Response(200, {"Content-Type": "application/json"}, b'{"status":"ok"}')
        if path.startswith("/_sandbox/"):
            return await self._control(request)
        answer = await self._with_faults(request)
        response = answer.response
        kind = kind_of(request.method, path, request.query)
        self._statistics.count(
            request.method, kind, response.status, len(request.body), len(response.body), answer.operations
        )
        return response

    async def _control(self, request: Request) -> Response:
        desk = control.Desk(self._environment, self._faults, self._statistics, self._secret)
        if request.path in _WRITES:  # the rest belongs to the event loop, as the counters do
            return await self._in_thread(desk.answer, request)
        return desk.answer(request)

    async def _in_thread(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    # ---- faults ------------------------------------------------------------------------------------------------------

    async def _with_faults(self, request: Request) -> _Answer:
        struck = self._faults.hits(request.method, unquote(request.target))
        for fault in struck:
            if fault.kind == "drop":
                return _Answer(DROP)
            if fault.kind != "latency" and fault.kind != "lost-reply":
                return _Answer(_fault_response(fault))
        answer = await self._dispatch(request, [fault.argument for fault in struck if fault.kind == "latency"])
        if any(fault.kind == "lost-reply" for fault in struck):
            return replace(answer, response=DROP)
        return answer

    # ---- dispatch ----------------------------------------------------------------------------------------------------

    async def _dispatch(self, request: Request, delays: list[float]) -> _Answer:
        path = unquote(request.path)
        service = _SERVICE.fullmatch(path)
        if service is not None:
            return await self._api(request, service[1], service[2] or "", delays)
        for delay in delays:
            await asyncio.sleep(delay / 1000)
        token, found = _TOKEN.fullmatch(path), _DISCOVERY.fullmatch(path)
        if token is not None:
            return _Answer(await self._in_thread(token_response, self._environment, request, token[1]))
        if found is not None:
            return _Answer(discovery(request, found[1]))
        if path.startswith("/api/"):
            return _Answer(_not_found(path))
        return _Answer(await self._in_thread(self._pages, request))

    async def _api(self, request: Request, version: str, path: str, delays: list[float]) -> _Answer:
        claims = claims_of(self._environment, request, time.time())
        if claims is None:
            return _Answer(unauthorized(self._environment, request))
        meter, user = self._meter, claims.client_id
        started = time.monotonic()
        if meter is not None:
            try:
                meter.enter(user, started)
            except Refusal as refusal:
                return _Answer(_refusal_response(refusal))
        try:
            for delay in delays:
                await asyncio.sleep(delay / 1000)
            answer = await self._in_thread(self._answer, request, version, path, user)
        finally:
            if meter is not None:
                now = time.monotonic()
                meter.leave(user, now, now - started)
        headers = {
            **answer.response.headers,
            "x-ms-service-request-id": str(uuid.uuid4()),
            "x-ms-dop-hint": str(_DEGREE_OF_PARALLELISM),
        }
        if meter is not None:
            headers.update(meter.headers(user))
        return replace(answer, response=replace(answer.response, headers=headers))

    def _answer(self, request: Request, version: str, path: str, client_id: str) -> _Answer:
        """In a thread: find the user, then carry the request out."""
        try:
            caller = caller_of(self._environment, client_id, request.headers)
            call = Call(
                self._environment,
                caller,
                f"{request.origin}/api/data/{version}",
                request.method,
                path.strip("/"),
                split_query(request.query),
                request.query,
                request.headers,
                request.body,
            )
            if call.path == "$batch":
                return _Answer(*answer_batch(call))
        except Refusal as refusal:
            return _Answer(_refusal_response(refusal))
        return _Answer(respond(call))


def _refusal_response(refusal: Refusal) -> Response:
    body = {"error": {"code": refusal.code, "message": refusal.message}}
    return json_response(refusal.status, body, refusal.headers)


def _not_found(path: str) -> Response:
    return _refusal_response(
        Refusal(
            404, "0x8006088a", f"Resource not found for the segment '{path[:100]}'. The Web API is at /api/data/v9.2."
        )
    )


def _fault_response(fault: Fault) -> Response:
    wait = {"Retry-After": f"{fault.argument:g}"} if fault.argument else {}
    if fault.kind == "429":
        message = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
        return _refusal_response(Refusal(429, "0x80072322", message, wait or {"Retry-After": "0"}))
    if fault.kind == "503":
        return Response(503, {"Content-Type": "text/html", **wait}, b"<h2>Our services aren't available right now</h2>")
    message = "Version stamp associated with the client has expired. Please perform a full sync."
    return _refusal_response(Refusal(400, "0x80044352", message))
