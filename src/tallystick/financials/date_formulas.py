"""Dates worked out of other dates, as payment terms say: `30D`, `1M+8D`, `CM`. Standard library only.

A formula is a row of steps from left to right: so many days, weeks, months, quarters or years on (or back, with a minus),
or to the end of the current one (`CM`; with a minus, to its first day). The 31st of a shorter month is its last day."""

import calendar
import re
from datetime import date, timedelta

_STEP = re.compile(r"([+-]?)(?:([0-9]{1,4})([DWMQY])|C([DWMQY]))")
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


def date_after(formula: str, start: date) -> date:
    """Return the day a formula leads to from a day; an empty one leads nowhere. Raises `ValueError` out of the calendar."""
    try:
        for sign, count, unit, current in _STEP.findall(formula):
            back = sign == "-"
            start = _edge(start, current, back) if current else _on(start, -int(count) if back else int(count), unit)
    except OverflowError as error:
        raise ValueError(f"{formula} leads out of the calendar.") from error
    return start


def _on(start: date, count: int, unit: str) -> date:
    if unit in ("D", "W"):
        return start + timedelta(days=count * (7 if unit == "W" else 1))
    months = start.year * 12 + start.month - 1 + count * _MONTHS[unit]
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _edge(start: date, unit: str, first: bool) -> date:
    if unit == "D":
        return start
    if unit == "W":
        return start - timedelta(days=start.weekday()) + timedelta(days=0 if first else 6)
    length = _MONTHS[unit]
    month = (start.month - 1) // length * length + 1
    begins = date(start.year, month, 1)
    if first:
        return begins
    last = month + length - 1
    return date(start.year, last, calendar.monthrange(start.year, last)[1])
