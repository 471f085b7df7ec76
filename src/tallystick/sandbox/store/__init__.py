"""The SQLite file: one SQL table per Dataverse table, a single writer, concurrent readers."""

from tallystick.sandbox.store.database import Database, Transaction
from tallystick.sandbox.store.schema import quoted

__all__ = ["Database", "Transaction", "quoted"]
