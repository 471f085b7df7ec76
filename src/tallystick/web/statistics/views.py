"""Sales Statistics of the company, and Customer Statistics."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.financials import statistics
from tallystick.financials.aging import NOTHING, aging
from tallystick.financials.problems import RecordMissing
from tallystick.web.charts import chart_card
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import crumb, show
from tallystick.web.statistics import charts


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def sales(request: HttpRequest, desk: Desk) -> HttpResponse:
    """How the company sells, and what it is owed."""
    cards = _company_charts(desk)
    return show(request, desk, "statistics/sales.html", title="Sales Statistics", cards=cards)


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def home_charts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same charts alone, for Home, which does not wait for them."""
    return show(request, desk, "statistics/_charts.html", title="", breadcrumbs=None, cards=_company_charts(desk))


def _company_charts(desk: Desk) -> list[object]:
    today = timezone.localdate()
    drawn = (charts.by_month(desk, today), charts.of_all_aging(desk, today), charts.of_top_customers(desk, today))
    return [chart_card(chart) for chart in drawn]


@require_safe
@never_cache
@at_desk(Permission.READ_DOCUMENTS)
def customer(request: HttpRequest, desk: Desk, customer: UUID) -> HttpResponse:
    """What one customer owes, has on order, bought and paid."""
    today = timezone.localdate()
    try:
        found = statistics.statistics_of(desk.company, customer, today=today)
    except RecordMissing as missing:
        raise Http404(str(missing)) from missing
    owed = aging(desk.company, [customer], as_of=today).get(customer, NOTHING)
    drawn = (charts.by_month(desk, today, customer), charts.of_aging(desk, owed))
    return show(
        request,
        desk,
        "statistics/customer.html",
        title=f"Statistics of {found.no} · {found.name}",
        breadcrumbs=[crumb("Customers", "record-list", desk, "customer")],
        found=found,
        cards=[chart_card(chart) for chart in drawn],
        card_url=card_url(desk, "customer", customer),
        today=today,
    )
