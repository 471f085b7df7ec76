"""The indexes that long lists are searched by on PostgreSQL: the trigrams of what `folding.has_word` looks into.

They find a word of three letters and more wherever it stands; for what is shorter every row is read. SQLite has none: it
reads faster through its rows than PostgreSQL folds them, and its index of trigrams would cost ten times as much as the
row that is written.

A later migration that changes which columns of these tables are searched ends with `install`.
"""

from typing import Any

from django.db import Error
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tallystick.financials.problems import FinancialsError
from tallystick.financials.table import Table
from tallystick.financials.tables import TABLES

LONG = (
    "customer",
    "contact",
    "sales-order",
    "sales-order-line",
    "sales-shipment",
    "sales-shipment-line",
    "sales-invoice",
    "sales-invoice-line",
    "customer-payment",
    "ledger-transaction",
    "g-l-entry",
    "vat-entry",
    "customer-ledger-entry",
    "detailed-customer-ledger-entry",
    "item-ledger-entry",
)
REFUSED = "PostgreSQL refuses the extension pg_trgm, by which long lists are searched: {}"
HINT = (
    "Install the contrib modules of the server if they are missing, have a superuser run `CREATE EXTENSION pg_trgm` in "
    "this database, and run `tally migrate` again."
)


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the indexes anew (for `RunPython`)."""
    if schema_editor.connection.vendor != "postgresql":
        return
    uninstall(apps, schema_editor)
    try:
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
    except Error as refusal:
        said = " ".join(str(refusal).split()).rstrip(".")
        raise FinancialsError(REFUSED.format(f"{said}."), hint=HINT) from refusal
    for table in map(TABLES.__getitem__, LONG):
        schema_editor.execute(_index(table), params=None)
        schema_editor.execute(f"ANALYZE {table.db_table}", params=None)  # how rare a word is, it learns here


def uninstall(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the indexes, whether or not they exist (for `RunPython`, backwards)."""
    if schema_editor.connection.vendor == "postgresql":
        for table in map(TABLES.__getitem__, LONG):
            schema_editor.execute(f"DROP INDEX IF EXISTS {index_name(table)}", params=None)


def index_name(table: Table) -> str:
    """Return the name of the index a table is searched by."""
    return f"{table.db_table}_search"


def _index(table: Table) -> str:
    texts = " || chr(10) || ".join(f'"{column}"' for column in table.searched_texts)
    found_in = [*(f'"{column}"' for column in table.searched_codes), f"(LOWER(({texts})))"]
    columns = ", ".join(f"{column} gin_trgm_ops" for column in found_in)
    return f"CREATE INDEX {index_name(table)} ON {table.db_table} USING gin ({columns})"
