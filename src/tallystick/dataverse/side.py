"""Dynamics CRM as one side of the engine: every mapped table and every mapped choice column."""

import threading
from collections.abc import Mapping, Sequence

from tallystick.dataverse.client import DataverseClient
from tallystick.dataverse.options import OptionSet, is_option_table
from tallystick.dataverse.rows import ROWS_PER_BULK, BulkSize, MappedTable
from tallystick.engine import Page, Record, SetupError, Shape, TableMapping, Write, Written


class DataverseSide:
    """Implements `engine.Side` over the Web API.

    Ids are lower-case GUIDs (an option's number for a choice column), versions are ETags. A reference is the id of the
    row it leads to; where it leads to another table than the mapping says, it is "table:id". Tables without change
    tracking that are too large to be read whole tell nothing of deletions. `rows_per_bulk` is how many new rows one
    request carries at most; it shrinks by itself when the environment finds that too many."""

    def __init__(self, client: DataverseClient, *, rows_per_bulk: int = ROWS_PER_BULK) -> None:
        self._api = client.api
        self._metadata = client.metadata
        self._rows_per_bulk = rows_per_bulk
        self._lock = threading.RLock()
        self._tables: dict[TableMapping, MappedTable | OptionSet] = {}
        self._bulk: dict[str, BulkSize] = {}

    def shapes(self, mapping: TableMapping) -> Mapping[str, Shape]:
        """Return what each mapped column can hold. Up to three requests the first time, none later."""
        return self._table(mapping).shapes

    def changes(self, mapping: TableMapping, cursor: str | None) -> Page:
        """Return up to 5,000 changes behind `cursor`. One request."""
        return self._table(mapping).changes(cursor)

    def read(self, mapping: TableMapping, ids: Sequence[str]) -> Mapping[str, Record]:
        """Return rows by id. Two requests per 1,000."""
        return self._table(mapping).read(ids) if ids else {}

    def write(self, mapping: TableMapping, writes: Sequence[Write]) -> Sequence[Written]:
        """Carry out writes. One request per 1,000 new rows, ten per 1,000 others.

        New rows written in bulk are not read back: their next change feed page does that."""
        return self._table(mapping).write(writes) if writes else []

    def _table(self, mapping: TableMapping) -> MappedTable | OptionSet:
        with self._lock:
            found = self._tables.get(mapping)
            if found is None:
                found = self._tables[mapping] = self._prepare(mapping)
            return found

    def _prepare(self, mapping: TableMapping) -> MappedTable | OptionSet:
        if is_option_table(mapping.sales):
            return OptionSet(self._api, self._metadata, mapping)
        bulk = self._bulk.setdefault(mapping.sales, BulkSize(self._rows_per_bulk))
        try:
            return MappedTable(self._api, self._metadata, mapping, bulk)
        except SetupError:
            # Somebody may have added the table or the column since the metadata was read.
            self._metadata.forget(mapping.sales)
            return MappedTable(self._api, self._metadata, mapping, bulk)
