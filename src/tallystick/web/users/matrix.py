"""What each permission set allows, as a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.financials.permissions import Permission, PermissionSet


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One thing to do, and for each set, in their order, whether it allows it."""

    deed: str
    allowed: Sequence[tuple[PermissionSet, bool]]


def matrix() -> Sequence[MatrixRow]:
    """Every permission by every set."""
    return [
        MatrixRow(
            permission[0].upper() + permission[1:], [(one, permission in one.permissions) for one in PermissionSet]
        )
        for permission in Permission
    ]
