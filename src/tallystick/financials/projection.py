"""What there is of an item, and what there will be. Pure.

Available is what is on hand, less what sales orders still take, plus what purchase orders still bring. What was to happen
before today and did not, and what has no date, counts today."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate, groupby
from uuid import UUID

PLACES = Decimal("0.00001")
ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Figures:
    """The quantities of an item, all in one unit."""

    on_hand: Decimal
    on_sales_order: Decimal
    on_purchase_order: Decimal

    @property
    def available(self) -> Decimal:
        """What could be promised, once all orders are through."""
        return self.on_hand - self.on_sales_order + self.on_purchase_order

    def per(self, factor: Decimal) -> "Figures":
        """The same in a unit that holds so many of the present one; parts of a unit count."""
        return Figures(*(_per(n, factor) for n in (self.on_hand, self.on_sales_order, self.on_purchase_order)))


@dataclass(frozen=True, slots=True)
class Movement:
    """What orders take or bring on a day, and what is available at the end of it."""

    on: date
    sales: Decimal
    purchases: Decimal
    available: Decimal

    def per(self, factor: Decimal) -> "Movement":
        """The same in a unit that holds so many of the present one."""
        return Movement(self.on, *(_per(n, factor) for n in (self.sales, self.purchases, self.available)))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of an item, and how many base units it holds."""

    code: str
    qty_per_unit: Decimal


@dataclass(frozen=True, slots=True)
class InUnit:
    """What there is of an item, counted in one of its units."""

    unit: Unit
    figures: Figures
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """What there is of an item and when it changes, in base units; `movements` are in the order of their days.

    Of an item that is not kept in stock there is nothing, and nothing to wait for."""

    item: UUID
    no: str
    description: str
    kept_in_stock: bool
    figures: Figures
    movements: tuple[Movement, ...]
    units: tuple[Unit, ...]  # the base unit first

    def in_units(self) -> tuple[InUnit, ...]:
        """The same in every unit of the item, the base unit first."""
        return tuple(self.in_unit(unit) for unit in self.units)

    def in_unit(self, unit: Unit) -> InUnit:
        """The same in one of its units."""
        factor = unit.qty_per_unit
        return InUnit(unit, self.figures.per(factor), tuple(movement.per(factor) for movement in self.movements))


def movements_of(
    on_hand: Decimal,
    sales: Iterable[tuple[date | None, Decimal]],
    purchases: Iterable[tuple[date | None, Decimal]],
    today: date,
) -> tuple[Movement, ...]:
    """Return how what is available changes, a movement for each day on which orders take or bring something."""
    taken, brought = _by_day(sales, today), _by_day(purchases, today)
    days = sorted(taken.keys() | brought.keys())
    changes = (brought.get(day, ZERO) - taken.get(day, ZERO) for day in days)
    levels = list(accumulate(changes, initial=on_hand))[1:]
    return tuple(
        Movement(day, taken.get(day, ZERO), brought.get(day, ZERO), level)
        for day, level in zip(days, levels, strict=True)
    )


def _by_day(dated: Iterable[tuple[date | None, Decimal]], today: date) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for day, quantity in dated:
        counts = max(day or today, today)
        found[counts] = found.get(counts, ZERO) + quantity
    return found


def _per(quantity: Decimal, factor: Decimal) -> Decimal:
    return (quantity / factor).quantize(PLACES)


class Step(StrEnum):
    """How long the periods are."""

    DAY = "day"
    WEEK = "week"  # from Monday to Sunday
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """What orders take and bring from one day to another, and what is available at the end. `last` is None for ever."""

    first: date
    last: date | None
    sales: Decimal
    purchases: Decimal
    available: Decimal


def periods_of(
    on_hand: Decimal, movements: Sequence[Movement], *, today: date, step: Step, count: int
) -> tuple[Period, ...]:
    """Return `count` periods, the first from today to the end of its week or month, and one for all that comes later."""
    ends = list(_ends(today, step, count))
    starts = [today, *(end + timedelta(days=1) for end in ends)]
    level = on_hand
    periods = []
    for first, last in zip(starts, [*ends, None], strict=True):
        inside = [m for m in movements if m.on >= first and (last is None or m.on <= last)]
        level = inside[-1].available if inside else level
        sales, purchases = sum((m.sales for m in inside), ZERO), sum((m.purchases for m in inside), ZERO)
        periods.append(Period(first, last, sales, purchases, level))
    return tuple(periods)


def _ends(today: date, step: Step, count: int) -> Iterator[date]:
    end = today - timedelta(days=1)
    for _ in range(count):
        end = _end_of(end + timedelta(days=1), step)
        yield end


def _end_of(day: date, step: Step) -> date:
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day + timedelta(days=6 - day.weekday())
        case Step.MONTH:
            return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def grouped(rows: Iterable[tuple[UUID, date | None, Decimal]]) -> dict[UUID, list[tuple[date | None, Decimal]]]:
    """Return dated quantities by item; the rows of an item follow each other."""
    return {item: [(day, quantity) for _, day, quantity in found] for item, found in groupby(rows, lambda row: row[0])}
