"""A preview: every write a run would make, with its reason. Nothing is written, there or here."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from tallystick.engine import FINANCE, SALES, Fields, Outcome, Reach, Result, SideName, Standing, TallyError
from tallystick.engine.plan import Brake
from tallystick.engine.rehearsal import PlannedWrite, rehearse
from tallystick.financials.models import Company
from tallystick.integration.models import CouplingRow, LooseRow
from tallystick.integration.operations.desk import Place, now
from tallystick.integration.operations.naming import Names
from tallystick.integration.operations.past import HistoryField
from tallystick.integration.stores.rows import LABEL_LENGTH

MOST_SHOWN = 10_000
LABELS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PreviewWrite:
    """One write that would be made, in words. `kind` is create, update, delete, couple or uncouple."""

    kind: str
    side: str
    finance_id: str
    sales_id: str
    label: str
    fields: tuple[HistoryField, ...]
    why: str
    risky: bool


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """How many records would be left as they are for one reason."""

    outcome: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do. `writes` shows the first `MOST_SHOWN` of `total`; `left` counts the others by reason.

    `brake` is what the run would stop and ask, "" where it would not."""

    mapping: str
    reach: str
    total: int
    to_sales: int
    to_finance: int
    writes: tuple[PreviewWrite, ...]
    left: tuple[LeftAlone, ...]
    brake: str
    sentence: str


def preview(company: Company, mapping: str, reach: Reach = Reach.COUPLED) -> Preview:
    """Return what a run of the mapping would write now, and what it would leave alone and why.

    Reads the changes of both sides as a run would. References to records that another mapping would create first count
    as not coupled yet."""
    place = Place.of(company, mapping)
    store = place.store()
    planned: list[PlannedWrite] = []
    counts: Counter[str] = Counter()
    left = _Left()
    for step in rehearse(place.mapping, place.sides(), store, reach=reach, now=now()):
        left.note(step)
        if isinstance(step, Result):
            continue
        counts.update({"total": 1, f"on {step.side}": step.kind in ("create", "update", "delete"), "risky": step.risky})
        if len(planned) < MOST_SHOWN:
            planned.append(step)
    reasons = left.reasons(place)
    return Preview(
        mapping=place.mapping.name,
        reach=reach.value,
        total=counts["total"],
        to_sales=counts[f"on {SideName.SALES}"],
        to_finance=counts[f"on {SideName.FINANCE}"],
        writes=tuple(_in_words(place, planned)),
        left=tuple(LeftAlone(outcome, why, count) for (outcome, why), count in reasons.most_common()),
        brake=_brake(place, store.count(place.mapping.name), counts["risky"]),
        sentence=_sentence(place, counts, sum(reasons.values())),
    )


@dataclass(slots=True)
class _Left:
    """What a rehearsal leaves as it is. A record that it looks at several times counts once, with what came last.

    `standing` holds outcome, reason and label by side and id; `as_before` the outcome and label of records about which
    the rehearsal had nothing new to say."""

    standing: dict[tuple[SideName, str], tuple[str, str, str]] = field(default_factory=dict)
    as_before: set[tuple[str, str]] = field(default_factory=set)

    def note(self, step: PlannedWrite | Result) -> None:
        """Take in what the rehearsal says next."""
        if isinstance(step, PlannedWrite):
            self._drop(step.finance_id, step.sales_id)
            return
        outcome = step.outcome.value
        if step.coupling is not None:
            finance_id = step.coupling.finance.id
            self._drop(finance_id, step.coupling.sales.id)
            if step.outcome is not Outcome.UNCHANGED:
                self.standing[FINANCE, finance_id] = (outcome, _reason(step, step.coupling.standing), step.label)
        for row in step.loose:
            self.standing[row.side, row.record.id] = (outcome, _reason(step, row.standing), step.label)
        if step.coupling is None and not step.loose and step.outcome is not Outcome.UNCHANGED:
            self.as_before.add((outcome, step.label))

    def _drop(self, finance_id: str | None, sales_id: str | None) -> None:
        self.standing.pop((FINANCE, finance_id or ""), None)
        self.standing.pop((SALES, sales_id or ""), None)

    def reasons(self, place: Place) -> Counter[tuple[str, str]]:
        """Return how many records are left, by outcome and reason; the stored one for those that stand as before."""
        counts = Counter((outcome, why) for outcome, why, _ in self.standing.values())
        told = {(outcome, label) for outcome, _, label in self.standing.values()}
        counts.update(_stored_reasons(place, self.as_before - told))
        return counts


def _reason(result: Result, standing: Standing) -> str:
    return str(result.error) if result.error is not None else standing.why


def _stored_reasons(place: Place, wanted: Set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield state and reason of each stored row of one of these states and labels."""
    labels = sorted({label[:LABEL_LENGTH] for _, label in wanted})
    for start in range(0, len(labels), LABELS_AT_ONCE):
        for model in (CouplingRow, LooseRow):
            found = model._default_manager.filter(
                mapping=place.settings, label__in=labels[start : start + LABELS_AT_ONCE]
            )
            for state, label, why in found.values_list("state", "label", "why"):
                if (state, label) in wanted:
                    yield state, why


def _brake(place: Place, coupled: int, risky: int) -> str:
    try:
        Brake(coupled).check(place.mapping, risky)
    except TallyError as error:
        return error.what
    return ""


def _sentence(place: Place, counts: Counter[str], left: int) -> str:
    if not counts["total"]:
        return f"{place.mapping.name}: nothing would be written; {_records(left)} would be left as they are."
    to_sales, to_finance = counts[f"on {SideName.SALES}"], counts[f"on {SideName.FINANCE}"]
    return (
        f"{place.mapping.name}: {to_sales:,} {'write' if to_sales == 1 else 'writes'} in Dynamics CRM and "
        f"{to_finance:,} in Financials; {_records(left)} would be left as they are."
    )


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _in_words(place: Place, planned: Sequence[PlannedWrite]) -> list[PreviewWrite]:
    rows = list(place.mapping.enabled_fields())
    names = Names(place).learn(
        (row, write.side, values.get(row.name_on(write.side)))
        for write in planned
        for values in (write.before, write.after)
        for row in rows
        if row.via is not None
    )
    known = {side: {row.name_on(side): row for row in rows} for side in SideName}

    def shown(side: SideName, values: Fields, name: str) -> str:
        row, value = known[side].get(name), values.get(name)
        return names.show(row, side, value) if row is not None else str("" if value is None else value)

    return [
        PreviewWrite(
            kind=write.kind,
            side=write.side.value,
            finance_id=write.finance_id or "",
            sales_id=write.sales_id or "",
            label=write.label,
            fields=tuple(
                HistoryField(name, shown(write.side, write.before, name), shown(write.side, write.after, name))
                for name in dict.fromkeys((*write.before, *write.after))
            ),
            why=write.why,
            risky=write.risky,
        )
        for write in planned
    ]
