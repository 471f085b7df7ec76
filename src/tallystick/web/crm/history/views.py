"""History of both sides: who wrote what when, before and after, and taking edits back."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.integration import operations
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.history.listing import KINDS, HistoryQuery, shown_items
from tallystick.web.crm.paging import mapping_choices
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import show

REFUSALS_TOLD = 5


@require_safe
@never_cache
@crm_page()
def history(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What was done, newest first: everything, or of a mapping, a record, a job."""
    query = HistoryQuery.of(request.GET)
    found = operations.history(
        desk.company,
        query.mapping or None,
        finance_id=query.finance_id or None,
        run=int(query.run) if query.run else None,
        kind=query.kind or None,
        search=query.search,
        page=query.page,
    )
    return show(
        request,
        desk,
        "crm/history.html",
        title="History",
        items=shown_items(desk, found.items),
        query=query,
        mappings=mapping_choices(),
        kinds=KINDS,
        previous_url=replace(query, page=found.page - 1).url(desk) if found.page > 1 else "",
        next_url=replace(query, page=found.page + 1).url(desk) if found.more else "",
    )


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def undo(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Write the earlier values of the chosen edits back, where nobody changed them since."""
    chosen = [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 18]
    if not chosen:
        messages.info(request, "Choose the edits to take back first.")
        return redirect(HistoryQuery.of(request.GET).url(desk))
    with told(request):
        told_of = operations.undo(desk.company, chosen, by=desk.actor)
        done = [one for one in told_of if one.done]
        if done:
            messages.success(request, f"{len(done):,} edit{'' if len(done) == 1 else 's'} taken back.")
        refused = [one for one in told_of if not one.done]
        for one in refused[:REFUSALS_TOLD]:
            messages.warning(request, f"{one.label or 'An edit'} was left as it is. {one.why}")
        if len(refused) > REFUSALS_TOLD:
            messages.warning(request, f"{len(refused) - REFUSALS_TOLD:,} more were left as they are.")
    return redirect(HistoryQuery.of(request.GET).url(desk))
