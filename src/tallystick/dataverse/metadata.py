"""What the environment says about its tables: names, columns, lookups. Read once per client and kept.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tallystick.dataverse.batch import Operation
from tallystick.dataverse.errors import error_for, refusal_in
from tallystick.dataverse.webapi import Request, WebApi, query
from tallystick.engine import SetupError, SideUnavailable

_TABLE = "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled,MetadataId"
_COLUMN = "LogicalName,AttributeType,AttributeOf,IsValidForCreate,IsValidForUpdate,IsValidForRead"
_RELATIONSHIP = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName"
ENGLISH = 1033
# What only columns of one type have can be asked for by that type alone.
_BY_TYPE: Mapping[str, str] = {
    "String": "LogicalName,MaxLength",
    "Memo": "LogicalName,MaxLength",
    "Money": "LogicalName,Precision",
    "Decimal": "LogicalName,Precision",
    "Double": "LogicalName,Precision",
    "DateTime": "LogicalName,Format,DateTimeBehavior",
    "Lookup": "LogicalName,Targets",
}


@dataclass(frozen=True, slots=True)
class TableName:
    """How one table is called in its various places, and whether its changes are tracked."""

    name: str
    set_name: str
    key: str
    label_column: str
    tracked: bool
    metadata_id: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `navigation` holds, by target table, the property that a lookup is written through."""

    name: str
    type: str
    creatable: bool
    updatable: bool
    max_length: int | None = None
    scale: int | None = None
    date_only: bool = False
    targets: tuple[str, ...] = ()
    navigation: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_lookup(self) -> bool:
        return self.type in ("Lookup", "Customer", "Owner")


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its columns by name."""

    named: TableName
    columns: Mapping[str, Column]

    def column(self, name: str) -> Column:
        """Return a column. Raises SetupError where the table has none of that name."""
        found = self.columns.get(name)
        if found is None:
            raise SetupError(
                f"The table {self.named.name} of Dynamics CRM has no column {name}.",
                hint="Disable the mapping's field, or import the solution that brings the column.",
            )
        return found


class Metadata:
    """The environment's tables, read as they are needed: one request for all names, one per table for its columns."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._lock = threading.RLock()
        self._names: Mapping[str, TableName] | None = None
        self._tables: dict[str, Table] = {}
        self._language: int | None = None

    def names(self) -> Mapping[str, TableName]:
        """Return all tables of the environment by logical name."""
        with self._lock:
            if self._names is None:
                rows = self._api.fetch_rows(query("EntityDefinitions", select=_TABLE))
                self._names = {row["LogicalName"]: _table_name(row) for row in rows if row.get("EntitySetName")}
            return self._names

    def name(self, table: str) -> TableName:
        """Return one table's names. Raises SetupError where the environment does not have it."""
        found = self.names().get(table)
        if found is None:
            raise SetupError(
                f"This Dynamics 365 environment has no table {table}.",
                hint="Check the mapping's table, and that Dynamics 365 Sales or the solution is installed.",
            )
        return found

    def table(self, name: str) -> Table:
        """Return a table with its columns."""
        with self._lock:
            if name not in self._tables:
                self._tables[name] = _read_table(self._api, self.name(name))
            return self._tables[name]

    def base_language(self) -> int:
        """Return the environment's base language, as a Windows locale id such as 1033."""
        with self._lock:
            if self._language is None:
                rows = self._api.fetch_rows(query("organizations", select="languagecode"))
                self._language = int(rows[0]["languagecode"]) if rows and rows[0].get("languagecode") else ENGLISH
            return self._language

    def forget(self, name: str) -> None:
        """Read the table anew when it is next asked for, because it was changed."""
        with self._lock:
            self._names = None
            self._tables.pop(name, None)

    def ensure_change_tracking(self, name: str) -> bool:
        """Switch on change tracking for a table; return whether it is on now (False without permission).

        It cannot be switched off again."""
        named = self.name(name)
        if named.tracked:
            return True
        body = {
            "@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata",
            "MetadataId": named.metadata_id,
            "LogicalName": name,
            "ChangeTrackingEnabled": True,
        }
        headers = {"Content-Type": "application/json", "MSCRM.MergeLabels": "true"}
        path = f"EntityDefinitions({named.metadata_id})"
        reply = self._api.send(Request("PUT", path, headers, orjson.dumps(body), repeatable=True))
        if reply.refusal is not None:
            return False
        self.forget(name)
        return self.name(name).tracked


