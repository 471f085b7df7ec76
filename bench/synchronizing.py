"""Full synchronizations next to the raw push and the raw pull of the same rows, round by round."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.places import Place, Serve
from bench.processes import SECRET, Server, inside, minimal_server, sandbox
from bench.report import Figure, Say, median

SERVERS: Mapping[str, Serve] = {"sandbox": sandbox, "minimal server": minimal_server}


@dataclass(frozen=True, slots=True)
class Timed:
    """One measurement: seconds by the clock, and what the server did for it."""

    seconds: float
    rows: int
    server_cpu: float
    asked: Mapping[str, Any]
    told: Mapping[str, Any]

    @property
    def micros(self) -> float:
        return self.seconds / self.rows * 1e6

    @property
    def cpu_micros(self) -> float:
        """Processor time of both processes; unlike the clock, it hardly minds what else the machine does."""
        return (self.server_cpu + float(self.told["cpu"])) / self.rows * 1e6

    @property
    def requests_per_thousand(self) -> float:
        return float(self.asked["requests"]) / self.rows * 1000


def timed(
    place: Place, server: Server, rows: int, *, raw: str = "", arguments: Mapping[str, Any] | None = None
) -> Timed:
    """Measure a full synchronization, or the raw action of that name."""
    server.reset()
    before = server.cpu_seconds()
    told = place.raw(raw, server, **(arguments or {})) if raw else place.full_sync(server)
    done = int(told.get("coupled", told.get("rows", 0)))
    if done != rows:
        raise RuntimeError(f"only {done:,} of {rows:,} rows arrived: {told}")
    return Timed(float(told["seconds"]), rows, server.cpu_seconds() - before, server.stats(), told)


def push(full: Place, rows: int, rounds: int, say: Say) -> tuple[list[Figure], float]:
    """Measure pushing new customers; also return how many µs a record takes us into the sandbox."""
    figures: list[Figure] = []
    micros = 0.0
    for name, serve in SERVERS.items():
        raw_runs: list[Timed] = []
        our_runs: list[Timed] = []
        for number in range(rounds):
            with _copied(full, serve) as (place, server):
                arguments = {"rows": rows, "currency": full.currency}
                raw_runs.append(timed(place, server, rows, raw="push", arguments=arguments))
            with _copied(full, serve) as (place, server):
                our_runs.append(timed(place, server, rows))
            say(
                f"push, {name}, round {number + 1}: raw {raw_runs[-1].micros:.0f} µs, ours {our_runs[-1].micros:.0f} µs"
            )
        figures += _push_figures(name, raw_runs, our_runs)
        micros = micros or median([run.micros for run in our_runs])
    return figures, micros


@contextmanager
def _copied(place: Place, serve: Serve) -> Iterator[tuple[Place, Server]]:
    copy = place.copy("measured")
    with serve(copy.crm) as server:
        yield copy, server
    copy.remove()


def _push_figures(name: str, raw: list[Timed], ours: list[Timed]) -> list[Figure]:
    rows = raw[0].rows
    per_row = median([run.micros for run in raw])
    own = median([run.micros for run in ours])
    ratio = median([our.seconds / bound.seconds for our, bound in zip(ours, raw, strict=True)])
    server = median([run.server_cpu for run in raw]) / rows * 1e6
    beside = f"ours {own:.0f} µs, raw push {per_row:.0f} µs a record, of which the server works {server:.0f} µs"
    if name != "sandbox":
        extra = own - per_row
        return [
            Figure(f"the same ÷ raw push, into a {name}", ratio, "×", beside),
            Figure("what we add to a record pushed (comparing, coupling, bases, steps)", extra, "µs", beside),
        ]
    peak = median([float(run.told["peak_mb"]) for run in ours])
    requests = median([run.requests_per_thousand for run in ours])
    processor = _processor(ours, raw)
    heavier = ours[0].asked["bytes_received"] / max(1, raw[0].asked["bytes_received"])
    return [
        Figure(f"full synchronization of {rows:,} new customers ÷ raw push", ratio, "×", beside, 1.6, limit=2.0),
        Figure(
            "requests per 1,000 new records", requests, "", f"raw push {raw[0].requests_per_thousand:.2f}", 1.5, limit=3
        ),
        Figure("processor time of it ÷ raw push", processor[0], "×", processor[1]),
        Figure("bytes sent for them ÷ raw push", heavier, "×", "the same payload, as a check"),
        Figure("peak memory of that run", peak, "MB", f"{rows:,} records"),
    ]


def _processor(ours: list[Timed], raw: list[Timed]) -> tuple[float, str]:
    """Return our processor time ÷ the bound's, server and client together, and both in words."""
    own, bound = median([run.cpu_micros for run in ours]), median([run.cpu_micros for run in raw])
    ratio = median([our.cpu_micros / run.cpu_micros for our, run in zip(ours, raw, strict=True)])
    return ratio, f"ours {own:.0f} µs, raw {bound:.0f} µs of processor time a record, client and server"


