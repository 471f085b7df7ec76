"""From an operation to its answer, and from a refusal to the error body the service sends."""

from __future__ import annotations

import logging
import re
import sqlite3
import uuid
from dataclasses import replace

from tallystick.sandbox.errors import InexactNumber, Refusal, no_such_segment, wrong_verb
from tallystick.sandbox.http import Response
from tallystick.sandbox.webapi import choices, definitions, operations, sales, security, solutions
from tallystick.sandbox.webapi.call import Call, json_response
from tallystick.sandbox.webapi.csdl import metadata_document, service_document
from tallystick.sandbox.webapi.paths import split_path
from tallystick.sandbox.webapi.rows import answer_rows

choices.register()
security.register()
sales.register()
solutions.register()
log = logging.getLogger("tallystick.sandbox")
_CONTENT_REFERENCE = re.compile(r"\$(\w+)(/.*)?")


def respond(call: Call) -> Response:
    """Answer one operation; a refusal becomes an error body. Never raises."""
    try:
        return answer(call)
    except Refusal as refusal:
        return error_response(call, refusal)
    except (sqlite3.Error, RecursionError, OverflowError, MemoryError) as error:
        # What the checks did not foresee but the database did: huge numbers, too deep expressions.
        log.exception("%s %s could not be answered", call.method, call.path)
        return error_response(
            call, Refusal(500, "0x80040216", f"An unexpected error occurred. ({type(error).__name__})")
        )
    except Exception:
        log.exception("%s %s failed", call.method, call.path)
        return error_response(call, Refusal(500, "0x80040216", "An unexpected error occurred."))


def answer(call: Call) -> Response:
    """Answer one operation. A number that a float cannot hold makes us read the body again, exactly."""
    try:
        return route(call)
    except InexactNumber:
        return route(replace(call, exact_numbers=True))


def error_response(call: Call, refusal: Refusal) -> Response:
    content: dict[str, object] = {"code": refusal.code, "message": refusal.message}
    wanted = call.prefer.annotations
    if any(pattern == "*" or "ErrorDetails".startswith(pattern.rpartition(".")[2].rstrip("*")) for pattern in wanted):
        content["@Microsoft.PowerApps.CDS.ErrorDetails.HttpStatusCode"] = str(refusal.status)
        content["@Microsoft.PowerApps.CDS.TraceText"] = ""
    headers = {"REQ_ID": str(uuid.uuid4()), **refusal.headers}
    return json_response(refusal.status, {"error": content}, headers)


def route(call: Call) -> Response:
    """Like `answer`, but an inexact number is for the caller to deal with (a change set has to start over)."""
    call = _dereferenced(call)
    segments = split_path(call.path)
    if not segments:
        return _get_only(call, service_document(call))
    first = segments[0]
    if first.name == "$metadata" and len(segments) == 1:
        return _get_only(call, metadata_document(call))
    table = call.catalog.by_set(first.name)
    if table is not None:
        return answer_rows(call, table, segments)
    if first.name in definitions.ROOTS:
        return definitions.answer_definitions(call, segments)
    if len(segments) == 1:
        response = operations.unbound(call, first.name, first.inside)
        if response is not None:
            return response
    raise no_such_segment(first.name)


def _dereferenced(call: Call) -> Call:
    """`PATCH $1/…` inside a change set: the path of the row that part 1 created."""
    found = _CONTENT_REFERENCE.fullmatch(call.path)
    if found is None or found[1] in ("metadata", "batch"):
        return call
    return replace(call, path=call.dereference(call.path))


def _get_only(call: Call, response: Response) -> Response:
    if call.method != "GET":
        raise wrong_verb(call.method, "this document can only be read")
    return response
