"""One mapped table over the Web API: reading by id and writing, in as few requests as possible."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tallystick.dataverse.batch import OPERATIONS_PER_REQUEST, ChangeSet, Operation, Part
from tallystick.dataverse.delta import Feed
from tallystick.dataverse.errors import (
    DUPLICATE_KEY,
    UNKNOWN_RESOURCE,
    Subject,
    error_for,
    refusal_in,
)
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.webapi import Request, TooLarge, WebApi, in_chunks, query
from tallystick.dataverse.wire import GUID, RowReader, RowWriter, plan_fields, shape_of
from tallystick.engine import (
    SALES,
    Change,
    Delete,
    Done,
    Insert,
    Page,
    Record,
    RecordExists,
    RecordGone,
    RecordRefused,
    Retry,
    SetupError,
    Shape,
    SideUnavailable,
    TableMapping,
    TallyError,
    Write,
    Written,
)

# A query takes 500 conditions, and a URL 32 KB: some 700 ids.
IDS_PER_REQUEST = 500
ROWS_PER_BULK = 1000
# Below this many new rows single operations in a batch cost as little and tell at once which row is refused.
BULK_FROM = 20
SMALLEST_BULK = 25
# A service that does not get so few done in time is not well: each further try would only wait for the timeout again.
STILL_SLOW_BULK = 125
_STATE = ("statecode", "statuscode")


@dataclass(slots=True)
class BulkSize:
    """How many rows a bulk request carries; shrinks for good when the service finds one too large or takes too long."""

    rows: int = ROWS_PER_BULK
    supported: bool = True

    def halve(self, sent: int) -> None:
        self.rows = max(SMALLEST_BULK, min(self.rows, sent) // 2)


@dataclass(slots=True)
class _Ready:
    """A write made ready to send: its place in the caller's list, what people call its record, its columns."""

    index: int
    write: Write
    table_label: str
    payload: Mapping[str, object] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        """What an error is told to be about; nearly every write does without."""
        return _subject(self.write, self.table_label)

    @property
    def sets_state(self) -> bool:
        return isinstance(self.write, Insert) and not self.payload.keys().isdisjoint(_STATE)


