"""Requests and responses as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

REASONS = {status.value: status.phrase for status in HTTPStatus}


class Headers:
    """Request headers: names in any case, a repeated header joined with commas."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            values[key] = f"{values[key]}, {value}" if key in values else value
        self._values = values

    def get(self, name: str, default: str = "") -> str:
        return self._values.get(name.lower(), default)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def items(self) -> Iterable[tuple[str, str]]:
        return self._values.items()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire; `target` is still percent-encoded."""

    method: str
    target: str
    headers: Headers
    body: bytes
    peer: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def origin(self) -> str:
        """Scheme and host the request came to; every link handed out starts with it."""
        scheme = "https" if self.headers.get("x-forwarded-proto").lower() == "https" else "http"
        return f"{scheme}://{self.headers.get('host', 'localhost')}"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. Header names are sent exactly as spelled here: some clients look them up case-sensitively."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, *, close: bool, without_body: bool = False) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {_one_line(value)}" for name, value in self.headers.items()]
        if self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body)}")
        lines.append("Connection: close" if close else "Connection: keep-alive")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        return head if without_body or self.status in (204, 304) else head + self.body


def _one_line(value: str) -> str:
    """A header value that cannot start another header, whatever text a client made us repeat."""
    return value.replace("\r", " ").replace("\n", " ")


DROP = Response(0)
"""Not an answer: the connection is cut without a byte."""
