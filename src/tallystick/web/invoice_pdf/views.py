"""The PDF of a posted document, shown in the browser."""

import hashlib
from collections.abc import Callable, Mapping
from importlib.metadata import version
from uuid import UUID

from csp.decorators import csp_exempt
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tallystick.financials.models import Company
from tallystick.financials.paper import Paper, credit_memo_paper, invoice_paper
from tallystick.financials.paper.pdf import as_pdf
from tallystick.financials.problems import RecordMissing
from tallystick.web.shell.desk import Desk, Permission, at_desk

VERSION = version("tallystick")  # another one may lay the same out otherwise
READERS: Mapping[str, Callable[[Company, UUID], Paper]] = {
    "sales-invoice": invoice_paper,
    "posted-credit-memo": credit_memo_paper,
}


# A browser shows a PDF in a page of its own making, which our policy for pages would stop from loading what it needs.
@require_safe
@csp_exempt()
@at_desk(Permission.READ_DOCUMENTS)
def pdf(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponseBase:
    """Lay the document out, unless the browser has it as it is: its tag follows from what stands on it."""
    if table not in READERS:
        raise Http404(f"{table} has no paper")
    try:
        paper = READERS[table](desk.company, record_id)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    tag = f'"{hashlib.sha256(f"{VERSION} {paper!r}".encode()).hexdigest()[:32]}"'
    unchanged = get_conditional_response(request, etag=tag)
    answer = unchanged or HttpResponse(as_pdf(paper), content_type="application/pdf")
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=False, filename=f"{paper.no}.pdf") or "inline"
    )
    return answer