def pull(accounts: Place, rows: int, rounds: int, say: Say) -> list[Figure]:
    """Measure the first read of accounts into Financials."""
    raw: list[Timed] = []
    ours: list[Timed] = []
    least: list[float] = []
    for number in range(rounds):
        place = accounts.copy("pulled")
        with sandbox(place.crm) as server:
            select = inside(place.home, "columns", url=server.url, secret=SECRET)["select"]
            raw.append(
                timed(
                    place,
                    server,
                    rows,
                    raw="pull",
                    arguments={"select": select, "file": str(place.folder / "raw.sqlite3")},
                )
            )
            ours.append(timed(place, server, rows))
            least.append(raw[-1].seconds + _stored_raw(accounts, place, server, rows))
        place.remove()
        say(f"pull, round {number + 1}: raw {raw[-1].micros:.0f} µs, ours {ours[-1].micros:.0f} µs")
    ratio = median([our.seconds / bound.seconds for our, bound in zip(ours, raw, strict=True)])
    own, bound = median([run.micros for run in ours]), median([run.micros for run in raw])
    beside = f"ours {own:.0f} µs, raw pull {bound:.0f} µs a record"
    requests = median([run.requests_per_thousand for run in ours])
    processor = _processor(ours, raw)
    by_rules = median([our.seconds / bound for our, bound in zip(ours, least, strict=True)])
    why = (
        f"{median(least) / rows * 1e6:.0f} µs: raw pull, then customer, contact, relation, coupling, history by SQLite"
    )
    return [
        Figure(f"first read of {rows:,} accounts into Financials ÷ raw pull", ratio, "×", beside, 2.0),
        Figure("processor time of it ÷ raw pull", processor[0], "×", processor[1]),
        Figure("the same ÷ raw pull and the rows Financials makes of it", by_rules, "×", why, 2.0),
        Figure("requests per 1,000 records read", requests, "", f"raw pull {raw[0].requests_per_thousand:.2f}", 0.3),
    ]


def _stored_raw(before: Place, pulled: Place, server: Server, rows: int) -> float:
    """Return how long the rows of a pull take to write with nothing but SQLite."""
    place = before.copy("stored")
    told = place.raw("store", server, source=str(pulled.database), target=str(place.database))
    place.remove()
    if told["rows"] != rows:
        raise RuntimeError(f"only {told['rows']:,} of {rows:,} rows were stored")
    return float(told["seconds"])


def singly(empty: Place, rows: int, ours_micros: float) -> Figure:
    """Measure a request per record, on a sample, next to ours."""
    place = empty.copy("singly")
    with sandbox(place.crm) as server:
        one = timed(place, server, rows, raw="singly", arguments={"rows": rows, "currency": empty.currency})
    place.remove()
    beside = f"{one.micros:.0f} µs a record, on a sample of {rows:,}, on this machine without a network"
    return Figure("a request per record ÷ ours", one.micros / ours_micros, "×", beside, 40, at_least=True)


def memory(full: Place, rows: int, smaller_peak: float, smaller: int, say: Say) -> Figure:
    """Measure the peak of a full synchronization of four times as many customers."""
    place = full.copy("large")
    with sandbox(place.crm) as server:
        run = timed(place, server, rows)
    place.remove()
    peak = float(run.told["peak_mb"])
    say(f"memory: {peak:.0f} MB at {rows:,} records, {run.micros:.0f} µs a record")
    beside = f"{smaller_peak:.0f} MB at {smaller:,}, {peak:.0f} MB at {rows:,}"
    return Figure(f"memory from {smaller:,} to {rows:,} records", peak - smaller_peak, "MB", beside, 32, limit=50)
