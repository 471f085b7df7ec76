"""The engine's memory on the database (engine.CouplingStore).

Pages come and go through set-based SQL; no method asks the database once per record. What is put into the text of a
statement are names of our own tables and columns, nothing else."""
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from tallystick.engine import FINANCE, SALES, Coupling, Loose, Reach, Result, Revisit, RowState, SideName
from tallystick.integration.models import (
    Connection,
    CouplingRow,
    Cursor,
    LooseKey,
    LooseRow,
    MappingSettings,
    Run,
    SeenMark,
)
from tallystick.integration.stores import rows
from tallystick.integration.stores.layouts import Layouts
from tallystick.integration.stores.progress import Standing, add_to_run
from tallystick.integration.stores.sql import Insertion, Row, execute, fetch, moment, one_of, values

COUPLING_TABLE = CouplingRow._meta.db_table
LOOSE_TABLE = LooseRow._meta.db_table
KEY_TABLE = LooseKey._meta.db_table
SEEN_TABLE = SeenMark._meta.db_table

COUPLING_COLUMNS = ", ".join(f"c.{column}" for column in rows.COUPLING)
LOOSE_COLUMNS = ", ".join(f"c.{column}" for column in rows.LOOSE)

# These repeat the conditions of the partial indexes word for word, which is how SQLite knows that it may use them.
COUPLING_MAY_BE_DUE = "(c.state = 'waiting' OR NOT (c.retry = '') OR NOT (c.decisions = ''))"
LOOSE_MAY_BE_DUE = "(c.state = 'waiting' OR NOT (c.retry = ''))"
IS_DUE = f"""(
    c.state = 'failed' AND c.retry = 'next run'
    OR c.state = 'waiting' AND (
        c.waits_mapping_id IS NULL
        OR c.waits_side = 'finance' AND EXISTS (
            SELECT 1 FROM {COUPLING_TABLE} t WHERE t.mapping_id = c.waits_mapping_id AND t.finance_id = c.waits_id)
        OR c.waits_side = 'sales' AND EXISTS (
            SELECT 1 FROM {COUPLING_TABLE} t WHERE t.mapping_id = c.waits_mapping_id AND t.sales_id = c.waits_id)))"""

# More loose rows than this with one key are as ambiguous as this many.
CANDIDATES_PER_KEY = 10

CURSORS = Insertion(
    Cursor, ("mapping_id", "side", "value", "rereading", "moved_at"), key=("mapping_id", "side"), keep=("rereading",)
)
SEEN_MARKS = Insertion(SeenMark, ("mapping_id", "side", "record_id"), ignore=True)


