"""$batch: many operations in one request, change sets all-or-nothing.

The multipart body is split by hand: the standard library's mail parser costs ten times as much per part."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from tallystick.sandbox.errors import InexactNumber, Refusal, payload_error
from tallystick.sandbox.http import Headers, Response
from tallystick.sandbox.http.messages import REASONS
from tallystick.sandbox.query.options import split_query
from tallystick.sandbox.webapi.call import Call
from tallystick.sandbox.webapi.router import error_response, respond, route

MAX_OPERATIONS = 1000
MAX_URL = 65_536
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^;\s"]{1,200}))', re.IGNORECASE)
_SERVICE = re.compile(r"^(?:https?://[^/]+)?/api/data/v9\.[012]/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One operation as it stands in the body."""

    content_id: str
    method: str
    url: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class ChangeSet:
    parts: tuple[Part, ...]


def answer_batch(call: Call) -> tuple[Response, int]:
    """The multipart answer, and how many operations were carried out. Raises Refusal when the batch is malformed."""
    if call.method != "POST":
        raise Refusal(405, "0x8006088b", "$batch takes POST.")
    items = list(_parse(call.body, _boundary(call.headers.get("content-type"))))
    operations = sum(len(item.parts) if isinstance(item, ChangeSet) else 1 for item in items)
    if operations > MAX_OPERATIONS:
        raise payload_error(f"Batch message can contain at most {MAX_OPERATIONS} requests; this one has {operations}.")
    boundary = f"batchresponse_{uuid.uuid4()}"
    pieces: list[bytes] = []
    status = 200
    for item in items:
        if isinstance(item, ChangeSet):
            piece, worst = _change_set(call, item)
        else:
            response = _single(call, item)
            piece, worst = _http_part(response, item.content_id), response.status
        pieces.append(f"--{boundary}\r\n".encode() + piece)
        if worst >= 400 and not call.prefer.continue_on_error:
            status = worst
            break
    pieces.append(f"--{boundary}--\r\n".encode())
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}", "OData-Version": "4.0"}
    if call.prefer.applied:
        headers["Preference-Applied"] = ", ".join(call.prefer.applied)
    return Response(status, headers, b"".join(pieces)), operations


# ---- reading ---------------------------------------------------------------------------------------------------------


def _boundary(content_type: str) -> str:
    found = _BOUNDARY.search(content_type)
    if found is None or not content_type.lower().startswith("multipart/mixed"):
        raise payload_error("A batch needs the header 'Content-Type: multipart/mixed; boundary=…'.")
    return str(found[1] or found[2])


def _sections(body: bytes, boundary: str) -> Iterator[tuple[Headers, bytes]]:
    """The parts between the boundary lines: part headers and content."""
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--\r\n"):
        raise payload_error(
            "Stream was not readable: the batch must end with its closing boundary and CRLF, and all lines with CRLF."
        )
    for piece in pieces[1:-1]:
        if not piece.startswith(b"\r\n"):
            raise payload_error("Stream was not readable: a boundary line has other text behind it.")
        head, blank, content = piece[2:].partition(b"\r\n\r\n")
        if not blank:
            raise payload_error("Stream was not readable: a part has no empty line behind its headers.")
        yield _headers(head), content


def _headers(block: bytes) -> Headers:
    pairs = []
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            pairs.append((name.strip(), value.strip()))
    return Headers(pairs)


def _parse(body: bytes, boundary: str) -> Iterator[Part | ChangeSet]:
    for headers, content in _sections(body, boundary):
        kind = headers.get("content-type").lower()
        if kind.startswith("multipart/mixed"):
            inner = _boundary(headers.get("content-type"))
            ending = content if content.endswith(b"\r\n") else content + b"\r\n"
            parts = tuple(_part(inside, text) for inside, text in _sections(ending, inner))
            _check_change_set(parts)
            yield ChangeSet(parts)
        elif kind.startswith("application/http"):
            yield _part(headers, content)
        else:
            raise payload_error(
                f"A part of the batch has the content type '{kind[:100]}'; it must be application/http."
            )


