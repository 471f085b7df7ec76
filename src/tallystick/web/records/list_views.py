"""Lists: the page, its export, and the suggestions of look-ups."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.financials import queries
from tallystick.financials.exchange import Format, export_records
from tallystick.financials.problems import FinancialsError
from tallystick.financials.tables import Table
from tallystick.web.records.listing import ListQuery, list_url, listing_of
from tallystick.web.records.reading import table_or_404
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import ANYONE, Desk, at_desk
from tallystick.web.shell.show import show

SUGGESTIONS = 12


@require_safe
@never_cache
@at_desk(ANYONE)
def record_list(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """The list of a table; htmx gets the rows alone."""
    described = table_or_404(desk, table)
    try:
        listing = listing_of(desk, described, ListQuery.of(described, request.GET))
    except FinancialsError as refused:
        return _refuse(request, desk, described, refused)
    fragment = bool(request.headers.get("HX-Request"))
    template = "records/_rows.html" if fragment else "records/list.html"
    return show(request, desk, template, title=described.label_plural, listing=listing, is_fragment=fragment)


def _refuse(request: HttpRequest, desk: Desk, table: Table, refused: FinancialsError) -> HttpResponse:
    return show(
        request,
        desk,
        "shell/refused.html",
        title=table.label_plural,
        refusal=str(refused),
        back_url=list_url(desk, table),
        status=400,
    )


@require_safe
@at_desk(ANYONE)
def lookup(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """Suggestions for a reference while its code is typed."""
    described = table_or_404(desk, table)
    typed = text_asked(request.GET, text_asked(request.GET, "field"))
    options = queries.look_up(desk.company, table, typed, limit=SUGGESTIONS, by=desk.actor)
    context = {"table": described, "options": options, "typed": typed, "box": text_asked(request.GET, "box")}
    return render(request, "records/_lookup_options.html", context)


@require_safe
@at_desk(ANYONE)
def export(request: HttpRequest, desk: Desk, table: str) -> HttpResponseBase:
    """The records the list shows, all pages of them, as a file that can be imported again."""
    described = table_or_404(desk, table)
    wanted = request.GET.get("format", "")
    kind = Format(wanted) if wanted in tuple(Format) else Format.CSV
    query = ListQuery.of(described, request.GET).to_query()
    try:
        # A filter that makes no sense is refused here, while there is still a page to say so on.
        queries.count_records(desk.company, described.name, query, by=desk.actor)
    except FinancialsError as refused:
        return _refuse(request, desk, described, refused)
    pieces = export_records(desk.company, described.name, query, kind, byte_order_mark=True, by=desk.actor)
    name = f"{described.name}-{desk.company.slug}-{timezone.now():%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type=kind.content_type, headers=headers)
