"""How long every page takes in a large company: `python -m bench.pages [--scale 0.1] [--only WORD] [--json FILE]`.

A company is filled (see `bench.books`) on SQLite and on PostgreSQL, and every page that answers GET is asked for as a
browser would, through the whole of Django but without a network. Pages are found by the URL patterns: one that comes to
the application is measured too, with arguments that are tried until it answers.
"""

import argparse
import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from bench.books import ROWS
from bench.processes import environment_of
from bench.report import Figure, Say

GOAL = 0.3  # seconds a page may take on the server
EMPTY = "search"  # the page that asks the database for nothing of the books
CALLS = 3
MOST_TRIES = 60
SOME = 500  # the record whose card is opened is about so many rows into its table
SEARCHED = "alder"
HREF = re.compile(r'(?:href|hx-get)="([^"#]+)"')
LARGE = tuple(ROWS)  # the tables whose lists are sorted by every column
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: the median of some calls in seconds, by the clock and of this process's processor time (which on PostgreSQL
    leaves the database out), and how many queries it took. `empty`: a page without anything on it, beside each of these
    calls. `why` says why there is none."""

    route: str
    address: str
    seconds: float | None = None
    cpu: float = 0.0
    queries: int = 0
    why: str = ""
    empty: float = 0.0

    @property
    def name(self) -> str:
        """The page without what was asked of it: its variants are one page."""
        parts = self.address.partition("?")[0].strip("/").split("/")
        return " ".join([self.route, *(part for part in parts if part in LARGE)][:2])

    @property
    def line(self) -> str:
        if self.seconds is None:
            return f"{self.route:24} {'–':>9}  {self.address}  ({self.why})"
        verdict = "ok" if self.seconds <= GOAL else "over"
        times = f"{self.seconds * 1000:6.0f} ms {self.cpu * 1000:6.0f} ms cpu {self.queries:4} q."
        return f"{self.route:24} {times}  {verdict:5} {self.address}"


@dataclass(frozen=True, slots=True)
class Route:
    """A URL pattern with a name."""

    name: str
    arguments: Mapping[str, str]  # by name: the kind of the converter


def routes() -> list[Route]:
    """Return every named pattern of the application."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: Sequence[Any], above: Mapping[str, str]) -> Iterator[Route]:
        for pattern in patterns:
            own = {name: type(kind).__name__ for name, kind in pattern.pattern.converters.items()}
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, {**above, **own})
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield Route(pattern.name, {**above, **own})

    return list({route.name: route for route in walk(get_resolver().url_patterns, {})}.values())


