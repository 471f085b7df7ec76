"""Connections and transactions on the sandbox's file.

One writer at a time (a lock, then BEGIN IMMEDIATE); any number of readers, each with a snapshot (WAL). A committed
transaction survives a kill of the process; only a power cut may lose the last ones (`synchronous=NORMAL`)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tallystick.sandbox.metadata import Catalog
from tallystick.sandbox.store.collation import fold, like
from tallystick.sandbox.store.schema import SYSTEM_TABLES, catalog_statements, quoted, sql_columns

FIRST_VERSION = 1_000_000
RIGHTS_DEPEND_ON = frozenset(
    {"systemuser", "systemuserroles", "team", "teamroles", "teammembership", "role", "roleprivileges", "businessunit"}
)


@dataclass(slots=True)
class Transaction:
    """An open write. Versions come from one counter for the whole database, so they grow in commit order."""

    connection: sqlite3.Connection
    catalog: Catalog
    next_version: int
    known_rows: set[tuple[str, str]] = field(default_factory=set)
    rates: dict[str, tuple[str, int]] = field(default_factory=dict)
    organization: dict[str, object] = field(default_factory=dict)
    touched: dict[tuple[str, str], int] = field(default_factory=dict)
    new_catalog: Catalog | None = None

    def version(self) -> int:
        self.next_version += 1
        return self.next_version

    def put(self, table: str, values: Mapping[str, object]) -> None:
        """Insert one row as it is: no rule, no default, no check; only the version is added."""
        row = {**values, "versionnumber": self.version()}
        names, places = ", ".join(quoted(name) for name in row), ", ".join("?" * len(row))
        statement = f"INSERT INTO {quoted(table)} ({names}) VALUES ({places})"  # noqa: S608 (names from metadata)
        self.connection.execute(statement, tuple(row.values()))

    def count(self, verb: str, table: str, rows: int = 1) -> None:
        """Remember what was written, for the statistics that tests and benchmarks read."""
        self.touched[verb, table] = self.touched.get((verb, table), 0) + rows


class Database:
    """The open file. `catalog` is the definitions as last committed."""

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self.path = path
        self.catalog = catalog
        self.written: dict[tuple[str, str], int] = {}
        self.commits = 0
        self.rights_generation = 0
        self._lock = threading.Lock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._writer = self._connect()
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.executescript(SYSTEM_TABLES)
        self._version = FIRST_VERSION

    def prepare(self, catalog: Catalog) -> None:
        """Create what the definitions ask for and is not there yet, then find the last version given out."""
        self.catalog = catalog
        self._writer.execute("BEGIN IMMEDIATE")
        for statement in (*self._missing_columns(catalog), *catalog_statements(catalog)):
            self._writer.execute(statement)
        self._writer.execute("COMMIT")
        self._version = self._last_version()
        # A delta token lives a year at most, so nobody can ask for older deletions; the newest stays as the counter's mark.
        self._writer.execute(
            """DELETE FROM "_deleted" WHERE deletedon < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-366 days') """
            'AND version < (SELECT max(version) FROM "_deleted")'
        )

    def _missing_columns(self, catalog: Catalog) -> list[str]:
        """For an environment made by an older sandbox: the columns that its tables do not have yet."""
        statements = []
        for table in catalog.tables.values():
            there = {row[1] for row in self._writer.execute(f"PRAGMA table_info({quoted(table.name)})")}
            wanted = (one for column in table.columns.values() for one in sql_columns(column)) if there else ()
            statements += [
                f"ALTER TABLE {quoted(table.name)} ADD COLUMN {definition}"
                for definition in wanted
                if definition.partition('" ')[0][1:] not in there
            ]
        return statements

    def _last_version(self) -> int:
        tables = [name for name, table in self.catalog.tables.items() if "versionnumber" in table.columns]
        queries = [f"SELECT max(versionnumber) FROM {quoted(name)}" for name in tables]  # noqa: S608 (names from metadata)
        queries.append('SELECT max(version) FROM "_deleted"')
        found = [self._writer.execute(query).fetchone()[0] or 0 for query in queries]
        return max(FIRST_VERSION, *found)

    @property
    def last_version(self) -> int:
        return self._version

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=30
        )
        connection.create_function("fold", 1, fold, deterministic=True)
        connection.create_function("tlike", 2, like, deterministic=True)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-16384")
        connection.execute("PRAGMA wal_autocheckpoint=8000")
        connection.execute("PRAGMA temp_store=MEMORY")
        return connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: nothing committed later is seen."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            self._readers.append(connection)
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """All or nothing: committed when the block ends, rolled back when it raises."""
        with self._lock:
            connection = self._writer
            connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(connection, self.catalog, self._version)
            try:
                yield transaction
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._version = transaction.next_version
            self.catalog = transaction.new_catalog or self.catalog
            self.commits += 1
            if any(table in RIGHTS_DEPEND_ON for _, table in transaction.touched):
                self.rights_generation += 1
            for what, rows in transaction.touched.items():
                self.written[what] = self.written.get(what, 0) + rows

    def setting(self, name: str) -> str | None:
        with self.read() as connection:
            row = connection.execute('SELECT value FROM "_setting" WHERE name = ?', (name,)).fetchone()
        return str(row[0]) if row else None

    def set_setting(self, name: str, value: str) -> None:
        with self.write() as transaction:
            transaction.connection.execute('INSERT OR REPLACE INTO "_setting" VALUES (?, ?)', (name, value))

    def close(self) -> None:
        for connection in [*self._readers, self._writer]:
            connection.close()
