"""Posted documents to read, what corrects them, and all entries of a document number."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials import queries
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services import sales
from tallystick.web import extensions
from tallystick.web.posted.kinds import INVOICE, kind_or_404
from tallystick.web.posted.paper import paper_of
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, heading_of, record_or_404
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Role, at_desk
from tallystick.web.shell.show import show


@require_safe
@never_cache
@at_desk()
def document(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """A posted document as it is read on paper, and what became of it."""
    kind = kind_or_404(table)
    record = record_or_404(desk, kind.table, record_id)
    asked = text_asked(request.GET, "lines")
    before, after = queries.neighbours(desk.company, table, record_id)
    return show(
        request,
        desk,
        "posted/document.html",
        title=heading_of(record),
        breadcrumbs=[list_crumb(desk, kind.table)],
        paper=paper_of(desk, kind, record, int(asked) if asked.isdecimal() and len(asked) < 7 else 1),
        previous_url=card_url(desk, table, before) if before else "",
        next_url=card_url(desk, table, after) if after else "",
        actions=[action for one in extensions.EXTENSIONS for action in one.card_actions(desk, kind.table, record_id)],
        fact_boxes=[box for one in extensions.EXTENSIONS for box in one.fact_boxes(desk, kind.table, record_id)],
    )


@require_POST
@at_desk(Role.CLERK)
def correct(request: HttpRequest, desk: Desk, record_id: UUID) -> HttpResponse:
    """Write a credit memo that takes back an invoice, and go there: it can be reduced before it is posted."""
    try:
        made = sales.make_credit_memo(desk.company, record_id, by=desk.actor)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    except InvalidRecord as refused:
        for problem in refused.problems:
            messages.error(request, str(problem))
        return redirect(card_url(desk, INVOICE.table.name, record_id))
    messages.success(request, "This credit memo takes back the whole invoice. Change what is less, then post it.")
    return redirect(card_url(desk, "sales-credit-memo", made))
