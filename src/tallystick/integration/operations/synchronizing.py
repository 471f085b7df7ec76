"""Asking for synchronisations, and the review of a full one: start, look, restart, leave out, allow, stop."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from tallystick.engine import SALES, Direction, Reach, SetupError, SideName, TableMapping, TallyError
from tallystick.financials import queries
from tallystick.financials.models import Company
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.integration import connections, mappings
from tallystick.integration.finance_side import SYNCHRONIZATION
from tallystick.integration.models import Connection, Cursor, FullSync, MappingSettings, Run, RunKind, RunStatus
from tallystick.integration.operations.coupling import carry_out
from tallystick.integration.operations.desk import Place, now
from tallystick.integration.operations.requests import Request
from tallystick.integration.stores import mappings_of

OPEN = (RunStatus.QUEUED, RunStatus.IN_PROCESS, RunStatus.ASKS)
RECOMMENDED_FOR = 60.0  # seconds until the rows of Dynamics CRM are counted again


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of the CRM Full Synch. Review. The three statuses are "" before the line was started.

    `done` rows of `total` (None: unknown) were looked at, `rate` a second. `run` is what the statuses drill down to."""

    name: str
    dependency_filter: str
    direction: str
    job_status: str
    to_status: str
    from_status: str
    total: int | None
    done: int
    rate: float | None
    message: str
    hint: str
    recommendation: str
    run: Run | None


def request_sync(
    company: Company,
    mapping: str,
    *,
    finance_ids: Sequence[str] | None = None,
    winner: SideName | None = None,
    by: Actor,
) -> Run:
    """Synchronise a mapping's changes, or chosen coupled records; return the run that counts what comes of it.

    With `winner` that side's values replace the other's, whoever changed them last; that is for chosen records only. A
    few records are done at once, everything else by a worker. While the mapping waits for a worker, no second run is
    asked for."""
    by.require(Permission.SYNCHRONIZE)
    place = Place.of(company, mapping)
    if winner is not None and not finance_ids:
        raise SetupError("Choose the records for which one side is to win.", hint="Select them in the list.")
    if winner is not None and not place.mapping.direction.reaches(winner.other):
        raise SetupError(
            f"{place.mapping.name} does not go to {winner.other.title}.",
            hint=f"Send {winner.other.title}'s data instead.",
        )
    if finance_ids:
        request = Request(finance_ids=tuple(finance_ids), winner=winner)
        return carry_out(place, RunKind.SYNCHRONIZATION, request, Reach.COUPLED, "Synchronize Now", by.name)
    place.sides()  # says why not, where the connection is off
    plain = Run.objects.filter(
        mapping=place.settings, kind=RunKind.SYNCHRONIZATION, status=RunStatus.QUEUED, options={}
    )
    queued = plain.order_by("id").first()
    return queued or Run.objects.create(
        connection=place.connection, mapping=place.settings, kind=RunKind.SYNCHRONIZATION, requested_by=by.name
    )


def request_full_sync(company: Company, mappings: Sequence[str] | None = None, *, by: Actor) -> FullSync:
    """Have a worker synchronise these mappings (None: all that are enabled) in full; return the full synchronization.

    While one is under way, that one is returned and nothing is started."""
    by.require(Permission.SYNCHRONIZE)
    connection = connections.connection_of(company)
    connections.sides(connection)  # says why not, where the connection is off
    wanted = _wanted(connection, mappings)
    open_one = FullSync.objects.filter(connection=connection, finished_at=None)
    if (found := open_one.first()) is not None:
        return found
    totals = {mapping.name: _expected(connection, mapping) for mapping in wanted}
    try:
        with transaction.atomic():
            return _create(connection, wanted, totals, by.name)
    except IntegrityError:  # somebody else pressed Start in the same moment
        return open_one.get()


def _wanted(connection: Connection, names: Sequence[str] | None) -> Sequence[TableMapping]:
    enabled = mappings_of(connection)
    if names is None:
        return enabled
    chosen = {mappings.by_name(name).name for name in names}
    for name in chosen - {mapping.name for mapping in enabled}:
        raise SetupError(f"{name} is switched off.", hint="Switch it on under Integration Table Mappings first.")
    return [mapping for mapping in enabled if mapping.name in chosen]


def _create(
    connection: Connection, wanted: Sequence[TableMapping], totals: Mapping[str, int | None], by: str
) -> FullSync:
    full_sync = FullSync.objects.create(connection=connection, requested_by=by)
    settings = {row.name: row for row in MappingSettings.objects.filter(connection=connection)}
    names = {mapping.name for mapping in wanted}
    Run.objects.bulk_create(
        Run(
            connection=connection,
            mapping=settings[mapping.name],
            full_sync=full_sync,
            kind=RunKind.FULL,
            requested_by=by,
            position=position,
            depends_on=[name for name in mapping.after if name in names],
            total=totals[mapping.name],
        )
        for position, mapping in enumerate(wanted, start=1)
    )
    return full_sync