class Visitor:
    """Somebody who may see everything, with a browser."""

    def __init__(self, company: Any) -> None:
        from django.conf import settings
        from django.test import Client
        from django.urls import reverse

        from tallystick.financials.models import User
        from tallystick.financials.tables import TABLES

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
        self._client = Client(SERVER_NAME="localhost")
        self._client.force_login(
            User.objects.get(memberships__company=company), backend="django.contrib.auth.backends.ModelBackend"
        )
        self._company = company
        self._empty = reverse(EMPTY, args=(company.slug,))
        self._tables = TABLES
        self._ids: dict[str, list[str]] = {name: self._some_id(name) for name in TABLES}

    def _some_id(self, table: str) -> list[str]:
        from django.apps import apps

        rows = apps.get_model("financials", self._tables[table].model).objects.filter(company=self._company)
        return [str(id_) for id_ in list(rows.order_by().values_list("pk", flat=True)[:SOME])[-1:]]

    def pages(self, only: str) -> Iterator[Measured]:
        """Measure every route, each table of a route that has one, and what a list offers: search, sorting, last page."""
        for route in routes():
            if only in route.name:
                yield from self._route(route)

    def _route(self, route: Route) -> Iterator[Measured]:
        if "table" in route.arguments:
            found = [list(self._first(route, table)) for table in self._tables]
            yield from (page for pages in found for page in pages if page.seconds is not None)
            if not any(page.seconds is not None for pages in found for page in pages):
                yield Measured(route.name, "", why=found[0][0].why)
        else:
            yield from self._first(route, "")

    def _first(self, route: Route, table: str) -> Iterator[Measured]:
        """Try arguments until the page answers with a page."""
        from django.urls import NoReverseMatch, reverse

        why = "no arguments are known"
        choices = [self._choices(name, kind, table) for name, kind in route.arguments.items()]
        for _, values in zip(range(MOST_TRIES), product(*choices), strict=False):
            try:
                address = reverse(route.name, kwargs=dict(zip(route.arguments, values, strict=True)))
            except NoReverseMatch:
                continue
            page, why = self._get(address)
            if page is not None:
                yield from self._with_variants(route.name, address, page)
                return
            if why == "405":
                break
        yield Measured(route.name, table, why=f"answers {why}" if why.isdecimal() else why)

    def _choices(self, name: str, kind: str, table: str) -> Sequence[Any]:
        from tallystick.integration.models import MappingSettings, Run

        if name == "company":
            return [self._company.slug]
        if name == "table":
            return [table]
        if kind == "UUIDConverter":
            of_table = self._ids.get(table)
            return of_table if of_table is not None else [id_ for ids in self._ids.values() for id_ in ids]
        if name == "mapping":
            return ["CUSTOMER", *MappingSettings.objects.values_list("name", flat=True)[:3]]
        if kind == "IntConverter":
            return [*Run.objects.order_by("-pk").values_list("pk", flat=True)[:1], 1, 2, 3]
        # A document page that names its record by number, or its kind by a word.
        return [*self._tables, "couple", "synchronize", *(f"B{number:08}" for number in (7, 1000))]

    def _get(self, address: str) -> tuple[str | None, str]:
        try:
            answer = self._client.get(address)
        except Exception as error:  # a page that breaks is a figure too
            return None, f"breaks: {error!r}"[:120]
        if answer.status_code != 200:
            return None, str(answer.status_code)
        if not answer["Content-Type"].startswith("text/html"):
            return None, f"is {answer['Content-Type'].partition(';')[0]}"
        return answer.content.decode(), ""

    def _with_variants(self, route: str, address: str, page: str) -> Iterator[Measured]:
        yield self._timed(route, address)
        joint = "&" if "?" in address else "?"
        large = any(f"/{table}/" in address for table in LARGE)
        own = [href.replace("&amp;", "&") for href in HREF.findall(page)]
        own = [href for href in own if href.startswith(("?", address + "?"))]
        if 'id="list-tools"' in page or route == EMPTY:
            yield self._timed(route, f"{address}{joint}q={SEARCHED}")
            yield self._timed(route, f"{address}{joint}q=zzzz")
        for word in ("sort=", "page="):
            some = [href for href in own if word in href]
            for href in dict.fromkeys(some if large else some[:1] + some[-1:]):
                yield self._timed(route, href if href.startswith("/") else address + href)

    def _timed(self, route: str, address: str) -> Measured:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            self._client.get(address)
        queries = len(captured)  # asked later, it would be of the calls below
        seconds, cpu, empty = [], [], []
        for _ in range(CALLS):
            started = time.perf_counter()
            self._client.get(self._empty)
            empty.append(time.perf_counter() - started)
            started, worked = time.perf_counter(), time.process_time()
            self._client.get(address)
            seconds.append(time.perf_counter() - started)
            cpu.append(time.process_time() - worked)
        return Measured(
            route, address, statistics.median(seconds), statistics.median(cpu), queries, empty=statistics.median(empty)
        )


