"""Figures and the table they are printed in."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `beside` is what it was measured against, in the same run; `goal` 0 means there is none.

    `at_least`: more is better. `value` None stands for what was not measured, and `beside` says why."""

    name: str
    value: float | None
    unit: str = ""
    beside: str = ""
    goal: float = 0.0
    at_least: bool = False
    limit: float = 0.0

    @property
    def verdict(self) -> str:
        """ok, over (the goal is missed), FAIL (so is the limit that no release may pass), or nothing to judge."""
        if self.value is None:
            return "–"
        if not self.goal:
            return ""
        if (self.value >= self.goal) if self.at_least else (self.value <= self.goal):
            return "ok"
        return "over" if self.limit and self.value <= self.limit else "FAIL" if self.limit else "over"

    @property
    def goal_text(self) -> str:
        if not self.goal:
            return ""
        limit = f" (at most {self.limit:g})" if self.limit else ""
        return f"{'≥' if self.at_least else '≤'} {self.goal:g}{limit}"

    @property
    def value_text(self) -> str:
        if self.value is None:
            return "not measured"
        digits = 0 if abs(self.value) >= 100 else 2
        return f"{self.value:.{digits}f}{f' {self.unit}' if self.unit else ''}"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict}


Say = Callable[[str], None]
HEADS = ("figure", "measured", "goal", "", "beside, in the same run")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of text."""
    rows = [HEADS, *((f.name, f.value_text, f.goal_text, f.verdict, f.beside) for f in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
