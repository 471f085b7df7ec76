"""A small HTTP/1.1 server on asyncio: keep-alive, pipelining, Content-Length and chunked bodies, size limits."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tallystick.sandbox.http.messages import DROP, Headers, Request, Response

Handler = Callable[[Request], Awaitable[Response]]
log = logging.getLogger("tallystick.sandbox")

MAX_HEAD = 64 * 1024
MAX_TARGET = 32_768
MAX_BODY = 128 * 1024 * 1024
IDLE_SECONDS = 300.0
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class _BadRequest(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class _Head:
    method: str
    target: str
    headers: Headers
    length: int
    chunked: bool
    keep_alive: bool


def _parse_head(raw: bytes) -> _Head:
    lines = raw.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise _BadRequest(400, "The request line cannot be read.")
    if len(parts[1]) > MAX_TARGET:
        raise _BadRequest(414, f"The URL is longer than {MAX_TARGET} characters.")
    if not parts[1].startswith("/"):
        raise _BadRequest(400, "The request target must be a path.")
    pairs = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise _BadRequest(400, "A header line cannot be read.")
        pairs.append((name, value.strip(" \t")))
    headers = Headers(pairs)
    encoding = headers.get("transfer-encoding").lower()
    if encoding and (encoding != "chunked" or "content-length" in headers):
        raise _BadRequest(400, "Only one of Content-Length and 'Transfer-Encoding: chunked' may describe the body.")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise _BadRequest(400, "Content-Length is not a number.")
    if int(length) > MAX_BODY:
        raise _BadRequest(413, f"The body is larger than {MAX_BODY} bytes.")
    connection = headers.get("connection").lower()
    keep_alive = "close" not in connection and (parts[2] == "HTTP/1.1" or "keep-alive" in connection)
    return _Head(parts[0], parts[1], headers, int(length), encoding == "chunked", keep_alive)


class _Connection(asyncio.Protocol):
    """Reads requests off one connection and answers them in order, one at a time."""

    def __init__(self, handler: Handler, connections: set[_Connection]) -> None:
        self._handler = handler
        self._connections = connections
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._chunks = bytearray()
        self._waiting: deque[tuple[_Head, bytes]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._failed = False
        self._can_write = asyncio.Event()
        self._can_write.set()
        self.closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (TCP servers make no other kind)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        self._connections.add(self)
        self._watch_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._can_write.set()
        if self._idle is not None:
            self._idle.cancel()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        if self._failed:
            return
        self._buffer += data
        try:
            self._take_requests()
        except _BadRequest as bad:
            self._failed = True
            self._refuse(bad)

    def busy(self) -> bool:
        return self._worker is not None

    def close(self) -> None:
        """Close now when idle, else after the answer that is being worked on."""
        self.closing = True
        if not self.busy():
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def _watch_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.close)

    def _take_requests(self) -> None:
        while True:
            if self._head is None:
                end = self._buffer.find(b"\r\n\r\n")
                if end > MAX_HEAD or (end < 0 and len(self._buffer) > MAX_HEAD):
                    raise _BadRequest(431, "The request headers are too large.")
                if end < 0:
                    return
                self._head = _parse_head(bytes(self._buffer[:end]))
                del self._buffer[: end + 4]
                if self._head.headers.get("expect").lower() == "100-continue":
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = self._take_chunked() if self._head.chunked else self._take_sized(self._head.length)
            if body is None:
                return
            self._waiting.append((self._head, body))
            self._head = None
            if len(self._waiting) > 16:
                self._transport.pause_reading()
            if self._worker is None:
                self._worker = asyncio.get_running_loop().create_task(self._answer_all())

    def _take_sized(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _take_chunked(self) -> bytes | None:
        while (end := self._buffer.find(b"\r\n")) >= 0:
            size_text = bytes(self._buffer[:end]).partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size_text):
                raise _BadRequest(400, "A chunk size cannot be read.")
            size = int(size_text, 16)
            if len(self._chunks) + size > MAX_BODY:
                raise _BadRequest(413, f"The body is larger than {MAX_BODY} bytes.")
            if size == 0:
                trailer = self._buffer.find(b"\r\n\r\n", end)
                if trailer < 0:
                    return None
                del self._buffer[: trailer + 4]
                body = bytes(self._chunks)
                self._chunks.clear()
                return body
            if len(self._buffer) < end + 2 + size + 2:
                return None
            self._chunks += self._buffer[end + 2 : end + 2 + size]
            del self._buffer[: end + 2 + size + 2]
        if len(self._buffer) > 1024:
            raise _BadRequest(400, "A chunk size cannot be read.")
        return None

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                head, body = self._waiting.popleft()
                request = Request(head.method, head.target, head.headers, body, self._peer)
                response = await self._answer(request)
                if self._transport.is_closing():
                    return
                if response is DROP:
                    self._transport.abort()
                    return
                close = self.closing or not head.keep_alive
                self._transport.write(response.encode(close=close, without_body=head.method == "HEAD"))
                await self._can_write.wait()
                if close:
                    self._transport.close()
                    return
                self._watch_idle()
                self._transport.resume_reading()
        finally:
            self._worker = None

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._handler(request)
        except Exception:
            # Nobody else would answer, and whoever asked would wait until their patience ends.
            log.exception("%s %s failed", request.method, request.path)
            told = f"The sandbox failed to answer {request.method} {request.path[:100]}; its log says why."
            return _text(500, told)

    def _refuse(self, bad: _BadRequest) -> None:
        self._transport.write(_text(bad.status, str(bad)).encode(close=True))
        self._transport.close()


def _text(status: int, sentence: str) -> Response:
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, sentence.encode())


class HttpServer:
    """Listens until told to stop."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, which the system picks when `port` is 0."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self._handler, self._connections), host, port, backlog=512
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self, patience: float = 3.0) -> None:
        """Take no more connections, let what is being answered finish for `patience` seconds, then cut."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        deadline = asyncio.get_running_loop().time() + patience
        while self._connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        for connection in list(self._connections):
            connection.abort()