def _read_table(api: WebApi, named: TableName) -> Table:
    root = f"EntityDefinitions(LogicalName='{named.name}')"
    paths = [
        query(f"{root}/Attributes", select=_COLUMN),
        query(f"{root}/ManyToOneRelationships", select=_RELATIONSHIP),
        *(
            query(f"{root}/Attributes/Microsoft.Dynamics.CRM.{kind}AttributeMetadata", select=select)
            for kind, select in _BY_TYPE.items()
        ),
    ]
    attributes, relationships, *details = _read_all(api, paths)
    known: dict[str, Mapping[str, Any]] = {row["LogicalName"]: row for rows in details for row in rows}
    navigation: dict[str, dict[str, str]] = {}
    for row in relationships:
        targets = navigation.setdefault(row["ReferencingAttribute"], {})
        targets[row["ReferencedEntity"]] = row["ReferencingEntityNavigationPropertyName"]
    columns = (_column(row, known.get(row["LogicalName"], {}), navigation) for row in attributes)
    return Table(named, {column.name: column for column in columns if column is not None})


def _read_all(api: WebApi, paths: Sequence[str]) -> list[list[dict[str, Any]]]:
    found = []
    for part in api.batch([Operation("GET", path) for path in paths]):
        if part.status >= 400:
            raise error_for(refusal_in(part.status, part.body))
        try:
            found.append(orjson.loads(part.body)["value"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
            raise SideUnavailable("Dynamics CRM's description of a table cannot be read.", hint="Run again.") from exc
    return found


def _table_name(row: Mapping[str, Any]) -> TableName:
    return TableName(
        name=row["LogicalName"],
        set_name=row["EntitySetName"],
        key=row.get("PrimaryIdAttribute") or f"{row['LogicalName']}id",
        label_column=row.get("PrimaryNameAttribute") or "",
        tracked=bool(row.get("ChangeTrackingEnabled")),
        metadata_id=str(row.get("MetadataId") or ""),
    )


def _column(
    row: Mapping[str, Any], details: Mapping[str, Any], navigation: Mapping[str, Mapping[str, str]]
) -> Column | None:
    if row.get("AttributeOf") or row.get("IsValidForRead") is False:
        return None  # a shadow of another column, which the Web API does not have
    name = row["LogicalName"]
    targets: tuple[str, ...] = tuple(details.get("Targets") or navigation.get(name) or ())
    return Column(
        name=name,
        type=row["AttributeType"],
        creatable=row.get("IsValidForCreate") is not False,
        updatable=row.get("IsValidForUpdate") is not False,
        max_length=details.get("MaxLength"),
        scale=details.get("Precision"),
        date_only=_is_date_only(details),
        targets=targets,
        navigation=_navigation(name, row["AttributeType"], targets, navigation.get(name, {})),
    )


def _is_date_only(details: Mapping[str, Any]) -> bool:
    """The behaviour decides; only where none is told, the format does."""
    behaviour = details.get("DateTimeBehavior")
    if isinstance(behaviour, dict) and behaviour.get("Value"):
        return bool(behaviour["Value"] == "DateOnly")
    return details.get("Format") == "DateOnly"


def _navigation(name: str, kind: str, targets: Sequence[str], told: Mapping[str, str]) -> Mapping[str, str]:
    """Owners are written through one property whatever they are; the relationships name the read-only shadows."""
    if kind == "Owner":
        return dict.fromkeys(targets or ("systemuser", "team"), name)
    return told
