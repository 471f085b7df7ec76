"""What happens to the rows that point to a deleted row."""

from __future__ import annotations

from enum import StrEnum

from tallystick.sandbox.metadata.model import Column, Kind, Table


class OnDelete(StrEnum):
    CASCADE = "Cascade"
    RESTRICT = "Restrict"
    REMOVE_LINK = "RemoveLink"


_RESTRICTING = frozenset({"transactioncurrency", "businessunit", "organization"})


def on_delete(table: Table, column: Column, target: str) -> OnDelete:
    """The delete behaviour of the relationship from `table.column` to `target`."""
    if (table.name, column.name) == ("role", "parentrootroleid"):
        return OnDelete.CASCADE  # the copies in other business units go with the role
    if column.kind is Kind.CUSTOMER:
        return OnDelete.CASCADE
    if column.name in ("createdby", "modifiedby", "createdonbehalfby", "modifiedonbehalfby"):
        return OnDelete.REMOVE_LINK
    if column.kind is Kind.OWNER or target in _RESTRICTING:
        return OnDelete.RESTRICT
    return OnDelete.REMOVE_LINK
