"""Couplings and loose records as rows of the database, and back."""
# ruff: noqa: S608

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from tallystick.engine import (
    FINANCE,
    IN_SYNC,
    Coupling,
    FieldConflict,
    Fields,
    Half,
    HistoryEntry,
    Loose,
    Record,
    RowState,
    SideName,
    Standing,
    Target,
)
from tallystick.integration.models import CouplingRow, HistoryRow, LooseKey, LooseRow
from tallystick.integration.stores.sql import Insertion, Row, one_of

LABEL_LENGTH = 400
STANDING = (
    "state",
    "why",
    "waits_mapping_id",
    "waits_side",
    "waits_id",
    "retry",
    "conflicts",
    "deleted_on",
)
HALVES = ("finance_id", "finance_version", "finance_base", "sales_id", "sales_version", "sales_base")
COUPLING = (*HALVES, "unsettled", "decisions", *STANDING)
LOOSE = (
    "side",
    "record_id",
    "version",
    "fields",
    "modified_at",
    "by_us",
    "label",
    "eligible",
    "keys",
    *STANDING,
)
STORED = ("mapping_id", "run_id", "updated_at")

MADE = ("label", "created_at", "created_run_id", *STORED)
SETTLED_COUPLINGS = Insertion(CouplingRow, (*MADE, *HALVES))
COUPLINGS = Insertion(
    CouplingRow,
    (*MADE, *COUPLING),
    key=("mapping_id", "finance_id"),
    keep=("created_at", "created_run_id"),
    # A result without a name does not take the name away that an earlier one gave.
    sets=(("label", "CASE WHEN excluded.label = '' THEN integration_couplingrow.label ELSE excluded.label END"),),
)
LOOSE_ROWS = Insertion(LooseRow, (*STORED, *LOOSE), key=("mapping_id", "side", "record_id"))
LOOSE_KEYS = Insertion(LooseKey, ("mapping_id", "side", "record_id", "digest"))
HISTORY = Insertion(
    HistoryRow,
    ("mapping_id", "run_id", "at", "by", "kind", "side", "finance_id", "sales_id", "label", "before", "after", "why"),
)

IN_SYNC_COLUMNS: Row = (IN_SYNC.state.value, "", None, "", "", "", "", "")


def json_of(value: object) -> str:
    """Return plain data as JSON text; "" for what is empty."""
    return orjson.dumps(value).decode() if value else ""


def from_json(text: str) -> Any:
    """Return what `json_of` was given, None for what was empty."""
    return orjson.loads(text) if text else None


def digest_of(key: str) -> str:
    """Return a match key as 32 hexadecimal digits, however long it is."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def standing_columns(standing: Standing, mapping_ids: Mapping[str, int]) -> Row:
    """Return the values of the STANDING columns."""
    if standing is IN_SYNC:
        return IN_SYNC_COLUMNS
    target = standing.waits_for
    return (
        standing.state.value,
        standing.why,
        mapping_ids.get(target.mapping) if target else None,
        target.side.value if target else "",
        target.id if target else "",
        standing.retry,
        conflicts_json(standing.conflicts),
        standing.deleted_on.value if standing.deleted_on else "",
    )


def conflicts_json(conflicts: Sequence[FieldConflict]) -> str:
    return json_of([[c.field, c.finance, c.sales, c.base_finance, c.base_sales] for c in conflicts])


def standing_from(columns: Row, mapping_names: Mapping[int, str]) -> Standing:
    """Return the standing that STANDING columns hold."""
    state, why, waits_mapping, waits_side, waits_id, retry, conflicts, deleted_on = columns
    if state == "in sync" and not retry and waits_mapping is None and not why:
        return IN_SYNC
    name = mapping_names.get(waits_mapping) if waits_mapping is not None else None
    return Standing(
        RowState(state),
        why,
        Target(name, SideName(waits_side), waits_id) if name else None,
        retry,
        tuple(FieldConflict(*conflict) for conflict in from_json(conflicts) or ()),
        SideName(deleted_on) if deleted_on else None,
    )


def halves_columns(coupling: Coupling, pack: Callable[[Fields], str]) -> Row:
    """Return the values of the HALVES columns; `pack` makes text of a base."""
    finance, sales = coupling.finance, coupling.sales
    return (finance.id, finance.version, pack(finance.base), sales.id, sales.version, pack(sales.base))


def coupling_columns(coupling: Coupling, mapping_ids: Mapping[str, int], pack: Callable[[Fields], str]) -> Row:
    """Return the values of the COUPLING columns; `pack` makes text of a base."""
    return (
        *halves_columns(coupling, pack),
        json_of(sorted(coupling.unsettled)) if coupling.unsettled else "",
        json_of(dict(coupling.decisions)) if coupling.decisions else "",
        *standing_columns(coupling.standing, mapping_ids),
    )


def is_settled(coupling: Coupling) -> bool:
    """Whether a coupling is in sync with nothing left open: then it is its halves, and the other columns' defaults."""
    return coupling.standing is IN_SYNC and not coupling.unsettled and not coupling.decisions


