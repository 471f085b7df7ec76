"""The database triggers of the item ledger, in the dialects of both databases.

They keep `inventory` of an item the sum of its entries, in the transaction that adds one, and refuse to change an entry.
PostgreSQL refuses to delete one as well. On SQLite, where whoever may write the file may do anything to it, a gap in the
entry numbers tells of a deletion.

A migration that alters the ledger's table ends with `install`: SQLite drops a table's triggers when Django rebuilds it.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LEDGER = "financials_itemledgerentry"
WHY_POSTED_STAYS = "what is posted never changes; reverse the entry instead"


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers anew (for `RunPython`)."""
    uninstall(apps, schema_editor)
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[schema_editor.connection.vendor]():
        schema_editor.execute(statement, params=None)


def uninstall(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the triggers, whether or not they exist (for `RunPython`, backwards)."""
    for name in ("counts", "stays"):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {LEDGER}_{name}() CASCADE", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {LEDGER}_{name}", params=None)


def _sqlite() -> Iterator[str]:
    # SQLite adds decimals as binary numbers; rounding to the column's places keeps their errors from adding up.
    yield f"""CREATE TRIGGER {LEDGER}_counts AFTER INSERT ON {LEDGER} BEGIN
        UPDATE financials_item SET inventory = round(inventory + NEW.quantity, 5) WHERE id = NEW.item_id;
    END"""
    yield f"""CREATE TRIGGER {LEDGER}_stays BEFORE UPDATE ON {LEDGER} BEGIN
        SELECT RAISE(ABORT, '{WHY_POSTED_STAYS}');
    END"""


def _postgresql() -> Iterator[str]:
    function = "RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT"
    yield f"""CREATE FUNCTION {LEDGER}_counts() {function} AS $$
    BEGIN
        UPDATE financials_item SET inventory = inventory + NEW.quantity WHERE id = NEW.item_id;
        RETURN NULL;
    END $$"""
    yield f"""CREATE FUNCTION {LEDGER}_stays() {function} AS $$
    BEGIN
        RAISE EXCEPTION '{WHY_POSTED_STAYS}' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""
    yield f"""CREATE TRIGGER {LEDGER}_counts AFTER INSERT ON {LEDGER}
        FOR EACH ROW EXECUTE FUNCTION {LEDGER}_counts()"""
    yield f"""CREATE TRIGGER {LEDGER}_stays BEFORE UPDATE OR DELETE ON {LEDGER}
        FOR EACH ROW EXECUTE FUNCTION {LEDGER}_stays()"""
