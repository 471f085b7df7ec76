"""What the service does by itself once a row has been written: rows of other tables that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tallystick.sandbox.rows.sales import COPIED
from tallystick.sandbox.rows.values import SqlValue, new_id
from tallystick.sandbox.security import roles
from tallystick.sandbox.store import quoted

if TYPE_CHECKING:
    from tallystick.sandbox.rows.write import Writing

Row = Mapping[str, SqlValue]


def _stamp(writing: Writing) -> dict[str, object]:
    user = writing.caller.user_id
    return {"createdon": writing.now, "modifiedon": writing.now, "createdby": user, "modifiedby": user}


def _new_unit(writing: Writing, row: Row) -> None:
    """A business unit starts with a default team and the roles of the unit above it."""
    transaction, unit = writing.transaction, str(row["businessunitid"])
    team = new_id()
    transaction.put("team", {
        "teamid": team, "ownerid": team, "name": row["name"], "businessunitid": unit, "isdefault": 1, "systemmanaged": 1,
        "teamtype": 0, "membershiptype": 0, "administratorid": writing.caller.user_id,
        "organizationid": writing.caller.organization, **_stamp(writing),
    })  # fmt: skip
    parent = row.get("parentbusinessunitid")
    if parent:
        roles.copy_roles_of_parent(transaction, unit, str(parent), _stamp(writing))


def _new_role(writing: Writing, row: Row) -> None:
    roles.copy_into_units(writing.transaction, row, _stamp(writing))


def _new_user(writing: Writing, row: Row) -> None:
    """Everyone is a member of the default team of their business unit."""
    join_default_team(writing, str(row["systemuserid"]), str(row["businessunitid"]))


def join_default_team(writing: Writing, user: str, unit: str) -> None:
    transaction = writing.transaction
    query = 'SELECT "teamid" FROM "team" WHERE "businessunitid" = ? AND "isdefault" = 1'
    for (team,) in transaction.connection.execute(query, (unit,)).fetchall():
        values = {"teammembershipid": new_id(), "teamid": team, "systemuserid": user}
        transaction.put("teammembership", values)
        transaction.count("created", "teammembership")


def _new_schedule(writing: Writing, row: Row) -> None:
    """A unit group starts with its base unit."""
    name = row.get("baseuomname")
    if name is not None:
        writing.transaction.put("uom", {
            "uomid": new_id(), "name": name, "uomscheduleid": row["uomscheduleid"], "quantity": "1",
            "isschedulebaseuom": 1, "organizationid": writing.caller.organization, **_stamp(writing),
        })  # fmt: skip
        writing.transaction.count("created", "uom")


_AFTER_CREATE: dict[str, Callable[[Writing, Row], None]] = {
    "businessunit": _new_unit,
    "role": _new_role,
    "systemuser": _new_user,
    "uomschedule": _new_schedule,
}


def after_create(writing: Writing, table: str, row: Row) -> None:
    follow = _AFTER_CREATE.get(table)
    if follow is not None:
        follow(writing, row)


# ---- after an update -------------------------------------------------------------------------------------------------


def _user_changed(writing: Writing, row_id: str, values: Row) -> None:
    """A user who moves to another business unit loses the roles of the old one."""
    unit = values.get("businessunitid")
    if unit is None:
        return
    connection = writing.transaction.connection
    connection.execute('DELETE FROM "systemuserroles" WHERE "systemuserid" = ?', (row_id,))
    connection.execute(
        'DELETE FROM "teammembership" WHERE "systemuserid" = ? AND "teamid" IN '
        '(SELECT "teamid" FROM "team" WHERE "isdefault" = 1)',
        (row_id,),
    )
    writing.transaction.count("deleted", "systemuserroles")
    join_default_team(writing, row_id, str(unit))


def _role_changed(writing: Writing, row_id: str, values: Row) -> None:
    """The copies of a role carry its name."""
    if "name" in values:
        writing.transaction.connection.execute(
            'UPDATE "role" SET "name" = ?, "versionnumber" = ? WHERE "parentrootroleid" = ? AND "roleid" <> ?',
            (values["name"], writing.transaction.version(), row_id, row_id),
        )


def _document_changed(writing: Writing, table: str, row_id: str, values: Row) -> None:
    """The lines of a document carry its owner, currency and state."""
    copied = {name: values[name] for name in COPIED if name in values}
    if "statecode" in values:
        copied[f"{table}statecode"] = values["statecode"]
    if not copied:
        return
    terms = ", ".join(f"{quoted(name)} = ?" for name in copied)
    transaction = writing.transaction
    lines = [one for one in transaction.catalog.tables.values() if one.parent_column == f"{table}id"]
    for line in lines:
        key = quoted(line.id_column)
        query = f"SELECT {key} FROM {quoted(line.name)} WHERE {quoted(line.parent_column)} = ?"  # noqa: S608 (names from metadata)
        statement = f"UPDATE {quoted(line.name)} SET {terms}, versionnumber = ? WHERE {key} = ?"  # noqa: S608
        ids = transaction.connection.execute(query, (row_id,)).fetchall()
        rows = [(*copied.values(), transaction.version(), line_id) for (line_id,) in ids]
        transaction.connection.executemany(statement, rows)


_DOCUMENTS = frozenset({"quote", "salesorder", "invoice"})
_AFTER_UPDATE: dict[str, Callable[[Writing, str, Row], None]] = {
    "systemuser": _user_changed,
    "role": _role_changed,
}


def after_update(writing: Writing, table: str, row_id: str, values: Row) -> None:
    if table in _DOCUMENTS:
        _document_changed(writing, table, row_id, values)
    follow = _AFTER_UPDATE.get(table)
    if follow is not None:
        follow(writing, row_id, values)