def coupling_from(row: Row, mapping_names: Mapping[int, str], unpack: Callable[[str], Fields]) -> Coupling:
    """Return the coupling that COUPLING columns hold; `unpack` reads the text of a base."""
    finance_id, finance_version, finance_base, sales_id, sales_version, sales_base, unsettled, decisions = row[:8]
    return Coupling(
        finance=Half(finance_id, finance_version, unpack(finance_base)),
        sales=Half(sales_id, sales_version, unpack(sales_base)),
        standing=standing_from(row[8:], mapping_names),
        unsettled=frozenset(orjson.loads(unsettled)) if unsettled else frozenset(),
        decisions={field: SideName(side) for field, side in orjson.loads(decisions).items()} if decisions else {},
    )


def loose_columns(loose: Loose, mapping_ids: Mapping[str, int], moment: Callable[[datetime | None], Any]) -> Row:
    """Return the values of the LOOSE columns."""
    record = loose.record
    return (
        loose.side.value,
        record.id,
        record.version,
        orjson.dumps(record.fields).decode(),
        moment(record.modified_at) if record.modified_at is not None else None,
        record.by_us,
        record.label[:LABEL_LENGTH],
        loose.eligible,
        json_of(loose.keys),
        *standing_columns(loose.standing, mapping_ids),
    )


def loose_from(row: Row, mapping_names: Mapping[int, str]) -> Loose:
    """Return the loose record that LOOSE columns hold."""
    side, record_id, version, fields, modified_at, by_us, label, eligible, keys = row[:9]
    record = Record(record_id, version, orjson.loads(fields), _instant(modified_at), bool(by_us), label)
    return Loose(
        SideName(side), record, standing_from(row[9:], mapping_names), bool(eligible), tuple(from_json(keys) or ())
    )


def key_rows(loose: Loose, mapping_id: int) -> list[Row]:
    """Return one LOOSE_KEYS row per match key."""
    return [(mapping_id, loose.side.value, loose.record.id, digest_of(key)) for key in loose.keys]


def creations_statement() -> str:
    """Return the statement that notes in history that couplings' counterparts were created.

    Its parameters: run, instant, by, side, why, mapping, and the finance ids of the couplings."""
    return f"""
        INSERT INTO {HistoryRow._meta.db_table}
            (mapping_id, run_id, at, "by", kind, side, finance_id, sales_id, label, before, after, why)
        SELECT c.mapping_id, %s, %s, %s, 'created', %s, c.finance_id, c.sales_id, c.label, '', '', %s
        FROM {CouplingRow._meta.db_table} c WHERE c.mapping_id = %s AND {one_of("c.finance_id")}"""


def history_row(entry: HistoryEntry, mapping_id: int, run_id: int | None, at: Any, by: str) -> Row:
    """Return the HISTORY row of an entry."""
    return (
        mapping_id,
        run_id,
        at,
        by,
        entry.kind,
        entry.side.value,
        entry.finance_id,
        entry.sales_id,
        entry.label[:LABEL_LENGTH],
        json_of(dict(entry.before)) if entry.before else "",
        json_of(dict(entry.after)) if entry.after else "",
        entry.why,
    )


def id_column(side: SideName) -> str:
    """Return the column that holds the id of `side` in a coupling."""
    return "finance_id" if side is FINANCE else "sales_id"


def _instant(value: datetime | str | None) -> datetime | None:
    """Return an instant as the two databases give it through a bare cursor: aware on PostgreSQL, UTC text on SQLite."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is not None and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value