def _part(headers: Headers, content: bytes) -> Part:
    head, _, body = content.partition(b"\r\n\r\n")
    line, _, rest = head.lstrip(b"\r\n").partition(b"\r\n")
    text = line.decode("utf-8", "replace").strip()
    method, _, url = text.removesuffix(" HTTP/1.1").partition(" ")
    if not text.endswith(" HTTP/1.1") or not method.isalpha() or not url:
        raise payload_error(f"The request line '{text[:200]}' in the batch cannot be read.")
    if len(url) > MAX_URL:
        raise payload_error(f"A URL in the batch is longer than {MAX_URL} characters.")
    return Part(headers.get("content-id"), method.upper(), url.strip(), _headers(rest), body.removesuffix(b"\r\n"))


def _check_change_set(parts: tuple[Part, ...]) -> None:
    seen: set[str] = set()
    for part in parts:
        if part.method == "GET":
            raise payload_error("A GET request cannot be part of a change set.")
        if not part.content_id:
            raise payload_error("Every request of a change set needs a Content-ID header.")
        if part.content_id in seen:
            raise payload_error(f"The Content-ID {part.content_id} is used twice in one change set.")
        seen.add(part.content_id)


# ---- carrying out ----------------------------------------------------------------------------------------------------


def _operation(call: Call, part: Part) -> Call:
    url = _SERVICE.sub("", part.url)
    path, _, query = url.partition("?")
    if path.strip("/") == "$batch":
        raise payload_error("A batch cannot contain a batch.")
    return replace(
        call,
        method=part.method,
        path=unquote(path).strip("/"),
        query=query.replace(" ", "%20"),
        parameters=split_query(query),
        headers=part.headers,
        body=part.body,
    )


def _single(call: Call, part: Part) -> Response:
    try:
        return respond(_operation(call, part))
    except Refusal as refusal:  # the part's URL cannot be read
        return error_response(call, refusal)


def _change_set(call: Call, change_set: ChangeSet) -> tuple[bytes, int]:
    """All parts in one transaction; the answer is every part's, or the one error that undid them all."""
    try:
        try:
            responses = _carry_out(call, change_set, exact=False)
        except InexactNumber:
            responses = _carry_out(call, change_set, exact=True)
    except _Undone as undone:
        return _http_part(undone.response, undone.content_id), undone.response.status
    boundary = f"changesetresponse_{uuid.uuid4()}"
    head = f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode()
    parts = [
        f"--{boundary}\r\n".encode() + _http_part(response, part.content_id)
        for part, response in zip(change_set.parts, responses, strict=True)
    ]
    return head + b"".join(parts) + f"--{boundary}--\r\n".encode(), 200


class _Undone(Exception):
    def __init__(self, response: Response, content_id: str) -> None:
        super().__init__()
        self.response = response
        self.content_id = content_id


def _carry_out(call: Call, change_set: ChangeSet, *, exact: bool) -> list[Response]:
    responses = []
    with call.environment.database.write() as transaction:
        contents: dict[str, str] = {}
        for part in change_set.parts:
            try:
                operation = replace(
                    _operation(call, part),
                    transaction=transaction,
                    contents=contents,
                    exact_numbers=exact,
                )
                response = _answer_in_transaction(operation)
            except Refusal as refusal:
                raise _Undone(error_response(call, refusal), part.content_id) from refusal
            responses.append(response)
            address = response.headers.get("OData-EntityId")
            if address:
                contents[part.content_id] = address.removeprefix(f"{call.root}/")
    return responses


def _answer_in_transaction(operation: Call) -> Response:
    """An unforeseen failure undoes the change set like any other, as an error of this part."""
    try:
        return route(operation)
    except (Refusal, InexactNumber):
        raise
    except Exception as error:
        raise Refusal(500, "0x80040216", "An unexpected error occurred.") from error


def _http_part(response: Response, content_id: str) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}".replace("\r", " ").replace("\n", " ") for name, value in response.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + response.body + b"\r\n"
