"""A table mapping as one connection has it: as shipped, with what a person changed."""

from collections.abc import Sequence
from dataclasses import replace

from tallystick.engine import ConflictPolicy, DeletionPolicy, Direction, TableMapping
from tallystick.engine.order import in_order
from tallystick.integration import mappings
from tallystick.integration.models import Connection, MappingSettings


def ensure_settings(connection: Connection) -> None:
    """Give the connection a settings row for every shipped mapping. Safe to repeat."""
    MappingSettings.objects.bulk_create(
        [MappingSettings(connection=connection, name=mapping.name) for mapping in mappings.ALL], ignore_conflicts=True
    )


def settings_of(connection: Connection, name: str) -> MappingSettings:
    """Return the settings row of a mapping. Raises SetupError naming the mappings there are."""
    mapping = mappings.by_name(name)
    row, _ = MappingSettings.objects.get_or_create(connection=connection, name=mapping.name)
    return row


def mapping_of(connection: Connection, name: str) -> TableMapping:
    """Return the mapping as this connection has it."""
    return as_set(settings_of(connection, name))


def mappings_of(connection: Connection) -> Sequence[TableMapping]:
    """Return the enabled mappings of a connection, each after those it depends on. One query."""
    ensure_settings(connection)
    rows = MappingSettings.objects.filter(connection=connection, enabled=True)
    by_name = {row.name: as_set(row) for row in rows}
    return in_order(by_name[mapping.name] for mapping in mappings.ALL if mapping.name in by_name)


def as_set(row: MappingSettings) -> TableMapping:
    """Return the shipped mapping with the changes of `row`."""
    mapping = mappings.by_name(row.name)
    return replace(
        mapping,
        direction=Direction(row.direction) if row.direction else mapping.direction,
        conflicts=ConflictPolicy(row.conflicts) if row.conflicts else mapping.conflicts,
        deletions=DeletionPolicy(row.deletions) if row.deletions else mapping.deletions,
        creates=mapping.creates if row.creates is None else row.creates,
        max_share=mapping.max_share if row.max_share is None else row.max_share,
        # Two companies may be connected to one environment; each gets a record of its own for the same row.
        scope=str(row.connection_id),
    )
