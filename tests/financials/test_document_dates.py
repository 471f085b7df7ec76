"""What date formulas lead to. Turn a sign round, or leave out the shortening of months, to see it fail."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.financials.documents.dates import after

DAYS = st.dates(date(1900, 1, 1), date(2900, 12, 31))
LEADS_TO: dict[tuple[str, str], str] = {
    # (day, formula) → day
    ("2025-01-15", ""): "2025-01-15",
    ("2025-01-15", "30D"): "2025-02-14",
    ("2025-01-15", "-15D"): "2024-12-31",
    ("2025-01-15", "2W"): "2025-01-29",
    ("2025-01-31", "1M"): "2025-02-28",
    ("2024-01-31", "1M"): "2024-02-29",
    ("2025-03-31", "-1M"): "2025-02-28",
    ("2025-12-31", "1M+8D"): "2026-02-08",
    ("2025-11-30", "1Q"): "2026-02-28",
    ("2024-02-29", "1Y"): "2025-02-28",
    ("2025-01-15", "CM"): "2025-01-31",
    ("2025-01-15", "-CM"): "2025-01-01",
    ("2025-01-15", "CM+10D"): "2025-02-10",
    ("2025-01-15", "1M+CM"): "2025-02-28",
    ("2025-12-15", "CM"): "2025-12-31",
    ("2025-01-15", "CW"): "2025-01-19",
    ("2025-01-15", "-CW"): "2025-01-13",
    ("2025-01-19", "CW"): "2025-01-19",
    ("2025-05-15", "CQ"): "2025-06-30",
    ("2025-05-15", "-CQ"): "2025-04-01",
    ("2025-05-15", "CY"): "2025-12-31",
    ("2025-05-15", "-CY+14D"): "2025-01-15",
    ("2025-05-15", "CD"): "2025-05-15",
}


@pytest.mark.parametrize(
    ("case", "expected"), LEADS_TO.items(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else value
)
def test_a_formula_leads_to_a_day(case: tuple[str, str], expected: str) -> None:
    assert after(date.fromisoformat(case[0]), case[1]) == date.fromisoformat(expected)


@pytest.mark.parametrize("formula", ["D30", "30", "1X", "30D soon", "99999D"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="no date formula"):
        after(date(2025, 1, 1), formula)


@pytest.mark.parametrize("formula", ["9999Y", "-9999Y", "-9999W"])
def test_a_formula_that_leaves_the_calendar_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="out of the calendar"):
        after(date(100, 1, 1), formula)


@given(DAYS, st.integers(0, 9999))
def test_days_and_weeks_count_days(day: date, count: int) -> None:
    assert after(day, f"{count}D") == day + timedelta(days=count)
    assert after(day, f"{count % 500}W") == day + timedelta(days=7 * (count % 500))


@given(DAYS, st.sampled_from("DWMQY"))
def test_a_day_lies_within_its_period(day: date, period: str) -> None:
    first, last = after(day, f"-C{period}"), after(day, f"C{period}")
    assert first <= day <= last
    assert after(last, f"-C{period}") == first
    assert after(last + timedelta(days=1), f"-C{period}") == last + timedelta(days=1), (
        "the next one begins the day after"
    )
