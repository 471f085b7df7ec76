"""Receiving a purchase order: what would be entered, and then it is in stock."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.services import postings
from tallystick.financials.services.postings import PostingPreview
from tallystick.financials.tables import table_named
from tallystick.web.purchasing.places import ORDER
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, record_or_404
from tallystick.web.sales.posting_views import ledgers_of
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import crumb, show


class ReceiveForm(forms.Form):
    """On which day the goods came."""

    posting_date = forms.DateField(
        label="Posting date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def receive(request: HttpRequest, desk: Desk, order: UUID) -> HttpResponse:
    """Look at what receiving would enter; receive it. What stands in the way is said, and nothing is posted."""
    record = record_or_404(desk, table_named(ORDER), order)
    asked = request.POST if request.method == "POST" else request.GET
    form = ReceiveForm({"posting_date": timezone.localdate().isoformat(), **asked.dict()})
    refused: Sequence[Problem] = ()
    preview = PostingPreview((), ())
    if form.is_valid():
        day = form.cleaned_data["posting_date"]
        if request.method == "POST":
            try:
                done = postings.receive_purchase_order(desk.company, order, posting_date=day, by=desk.actor)
            except InvalidRecord as problem:
                refused = problem.problems
            else:
                messages.success(
                    request, f"Purchase order {record.key} is received: transaction {done.transaction_no}."
                )
                return redirect(card_url(desk, ORDER, order))
        preview = postings.preview_purchase_order(desk.company, order, posting_date=day, by=desk.actor)
    return show(
        request,
        desk,
        "sales/_posting_preview.html" if request.headers.get("HX-Request") else "purchasing/post.html",
        title=f"Receive purchase order {record.key}",
        breadcrumbs=[list_crumb(desk, table_named(ORDER)), crumb(record.key, "record-card", desk, ORDER, order)],
        form=form,
        back_url=card_url(desk, ORDER, order),
        back_label="Back to the order",
        submit_label="Receive",
        problems=refused or preview.problems,
        ledgers=ledgers_of(preview.entries),
        local_currency=desk.company.local_currency,
        status=422 if refused or form.errors else 200,
    )
