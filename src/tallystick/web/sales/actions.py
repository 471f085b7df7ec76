"""What one does with a document once its header is saved: release, reopen, make an order of it, copy it, post it."""

from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials.problems import InvalidRecord
from tallystick.financials.queries import Record
from tallystick.financials.services import sales
from tallystick.web.records.reading import card_url
from tallystick.web.sales.kinds import QUOTE, DocumentKind
from tallystick.web.sales.page import DocumentAction, document_url
from tallystick.web.shell.desk import Desk

Action = Callable[[HttpRequest, Desk, DocumentKind, Record], HttpResponse]


def offered(kind: DocumentKind, record: Record) -> Sequence[DocumentAction]:
    """What can be done with a document as it is, the most likely first."""
    is_open = record.values["status"] == "Open"
    change = (
        DocumentAction("release", "Release", "check") if is_open else DocumentAction("reopen", "Reopen", "lock-open")
    )
    if kind is QUOTE:
        return (DocumentAction("make-order", "Make Order", "arrow-right", is_main=True), change)
    return (DocumentAction("post", "Post…", "send", is_main=True), change)


def release(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record) -> HttpResponse:
    """Release the document, and warn when its customer is over the credit limit then."""
    try:
        done = sales.release(desk.company, kind.table.name, record.id, by=desk.actor)
    except InvalidRecord as refused:
        return _refused(request, desk, kind, record, refused)
    if done.status == "Released":
        messages.success(request, f"{kind.table.label} {record.key} is released.")
    else:
        messages.warning(request, f"{kind.table.label} {record.key} waits for its prepayment.")
    if done.warning:
        messages.warning(request, done.warning)
    return redirect(document_url(desk, kind, record.id))


def reopen(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record) -> HttpResponse:
    """Let the document be changed again."""
    try:
        sales.reopen(desk.company, kind.table.name, record.id, by=desk.actor)
    except InvalidRecord as refused:
        return _refused(request, desk, kind, record, refused)
    messages.success(request, f"{kind.table.label} {record.key} is open again.")
    return redirect(document_url(desk, kind, record.id))


def make_order(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record) -> HttpResponse:
    """Make an order of a quote, and go there."""
    try:
        order_id = sales.make_order(desk.company, record.id, by=desk.actor)
    except InvalidRecord as refused:
        return _refused(request, desk, kind, record, refused)
    messages.success(request, f"Quote {record.key} is an order now. The quote is in the archive.")
    return redirect(card_url(desk, "sales-order", order_id))


def post(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record) -> HttpResponse:
    """Go on to the page that shows what posting would enter."""
    return redirect("document-post", desk.company.slug, kind.table.name, record.id)


def copy(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record) -> HttpResponse:
    """Write another document with the same customer, terms and lines, and go there."""
    try:
        made = sales.copy_document(desk.company, kind.table.name, record.id, kind.table.name, by=desk.actor)
    except InvalidRecord as refused:
        return _refused(request, desk, kind, record, refused)
    messages.success(request, f"This is a copy of {kind.noun} {record.key}.")
    return redirect(document_url(desk, kind, made))


def versions(request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record) -> HttpResponse:
    """Go to the archived versions of the document."""
    return redirect(versions_url(desk, kind, record.key))


def versions_url(desk: Desk, kind: DocumentKind, no: str) -> str:
    """The address of the archived versions of a document; its number may hold any character."""
    url = reverse("document-versions", args=(desk.company.slug, kind.table.name))
    return f"{url}?{urlencode({'no': no})}"


def _refused(
    request: HttpRequest, desk: Desk, kind: DocumentKind, record: Record, refused: InvalidRecord
) -> HttpResponse:
    for problem in refused.problems:
        messages.error(request, str(problem))
    return redirect(document_url(desk, kind, record.id))


ACTIONS: Mapping[str, Action] = {
    "release": release,
    "reopen": reopen,
    "make-order": make_order,
    "post": post,
    "copy": copy,
    "versions": versions,
}
