"""Security roles in the database: their privileges, their copies in every business unit, and the roles that ship."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata import Catalog
from tallystick.sandbox.metadata.model import Table, stable_id
from tallystick.sandbox.metadata.privileges import (
    CUSTOMIZING,
    Depth,
    Privilege,
    Verb,
    all_privileges,
    privilege_id,
    privilege_name,
    privileges_of,
)
from tallystick.sandbox.security.rights import ADMINISTRATOR
from tallystick.sandbox.store import Transaction

CUSTOMIZER = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
SALESPERSON = "a4be89ff-7c35-4d69-9900-999c3f603e6f"
SHIPPED = {"System Administrator": ADMINISTRATOR, "System Customizer": CUSTOMIZER, "Salesperson": SALESPERSON}
"""Role template ids, the same in every environment of the service."""

Grants = Mapping[str, Depth]
"""Depths by the name of the privilege."""


# ---- privileges ------------------------------------------------------------------------------------------------------


def register_privileges(transaction: Transaction, catalog: Catalog) -> None:
    """Rows of `privilege` for every privilege of the catalog; those that are there already stay."""
    known = {name for (name,) in transaction.connection.execute('SELECT "name" FROM "privilege"')}
    for name, privilege in all_privileges(catalog).items():
        if name not in known:
            transaction.put("privilege", _row(privilege))


def rename_user_privileges(transaction: Transaction) -> None:
    """Environments of older sandboxes called the privileges on systemuser after the table; what was granted stays."""
    connection = transaction.connection
    for verb in Verb:
        old, new = privilege_id(f"prv{verb.value}SystemUser"), privilege_id(f"prv{verb.value}User")
        if connection.execute('DELETE FROM "privilege" WHERE "privilegeid" = ?', (old,)).rowcount:
            statement = 'UPDATE "roleprivileges" SET "privilegeid" = ? WHERE "privilegeid" = ?'
            connection.execute(statement, (new, old))


def register_table(transaction: Transaction, table: Table) -> None:
    """The privileges of a new table, which System Customizer has in full (System Administrator has all anyway)."""
    register_privileges(transaction, transaction.catalog)
    query = 'SELECT "roleid" FROM "role" WHERE "roletemplateid" = ? AND "roleid" = "parentrootroleid"'
    found = transaction.connection.execute(query, (CUSTOMIZER,)).fetchone()
    if found is not None:
        grant(transaction, str(found[0]), {one.name: Depth.GLOBAL for one in privileges_of(table)})


def forget_table_privileges(transaction: Transaction, table: Table) -> None:
    """Take the privileges of a table that has gone out of all roles; others may still go by them."""
    kept = all_privileges(transaction.catalog)
    for privilege in privileges_of(table):
        if privilege.name not in kept:
            transaction.connection.execute('DELETE FROM "roleprivileges" WHERE "privilegeid" = ?', (privilege.id,))
            transaction.connection.execute('DELETE FROM "privilege" WHERE "privilegeid" = ?', (privilege.id,))
    transaction.count("deleted", "roleprivileges")


def _row(privilege: Privilege) -> dict[str, object]:
    flags = {f"canbe{depth.name.lower()}": int(depth in privilege.depths) for depth in Depth}
    return {"privilegeid": privilege.id, "name": privilege.name, "accessright": privilege.right, **flags}


# ---- what a role allows ----------------------------------------------------------------------------------------------


def root_of(transaction: Transaction, role: str) -> str:
    """The role that holds the privileges of this one: itself, or the one it is a copy of."""
    query = 'SELECT coalesce("parentrootroleid", "roleid"), "roletemplateid" FROM "role" WHERE "roleid" = ?'
    root, template = transaction.connection.execute(query, (role,)).fetchone()
    if template == ADMINISTRATOR:
        raise invalid_argument("The role System Administrator has every privilege; it cannot be changed.")
    return str(root)


def grant(transaction: Transaction, role: str, grants: Grants) -> None:
    """Give a root role privileges, or change how far it has them. A privilege nobody knows is refused."""
    known = all_privileges(transaction.catalog)
    for name, depth in grants.items():
        privilege = known.get(name)
        if privilege is None:
            raise Refusal(404, "0x80040217", f"There is no privilege with the name {name[:100]}.")
        if depth not in privilege.depths:
            raise invalid_argument(f"The privilege {name} cannot be given at the depth {depth.word}.")
        _grant_one(transaction, role, privilege, depth)
    if grants:
        transaction.count("created", "roleprivileges", len(grants))


def _grant_one(transaction: Transaction, role: str, privilege: Privilege, depth: Depth) -> None:
    connection = transaction.connection
    key = (role, privilege.id)
    changed = connection.execute(
        'UPDATE "roleprivileges" SET "privilegedepthmask" = ?, "versionnumber" = ? '
        'WHERE "roleid" = ? AND "privilegeid" = ?',
        (int(depth), transaction.version(), *key),
    )
    if not changed.rowcount:
        transaction.put("roleprivileges", {
            "roleprivilegesid": stable_id("roleprivilege", *key), "roleid": role, "privilegeid": privilege.id,
            "privilegedepthmask": int(depth),
        })  # fmt: skip


def revoke(transaction: Transaction, role: str, privilege: str) -> None:
    """Take one privilege (by id) from a root role; one it does not have is no error."""
    statement = 'DELETE FROM "roleprivileges" WHERE "roleid" = ? AND "privilegeid" = ?'
    transaction.connection.execute(statement, (role, privilege))
    transaction.count("deleted", "roleprivileges")


def revoke_all(transaction: Transaction, role: str) -> None:
    transaction.connection.execute('DELETE FROM "roleprivileges" WHERE "roleid" = ?', (role,))
    transaction.count("deleted", "roleprivileges")


# ---- copies in business units ----------------------------------------------------------------------------------------


def copy_into_units(transaction: Transaction, role: Mapping[str, object], stamp: Mapping[str, object]) -> None:
    """A new role exists at once in every business unit below its own."""
    children = transaction.connection.execute(
        'SELECT "businessunitid" FROM "businessunit" WHERE "parentbusinessunitid" = ?', (role["businessunitid"],)
    ).fetchall()
    for (unit,) in children:
        copy_into_units(transaction, _copied(transaction, role, str(unit), stamp), stamp)


def copy_roles_of_parent(transaction: Transaction, unit: str, parent: str, stamp: Mapping[str, object]) -> None:
    """A new business unit gets a copy of every role of the unit above it."""
    columns = ("roleid", "name", "parentrootroleid", "roletemplateid", "ismanaged", "organizationid")
    query = f'SELECT {", ".join(columns)} FROM "role" WHERE "businessunitid" = ?'  # noqa: S608 (fixed names)
    for values in transaction.connection.execute(query, (parent,)).fetchall():
        _copied(transaction, dict(zip(columns, values, strict=True)), unit, stamp)


def _copied(
    transaction: Transaction, role: Mapping[str, object], unit: str, stamp: Mapping[str, object]
) -> dict[str, object]:
    copy = {
        "roleid": stable_id("role", str(role["parentrootroleid"]), unit), "name": role["name"], "businessunitid": unit,
        "parentroleid": role["roleid"], "parentrootroleid": role["parentrootroleid"],
        "roletemplateid": role.get("roletemplateid"), "ismanaged": role.get("ismanaged") or 0,
        "organizationid": role["organizationid"], **stamp,
    }  # fmt: skip
    transaction.put("role", copy)
    return copy


# ---- the shipped roles -----------------------------------------------------------------------------------------------

_OWN = dict.fromkeys(Verb, Depth.BASIC)
_SALES_DOCUMENTS = ("account", "contact", "opportunity", "quote", "salesorder", "invoice")
_REFERENCE_TABLES = (
    "product", "transactioncurrency", "organization", "systemuser", "team", "businessunit", "role", "webresource",
)  # fmt: skip


def shipped_grants(template: str, catalog: Catalog) -> dict[str, Depth]:
    """What a shipped role allows. How far Salesperson goes is nowhere documented for all tables: it sees its business
    unit's rows and changes its own."""
    if template == CUSTOMIZER:
        return {**dict.fromkeys(CUSTOMIZING, Depth.GLOBAL), **_customizer(catalog)}
    if template == SALESPERSON:
        return _salesperson(catalog)
    return {}