def inside(scale: float, only: str) -> None:
    """Fill the installation of the environment and print each page as a line of JSON."""
    from bench import books
    from tallystick.cli.installation import open_installation

    open_installation()
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # arguments that fit no page are tried
    from tallystick.financials.models import Company
    from tallystick.financials.services import companies, users

    company = Company.objects.filter(name="Large").first()
    if company is None:
        company = companies.create_company("Large", local_currency="EUR", experience="Suite")
        users.grant(users.create_user("bench@tally.example", first_name="Bench"), company, "administrator")
        books.fill(company.pk, scale, _say)
    for page in Visitor(company).pages(only):
        sys.stdout.write(json.dumps(asdict(page)) + "\n")
        sys.stdout.flush()


def figures(databases: Sequence[str], scale: float, say: Say, only: str = "") -> Iterator[Figure]:
    """Fill a company on each database, and yield for every page the slowest of what can be asked of it: a list searched,
    sorted, turned over. Beside it stands a page with nothing on it."""
    for database in databases:
        say(f"pages on {database}: filling a company at scale {scale:g}")
        found: dict[str, list[Measured]] = {}
        for page in _measured(database, scale, only):
            if page.seconds is not None:
                found.setdefault(page.name, []).append(page)
        for name, pages in found.items():
            slowest = max(pages, key=lambda page: page.seconds or 0)
            beside = f"an empty page: {slowest.empty * 1000:.0f} ms; {slowest.queries} queries, {slowest.address}"
            milliseconds = (slowest.seconds or 0) * 1000
            yield Figure(f"{database}: page {name}", milliseconds, "ms", beside=beside, goal=GOAL * 1000)


def _say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")


def main() -> int:
    """Measure the pages on both databases and print those that are too slow, then all."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 100,000 customers and 200,000 orders")
    parser.add_argument("--only", default="", metavar="WORD", help="only routes whose name contains it")
    parser.add_argument("--database", action="append", choices=DATABASES, help="only this one (default: both)")
    parser.add_argument("--folder", type=Path, help="keep the SQLite company here, and use it again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        inside(given.scale, given.only)
        return 0
    told = {}
    for database in given.database or DATABASES:
        pages = _measured(database, given.scale, given.only, given.folder)
        told[database] = [asdict(page) for page in pages]
        sys.stdout.write(_report(database, pages, given.scale))
    if given.json:
        given.json.write_text(json.dumps(told, indent=2), encoding="utf-8")
    return int(any(page["seconds"] is not None and page["seconds"] > GOAL for pages in told.values() for page in pages))


def _measured(database: str, scale: float, only: str = "", kept: Path | None = None) -> list[Measured]:
    with tempfile.TemporaryDirectory(prefix="tally-pages-") as folder, _cluster(database) as cluster:
        home = kept if kept and database == "sqlite" else Path(folder)
        environment = environment_of(home) | ({"DATABASE_URL": cluster.url} if cluster else {})
        command = [sys.executable, "-m", "bench.pages", "--inside", f"--scale={scale}", f"--only={only}"]
        sys.stderr.write(f"{database}\n")
        pages = []
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                pages.append(Measured(**json.loads(line)))
                sys.stderr.write(f"  {pages[-1].line}\n")
        if process.returncode:
            raise RuntimeError(f"measuring the pages on {database} failed")
    return pages


def _cluster(database: str) -> Any:
    if database == "sqlite":
        return nullcontext()
    from tests.postgresql_cluster import running_cluster

    return running_cluster()


def _report(database: str, pages: Sequence[Measured], scale: float) -> str:
    timed = sorted((page for page in pages if page.seconds is not None), key=lambda page: -(page.seconds or 0))
    over = [page for page in timed if (page.seconds or 0) > GOAL]
    head = f"\n{database}, scale {scale:g}: {len(timed)} pages, {len(over)} over {GOAL * 1000:.0f} ms"
    rest = [page for page in pages if page.seconds is None]
    lines = [head, *(page.line for page in timed), "not measured", *(page.line for page in rest)]
    return "\n".join(lines) + f"\n(load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)\n"


if __name__ == "__main__":
    sys.exit(main())