class MappedTable:
    """A Dataverse table as one mapping sees it."""

    def __init__(self, api: WebApi, metadata: Metadata, mapping: TableMapping, bulk: BulkSize) -> None:
        table = metadata.table(mapping.sales)
        plans = plan_fields(mapping, table)
        self._api = api
        self._api_path = api.address.api_path
        self._label = mapping.label(SALES)
        self._named = table.named
        self._bulk = bulk
        self._reader = RowReader(plans, table, api.who_am_i()["UserId"])
        self._writer = RowWriter(plans, table, metadata)
        self.shapes: Mapping[str, Shape] = {plan.field: shape_of(plan) for plan in plans}
        self._feed = Feed(api, table.named, self._reader)

    def changes(self, cursor: str | None) -> Page:
        """Return the next page of the table's change feed. One request."""
        return self._feed.page(cursor)

    # Reading

    def read(self, ids: Sequence[str]) -> Mapping[str, Record]:
        """Return records by id; two requests per 1,000."""
        wanted = [record_id for record_id in dict.fromkeys(ids) if GUID.fullmatch(record_id)]
        pages = self._api.concurrently(self._read_some, in_chunks(wanted, IDS_PER_REQUEST))
        return {record.id: record for page in pages for record in page}

    def _read_some(self, ids: Sequence[str]) -> Sequence[Record]:
        condition = _is_one_of(self._named.key, ids)
        return self._feed.rows(query(self._named.set_name, select=self._reader.select, filter=condition))

    # Writing

    def write(self, writes: Sequence[Write]) -> Sequence[Written]:
        """Carry out writes: new rows in bulk, all others in batches with their own preconditions.

        Raises SetupError only where it met every write alike."""
        prepared = [self._prepare(index, write) for index, write in enumerate(writes)]
        ready = [item for item in prepared if isinstance(item, _Ready)]
        results: dict[int, Written | None] = {
            index: item for index, item in enumerate(prepared) if not isinstance(item, _Ready)
        }
        bulk = [item for item in ready if isinstance(item.write, Insert) and not item.sets_state]
        if len(bulk) >= BULK_FROM and self._bulk.supported:
            for settled in self._api.concurrently(self._insert_chunk, in_chunks(bulk, self._bulk.rows)):
                results.update(settled)
        singly = [item for item in ready if results.get(item.index) is None]
        results.update(self._write_singly(singly))
        return _raise_if_all_alike([result for _, result in sorted(results.items()) if result is not None])

    def _prepare(self, index: int, write: Write) -> _Ready | TallyError:
        """Make a write ready, or say why it cannot be sent."""
        if GUID.fullmatch(write.id) is None:
            kind = RecordRefused if isinstance(write, Insert) else RecordGone
            return kind(f"Dynamics CRM has no such id as {write.id!r}.", record=_subject(write, self._label).record)
        try:
            match write:
                case Insert(fields=fields):
                    return _Ready(index, write, self._label, self._writer.insert(fields))
                case Change(fields=fields):
                    return _Ready(index, write, self._label, self._writer.change(fields))
                case Delete():
                    return _Ready(index, write, self._label)
        except RecordRefused as refused:
            refused.record = _subject(write, self._label).record
            return refused

    # New rows in bulk. Each function returns what became of which row, by its place; None: send it singly, to learn more.

    def _insert_chunk(self, items: Sequence[_Ready]) -> dict[int, Written | None]:
        """Insert one chunk, all or nothing. Repeating is safe: the rows carry ids of our own, so a second one shows."""
        body = _bulk_body(self._named.name, self._named.key, items)
        path = f"{self._named.set_name}/Microsoft.Dynamics.CRM.CreateMultiple"
        headers = {"Content-Type": "application/json"}
        try:
            reply = self._api.send(Request("POST", path, headers, body, repeatable=True, divisible=True))
        except TooLarge as too_large:
            return self._insert_halves(items, too_large)
        refusal = reply.refusal
        if refusal is None:
            return {
                item.index: Done(str(row_id).lower()) for item, row_id in zip(items, reply.json()["Ids"], strict=True)
            }
        if refusal.status == 412:
            return self._insert_missing(items)
        if refusal.status == 403 and isinstance(error := error_for(refusal), SetupError):
            raise error
        if refusal.code == UNKNOWN_RESOURCE or refusal.status in (405, 501):
            self._bulk.supported = False  # on-premises, or a table without bulk messages
        return dict.fromkeys((item.index for item in items), None)

    def _insert_halves(self, items: Sequence[_Ready], too_large: TooLarge) -> dict[int, Written | None]:
        self._bulk.halve(len(items))
        if too_large.slow and len(items) <= STILL_SLOW_BULK:
            raise too_large.problem
        if len(items) <= SMALLEST_BULK:
            return dict.fromkeys((item.index for item in items), None)
        middle = len(items) // 2
        return {**self._insert_chunk(items[:middle]), **self._insert_chunk(items[middle:])}

    def _insert_missing(self, items: Sequence[_Ready]) -> dict[int, Written | None]:
        """Some are there already, from an earlier request whose answer was lost; say so, and insert the others."""
        there: set[str] = set()
        for ids in in_chunks([item.write.id for item in items], IDS_PER_REQUEST):
            there.update(record.id for record in self._read_some(ids))
        known: dict[int, Written | None] = {
            item.index: _exists(item.subject) for item in items if item.write.id in there
        }
        missing = [item for item in items if item.write.id not in there]
        if known and missing:
            return {**known, **self._insert_chunk(missing)}
        return {**known, **dict.fromkeys((item.index for item in missing), None)}

    # Everything else in batches

    def _write_singly(self, items: Sequence[_Ready]) -> dict[int, Written]:
        chunks = in_chunks(items, OPERATIONS_PER_REQUEST)
        parts = [part for answers in self._api.concurrently(self._send_chunk, chunks) for part in answers]
        return {item.index: self._written(item, part) for item, part in zip(items, parts, strict=True)}

    def _send_chunk(self, items: Sequence[_Ready]) -> list[Part]:
        try:
            return self._api.batch([self._operation(item) for item in items], divisible=len(items) > 1)
        except TooLarge as too_large:
            if too_large.slow and len(items) <= SMALLEST_BULK:
                raise too_large.problem from too_large
            middle = len(items) // 2
            return self._send_chunk(items[:middle]) + self._send_chunk(items[middle:])

    def _operation(self, item: _Ready) -> Operation | ChangeSet:
        write, named = item.write, self._named
        row = f"{named.set_name}({write.id})"
        match write:
            case Insert() if item.sets_state:
                # A row is created in its table's default state whatever it is told; a second write changes it.
                state = {name: item.payload[name] for name in _STATE if name in item.payload}
                rest = {name: value for name, value in item.payload.items() if name not in state}
                creation = self._creation(write.id, rest, {})
                return ChangeSet((creation, self._update(row, state, {"Prefer": self._prefer()})))
            case Insert():
                return self._creation(write.id, item.payload, {"Prefer": self._prefer()})
            case Change(version=version):
                return self._update(row, item.payload, {"If-Match": f'W/"{version}"', "Prefer": self._prefer()})
            case Delete(version=version):
                return Operation("DELETE", self._path(row), {"If-Match": f'W/"{version}"'})

    def _creation(self, row_id: str, payload: Mapping[str, object], headers: Mapping[str, str]) -> Operation:
        body = orjson.dumps({self._named.key: row_id, **payload})
        return Operation("POST", self._path(query(self._named.set_name, select=self._reader.select)), headers, body)

    def _update(self, row: str, payload: Mapping[str, object], headers: Mapping[str, str]) -> Operation:
        path = self._path(query(row, select=self._reader.select))
        return Operation("PATCH", path, headers, orjson.dumps(payload))

    def _path(self, path: str) -> str:
        return self._api_path + path

    def _prefer(self) -> str:
        return ",".join(("return=representation", *self._reader.preferences))

    def _written(self, item: _Ready, part: Part) -> Written:
        if part.status < 400:
            record = None if isinstance(item.write, Delete) else self._feed.row(part.body)
            return Done(item.write.id, record)
        refusal = refusal_in(part.status, part.body)
        if isinstance(item.write, Insert) and refusal.code == DUPLICATE_KEY and self._read_some([item.write.id]):
            return _exists(item.subject)  # some versions give the code of a taken key for a taken id, too
        return error_for(refusal, item.subject)