class OrmCouplingStore:
    """What one connection remembers. With `run`, results are counted there and history names it; `by` is who asked.

    An instance belongs to one piece of work: it keeps the number of couplings while it works."""

    def __init__(self, connection: Connection, run: Run | None = None, by: str = "") -> None:
        self._ids: dict[str, int] = dict(
            MappingSettings.objects.filter(connection=connection).values_list("name", "id")
        )
        self._names = {id_: name for name, id_ in self._ids.items()}
        self._run_id = run.pk if run is not None else None
        self._by = by or (run.requested_by if run is not None else "")
        self._counts: dict[str, int] = {}
        self._layouts = Layouts()

    def cursor(self, mapping: str, side: SideName) -> str | None:
        found = fetch(
            f"SELECT value FROM {Cursor._meta.db_table} WHERE mapping_id = %s AND side = %s",
            (self._ids[mapping], side.value),
        )
        return found[0][0] if found else None

    def couplings(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, Coupling]:
        found = self._couplings(mapping, side, ids)
        return {coupling.half(side).id: coupling for coupling in found}

    def counterparts(self, mapping: str, side: SideName, ids: Sequence[str]) -> Mapping[str, str]:
        if not ids or mapping not in self._ids:
            return {}
        own, other = rows.id_column(side), rows.id_column(side.other)
        return dict(
            fetch(
                f"SELECT {own}, {other} FROM {COUPLING_TABLE} WHERE mapping_id = %s AND {one_of(own)}",
                (self._ids[mapping], values(ids)),
            )
        )

    def candidates(self, mapping: str, side: SideName, keys: Sequence[str]) -> Mapping[str, Sequence[Loose]]:
        if not keys or not self._has_loose(mapping, side):
            return {}
        digests = {rows.digest_of(key): key for key in keys}
        statement = f"""
            SELECT digest, {LOOSE_COLUMNS} FROM (
                SELECT k.digest, l.*, row_number() OVER (PARTITION BY k.digest ORDER BY l.id) AS place
                FROM {KEY_TABLE} k JOIN {LOOSE_TABLE} l
                  ON l.mapping_id = k.mapping_id AND l.side = k.side AND l.record_id = k.record_id
                WHERE k.mapping_id = %s AND k.side = %s AND {one_of("k.digest")}
            ) c WHERE place <= {CANDIDATES_PER_KEY} ORDER BY c.id"""
        found: dict[str, list[Loose]] = defaultdict(list)
        for digest, *columns in fetch(statement, (self._ids[mapping], side.value, values(digests))):
            found[digests[digest]].append(self._loose(tuple(columns)))
        return found

    def due(self, mapping: str, reach: Reach, after: str | None, limit: int) -> Revisit:
        kind, behind = _place(after)
        couplings: list[tuple[int, Coupling]] = []
        if kind == "c":
            couplings = self._due_couplings(mapping, behind, limit)
            if len(couplings) == limit:
                return Revisit([coupling for _, coupling in couplings], (), f"c{couplings[-1][0]}")
            behind = 0
        loose = self._due_loose(mapping, reach, behind, limit - len(couplings))
        full = len(couplings) + len(loose) == limit and loose
        return Revisit(
            [coupling for _, coupling in couplings],
            [row for _, row in loose],
            f"l{loose[-1][0]}" if full else None,
        )

    def selected(self, mapping: str, finance_ids: Sequence[str], sales_ids: Sequence[str]) -> Revisit:
        found = {
            coupling.finance.id: coupling
            for side, ids in ((FINANCE, finance_ids), (SALES, sales_ids))
            for coupling in self._couplings(mapping, side, ids)
        }
        loose = [
            row
            for side, ids in ((FINANCE, finance_ids), (SALES, sales_ids))
            for row in self._loose_rows(mapping, side, ids)
        ]
        return Revisit(list(found.values()), loose, None)

    def count(self, mapping: str) -> int:
        if mapping not in self._counts:
            statement = f"SELECT count(*) FROM {COUPLING_TABLE} WHERE mapping_id = %s"
            self._counts[mapping] = fetch(statement, (self._ids[mapping],))[0][0]
        return self._counts[mapping]

    def unseen(self, mapping: str, side: SideName, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        if not self._is_rereading(mapping, side):
            return (), None
        own, mapping_id = rows.id_column(side), self._ids[mapping]
        statement = f"""
            SELECT id FROM (
                SELECT {own} AS id FROM {COUPLING_TABLE} WHERE mapping_id = %s AND {own} > %s
                UNION SELECT record_id FROM {LOOSE_TABLE} WHERE mapping_id = %s AND side = %s AND record_id > %s
            ) known
            WHERE NOT EXISTS (
                SELECT 1 FROM {SEEN_TABLE} s WHERE s.mapping_id = %s AND s.side = %s AND s.record_id = known.id)
            ORDER BY id LIMIT %s"""
        behind, name = after or "", side.value
        ids = [
            row[0] for row in fetch(statement, (mapping_id, behind, mapping_id, name, behind, mapping_id, name, limit))
        ]
        return ids, ids[-1] if len(ids) == limit else None

    def start_over(self, mapping: str, side: SideName) -> None:
        with transaction.atomic():
            SeenMark.objects.filter(mapping_id=self._ids[mapping], side=side.value).delete()
            Cursor.objects.update_or_create(
                mapping_id=self._ids[mapping], side=side.value, defaults={"value": None, "rereading": True}
            )

    def swept(self, mapping: str, side: SideName) -> None:
        if self._is_rereading(mapping, side):
            with transaction.atomic():
                Cursor.objects.filter(mapping_id=self._ids[mapping], side=side.value).update(rereading=False)
                SeenMark.objects.filter(mapping_id=self._ids[mapping], side=side.value).delete()

    def commit(
        self,
        mapping: str,
        results: Sequence[Result],
        *,
        cursor: tuple[SideName, str] | None,
        seen: tuple[SideName, Sequence[str]] | None,
        at: datetime,
    ) -> None:
        mapping_id, now = self._ids[mapping], moment(at)
        with self._layouts.kept_if_committed(), transaction.atomic():
            before = self._counted_before(mapping, results)
            dropped = self._drop(mapping_id, [result.uncouple for result in results if result.uncouple is not None])
            added = self._keep(mapping_id, results, now)
            self._keep_loose(mapping_id, results, now)
            self._note_history(mapping_id, results, now)
            if cursor is not None:
                CURSORS.run([(mapping_id, cursor[0].value, cursor[1], False, now)])
            if seen is not None:
                self._note_seen(mapping, *seen)
            if self._run_id is not None:
                add_to_run(self._run_id, results, at, coupled=added, before=before)
        if mapping in self._counts:
            self._counts[mapping] += added - dropped

    def _counted_before(self, mapping: str, results: Sequence[Result]) -> list[Standing]:
        """Return where the rows stand that these results are about to replace and that this run has counted already."""
        if self._run_id is None:
            return []
        mapping_id, run_id = self._ids[mapping], self._run_id
        ids, loose_ids = _rows_replaced(results)
        found: list[Standing] = []
        if ids:
            statement = (
                f"SELECT state FROM {COUPLING_TABLE} WHERE mapping_id = %s AND run_id = %s AND NOT (state = 'in sync') "
                f"AND {one_of('finance_id')}"
            )
            found += [Standing(RowState(state)) for (state,) in fetch(statement, (mapping_id, run_id, values(ids)))]
        for side, own in loose_ids.items():
            statement = (
                f"SELECT state FROM {LOOSE_TABLE} WHERE mapping_id = %s AND side = %s AND run_id = %s "
                f"AND {one_of('record_id')}"
            )
            if not own or not self._has_loose(mapping, side):
                continue
            states = fetch(statement, (mapping_id, side.value, run_id, values(own)))
            found += [Standing(RowState(state), side) for (state,) in states]
        return found

    def _couplings(self, mapping: str, side: SideName, ids: Sequence[str]) -> list[Coupling]:
        if not ids:
            return []
        statement = (
            f"SELECT {COUPLING_COLUMNS} FROM {COUPLING_TABLE} c "
            f"WHERE c.mapping_id = %s AND {one_of('c.' + rows.id_column(side))}"
        )
        found = fetch(statement, (self._ids[mapping], values(ids)))
        return [rows.coupling_from(row, self._names, self._layouts.unpack) for row in found]

    def _loose_rows(self, mapping: str, side: SideName, ids: Sequence[str]) -> list[Loose]:
        if not ids or not self._has_loose(mapping, side):
            return []
        statement = (
            f"SELECT {LOOSE_COLUMNS} FROM {LOOSE_TABLE} c "
            f"WHERE c.mapping_id = %s AND c.side = %s AND {one_of('c.record_id')} ORDER BY c.id"
        )
        return [self._loose(row) for row in fetch(statement, (self._ids[mapping], side.value, values(ids)))]

    def _loose(self, row: Row) -> Loose:
        return rows.loose_from(row, self._names)

    def _due_couplings(self, mapping: str, behind: int, limit: int) -> list[tuple[int, Coupling]]:
        statement = f"""
            SELECT c.id, {COUPLING_COLUMNS} FROM {COUPLING_TABLE} c
            WHERE c.mapping_id = %s AND {COUPLING_MAY_BE_DUE} AND c.id > %s
              AND ({IS_DUE} OR c.state = 'conflict' AND NOT (c.decisions = ''))
            ORDER BY c.id LIMIT %s"""
        found = fetch(statement, (self._ids[mapping], behind, limit))
        return [(row[0], rows.coupling_from(row[1:], self._names, self._layouts.unpack)) for row in found]

    def _due_loose(self, mapping: str, reach: Reach, behind: int, limit: int) -> list[tuple[int, Loose]]:
        mapping_id = self._ids[mapping]
        by_themselves = f"""
            SELECT c.id FROM {LOOSE_TABLE} c
            WHERE c.mapping_id = %s AND {LOOSE_MAY_BE_DUE} AND c.id > %s AND c.eligible AND {IS_DUE}"""
        ids, params = by_themselves, [mapping_id, behind]
        if reach is not Reach.COUPLED:
            ids += f" UNION SELECT c.id FROM {LOOSE_TABLE} c WHERE c.mapping_id = %s AND c.eligible AND c.id > %s"
            params += [mapping_id, behind]
        statement = f"""
            SELECT c.id, {LOOSE_COLUMNS} FROM {LOOSE_TABLE} c
            WHERE c.id IN (SELECT id FROM ({ids}) found ORDER BY id LIMIT %s) ORDER BY c.id"""
        return [(row[0], self._loose(row[1:])) for row in fetch(statement, (*params, limit))]

    def _drop(self, mapping_id: int, couplings: Sequence[Coupling]) -> int:
        if not couplings:
            return 0
        statement = f"DELETE FROM {COUPLING_TABLE} WHERE mapping_id = %s AND {one_of('finance_id')}"
        return execute(statement, (mapping_id, values(coupling.finance.id for coupling in couplings)))

    def _keep(self, mapping_id: int, results: Sequence[Result], now: object) -> int:
        """Store the couplings to keep; return how many of them are new.

        A second coupling of either record breaks a constraint, and with it the whole commit: that would be a bug."""
        kept = {result.coupling.finance.id: result for result in results if result.coupling is not None}
        if not kept:
            return 0
        known = self._known_couplings(mapping_id, [id_ for id_, result in kept.items() if result.created_on is None])
        own, pack = (now, self._run_id, mapping_id, self._run_id, now), self._layouts.pack
        settled: list[Row] = []
        new: list[Row] = []
        old: list[Row] = []
        sales_ids: list[str] = []
        for finance_id, result in kept.items():
            coupling = result.coupling
            assert coupling is not None  # noqa: S101  # only those are kept
            made = (result.label[: rows.LABEL_LENGTH], *own)
            sales_ids.append(coupling.sales.id)
            if finance_id in known:
                old.append((*made, *rows.coupling_columns(coupling, self._ids, pack)))
            elif rows.is_settled(coupling):
                settled.append((*made, *rows.halves_columns(coupling, pack)))
            else:
                new.append((*made, *rows.coupling_columns(coupling, self._ids, pack)))
        rows.SETTLED_COUPLINGS.run(settled)
        rows.COUPLINGS.as_new.run(new)
        rows.COUPLINGS.run(old)
        self._forget(mapping_id, FINANCE, kept)
        self._forget(mapping_id, SALES, sales_ids)
        return len(kept) - len(known)

    def _known_couplings(self, mapping_id: int, finance_ids: Sequence[str]) -> set[str]:
        """Return which of these records are coupled already. One whose counterpart was only just created is not."""
        if not finance_ids:
            return set()
        statement = f"SELECT finance_id FROM {COUPLING_TABLE} WHERE mapping_id = %s AND {one_of('finance_id')}"
        return {row[0] for row in fetch(statement, (mapping_id, values(finance_ids)))}

    def _note_history(self, mapping_id: int, results: Sequence[Result], now: object) -> None:
        entries = [entry for result in results for entry in result.history]
        rows.HISTORY.run([rows.history_row(entry, mapping_id, self._run_id, now, self._by) for entry in entries])
        for on in (FINANCE, SALES):
            # A creation repeats no values, which its coupling holds: so one statement writes a page of them.
            created = [
                result.coupling.finance.id
                for result in results
                if result.created_on is on and result.coupling is not None and not result.history
            ]
            if created:
                own = (self._run_id, now, self._by, on.value, f"new in {on.other.title}")
                execute(rows.creations_statement(), (*own, mapping_id, values(created)))

    def _keep_loose(self, mapping_id: int, results: Sequence[Result], now: object) -> None:
        forgotten: dict[SideName, list[str]] = defaultdict(list)
        kept: dict[tuple[SideName, str], Loose] = {}
        for result in results:
            for side, record_id in result.forget:
                forgotten[side].append(record_id)
            for loose in result.loose:
                kept[loose.side, loose.record.id] = loose
        for side, ids in forgotten.items():
            self._forget(mapping_id, side, ids)
        if not kept:
            return
        for side in (FINANCE, SALES):
            self._forget_keys(mapping_id, side, [record_id for where, record_id in kept if where is side])
        shared = (mapping_id, self._run_id, now)
        known = self._known_loose(mapping_id, kept)
        place = rows.LOOSE_ROWS.columns.index("side")
        rows.LOOSE_ROWS.split(
            [(*shared, *rows.loose_columns(loose, self._ids, moment)) for loose in kept.values()],
            known=lambda row: row[place : place + 2] in known,
        )
        rows.LOOSE_KEYS.run([row for loose in kept.values() for row in rows.key_rows(loose, mapping_id)])

    def _known_loose(self, mapping_id: int, rows_: Mapping[tuple[SideName, str], Loose]) -> set[Row]:
        """Return which of these loose rows there are already, as side and id."""
        return {
            (side.value, row[0])
            for side in (FINANCE, SALES)
            if (ids := [record_id for where, record_id in rows_ if where is side])
            for row in fetch(
                f"SELECT record_id FROM {LOOSE_TABLE} WHERE mapping_id = %s AND side = %s AND {one_of('record_id')}",
                (mapping_id, side.value, values(ids)),
            )
        }

    def _forget(self, mapping_id: int, side: SideName, ids: Iterable[str]) -> None:
        """Drop loose rows with their keys."""
        if not self._has_loose(self._names[mapping_id], side):
            return  # a first load has nothing to forget, page after page
        gone = fetch(
            f"DELETE FROM {LOOSE_TABLE} WHERE mapping_id = %s AND side = %s AND {one_of('record_id')} RETURNING record_id",
            (mapping_id, side.value, values(ids)),
        )
        self._forget_keys(mapping_id, side, [row[0] for row in gone])

    def _forget_keys(self, mapping_id: int, side: SideName, ids: Sequence[str]) -> None:
        if ids:
            execute(
                f"DELETE FROM {KEY_TABLE} WHERE mapping_id = %s AND side = %s AND {one_of('record_id')}",
                (mapping_id, side.value, values(ids)),
            )

    def _has_loose(self, mapping: str, side: SideName) -> bool:
        """Whether any record of the side is loose: in a first load of the other side none is, page after page."""
        statement = f"SELECT EXISTS (SELECT 1 FROM {LOOSE_TABLE} WHERE mapping_id = %s AND side = %s)"
        return bool(fetch(statement, (self._ids[mapping], side.value))[0][0])

    def _note_seen(self, mapping: str, side: SideName, ids: Sequence[str]) -> None:
        if ids and self._is_rereading(mapping, side):
            SEEN_MARKS.run([(self._ids[mapping], side.value, record_id) for record_id in ids])

    def _is_rereading(self, mapping: str, side: SideName) -> bool:
        return Cursor.objects.filter(mapping_id=self._ids[mapping], side=side.value, rereading=True).exists()


def _place(after: str | None) -> tuple[str, int]:
    """Return where `due` goes on: among couplings ("c") or loose rows ("l"), behind which row."""
    return (after[0], int(after[1:])) if after else ("c", 0)


def _rows_replaced(results: Sequence[Result]) -> tuple[set[str], dict[SideName, set[str]]]:
    """Return whose couplings (by finance id) and whose loose rows, by side, these results replace or drop."""
    couplings = [
        coupling for result in results for coupling in (result.coupling, result.uncouple) if coupling is not None
    ]
    loose: dict[SideName, set[str]] = {side: {coupling.half(side).id for coupling in couplings} for side in SideName}
    for result in results:
        for row in result.loose:
            loose[row.side].add(row.record.id)
        for side, record_id in result.forget:
            loose[side].add(record_id)
    known = {
        coupling.finance.id
        for result in results
        for coupling in (result.coupling if result.created_on is None else None, result.uncouple)
        if coupling is not None  # what was only just created cannot have been counted
    }
    return known, loose
