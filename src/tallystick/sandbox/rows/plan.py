"""How a JSON payload becomes column values: worked out once per table and catalog, used for every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tallystick.sandbox.errors import Refusal, payload_error
from tallystick.sandbox.metadata import Catalog, Column, Kind, NavigationTarget, Required, Table
from tallystick.sandbox.rows.values import SqlValue, ToSql, to_sql

Resolve = Callable[[str], tuple[str, str]]
"""From the text of a reference to (table name, id) of an existing row."""

_BIND = "@odata.bind"
_FILLED_IN = frozenset({"ownerid", "statecode", "businessunitid"})
"""Required columns the service fills in itself when they are absent."""


@dataclass(slots=True)
class Translated:
    """A payload as column values, and the nested rows of a deep insert."""

    values: dict[str, SqlValue]
    nested: list[tuple[NavigationTarget, object]]


@dataclass(frozen=True)
class WritePlan:
    table: Table
    on_create: Mapping[str, ToSql | None]
    on_update: Mapping[str, ToSql | None]
    lookups: Mapping[str, Column]
    references: Mapping[str, Column]
    navigation: Mapping[str, NavigationTarget]
    defaults: Mapping[str, SqlValue]
    required: tuple[str, ...]
    required_on_create: tuple[str, ...]
    money: tuple[str, ...]

    def translate(self, payload: Mapping[str, object], resolve: Resolve, *, creating: bool) -> Translated:
        """Check and convert every member. Columns that cannot be written are left out, as the service does."""
        setters = self.on_create if creating else self.on_update
        values: dict[str, SqlValue] = {}
        nested: list[tuple[NavigationTarget, object]] = []
        for name, value in payload.items():
            if name in setters:
                convert = setters[name]
                if convert is not None:
                    values[name] = None if value is None else convert(value)
            elif "@" in name:
                self._annotation(name, value, values, resolve, creating=creating)
            else:
                self._other(name, value, values, nested, creating=creating)
        for name in self.required:
            if name in values and values[name] is None:
                raise _required(self.table, name)
        return Translated(values, nested)

    def _annotation(
        self, name: str, value: object, values: dict[str, SqlValue], resolve: Resolve, *, creating: bool
    ) -> None:
        if not name.endswith(_BIND):
            return  # other annotations are for the reader
        navigation = name[: -len(_BIND)]
        target = self.navigation.get(navigation)
        if target is None or target.collection or target.column is None:
            raise payload_error(
                f"An undeclared property '{navigation}' which only has property annotations in the payload but no "
                f"property value was found in the payload. '{self.table.type_name}' has no such navigation property."
            )
        column = target.column
        if not (column.create if creating else column.update):
            return
        if value is None:
            _point(values, column, None, None)
            return
        if not isinstance(value, str):
            raise payload_error(f"The value of '{name}' must be the address of a row, such as '/accounts(<guid>)'.")
        table, row_id = resolve(value)
        allowed = column.targets if column.kind is Kind.OWNER else (target.target,)
        if table not in allowed:
            raise payload_error(f"'{navigation}' of '{self.table.name}' cannot refer to a row of '{table}'.")
        _point(values, column, table, row_id)

    def _other(
        self,
        name: str,
        value: object,
        values: dict[str, SqlValue],
        nested: list[tuple[NavigationTarget, object]],
        *,
        creating: bool,
    ) -> None:
        target = self.navigation.get(name)
        lookup = self.lookups.get(name)
        if value is None and (lookup or (target and not target.collection)):
            column = lookup or (target.column if target else None)
            if column is not None and (column.create if creating else column.update):
                _point(values, column, None, None)
            return
        if lookup is not None and not isinstance(value, dict):
            raise payload_error(
                "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead. "
                f"(Column '{lookup.name}' of '{self.table.name}'.)"
            )
        if target is None:
            raise payload_error(
                f"Invalid property '{name}' was found in entity '{self.table.type_name}'. The property '{name}' does "
                f"not exist on type '{self.table.type_name}'. Make sure to only use property names that are defined "
                "by the type."
            )
        if not creating:
            raise payload_error(f"Related rows cannot be sent with an update ('{name}'); update them by themselves.")
        nested.append((target, value))


def _point(values: dict[str, SqlValue], column: Column, table: str | None, row_id: str | None) -> None:
    if row_id is None and column.required is Required.SYSTEM:
        raise payload_error(f"The column '{column.name}' cannot be empty.")
    values[column.name] = row_id
    if column.polymorphic:
        values[column.type_column] = table


def _required(table: Table, name: str) -> Refusal:
    return Refusal(400, "0x80040200", f"The required field '{name}' of '{table.name}' is missing or empty.")


def check_present(plan: WritePlan, row: Mapping[str, SqlValue]) -> None:
    """A new row has every column that is required and not filled in by the service."""
    for name in plan.required_on_create:
        if row.get(name) is None:
            raise _required(plan.table, name)


@lru_cache(maxsize=512)
def write_plan(catalog: Catalog, table_name: str) -> WritePlan:
    """The plan of one table; a changed catalog is a new catalog, so a plan is never stale."""
    table = catalog[table_name]
    plain = [column for column in table.columns.values() if column.is_property and not column.is_lookup]
    lookups = {}
    for column in table.columns.values():
        if column.is_lookup:
            lookups[column.name] = lookups[column.property_name] = column
    required = tuple(column.name for column in plain if column.required is Required.SYSTEM and not column.primary_id)
    needed = [
        column.name
        for column in table.columns.values()
        if column.required is Required.SYSTEM and not column.primary_id and column.name not in _FILLED_IN
    ]
    defaults: dict[str, SqlValue] = {
        column.name: int(column.default) for column in table.columns.values() if column.default is not None
    }
    return WritePlan(
        table,
        {column.name: to_sql(column, table_name) if column.create else None for column in plain},
        {column.name: to_sql(column, table_name) if column.update else None for column in plain},
        lookups,
        {
            column.name: column
            for column in table.columns.values()
            if column.is_lookup and column.kind is not Kind.OWNER
        },
        catalog.navigation(table_name),
        defaults,
        required,
        tuple(needed),
        tuple(column.name for column in plain if column.kind is Kind.MONEY and f"{column.name}_base" in table.columns),
    )