def _customizer(catalog: Catalog) -> dict[str, Depth]:
    found = _each(catalog, _present(catalog, ("publisher", "solution", "webresource", "importjob", "asyncoperation")), {
        verb: Depth.GLOBAL for verb in Verb if verb not in (Verb.ASSIGN, Verb.SHARE)
    })  # fmt: skip
    found |= _each(catalog, _present(catalog, _REFERENCE_TABLES), {Verb.READ: Depth.GLOBAL})
    return found | _each(catalog, _present(catalog, _SALES_DOCUMENTS), _OWN)


def _salesperson(catalog: Catalog) -> dict[str, Depth]:
    reads = {Verb.READ: Depth.GLOBAL, Verb.APPEND_TO: Depth.GLOBAL}
    found = _each(catalog, _present(catalog, _REFERENCE_TABLES), reads)
    documents = {**_OWN, Verb.READ: Depth.LOCAL, Verb.APPEND_TO: Depth.LOCAL}
    return found | _each(catalog, _present(catalog, _SALES_DOCUMENTS), documents)


def _present(catalog: Catalog, names: Iterable[str]) -> list[Table]:
    return [catalog[name] for name in names if name in catalog.tables]


def _each(catalog: Catalog, tables: Iterable[Table], depths: Mapping[Verb, Depth]) -> dict[str, Depth]:
    known = all_privileges(catalog)
    found = {}
    for table in tables:
        for verb, depth in depths.items():
            privilege = known.get(privilege_name(table, verb))
            if privilege is not None:
                found[privilege.name] = depth if depth in privilege.depths else Depth.GLOBAL
    return found


def ship_roles(transaction: Transaction) -> None:
    """Give the shipped roles their template and privileges when they do not have them yet."""
    connection = transaction.connection
    for name, template in SHIPPED.items():
        query = 'SELECT "roleid", "roletemplateid" FROM "role" WHERE "name" = ? AND "roleid" = "parentrootroleid"'
        found = connection.execute(query, (name,)).fetchone()
        if found is None or found[1] == template:
            continue
        connection.execute('UPDATE "role" SET "roletemplateid" = ? WHERE "parentrootroleid" = ?', (template, found[0]))
        grant(transaction, str(found[0]), shipped_grants(template, transaction.catalog))
        transaction.count("updated", "role")
