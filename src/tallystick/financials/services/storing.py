"""Puts planned rows into the tables: few statements, through the cursor."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tallystick.financials import database
from tallystick.financials.models import Company, Customer
from tallystick.financials.services.facts import model_fields
from tallystick.financials.services.planning import Planned
from tallystick.financials.tables import table_named

MODIFIED_AT = Customer._meta.get_field("modified_at")  # alike in every table of master data


def write_rows(company: Company, table: str, changed: Sequence[Planned], now: datetime) -> None:
    """Insert and update the rows as planned, in two statements at most."""
    described = table_named(table)
    fields = model_fields(described)
    columns = list(fields)
    inserts = [entry for entry in changed if entry.before is None]
    updates = [entry for entry in changed if entry.before is not None]
    with connection.cursor() as cursor:
        database.insert_rows(
            cursor,
            described.db_table,
            [*columns, "company_id", "created_at", "modified_at", "id"],
            [[*map(entry.after.__getitem__, columns), company.pk, now, now, entry.id] for entry in inserts],
        )
        database.update_rows(
            cursor,
            described.db_table,
            [*fields.values(), MODIFIED_AT],
            [[*map(entry.after.__getitem__, columns), now, entry.id] for entry in updates],
        )
