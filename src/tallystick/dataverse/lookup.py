"""What people need of Dynamics CRM besides synchronising: finding a row to couple with, opening one, counting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tallystick.dataverse.metadata import Metadata, Table
from tallystick.dataverse.options import is_option_table, read_labels
from tallystick.dataverse.webapi import WebApi, query, text_literal

# The columns besides the name that people recognise a row by; those a table has are searched and shown.
_DETAILS = (
    "accountnumber",
    "isocurrencycode",
    "emailaddress1",
    "internalemailaddress",
    "telephone1",
    "address1_city",
)
_SNAPSHOT_FROM = 5000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that a record could be coupled with: its id, its name, and what tells it from others of the same name."""

    id: str
    label: str
    details: str = ""


def search(api: WebApi, metadata: Metadata, table: str, text: str, limit: int = 20) -> list[Candidate]:
    """Return rows of `table` whose name, e-mail, phone, number or city contains `text`; all rows for an empty text.

    Names that begin with the text come first. One request."""
    if is_option_table(table):
        return _search_options(api, table, text.strip(), limit)
    described = metadata.table(table)
    columns = _searched(described)
    options: dict[str, str | int] = {"select": ",".join(columns), "orderby": columns[0], "top": limit}
    if text.strip():
        options["filter"] = " or ".join(f"contains({column},{_pattern(text.strip())})" for column in columns)
    rows = api.fetch_rows(query(described.named.set_name, **options))
    found = [_candidate(row, described.named.key, columns) for row in rows]
    return _best_first(found, text)


def count(api: WebApi, metadata: Metadata, table: str) -> int:
    """Return how many rows `table` has: exactly below 5,000, above that as of the service's last daily snapshot."""
    if is_option_table(table):
        return len(read_labels(api, table))
    reply = api.fetch(query(metadata.name(table).set_name, select=metadata.name(table).key, top=1, count="true"))
    found = int(reply.get("@odata.count", 0))
    if found < _SNAPSHOT_FROM:
        return found
    counts = api.fetch(f"RetrieveTotalRecordCount(EntityNames=['{table}'])")["EntityRecordCountCollection"]
    return max(found, *(int(value) for value in counts["Values"]))


def row_url(api: WebApi, table: str, row_id: str) -> str:
    """Return the address of a row's form in Dynamics CRM; of the table's list for a choice column."""
    if is_option_table(table):
        options = {"etn": table.partition(".")[0], "pagetype": "entitylist"}
    else:
        options = {"etn": table, "pagetype": "entityrecord", "id": row_id}
    return f"{api.address.organization}/main.aspx?{urlencode(options)}"


def _searched(table: Table) -> list[str]:
    label = table.named.label_column or table.named.key
    return [label, *(name for name in _DETAILS if name in table.columns and name != label)]


def _pattern(text: str) -> str:
    """Return `text` as a literal for contains(), where the service would take %, _ and [ as wildcards."""
    for sign in ("[", "%", "_"):  # the bracket first, because it also does the escaping
        text = text.replace(sign, f"[{sign}]")
    return text_literal(text)


def _candidate(row: Mapping[str, Any], key: str, columns: list[str]) -> Candidate:
    label, *details = (str(row.get(column) or "") for column in columns)
    return Candidate(str(row[key]).lower(), label, " · ".join(text for text in details if text))


def _search_options(api: WebApi, table: str, text: str, limit: int) -> list[Candidate]:
    labels = read_labels(api, table).items()
    found = [Candidate(str(value), label) for value, label in labels if text.casefold() in label.casefold()]
    return _best_first(found, text)[:limit]


def _best_first(found: list[Candidate], text: str) -> list[Candidate]:
    start = text.strip().casefold()
    return sorted(found, key=lambda row: (not row.label.casefold().startswith(start), row.label))
