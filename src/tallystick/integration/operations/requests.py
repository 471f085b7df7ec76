"""What a run was asked to do, and how the engine is told: the same for a person who waits and for a worker.

A run's `options` are a request as JSON. `reach_of`, `mapping_for`, `store_for` and `adapted` are all that whoever carries a
run out has to ask."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tallystick.engine import (
    IN_SYNC,
    SALES,
    Coupling,
    Half,
    HistoryEntry,
    Reach,
    Record,
    Revisit,
    SideName,
    TableMapping,
)
from tallystick.engine.plan import Action, Keep, Pair, Plan, Update, Work
from tallystick.integration.models import Connection, Run, RunKind
from tallystick.integration.stores import OrmCouplingStore
from tallystick.integration.stores.settings import as_set

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. No ids mean the whole mapping.

    `winner` overrides what the other side holds. `first` is whose values are taken where records that are coupled now for
    the first time differ (None: as the mapping says). `create`: counterparts are created where none matches. `values`
    false: records are coupled as they are, and nothing is written."""

    finance_ids: tuple[str, ...] = ()
    sales_ids: tuple[str, ...] = ()
    winner: SideName | None = None
    create: bool = False
    values: bool = True
    first: SideName | None = None

    def as_options(self) -> dict[str, Any]:
        return {
            "finance_ids": list(self.finance_ids),
            "sales_ids": list(self.sales_ids),
            "winner": self.winner.value if self.winner else None,
            "create": self.create,
            "values": self.values,
            "first": self.first.value if self.first else None,
        }

    @classmethod
    def of(cls, run: Run) -> "Request":
        options: Mapping[str, Any] = run.options
        winner, first = options.get("winner"), options.get("first")
        return cls(
            tuple(options.get("finance_ids", ())),
            tuple(options.get("sales_ids", ())),
            SideName(winner) if winner else None,
            bool(options.get("create")),
            bool(options.get("values", True)),
            SideName(first) if first else None,
        )

    @property
    def is_selection(self) -> bool:
        return bool(self.finance_ids or self.sales_ids)

    def rules(self, mapping: TableMapping) -> TableMapping:
        """Return the mapping by whose rules the request is carried out."""
        return by_winner(mapping, self.winner or self.first)


NOTHING_ASKED = Request()


def reach_of(run: Run) -> Reach:
    """Return how far the run goes."""
    match run.kind:
        case RunKind.FULL | RunKind.CREATION:
            return Reach.FULL
        case RunKind.COUPLING:
            return Reach.FULL if Request.of(run).create else Reach.MATCH
        case _:
            return Reach.COUPLED


def mapping_for(run: Run) -> TableMapping:
    """Return the mapping by whose rules the run works."""
    return Request.of(run).rules(as_set(run.mapping))


def by_winner(mapping: TableMapping, winner: SideName | None) -> TableMapping:
    """Return the mapping with `winner` as the side whose values are taken at a first coupling."""
    return mapping if winner is None else replace(mapping, first=winner)


def store_for(run: Run) -> OrmCouplingStore:
    """Return the store the run works with."""
    winner = Request.of(run).winner
    return OrmCouplingStore(run.connection, run) if winner is None else ForcefulStore(run.connection, run, winner)


def adapted(run: Run, plan: Plan) -> Plan:
    """Return the plan as the run may carry it out."""
    return plan if Request.of(run).values else coupled_only(plan)


def works_of(request: Request) -> Iterator[Work]:
    """Yield the pages of work of a selection."""
    for start in range(0, len(request.finance_ids), CHUNK):
        yield Work.selection(request.finance_ids[start : start + CHUNK], ())
    for start in range(0, len(request.sales_ids), CHUNK):
        yield Work.selection((), request.sales_ids[start : start + CHUNK])


class ForcefulStore(OrmCouplingStore):
    """A store whose selected couplings have never agreed on anything and are decided for `winner`.

    So a merge takes every field from that side, whoever changed it last, and remembers what comes of it as usual."""

    def __init__(self, connection: Connection, run: Run | None, winner: SideName, by: str = "") -> None:
        super().__init__(connection, run, by)
        self._winner = winner

    def selected(self, mapping: str, finance_ids: Sequence[str], sales_ids: Sequence[str]) -> Revisit:
        found = super().selected(mapping, finance_ids, sales_ids)
        return replace(found, couplings=[self._forced(coupling) for coupling in found.couplings])

    def _forced(self, coupling: Coupling) -> Coupling:
        return replace(
            coupling,
            finance=Half(coupling.finance.id, None, {}),
            sales=Half(coupling.sales.id, None, {}),
            decisions={"": self._winner},
        )


def coupled_only(plan: Plan) -> Plan:
    """Return the plan with matched records coupled as they are: nothing of them is written."""
    return replace(plan, actions=tuple(_coupled_only(action) for action in plan.actions))


def _coupled_only(action: Action) -> Action:
    match action:
        case Update(pair=pair) | Keep(pair=pair) if pair.coupling is None and pair.finance and pair.sales:
            return Keep(
                pair, as_they_are(pair.finance, pair.sales), history=(coupled_entry(pair, "their match fields agree"),)
            )
        case _:
            return action


def as_they_are(finance: Record, sales: Record) -> Coupling:
    """Return a coupling of two records whose differences are settled: each keeps what it holds until somebody edits it."""
    return Coupling(
        Half(finance.id, finance.version, finance.fields), Half(sales.id, sales.version, sales.fields), IN_SYNC
    )


def coupled_entry(pair: Pair, why: str) -> HistoryEntry:
    """Return the history of a coupling."""
    ids = [record.id if record is not None else None for record in (pair.finance, pair.sales)]
    return HistoryEntry("coupled", SALES, ids[0], ids[1], {}, {}, why, pair.label)
