"""Which pages of other sites may call from a browser (fetch.spec.whatwg.org, section 3.2).

This part does not know what a company is connected with. The setting `ODATA_ALLOWED_ORIGINS` names the function that
does: it takes the short name of a company and returns the origins, such as `https://contoso.crm4.dynamics.com`.
No cookie is involved and none is allowed: a page has to hold a web service key.
"""

from collections.abc import Callable, Iterable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

MAX_AGE = 600  # seconds a browser may remember the answer to its question
METHODS = "GET, HEAD, OPTIONS"
REQUEST_HEADERS = "Authorization, Accept, If-None-Match, OData-MaxVersion, OData-Version, Prefer"
ANSWER_HEADERS = "ETag, OData-Version, Preference-Applied, Retry-After"


def preflight(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer what a browser asks before it sends a key. For a foreign origin the answer allows nothing."""
    response = HttpResponse(status=204, headers={"Allow": METHODS})
    if admit_origin(request, response, slug):
        response["Access-Control-Allow-Methods"] = "GET, HEAD"
        response["Access-Control-Allow-Headers"] = REQUEST_HEADERS
        response["Access-Control-Max-Age"] = str(MAX_AGE)
    return response


def admit_origin(request: HttpRequest, response: HttpResponse, slug: str) -> bool:
    """Let a page of an allowed origin read the answer; whether it is one. One query, none without an origin."""
    response["Vary"] = "Origin, Authorization, Accept, Prefer"
    origin = request.headers.get("Origin", "")
    if not origin or origin not in {origin_of(address) for address in _allowed_origins()(slug)}:
        return False
    response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Expose-Headers"] = ANSWER_HEADERS
    return True


def origin_of(address: str) -> str:
    """Return the origin of an address as browsers write it; '' for what has none."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    standard = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, standard) else "")


@cache
def _allowed_origins() -> Callable[[str], Iterable[str]]:
    found: Callable[[str], Iterable[str]] = import_string(settings.ODATA_ALLOWED_ORIGINS)
    return found
