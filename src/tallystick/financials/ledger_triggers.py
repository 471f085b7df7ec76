"""The database triggers of the ledgers, in the dialects of both databases.

They refuse to change what is posted, and keep what follows from it in the transaction that adds an entry: the `inventory`
of an item is the sum of its item ledger entries, what is left of a customer ledger entry the sum of its detailed entries.
PostgreSQL refuses to delete what is posted as well. On SQLite, where whoever may write the file may do anything to it, a
gap in the entry numbers tells of a deletion.

A migration that alters one of these tables ends with `install`: SQLite drops a table's triggers when Django rebuilds it.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tallystick.financials.table import Table
from tallystick.financials.tables import (
    CUSTOMER_LEDGER_ENTRY,
    DETAILED_CUSTOMER_LEDGER_ENTRY,
    ITEM_LEDGER_ENTRY,
    TABLES,
)

WHY_POSTED_STAYS = "what is posted never changes; reverse the entry instead"
FOLLOWS = {CUSTOMER_LEDGER_ENTRY.name: ("remaining_amount", "remaining_amount_lcy", "open", "modified_at")}


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers anew (for `RunPython`)."""
    uninstall(apps, schema_editor)
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[schema_editor.connection.vendor]
    for statement in make(apps):
        schema_editor.execute(statement, params=None)


def uninstall(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the triggers, whether or not they exist (for `RunPython`, backwards)."""
    for table in posted_tables():
        for name in ("counts", "stays"):
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(f"DROP FUNCTION IF EXISTS {table.db_table}_{name}() CASCADE", params=None)
            else:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table.db_table}_{name}", params=None)


def posted_tables() -> list[Table]:
    """Return the tables that only postings write."""
    return [table for table in TABLES.values() if table.posted]


def _frozen(apps: Apps, table: Table) -> str:
    """The columns that never change, for `UPDATE OF`."""
    fields = apps.get_model("financials", table.model)._meta.local_concrete_fields
    follows = FOLLOWS.get(table.name, ())
    return ", ".join(f'"{field.column}"' for field in fields if field.column not in follows)


def _counts(round: str) -> dict[str, str]:
    """What the sum is kept in, by table: the statement that follows an inserted row."""
    entry = "financials_customerledgerentry"
    left, left_lcy = (
        round.format("remaining_amount + NEW.amount"),
        round.format("remaining_amount_lcy + NEW.amount_lcy"),
    )
    return {
        ITEM_LEDGER_ENTRY.db_table: "UPDATE financials_item SET inventory = "
        f"{round.format('inventory + NEW.quantity')} WHERE id = NEW.item_id",
        DETAILED_CUSTOMER_LEDGER_ENTRY.db_table: f"UPDATE {entry} SET remaining_amount = {left}, "
        f"remaining_amount_lcy = {left_lcy}, open = ({left} <> 0) WHERE id = NEW.customer_ledger_entry_id",
    }


def _sqlite(apps: Apps) -> Iterator[str]:
    # SQLite adds decimals as binary numbers; rounding to the column's places keeps their errors from adding up.
    for db_table, statement in _counts("round({}, 5)").items():
        yield f"CREATE TRIGGER {db_table}_counts AFTER INSERT ON {db_table} BEGIN {statement}; END"
    for table in posted_tables():
        yield f"""CREATE TRIGGER {table.db_table}_stays BEFORE UPDATE OF {_frozen(apps, table)} ON {table.db_table} BEGIN
            SELECT RAISE(ABORT, '{WHY_POSTED_STAYS}');
        END"""


def _postgresql(apps: Apps) -> Iterator[str]:
    function = "RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT"
    for db_table, statement in _counts("{}").items():
        yield f"CREATE FUNCTION {db_table}_counts() {function} AS $$ BEGIN {statement}; RETURN NULL; END $$"
        yield f"""CREATE TRIGGER {db_table}_counts AFTER INSERT ON {db_table}
            FOR EACH ROW EXECUTE FUNCTION {db_table}_counts()"""
    for table in posted_tables():
        name = f"{table.db_table}_stays"
        yield f"""CREATE FUNCTION {name}() {function} AS $$
        BEGIN
            RAISE EXCEPTION '{WHY_POSTED_STAYS}' USING ERRCODE = 'integrity_constraint_violation';
        END $$"""
        yield f"""CREATE TRIGGER {name} BEFORE UPDATE OF {_frozen(apps, table)} OR DELETE ON {table.db_table}
            FOR EACH ROW EXECUTE FUNCTION {name}()"""
