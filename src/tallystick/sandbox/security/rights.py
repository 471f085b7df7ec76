"""What a user may do, worked out from the roles of the user and of the user's teams."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tallystick.sandbox.metadata import Kind, Table
from tallystick.sandbox.metadata.privileges import Depth, Verb, privilege_name

ADMINISTRATOR = "627090ff-40a3-4053-8790-584edc5be201"
"""`roletemplateid` of System Administrator, who has every privilege, those of tables made later included."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows a privilege is good for: all, those of some business units, or the user's (and teams') own."""

    depth: Depth
    unit: str
    units: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        return self.depth is Depth.GLOBAL


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one user. `owners` are the user and the user's teams: their rows count as the user's own."""

    user_id: str
    unit: str
    access_mode: int
    roles: int
    privileges: int
    administrator: bool
    granted: Mapping[str, Reach]
    direct: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()

    def named(self, privilege: str) -> Reach | None:
        """How far a privilege goes, or None when the user does not have it."""
        if self.administrator:
            return Reach(Depth.GLOBAL, self.unit)
        return self.granted.get(privilege)

    def on(self, table: Table, verb: Verb) -> Reach | None:
        if table.open_to_all and verb is Verb.READ:
            return Reach(Depth.GLOBAL, self.unit)
        return self.named(privilege_name(table, verb))


@dataclass(slots=True)
class _Grants:
    """Roles give rights side by side; the widest wins, and business units add up."""

    found: dict[str, Reach] = field(default_factory=dict)

    def add(self, name: str, depth: Depth, unit: str, below: Mapping[str, frozenset[str]]) -> None:
        units = {Depth.LOCAL: frozenset({unit}), Depth.DEEP: below.get(unit, frozenset({unit}))}.get(depth, frozenset())
        known = self.found.get(name)
        if known is None:
            self.found[name] = Reach(depth, unit, units)
            return
        self.found[name] = Reach(
            max(known.depth, depth), unit if depth > known.depth else known.unit, known.units | units
        )


_ROLES = """
SELECT r."roleid", coalesce(r."parentrootroleid", r."roleid"), r."businessunitid", r."roletemplateid", 1
  FROM "systemuserroles" h JOIN "role" r ON r."roleid" = h."roleid" WHERE h."systemuserid" = :user
UNION ALL
SELECT r."roleid", coalesce(r."parentrootroleid", r."roleid"), t."businessunitid", r."roletemplateid", 0
  FROM "teammembership" m JOIN "teamroles" h ON h."teamid" = m."teamid" JOIN "role" r ON r."roleid" = h."roleid"
  JOIN "team" t ON t."teamid" = m."teamid" WHERE m."systemuserid" = :user
"""
_GRANTS = """
SELECT p."name", g."privilegedepthmask" FROM "roleprivileges" g JOIN "privilege" p ON p."privilegeid" = g."privilegeid"
 WHERE g."roleid" = ?
"""
_READ_ONLY_MODE = 2


def rights_of(connection: sqlite3.Connection, user: str, unit: str, access_mode: int) -> Rights:
    """Read a user's rights: two queries, and one for each role."""
    held = connection.execute(_ROLES, {"user": user}).fetchall()
    below = units_below(connection)
    grants = _Grants()
    direct: set[str] = set()
    for _, root, role_unit, template, is_direct in held:
        if is_direct and template == ADMINISTRATOR:
            direct.add("*")
        for name, depth in connection.execute(_GRANTS, (root,)):
            if access_mode == _READ_ONLY_MODE and not name.startswith("prvRead"):
                continue
            grants.add(str(name), Depth(depth), str(role_unit), below)
            if is_direct:
                direct.add(str(name))
    administrator = access_mode != _READ_ONLY_MODE and any(one[3] == ADMINISTRATOR for one in held)
    teams = connection.execute('SELECT "teamid" FROM "teammembership" WHERE "systemuserid" = ?', (user,)).fetchall()
    owners = frozenset({user, *(str(team) for (team,) in teams)})
    count = len(grants.found)
    return Rights(user, unit, access_mode, len(held), count, administrator, grants.found, frozenset(direct), owners)


def rights_of_team(connection: sqlite3.Connection, team: str, unit: str) -> Rights:
    """The rights that the roles of a team give its members."""
    query = (
        'SELECT coalesce(r."parentrootroleid", r."roleid"), r."roletemplateid" FROM "teamroles" h '
        'JOIN "role" r ON r."roleid" = h."roleid" WHERE h."teamid" = ?'
    )
    held = connection.execute(query, (team,)).fetchall()
    below, grants = units_below(connection), _Grants()
    for root, _ in held:
        for name, depth in connection.execute(_GRANTS, (root,)):
            grants.add(str(name), Depth(depth), unit, below)
    administrator = any(template == ADMINISTRATOR for _, template in held)
    owners = frozenset({team})
    return Rights(team, unit, 0, len(held), len(grants.found), administrator, grants.found, frozenset(), owners)


def units_below(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Per business unit, itself and all below it."""
    parents = dict(connection.execute('SELECT "businessunitid", "parentbusinessunitid" FROM "businessunit"').fetchall())
    below: dict[str, set[str]] = {unit: {unit} for unit in parents}
    for unit in parents:
        at, seen = parents[unit], {unit}
        while at is not None and at not in seen:
            seen.add(at)
            below.setdefault(at, {at}).add(unit)
            at = parents.get(at)
    return {unit: frozenset(found) for unit, found in below.items()}


# ---- reach as SQL ----------------------------------------------------------------------------------------------------

Condition = tuple[str, tuple[str, ...]]


def reach_condition(rights: Rights, reach: Reach, table: Table, alias: str) -> Condition | None:
    """The WHERE condition for the rows of `table` within reach; None when that is every row."""
    unit_column = _unit_column(table)
    if reach.everything or not unit_column:
        return None
    own = f'{alias}."ownerid"' if "ownerid" in table.columns else ""
    terms: list[str] = []
    params: list[str] = []
    if own:
        terms.append(f"{own} IN ({_places(rights.owners)})")
        params += sorted(rights.owners)
    if reach.units:
        terms.append(f'{alias}."{unit_column}" IN ({_places(reach.units)})')
        params += sorted(reach.units)
    return (f"({' OR '.join(terms)})" if terms else "0"), tuple(params)


def _places(values: Sequence[str] | frozenset[str]) -> str:
    return ", ".join("?" * len(values))


def _unit_column(table: Table) -> str:
    """The column that says which business unit a row belongs to; rows of the organization belong to none."""
    owner = table.columns.get("ownerid")
    if owner is not None and owner.kind is Kind.OWNER:
        return "owningbusinessunit"
    return "businessunitid" if table.ownership == "BusinessOwned" else ""


def covers(rights: Rights, reach: Reach, table: Table, row: Mapping[str, object]) -> bool:
    """Whether a row that is about to exist lies within reach."""
    unit_column = _unit_column(table)
    if reach.everything or not unit_column:
        return True
    return row.get("ownerid") in rights.owners or row.get(unit_column) in reach.units