def _expected(connection: Connection, mapping: TableMapping) -> int | None:
    """Return how many rows a run will look at: both tables where it reads from the start, unknown where it goes on."""
    if Cursor.objects.filter(mapping__connection=connection, mapping__name=mapping.name, value__isnull=False).exists():
        return None
    try:
        sales = connections.client(connection).count(mapping.sales)
    except TallyError:
        return None  # the run itself will say what is wrong
    return sales + queries.count_records(connection.company, mapping.finance, by=SYNCHRONIZATION)


def full_sync_review(company: Company) -> list[ReviewLine]:
    """Return the lines of the newest full synchronization, or a blank line per enabled mapping before the first.

    Blank lines carry a recommendation, for which Dynamics CRM is asked how many rows it has (at most once a minute)."""
    connection = connections.connection_of(company)
    newest = FullSync.objects.filter(connection=connection).order_by("-id").first()
    runs = {} if newest is None else {run.mapping.name: run for run in newest.lines.select_related("mapping")}
    lines = mappings_of(connection)
    counts = {} if runs else _counts(connection, lines)
    at = now()
    return [
        _line(mapping, runs.get(mapping.name), recommended(mapping, *counts[mapping.name]) if counts else "", at)
        for mapping in lines
        if mapping.name in runs or not runs
    ]


def _line(mapping: TableMapping, run: Run | None, recommendation: str, at: datetime) -> ReviewLine:
    return ReviewLine(
        name=mapping.name,
        dependency_filter="|".join(mapping.after),
        direction=_direction(mapping),
        job_status=JOB_STATUS[RunStatus(run.status)] if run else "",
        to_status=_pass_status(mapping, run, SALES),
        from_status=_pass_status(mapping, run, SALES.other),
        total=run.total if run else None,
        done=run.done if run else 0,
        rate=_rate(run, at) if run else None,
        message=run.message if run else "",
        hint=run.hint if run else "",
        recommendation=recommendation,
        run=run,
    )


JOB_STATUS = {
    RunStatus.QUEUED: "Ready",
    RunStatus.IN_PROCESS: "In Process",
    RunStatus.SUCCESS: "Finished",
    RunStatus.ERROR: "Error",
    RunStatus.STOPPED: "On Hold",
    RunStatus.ASKS: "Waiting",
}


def _direction(mapping: TableMapping) -> str:
    match mapping.direction:
        case Direction.TO_SALES:
            return "To Integration Table"
        case Direction.TO_FINANCE:
            return "From Integration Table"
        case _:
            return "Bidirectional"


def _pass_status(mapping: TableMapping, run: Run | None, side: SideName) -> str:
    """Return how the pass that writes on `side` stands: "" where there is none."""
    if run is None or run.status == RunStatus.QUEUED or not mapping.direction.reaches(side):
        return ""
    failed = run.to_failed if side is SALES else run.from_failed
    if run.status == RunStatus.SUCCESS:
        return "Error" if failed else "Success"
    return "In Process" if run.status == RunStatus.IN_PROCESS else "Error"


def _rate(run: Run, at: datetime) -> float | None:
    """Return how many rows a second the run looks at, over all of its time."""
    if run.started_at is None:
        return None
    seconds = ((run.finished_at or at) - run.started_at).total_seconds()
    return round(run.done / seconds, 1) if seconds > 0 else None


def recommended(mapping: TableMapping, finance_rows: int, sales_rows: int) -> str:
    """Return what is best done first with a mapping that was never run."""
    if mapping.name == "SALESPEOPLE":
        return "Full Synchronization"
    if finance_rows and sales_rows:
        return "Couple Records"
    return "Full Synchronization" if finance_rows or sales_rows else "No Records To Synchronize Now"


_counted: dict[int, tuple[float, dict[str, tuple[int, int]]]] = {}


def _counts(connection: Connection, lines: Sequence[TableMapping]) -> dict[str, tuple[int, int]]:
    """Return the rows of each mapping on both sides, or nothing where the other system cannot be asked."""
    at, counts = _counted.get(connection.pk, (0.0, {}))
    if time.monotonic() - at < RECOMMENDED_FOR and set(counts) >= {mapping.name for mapping in lines}:
        return counts
    try:
        connections.sides(connection)
        crm = connections.client(connection)
        counts = {
            mapping.name: (
                queries.count_records(connection.company, mapping.finance, by=SYNCHRONIZATION),
                crm.count(mapping.sales),
            )
            for mapping in lines
        }
    except TallyError:
        return {}
    _counted[connection.pk] = (time.monotonic(), counts)
    return counts