def _subject(write: Write, table_label: str) -> Subject:
    name = f'{table_label} "{write.label}"' if write.label else table_label
    return Subject(f"{name} ({write.id})", write.id, isinstance(write, Insert))


def _bulk_body(table: str, key: str, items: Iterable[_Ready]) -> bytes:
    kind = f"Microsoft.Dynamics.CRM.{table}"
    targets: list[dict[str, Any]] = [{"@odata.type": kind, key: item.write.id, **item.payload} for item in items]
    return orjson.dumps({"Targets": targets})


def _is_one_of(column: str, ids: Sequence[str]) -> str:
    values = ",".join(f'"{record_id}"' for record_id in ids)
    return f"Microsoft.Dynamics.CRM.In(PropertyName='{column}',PropertyValues=[{values}])"


def _raise_if_all_alike(results: Sequence[Written]) -> Sequence[Written]:
    """Raise the missing right or setting that stopped every write; what only some met is theirs, and stops no other.

    A record that the service cannot digest (a plug-in crashes over it) must not hold up its table: it is tried again in
    the next run, by itself."""
    if results and all(isinstance(result, SetupError) for result in results):
        raise next(result for result in results if isinstance(result, SetupError))
    return [
        _of_one_record(result) if isinstance(result, SetupError | SideUnavailable) else result for result in results
    ]


def _of_one_record(error: SetupError | SideUnavailable) -> RecordRefused:
    refused = RecordRefused(error.what, record=error.record, hint=error.hint)
    if isinstance(error, SideUnavailable):
        refused.retry = Retry.NEXT_RUN
    return refused


def _exists(subject: Subject) -> RecordExists:
    return RecordExists("It is already in Dynamics CRM.", record=subject.record)
