"""All definitions of one environment at one moment, with the ways to look them up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tallystick.sandbox.metadata.model import Choice, Column, ManyToMany, Table
from tallystick.sandbox.metadata.tables import CHOICES, MANY_TO_MANY, TABLES


@dataclass(frozen=True, slots=True)
class NavigationTarget:
    """Where a navigation property leads.

    Single-valued: `column` of the table itself points to `target`. Collection: `column` of `target` points back, or
    `many` pairs the two tables."""

    name: str
    target: str
    collection: bool
    column: Column | None = None
    many: ManyToMany | None = None


class Catalog:
    """Definitions by name. Never changed: a customisation makes a new catalog."""

    def __init__(
        self,
        tables: Iterable[Table],
        many_to_many: Iterable[ManyToMany],
        version: int,
        choices: Iterable[Choice] = (),
    ) -> None:
        self.choices = {choice.name: choice for choice in choices}
        self.tables = {table.name: _with_choices(table, self.choices) for table in tables}
        self.many_to_many = tuple(many_to_many)
        self.version = version
        self._sets = {table.set_name: table for table in self.tables.values()}
        self._ids = {table.metadata_id: table for table in self.tables.values()}
        self._navigation = self._collect_navigation()

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def get(self, name: str) -> Table | None:
        return self.tables.get(name)

    def by_set(self, set_name: str) -> Table | None:
        return self._sets.get(set_name)

    def by_metadata_id(self, metadata_id: str) -> Table | None:
        return self._ids.get(metadata_id)

    def navigation(self, table: str) -> dict[str, NavigationTarget]:
        """Every navigation property of `table` by name."""
        return self._navigation[table]

    def replacing(self, *tables: Table) -> Catalog:
        """This catalog with tables changed or added."""
        changed = {**self.tables, **{table.name: table for table in tables}}
        return Catalog(changed.values(), self.many_to_many, self.version + 1, self.choices.values())

    def without(self, name: str) -> Catalog:
        kept = [table for table in self.tables.values() if table.name != name]
        return Catalog(kept, self.many_to_many, self.version + 1, self.choices.values())

    def with_pairs(self, pairs: Iterable[ManyToMany]) -> Catalog:
        return Catalog(self.tables.values(), pairs, self.version + 1, self.choices.values())

    def with_choices(self, choices: Iterable[Choice]) -> Catalog:
        return Catalog(self.tables.values(), self.many_to_many, self.version + 1, choices)

    @cached_property
    def referencing(self) -> dict[str, list[tuple[Table, Column]]]:
        """Per table, the lookup columns of all tables that may point to it."""
        found: dict[str, list[tuple[Table, Column]]] = {name: [] for name in self.tables}
        for table in self.tables.values():
            for column in table.columns.values():
                for target in column.targets:
                    if target in found:
                        found[target].append((table, column))
        return found

    def _collect_navigation(self) -> dict[str, dict[str, NavigationTarget]]:
        found: dict[str, dict[str, NavigationTarget]] = {name: {} for name in self.tables}
        for table in self.tables.values():
            for column in table.columns.values():
                for target in column.targets:
                    name = column.navigation_for(target)
                    if name not in found[table.name]:
                        found[table.name][name] = NavigationTarget(name, target, False, column)
                for target, _, collection in column.inverse:
                    if collection and target in found:
                        found[target][collection] = NavigationTarget(collection, table.name, True, column)
        for pair in self.many_to_many:
            found[pair.first][pair.schema] = NavigationTarget(pair.schema, pair.second, True, None, pair)
            found[pair.second][pair.schema] = NavigationTarget(pair.schema, pair.first, True, None, pair)
        return found


def _with_choices(table: Table, choices: Mapping[str, Choice]) -> Table:
    """The table with the options its columns share with a choice as they are now."""
    changed = {
        column.name: replace(column, options=choices[column.option_set].options)
        for column in table.columns.values()
        if column.global_choice
        and column.option_set in choices
        and column.options is not choices[column.option_set].options
    }
    return replace(table, columns={**table.columns, **changed}) if changed else table


def base_catalog() -> Catalog:
    """What every new environment starts with."""
    return Catalog(TABLES, MANY_TO_MANY, 1, CHOICES)
