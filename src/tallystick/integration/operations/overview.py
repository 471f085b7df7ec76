"""How the halves match, mapping by mapping: what the list of table mappings and `tally status` show."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from tallystick.engine import SALES, RowState, TableMapping
from tallystick.financials.models import Company
from tallystick.financials.tables import table_named
from tallystick.integration import connections, mappings
from tallystick.integration.models import (
    Connection,
    CouplingRow,
    FullSync,
    LooseRow,
    MappingSettings,
    Run,
    RunStatus,
)
from tallystick.integration.operations.naming import field_label
from tallystick.integration.stores import ensure_settings
from tallystick.integration.stores.settings import as_set
from tallystick.integration.stores.sql import fetch


@dataclass(frozen=True, slots=True)
class MappingCounts:
    """How many rows each side has of a mapping, and which state they are in, each row in exactly one:

    `finance_rows` + `sales_rows` − `coupled` = `in_sync` + `excluded` + `waiting` + `conflicts` + `failed`. Rows count once
    the side's feed has told of them."""

    mapping: str
    finance_rows: int = 0
    sales_rows: int = 0
    coupled: int = 0
    in_sync: int = 0
    excluded: int = 0
    waiting: int = 0
    conflicts: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class FieldOverview:
    """One integration field mapping, in words."""

    finance: str
    finance_label: str
    sales: str
    direction: str
    match: int
    flags: tuple[str, ...]
    enabled: bool


@dataclass(frozen=True, slots=True)
class MappingOverview:
    """One integration table mapping, in words, with how it stands."""

    name: str
    finance_table: str
    finance_label: str
    sales_table: str
    sales_label: str
    direction: str
    depends_on: tuple[str, ...]
    filters: tuple[str, ...]
    conflicts: str
    deletions: str
    creates: bool
    max_share: int
    enabled: bool
    fields: tuple[FieldOverview, ...]
    counts: MappingCounts
    last_run: Run | None


@dataclass(frozen=True, slots=True)
class Status:
    """How the connection and its mappings stand. `problem` says what is wrong, "" where nothing is.

    `schedule_seconds` is how long a worker rests between two cycles."""

    company: str
    address: str
    organization: str
    enabled: bool
    problem: str
    schedule_seconds: int
    last_cycle_at: datetime | None
    full_sync_running: bool
    mappings: tuple[MappingCounts, ...]
    sentence: str


def status(company: Company) -> Status:
    """Return how everything stands. A handful of queries, whatever the number of rows."""
    connection = connections.connection_of(company)
    counts = tuple(counts_of(connection).values())
    problem = connection.disabled_reason or connection.cycle_problem
    return Status(
        company=str(company),
        address=connection.address,
        organization=connection.organization,
        enabled=connection.enabled,
        problem=problem,
        schedule_seconds=connection.schedule_seconds,
        last_cycle_at=connection.last_cycle_at,
        full_sync_running=FullSync.objects.filter(connection=connection, finished_at=None).exists(),
        mappings=counts,
        sentence=_sentence(connection, counts, problem),
    )


def _sentence(connection: Connection, counts: Iterable[MappingCounts], problem: str) -> str:
    total: Counter[str] = Counter()
    for row in counts:
        total.update(coupled=row.coupled, open=row.waiting + row.conflicts + row.failed)
    if not connection.enabled:
        return f"The connection to {connection.address} is switched off. {problem}".strip()
    need = "needs" if total["open"] == 1 else "need"
    state = (
        f"{total['open']:,} of them or their neighbours {need} attention"
        if total["open"]
        else "nothing needs attention"
    )
    return " ".join(part for part in (f"{_pairs(total['coupled'])} coupled; {state}.", problem) if part)


def _pairs(count: int) -> str:
    return "1 pair is" if count == 1 else f"{count:,} pairs are"


def mapping_overview(company: Company) -> list[MappingOverview]:
    """Return every table mapping in the order in which they run, disabled ones too."""
    connection = connections.connection_of(company)
    counts = counts_of(connection)
    settings = _settings(connection)
    last = _last_runs(connection)
    return [
        _overview(as_set(settings[mapping.name]), settings[mapping.name], counts[mapping.name], last.get(mapping.name))
        for mapping in mappings.ALL
    ]


def _overview(mapping: TableMapping, row: MappingSettings, counts: MappingCounts, last: Run | None) -> MappingOverview:
    return MappingOverview(
        name=mapping.name,
        finance_table=mapping.finance,
        finance_label=table_named(mapping.finance).label,
        sales_table=mapping.sales,
        sales_label=mapping.label(SALES),
        direction=mapping.direction.value,
        depends_on=mapping.after,
        filters=tuple(condition.text for condition in mapping.conditions),
        conflicts=mapping.conflicts.value,
        deletions=mapping.deletions.value,
        creates=mapping.creates,
        max_share=mapping.max_share,
        enabled=row.enabled,
        fields=tuple(_fields(mapping)),
        counts=counts,
        last_run=last,
    )


