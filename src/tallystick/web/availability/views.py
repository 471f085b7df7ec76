"""Item Availability: of one item by period, and of many at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.financials import queries, stock
from tallystick.financials.permissions import CHECKED
from tallystick.financials.projection import ONE, Availability, InUnit, Period, Step, Unit, periods_of
from tallystick.web.availability.places import url_of
from tallystick.web.charts import Chart, Series
from tallystick.web.records.reading import card_url
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import crumb, show

COUNTS = {Step.DAY: 14, Step.WEEK: 12, Step.MONTH: 12}
FORMATS = {Step.DAY: "%a %d %b", Step.WEEK: "Week %V", Step.MONTH: "%b %Y"}
AT_A_GLANCE = 200


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    """A period with its name."""

    label: str
    period: Period


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to look at the same page."""

    label: str
    url: str
    chosen: bool


@require_safe
@never_cache
@at_desk(Permission.READ_AVAILABILITY)
def items(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The figures of the chosen items, or of a page of all: a search box narrows them down."""
    chosen = _chosen(request.GET)
    # Who may look at availability may look for the items it is of, and sees no more of them.
    query = queries.Query(search=text_asked(request.GET, "q"))
    page = queries.list_records(desk.company, "item", query, page=_page(request.GET), page_size=50, by=CHECKED)
    ids = chosen or [record.id for record in page.records]
    found = stock.availability(desk.company, ids, today=timezone.localdate())
    shown = [(found[id], url_of(desk, id)) for id in ids if id in found]
    return show(
        request,
        desk,
        "availability/items.html",
        title="Item Availability",
        items=shown,
        search=query.search,
        page=None if chosen else page,
    )


def _chosen(asked: QueryDict) -> list[UUID]:
    try:
        return [UUID(text) for text in asked.getlist("ids")][:AT_A_GLANCE]
    except ValueError:
        raise Http404("no item has such an id") from None


def _page(asked: QueryDict) -> int:
    text = asked.get("page", "")
    return int(text) if text.isdecimal() and len(text) < 8 else 1


@require_safe
@never_cache
@at_desk(Permission.READ_AVAILABILITY)
def item(request: HttpRequest, desk: Desk, item: UUID) -> HttpResponse:
    """What there is of an item, in one of its units, by day, week or month."""
    today = timezone.localdate()
    found = stock.availability(desk.company, [item], today=today).get(item)
    if found is None:
        raise Http404(f"no item {item}")
    asked = text_asked(request.GET, "by")
    step = Step(asked) if asked in tuple(Step) else Step.WEEK
    unit = _unit(found, text_asked(request.GET, "unit"))
    periods = _periods(unit, today, step)
    return show(
        request,
        desk,
        "availability/item.html",
        title=f"Availability of {found.no}",
        breadcrumbs=[crumb("Item Availability", "availability-list", desk)],
        found=found,
        shown=unit,
        periods=periods,
        chart=_chart(unit, periods, step),
        steps=[Choice(one.title(), f"?by={one}&unit={unit.unit.code}", one is step) for one in Step],
        units=[Choice(one.code, f"?by={step}&unit={one.code}", one == unit.unit) for one in found.units],
        card_url=card_url(desk, "item", item),
    )


def _unit(found: Availability, code: str) -> InUnit:
    """The figures in the unit that was asked for, else in the base unit; an item without units counts by itself."""
    units = found.in_units() or (InUnit(Unit("", ONE), found.figures, found.movements),)
    return next((one for one in units if one.unit.code == code), units[0])


def _periods(unit: InUnit, today: date, step: Step) -> Sequence[ShownPeriod]:
    periods = periods_of(unit.figures.on_hand, unit.movements, today=today, step=step, count=COUNTS[step])
    return [
        ShownPeriod("Later" if period.last is None else period.first.strftime(FORMATS[step]), period)
        for period in periods
    ]


def _chart(unit: InUnit, periods: Sequence[ShownPeriod], step: Step) -> Chart:
    return Chart(
        id="availability",
        title=f"Available at the end of each {step}",
        of=step.title(),
        labels=[one.label for one in periods],
        series=[
            Series("Sales", [one.period.sales for one in periods]),
            Series("Purchases", [one.period.purchases for one in periods]),
            Series("Available", [one.period.available for one in periods], kind="line"),
        ],
        places=0 if all(one.period.available == one.period.available.to_integral_value() for one in periods) else 2,
        empty="There is none in stock, and none on order.",
    )
