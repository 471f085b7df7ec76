"""Incremental cycles: what they cost when nothing or little changed, and how soon an edit arrives."""

from typing import Any

from bench.places import Place
from bench.processes import SECRET, inside, sandbox
from bench.report import Figure, Say, median, percentile

MANY = 2000  # customers edited at once
FEW = 10


def cycles(place: Place, rows: int, rounds: int, *, many: bool = False) -> list[dict[str, Any]]:
    """Return what each cycle cost, on a copy of a place where `rows` customers are coupled."""
    copy = place.copy("cycles")
    with sandbox(copy.crm) as server:
        changes = [0, FEW] * rounds + ([MANY] if many else [])
        told = inside(copy.home, "cycles", url=server.url, secret=SECRET, changes=changes, rows=rows)
    copy.remove()
    return list(told["cycles"])


def figures(small: Place, small_rows: int, large: Place, large_rows: int, rounds: int, say: Say) -> list[Figure]:
    """Measure cycles with none, few and many changes, at two sizes of the tables."""
    at_small = cycles(small, small_rows, rounds)
    at_large = cycles(large, large_rows, rounds, many=True)
    idle, few, many = (_of(at_large, changed) for changed in (0, FEW, MANY))
    say(f"cycles: {[(one['changed'], one['requests'], round(one['seconds'], 3)) for one in at_large]}")
    mappings = idle[0]["mappings"]
    growth = _seconds(few) / _seconds(_of(at_small, FEW))
    quiet = _seconds(idle) / _seconds(_of(at_small, 0))
    per_mapping = median([one["requests"] for one in idle]) / mappings
    updated = (median([one["requests"] for one in many]) - median([one["requests"] for one in idle])) / MANY * 1000
    rows = f"n = {large_rows:,} ÷ n = {small_rows:,}"
    return [
        Figure("cycle without changes: requests per mapping", per_mapping, "", f"{mappings} mappings", 2),
        Figure(
            f"cycle without changes: time at {rows}", quiet, "×", f"{_seconds(idle) * 1000:.0f} ms at the larger", 1.5
        ),
        Figure(
            f"cycle with {FEW} changes: requests over all mappings",
            median([one["requests"] for one in few]),
            "",
            f"{median([one['requests'] for one in _of(at_small, FEW)]):.0f} at n = {small_rows:,}; "
            f"{median([one['bytes'] for one in few]) / 1024:.0f} KB were read",
            30,
        ),
        Figure(
            f"cycle with {FEW} changes: time at {rows}",
            growth,
            "×",
            f"{_seconds(few) * 1000:.0f} ms at the larger",
            1.5,
        ),
        Figure(
            "requests per 1,000 updated records",
            updated,
            "",
            f"{MANY:,} customers edited at once; an idle cycle's {idle[0]['requests']} not counted",
            12,
        ),
    ]


def _of(measured: list[dict[str, Any]], changed: int) -> list[dict[str, Any]]:
    return [one for one in measured if one["changed"] == changed]


def _seconds(measured: list[dict[str, Any]]) -> float:
    return median([one["seconds"] for one in measured])


def latency(place: Place, edits: int, rows: int, say: Say) -> list[Figure]:
    """Measure how long an edit takes to its counterpart, both ways, with a worker and its schedule."""
    copy = place.copy("latency")
    with sandbox(copy.crm) as server:
        told = inside(copy.home, "latency", url=server.url, secret=SECRET, edits=edits, rows=rows)
    copy.remove()
    both = [*told["to_sales"], *told["to_finance"]]
    say(f"latency: to sales {_rounded(told['to_sales'])}, to finance {_rounded(told['to_finance'])}")
    beside = f"{len(both)} edits at random moments, a cycle every {told['every']} s among {rows:,} customers"
    return [
        Figure("edit to counterpart, median", median(both), "s", beside, 3),
        Figure("edit to counterpart, 95th percentile", percentile(both, 0.95), "s", beside, 10),
    ]


def _rounded(values: list[float]) -> list[float]:
    return [round(value, 1) for value in values]
