"""Where the formulas of payment terms lead. To see it fail: count days instead of months, or forget short months."""

from datetime import date

import pytest

from tallystick.financials.date_formulas import date_after

CASES = (
    # formula, from, to
    ("", date(2025, 1, 31), date(2025, 1, 31)),
    ("0D", date(2025, 1, 31), date(2025, 1, 31)),
    ("30D", date(2025, 1, 31), date(2025, 3, 2)),
    ("2W", date(2025, 12, 25), date(2026, 1, 8)),
    ("1M", date(2025, 1, 31), date(2025, 2, 28)),
    ("1M", date(2024, 1, 31), date(2024, 2, 29)),
    ("1M+8D", date(2025, 3, 1), date(2025, 4, 9)),
    ("CM", date(2025, 2, 3), date(2025, 2, 28)),
    ("CM+1M", date(2025, 2, 3), date(2025, 3, 28)),
    ("-CM", date(2025, 2, 3), date(2025, 2, 1)),
    ("CQ", date(2025, 5, 3), date(2025, 6, 30)),
    ("CY", date(2025, 5, 3), date(2025, 12, 31)),
    ("CW", date(2025, 5, 3), date(2025, 5, 4)),
    ("-CW", date(2025, 5, 4), date(2025, 4, 28)),
    ("CD", date(2025, 5, 4), date(2025, 5, 4)),
    ("1Q", date(2025, 11, 30), date(2026, 2, 28)),
    ("1Y-1D", date(2024, 2, 29), date(2025, 2, 27)),
    ("-14M", date(2025, 1, 15), date(2023, 11, 15)),
)


@pytest.mark.parametrize(("formula", "start", "end"), CASES)
def test_a_formula_leads_to(formula: str, start: date, end: date) -> None:
    assert date_after(formula, start) == end


@pytest.mark.parametrize("formula", ["9999Y", "-9999M-9999M-9999M", "9999W9999W9999W9999W9999W9999W9999W9999W9999W"])
def test_a_day_there_is_none_of_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="out of the calendar"):
        date_after(formula, date(2025, 1, 1) if "-" in formula else date(9990, 1, 1))
