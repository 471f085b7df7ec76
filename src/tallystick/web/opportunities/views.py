"""Taking opportunities on: one press each, but closing one asks when and why."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.financials import queries
from tallystick.financials.problems import FinancialsError, InvalidRecord, RecordMissing
from tallystick.financials.services import opportunities
from tallystick.financials.tables import table_named
from tallystick.web.opportunities.forms import CloseForm
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, record_or_404
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import crumb, show

TABLE = table_named("opportunity")


@require_POST
@at_desk(Permission.WRITE)
def start(request: HttpRequest, desk: Desk, opportunity: UUID) -> HttpResponse:
    """Begin to work on it."""
    return _take(request, desk, opportunity, opportunities.start)


@require_POST
@at_desk(Permission.WRITE)
def take_to_next_stage(request: HttpRequest, desk: Desk, opportunity: UUID) -> HttpResponse:
    """Take it one stage on."""
    return _take(request, desk, opportunity, opportunities.take_to_next_stage)


@require_POST
@at_desk(Permission.WRITE)
def reopen(request: HttpRequest, desk: Desk, opportunity: UUID) -> HttpResponse:
    """Go on with it, after all."""
    return _take(request, desk, opportunity, opportunities.reopen)


def _take(request: HttpRequest, desk: Desk, id: UUID, act: Callable[..., object]) -> HttpResponse:
    try:
        act(desk.company, id, by=desk.actor)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    except FinancialsError as refused:
        messages.error(request, str(refused))
    else:
        _say_where(request, desk, id)
    return redirect("record-card", desk.company.slug, TABLE.name, id)


def _say_where(request: HttpRequest, desk: Desk, id: UUID) -> None:
    record = queries.get_record(desk.company, TABLE.name, id, by=desk.actor)
    stage = f", {record.values['sales_cycle_stage']}" if record.values["sales_cycle_stage"] else ""
    messages.success(request, f"Opportunity {record.key} is {record.values['status'].lower()}{stage}.")


@require_POST
@at_desk(Permission.WRITE)
def take_many_to_next_stage(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take those chosen in the list one stage on; each that cannot go says why."""
    done = 0
    for text in request.POST.getlist("ids"):
        try:
            opportunities.take_to_next_stage(desk.company, UUID(text), by=desk.actor)
            done += 1
        except ValueError:
            raise Http404(f"no opportunity {text}") from None
        except FinancialsError as refused:
            messages.warning(request, str(refused))
    if done:
        messages.success(request, f"{done} opportunit{'y is' if done == 1 else 'ies are'} at the next stage.")
    return redirect("record-list", desk.company.slug, TABLE.name)


@require_POST
@at_desk(Permission.WRITE)
def make_quote(request: HttpRequest, desk: Desk, opportunity: UUID) -> HttpResponse:
    """Make a sales quote of it, and go there."""
    try:
        quote = opportunities.make_quote(desk.company, opportunity, by=desk.actor)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    except FinancialsError as refused:
        messages.error(request, str(refused))
        return redirect("record-card", desk.company.slug, TABLE.name, opportunity)
    made = queries.get_record(desk.company, "sales-quote", quote, by=desk.actor)
    messages.success(request, f"Sales quote {made.key} is made.")
    return redirect("record-card", desk.company.slug, "sales-quote", quote)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.WRITE)
def win(request: HttpRequest, desk: Desk, opportunity: UUID) -> HttpResponse:
    """Ask when and why it was won, then close it."""
    return _close(request, desk, opportunity, "Won", opportunities.win)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.WRITE)
def lose(request: HttpRequest, desk: Desk, opportunity: UUID) -> HttpResponse:
    """Ask when and why it was lost, then close it."""
    return _close(request, desk, opportunity, "Lost", opportunities.lose)


def _close(request: HttpRequest, desk: Desk, id: UUID, status: str, act: Callable[..., object]) -> HttpResponse:
    record = record_or_404(desk, TABLE, id)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            act(desk.company, id, reason=asked["close_reason"], closed_on=asked["date_closed"], by=desk.actor)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        except FinancialsError as refused:
            form.add_error(None, str(refused))
        else:
            _say_where(request, desk, id)
            return redirect("record-card", desk.company.slug, TABLE.name, id)
    return show(
        request,
        desk,
        "shell/form_page.html",
        title=f"Opportunity {record.key}: {status.lower()}",
        breadcrumbs=[list_crumb(desk, TABLE), crumb(record.key, "record-card", desk, TABLE.name, id)],
        form=form,
        submit_label=f"Close as {status.lower()}",
        cancel_url=card_url(desk, TABLE.name, id),
        explanation=f"{record.title}. It can be reopened later.",
        status=422 if form.errors else 200,
    )
