"""Date formulas: `30D`, `1M+8D`, `CM`. Pure.

The terms are carried out one after the other. D, W, M, Q and Y count days, weeks, months, quarters and years; a month that
is too short for the day ends on its last one. `C` goes to the end of the period the day is in, `-C` to its first day.
The formulas are those of Business Central:
https://learn.microsoft.com/dynamics365/business-central/ui-enter-date-ranges#use-date-formulas"""

import re
from calendar import monthrange
from datetime import date, timedelta

_TERM = re.compile(r"([+-]?)(C|[0-9]{1,4})([DWMQY])")
MONTHS = {"M": 1, "Q": 3, "Y": 12}


def after(day: date, formula: str) -> date:
    """Return the day the formula leads to; that day itself for ''. Raises `ValueError`: no formula, or past year 9999."""
    if _TERM.sub("", formula):
        raise ValueError(f"{formula!r} is no date formula.")
    try:
        for sign, count, period in _TERM.findall(formula):
            backwards = sign == "-"
            day = (
                _edge(day, period, backwards)
                if count == "C"
                else _step(day, -int(count) if backwards else int(count), period)
            )
    except OverflowError:
        raise ValueError(f"{formula} leads out of the calendar.") from None
    return day


def _step(day: date, count: int, period: str) -> date:
    if period in MONTHS:
        return _months_on(day, count * MONTHS[period])
    return day + timedelta(days=count * (7 if period == "W" else 1))


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _edge(day: date, period: str, first: bool) -> date:
    """The first or the last day of the period that the day is in; weeks begin on Monday."""
    if period == "D":
        return day
    if period == "W":
        monday = day - timedelta(days=day.weekday())
        return monday if first else monday + timedelta(days=6)
    months = MONTHS[period]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    if first:
        return start
    month = start.month + months - 1
    return date(day.year, month, monthrange(day.year, month)[1])
