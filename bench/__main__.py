"""`python -m bench [--quick] [--rows N] [--json FILE] [push] [pull] [memory] [cycles] [latency] [throttling] [pages]`"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench import cycles, pages, places, synchronizing, throttling
from bench.places import Place
from bench.processes import sandbox
from bench.report import Figure, table

PARTS = ("push", "pull", "memory", "cycles", "latency", "throttling", "pages")
NOT_MEASURED = (
    Figure("vendor SDK + ORM, same job ÷ ours", None, beside="the SDK is no dependency of this repository"),
    Figure("dlt one-way merge ÷ ours", None, beside="dlt is no dependency of this repository"),
    Figure(
        "two and four workers on PostgreSQL",
        None,
        beside="one worker does four mappings side by side already, and one mapping is never split between workers",
    ),
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rows: int
    rounds: int
    sample: int
    edits: int
    limit: int
    window: int
    windows: int
    books: float  # 1 is 100,000 customers, 20,000 items and 200,000 orders
    databases: tuple[str, ...]
    pages: str = ""  # only those with this in the name of their route

    @property
    def smaller(self) -> int:
        return max(500, self.rows // 10)


FULL = Sizes(
    rows=100_000,
    rounds=3,
    sample=1000,
    edits=10,
    limit=600,
    window=30,
    windows=3,
    books=1,
    databases=pages.DATABASES,
)
QUICK = Sizes(
    rows=10_000,
    rounds=1,
    sample=300,
    edits=3,
    limit=200,
    window=10,
    windows=2,
    books=0.02,
    databases=("sqlite",),
    pages="list",
)


class Bench:
    """The figures asked for, one part after the other; places made for one part serve the next."""

    def __init__(self, folder: Path, sizes: Sizes, parts: Sequence[str]) -> None:
        self._sizes = sizes
        self._parts = parts
        self._folder = folder
        self._started = time.monotonic()
        self._empty = places.prepare(folder / "empty")

    def figures(self) -> Iterator[Figure]:
        """Measure, and yield each figure as soon as it is known."""
        sizes, parts = self._sizes, self._parts
        coupled = None
        if "push" in parts:
            yield from self._push(sizes.rows, sizes.rounds)
        if {"memory", "cycles"} & set(parts):
            coupled, peak = self._coupled(sizes.rows)
            if "memory" in parts:
                yield self._memory(peak)
        if "pull" in parts:
            accounts = places.with_accounts(self._empty, sizes.rows)
            yield from synchronizing.pull(accounts, sizes.rows, sizes.rounds, self._say)
            accounts.remove()
        if {"cycles", "latency"} & set(parts):
            smaller, _ = self._coupled(sizes.smaller)
            if "cycles" in parts and coupled is not None:
                yield from cycles.figures(smaller, sizes.smaller, coupled, sizes.rows, sizes.rounds, self._say)
            if "latency" in parts:
                yield from cycles.latency(smaller, sizes.edits, sizes.smaller, self._say)
        if "throttling" in parts:
            yield from throttling.figures(self._empty, sizes.limit, sizes.window, sizes.windows, self._say)
        if "pages" in parts:
            yield from pages.figures(sizes.databases, sizes.books, self._say, sizes.pages)
        yield from NOT_MEASURED

    def _push(self, rows: int, rounds: int) -> list[Figure]:
        full = places.with_customers(self._empty, rows)
        figures, micros = synchronizing.push(full, rows, rounds, self._say)
        full.remove()
        return [*figures, synchronizing.singly(self._empty, self._sizes.sample, micros)]

    def _memory(self, peak: float) -> Figure:
        rows = self._sizes.rows
        larger = places.with_customers(self._empty, rows * 4)
        figure = synchronizing.memory(larger, rows * 4, peak, rows, self._say)
        larger.remove()
        return figure

    def _coupled(self, rows: int) -> tuple[Place, float]:
        """Return a place where so many customers are coupled, and the peak of memory in MB on the way there."""
        place = places.with_customers(self._empty, rows)
        with sandbox(place.crm) as server:
            done = place.full_sync(server)
        return place, float(done["peak_mb"])

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - self._started:6.0f} s  {text}\n")
        sys.stderr.flush()


def main() -> int:
    """Measure, print the table, and exit with 1 where a figure fails."""
    given = _arguments()
    sizes = QUICK if given.quick else FULL
    if given.rows:
        sizes = replace(sizes, rows=given.rows)
    # Ended from outside, the servers end too, and what is known by then is printed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tally-bench-") as folder, suppress(KeyboardInterrupt):
        figures.extend(Bench(Path(folder), sizes, given.only or PARTS).figures())
    sys.stdout.write(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {sizes.rows:,} records\n\n")
    sys.stdout.write(table(figures) + "\n")
    if given.json:
        given.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=2), encoding="utf-8")
    return int(any(figure.verdict == "FAIL" for figure in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure speed and memory next to their bounds."
    )
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"only these parts: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small and rough, within two minutes")
    parser.add_argument("--rows", type=int, help="how many records (default: 100,000; with --quick 10,000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    given = parser.parse_args()
    unknown = sorted(set(given.only) - set(PARTS))
    if unknown:
        parser.error(f"there is no part called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if given.rows is not None and given.rows < 1000:
        parser.error("--rows must be at least 1000: a bulk message carries as many")
    return given


if __name__ == "__main__":
    sys.exit(main())