def restart_line(company: Company, run_id: int, by: Actor) -> Run:
    """Have a line that ended be done again, and with it the lines that were not started because of it.

    A line of a full synchronization that has ended becomes a full synchronization of its own."""
    by.require(Permission.SYNCHRONIZE)
    run = find_run(company, run_id)
    if run.status in OPEN:
        return run
    full_sync = run.full_sync
    if full_sync is None or full_sync.finished_at is not None:
        names = [run.mapping.name, *(line.mapping.name for line in _blocked_by(run))]
        return request_full_sync(company, names, by=by).lines.select_related("mapping").get(mapping=run.mapping)
    again = [run.pk, *(line.pk for line in _blocked_by(run))]
    Run.objects.filter(pk__in=again).update(
        status=RunStatus.QUEUED,
        attempts=F("attempts") + 1,
        finished_at=None,
        message="",
        hint="",
        stop_requested=False,
        requested_by=by.name,
    )
    return find_run(company, run_id)


def _blocked_by(run: Run) -> list[Run]:
    """Return the lines that ended without having been started, because this one did not finish."""
    if run.full_sync is None:
        return []
    lines = run.full_sync.lines.select_related("mapping").filter(status=RunStatus.ERROR, started_at=None)
    found, names = [], {run.mapping.name}
    for line in lines.order_by("position"):
        if names.intersection(line.depends_on):
            names.add(line.mapping.name)
            found.append(line)
    return found


def remove_line(company: Company, run_id: int, by: Actor = OPERATOR) -> None:
    """Leave a mapping out of the full synchronization under way. Only before it has started."""
    by.require(Permission.SYNCHRONIZE)
    run = find_run(company, run_id)
    deleted, _ = Run.objects.filter(pk=run.pk, status=RunStatus.QUEUED, full_sync__isnull=False).delete()
    if not deleted:
        raise SetupError(f"{run.mapping.name} has started already.", hint="Stop it instead.")


def approve(company: Company, run_id: int, by: Actor) -> Run:
    """Lift the brake of a run that asks, and let it go on."""
    by.require(Permission.SYNCHRONIZE)
    run = find_run(company, run_id)
    changed = Run.objects.filter(pk=run.pk, status=RunStatus.ASKS).update(
        status=RunStatus.QUEUED, allowed=True, message=f"Allowed by {by.name}." if by.name else "Allowed.", hint=""
    )
    if not changed:
        raise SetupError(f"This run of {run.mapping.name} does not ask for anything.", hint="Look at its messages.")
    return find_run(company, run_id)


def stop(company: Company, run_id: int, by: Actor = OPERATOR) -> Run:
    """Stop a run: at once where it has not begun or asks, else after the page under way. What is done stays done."""
    by.require(Permission.SYNCHRONIZE)
    run = find_run(company, run_id)
    message = f"Stopped by {by.name}." if by.name else "Stopped."
    Run.objects.filter(pk=run.pk, status__in=(RunStatus.QUEUED, RunStatus.ASKS)).update(
        status=RunStatus.STOPPED, finished_at=now(), message=message
    )
    Run.objects.filter(pk=run.pk, status=RunStatus.IN_PROCESS).update(stop_requested=True)
    return find_run(company, run_id)


def stop_full_sync(company: Company, by: Actor = OPERATOR) -> None:
    """Stop every line of the full synchronization under way."""
    by.require(Permission.SYNCHRONIZE)
    connection = connections.connection_of(company)
    for run_id in Run.objects.filter(
        connection=connection, full_sync__finished_at=None, full_sync__isnull=False, status__in=OPEN
    ).values_list("id", flat=True):
        stop(company, run_id, by)


@dataclass(frozen=True, slots=True)
class OpenRuns:
    """How many runs are under way, wait for a worker, and ask a person."""

    in_process: int = 0
    queued: int = 0
    asks: int = 0


def open_runs(company: Company) -> OpenRuns:
    """Return how many runs are not at their end. One query."""
    found = Counter(Run.objects.filter(connection__company=company, status__in=OPEN).values_list("status", flat=True))
    return OpenRuns(found[RunStatus.IN_PROCESS], found[RunStatus.QUEUED], found[RunStatus.ASKS])


def find_run(company: Company, run_id: int) -> Run:
    """Return a run of this company. Raises SetupError where it has none of that number."""
    found = Run.objects.filter(connection__company=company, pk=run_id).select_related("mapping", "full_sync").first()
    if found is None:
        raise SetupError(f"There is no run {run_id}.", hint="Look at the list of runs.")
    return found
