"""What values are called by people: references by the number or code of what they lead to, everything else as it is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from tallystick.engine import FINANCE, FieldMapping, SideName, TableMapping, Value
from tallystick.financials import queries
from tallystick.financials.tables import table_named
from tallystick.integration.operations.desk import Place

# Fields that only the integration knows.
OWN_LABELS = {"company": "Company", "exchange_rate": "Exchange Rate"}


def field_label(mapping: TableMapping, name: str) -> str:
    """Return what a finance field is called on pages."""
    table = table_named(mapping.finance)
    return table.by_name[name].label if name in table.by_name else OWN_LABELS.get(name, name)


@dataclass(slots=True)
class Names:
    """Shows values of a mapping's fields. Give it all values first (`learn`): it asks one or two queries per table."""

    place: Place
    codes: dict[tuple[str, SideName, str], str] = field(default_factory=dict)

    def learn(self, values: Iterable[tuple[FieldMapping, SideName, Value]]) -> "Names":
        """Look up the names of the references among these values."""
        wanted: dict[tuple[str, str, SideName], set[str]] = defaultdict(set)
        for row, side, value in values:
            if row.via is not None and value is not None:
                wanted[row.via.mapping, row.via.finance, side].add(str(value))
        store = self.place.store() if wanted else None
        for (mapping, table, side), ids in wanted.items():
            own = {id_: id_ for id_ in ids}
            finance = own if side is FINANCE or store is None else dict(store.counterparts(mapping, side, sorted(ids)))
            known = queries.codes_by_id(self.place.company, table, [u for u in map(_uuid, finance.values()) if u])
            for id_, finance_id in finance.items():
                uuid = _uuid(finance_id)
                if uuid in known:
                    self.codes[mapping, side, id_] = known[uuid]
        return self

    def show(self, row: FieldMapping, side: SideName, value: Value) -> str:
        """Return a value in words; "" for blank."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if row.via is not None:
            return self.codes.get((row.via.mapping, side, str(value)), f"{value} (not coupled)")
        return str(value)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
