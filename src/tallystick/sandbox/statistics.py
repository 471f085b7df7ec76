"""Counts of what clients did, for tests and benchmarks. Used from the event loop only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


def kind_of(method: str, path: str, query: str) -> str:
    """What sort of request it is, told from its URL."""
    name = path.rstrip("/").rpartition("/")[2]
    if not path.startswith("/api/"):
        return "token" if path.endswith("/token") else "page"
    if name == "$batch":
        return "batch"
    if name.startswith("Microsoft.Dynamics.CRM.") and name.endswith("Multiple"):
        return name.removeprefix("Microsoft.Dynamics.CRM.")
    if "$metadata" in path or "Definitions" in path:
        return "metadata"
    if "deltatoken=" in query:
        return "delta"
    return "read" if method == "GET" else "write"


class Statistics:
    def __init__(self) -> None:
        self.reset({})

    def reset(self, written: Mapping[tuple[str, str], int]) -> None:
        """Start counting anew; `written` are the store's row counts at this moment."""
        self._methods: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._operations = 0
        self._received = 0
        self._sent = 0
        self._before = dict(written)

    def count(self, method: str, kind: str, status: int, received: int, sent: int, operations: int = 1) -> None:
        """One answered request; status 0 is a connection that was cut."""
        self._methods[method] += 1
        self._kinds[kind] += 1
        self._statuses[str(status)] += 1
        self._operations += operations
        self._received += received
        self._sent += sent

    def as_json(self, written: Mapping[tuple[str, str], int]) -> dict[str, object]:
        rows: dict[str, dict[str, int]] = {}
        total = 0
        for (verb, table), number in written.items():
            since = number - self._before.get((verb, table), 0)
            if since:
                rows.setdefault(table, {})[verb] = since
                total += since
        return {
            "requests": sum(self._methods.values()),
            "by_method": dict(self._methods),
            "by_kind": dict(self._kinds),
            "by_status": dict(self._statuses),
            "operations": self._operations,
            "rows_written": total,
            "rows": rows,
            "bytes_received": self._received,
            "bytes_sent": self._sent,
        }
