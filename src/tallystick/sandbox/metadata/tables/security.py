"""privilege and roleprivileges: what may be done, and what of it a role allows how far."""

from __future__ import annotations

from dataclasses import replace

from tallystick.sandbox.metadata.build import flag, read_only, table, text, whole
from tallystick.sandbox.metadata.model import Column, Kind, ManyToMany, Table
from tallystick.sandbox.metadata.tables.people import intersect

PRIVILEGE = table(
    "privilege",
    "Privilege",
    1023,
    "Privilege",
    "Privileges",
    [
        text("name", 100, "Name"),
        whole("accessright", "Access Right"),
        flag("canbebasic", "Can Be Basic"),
        flag("canbelocal", "Can Be Local"),
        flag("canbedeep", "Can Be Deep"),
        flag("canbeglobal", "Can Be Global"),
        read_only(Column("versionnumber", Kind.BIGINT, "Version Number")),
    ],
    ownership_type="None",
    creatable=False,
    updatable=False,
    deletable=False,
    open_to_all=True,
    description="Permission to perform an action.",
)

_PAIRS = intersect(
    "roleprivileges", "RolePrivileges", 12, "roleprivilegescollection", "role", "privilege", privilege="Role"
)
_DEPTH = replace(read_only(whole("privilegedepthmask", "Privilege Depth Mask")), schema="PrivilegeDepthMask")
ROLEPRIVILEGES: Table = replace(_PAIRS, columns={**_PAIRS.columns, _DEPTH.name: _DEPTH})

ROLE_PRIVILEGES_RELATION = ManyToMany(
    "roleprivileges_association", "role", "privilege", "roleprivileges", "roleprivilegescollection"
)
