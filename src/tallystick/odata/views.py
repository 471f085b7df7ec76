"""The one view: every address of a company's service. Finds out who asks, has it answered, and writes down that it was."""

import logging
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tallystick.config import environment
from tallystick.financials.models import Company, WebServiceKey
from tallystick.financials.services.web_service_keys import note_use
from tallystick.financials.services.web_services import Use, record_use
from tallystick.odata import access, cors
from tallystick.odata.answering import Question, Reply, answer, is_of_a_set, refusal
from tallystick.odata.errors import ODataError, bad_request
from tallystick.odata.negotiation import check_version
from tallystick.odata.paths import resource_at

logger = logging.getLogger(__name__)
LARGEST_BODY = 1_000  # bytes: reading sends none
ROUTE = "odata"


@login_not_required  # a key is asked for instead
@csrf_exempt  # a session opens nothing here, and nothing is written for the caller
def service(request: HttpRequest, company: str, path: str = "") -> HttpResponse:
    """Answer one request below `/odata/<company>/`."""
    if request.method == "OPTIONS":
        return cors.preflight(request, company)
    try:
        reply = _reply(request, company, path, timezone.now())
    except Exception:  # the last one who can still answer in the client's language
        logger.exception("OData: %s failed", request.path)
        reply = refusal(ODataError(500, "InternalError", "The service failed. Its log says why; nothing was changed."))
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.content_type, headers=reply.headers)
    response["OData-Version"] = "4.0"
    response["Cache-Control"] = "private, no-cache"
    cors.admit_origin(request, response, company)
    return response


def _reply(request: HttpRequest, slug: str, path: str, now: datetime) -> Reply:
    try:
        _check_request(request)
        key = access.admit(request, now)
    except ODataError as refused:
        return refusal(refused)
    company, name = None, path.partition("(")[0].partition("/")[0]
    try:
        place = access.place_of(key, slug)
        company = place.company
        reply = _of_place(request, place, path)
    except ODataError as refused:
        reply = refusal(refused)
    _write_down(request, key, company, name, reply, now)
    return reply


def _check_request(request: HttpRequest) -> None:
    if request.method not in ("GET", "HEAD"):
        raise ODataError(405, "MethodNotAllowed", "This service only reads: use GET.", headers={"Allow": cors.METHODS})
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise ODataError(413, "ContentTooLarge", "A GET has no body; put what you ask into the address.")
    check_version(request.headers.get("OData-Version", ""), request.headers.get("OData-MaxVersion", ""))


def _of_place(request: HttpRequest, place: access.Place, path: str) -> Reply:
    resource = resource_at(path, place.sets)
    if is_of_a_set(resource):
        place.check_may_read(resource.name)
    question = Question(
        root=service_root(place.company, request),
        query=_query(request),
        accept=request.headers.get("Accept", ""),
        prefer=request.headers.get("Prefer", ""),
        if_none_match=request.headers.get("If-None-Match", ""),
    )
    return answer(question, resource, place)


def _query(request: HttpRequest) -> str:
    # WSGI hands bytes on as if they were Latin-1.
    try:
        return str(request.META.get("QUERY_STRING", "")).encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise bad_request("The query is not UTF-8.") from None


def _write_down(
    request: HttpRequest, key: WebServiceKey, company: Company | None, name: str, reply: Reply, now: datetime
) -> None:
    record_use(
        Use(
            address=access.address_of(request),
            lookup=key.lookup,
            user_email=key.user.email,
            company=company,
            service=name,
            status=reply.status,
            row_count=reply.row_count,
        ),
        now,
    )
    note_use(key, now)


def service_root(company: Company, request: HttpRequest) -> str:
    """Return the address of a company's service, ending in `/`: below `TALLY_BASE_URL`, or as the request came."""
    path = reverse(ROUTE, args=(company.slug, ""))
    base = environment().base_url.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)