def _fields(mapping: TableMapping) -> Iterable[FieldOverview]:
    for row in mapping.fields:
        flags = {
            f"through {row.via.mapping}" if row.via else "": row.via is not None,
            "a blank is not sent": row.not_null,
            "waits alone": row.clear_if_uncoupled,
            "when created only": row.create_only,
        }
        yield FieldOverview(
            finance=row.finance,
            finance_label=field_label(mapping, row.finance),
            sales=row.sales,
            direction=row.direction.value,
            match=row.match,
            flags=tuple(text for text, holds in flags.items() if holds),
            enabled=row.enabled,
        )


def _settings(connection: Connection) -> dict[str, MappingSettings]:
    ensure_settings(connection)
    return {row.name: row for row in MappingSettings.objects.filter(connection=connection)}


def _last_runs(connection: Connection) -> dict[str, Run]:
    """Return the newest run of each mapping that was begun."""
    begun = Run.objects.filter(mapping=OuterRef("id")).exclude(status=RunStatus.QUEUED).order_by("-id")
    newest = MappingSettings.objects.filter(connection=connection).annotate(newest=Subquery(begun.values("id")[:1]))
    ids = newest.values_list("newest", flat=True)
    return {run.mapping.name: run for run in Run.objects.filter(id__in=list(ids)).select_related("mapping")}


def counts_of(connection: Connection) -> Mapping[str, MappingCounts]:
    """Return the counts of every shipped mapping, by name. Three queries over indexes."""
    ensure_settings(connection)
    names = dict(MappingSettings.objects.filter(connection=connection).values_list("id", "name"))
    tallies = _tallies(list(names))
    by_name = {names[mapping_id]: tally for mapping_id, tally in tallies.items()}
    return {mapping.name: _counts(mapping.name, by_name.get(mapping.name, Counter())) for mapping in mappings.ALL}


def _counts(name: str, tally: Mapping[str, int]) -> MappingCounts:
    """Return a tally in which a coupling counts as coupled while both its halves exist."""
    couplings, half = tally.get("couplings", 0), tally.get("gone finance", 0) + tally.get("gone sales", 0)
    open_rows = sum(tally.get(f"coupled {state.value}", 0) for state in RowState if state is not RowState.IN_SYNC)

    def both(state: RowState) -> int:
        return tally.get(f"coupled {state.value}", 0) + tally.get(f"loose {state.value}", 0)

    return MappingCounts(
        mapping=name,
        finance_rows=couplings - tally.get("gone finance", 0) + tally.get("loose finance", 0),
        sales_rows=couplings - tally.get("gone sales", 0) + tally.get("loose sales", 0),
        coupled=couplings - half,
        in_sync=couplings - open_rows + tally.get(f"loose {RowState.IN_SYNC.value}", 0),
        excluded=both(RowState.EXCLUDED),
        waiting=both(RowState.WAITING),
        conflicts=both(RowState.CONFLICT),
        failed=both(RowState.FAILED),
    )


def _tallies(ids: list[int]) -> dict[int, Counter[str]]:
    couplings, loose = CouplingRow._meta.db_table, LooseRow._meta.db_table
    marks = ", ".join(["%s"] * len(ids))
    tallies: dict[int, Counter[str]] = defaultdict(Counter)
    for mapping_id, count in fetch(
        f"SELECT mapping_id, count(*) FROM {couplings} WHERE mapping_id IN ({marks}) GROUP BY mapping_id",  # noqa: S608
        ids,
    ):
        tallies[mapping_id]["couplings"] += count
    # The condition repeats that of the partial index, which is how SQLite knows that it may use it.
    for mapping_id, state, gone, count in fetch(
        f"SELECT mapping_id, state, deleted_on, count(*) FROM {couplings} "  # noqa: S608
        f"WHERE mapping_id IN ({marks}) AND NOT (state = 'in sync') GROUP BY mapping_id, state, deleted_on",
        ids,
    ):
        tallies[mapping_id][f"coupled {state}"] += count
        if gone and state == RowState.CONFLICT.value:
            tallies[mapping_id][f"gone {gone}"] += count
    for mapping_id, side, state, count in fetch(
        f"SELECT mapping_id, side, state, count(*) FROM {loose} "  # noqa: S608
        f"WHERE mapping_id IN ({marks}) GROUP BY mapping_id, side, state",
        ids,
    ):
        tallies[mapping_id][f"loose {side}"] += count
        tallies[mapping_id][f"loose {state}"] += count
    return tallies
