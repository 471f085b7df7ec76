"""What SQLite is told about how the rows of our tables spread over their indexes.

Without statistics it takes every first column of an index for one that few rows share, and of "these fifty ids, in this
company" it reads through the company. `ANALYZE` would count, but what it counts in a new company is wrong next year. So
every index that begins with the company is described as in a large company, and plans are the same for all.

https://www.sqlite.org/fileformat2.html#stat1tab says what the table holds; whoever runs `ANALYZE` replaces it by counts."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import BooleanField, Field, Model

ROWS = 100_000  # of a large table
FEW = 10  # that share a number, a customer or a day
SHARED_BY_ALL = ("company_id", "table_name")
# Read along the items they belong to, a page at a time: taken for a large table it would be read through and sorted.
ALONG_ANOTHER = frozenset({"itemunitofmeasure"})


def tell(using: str) -> None:
    """Describe the indexes; on another database than SQLite it does nothing."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sqlite_schema")  # makes the table
        for model in apps.get_app_config("financials").get_models():
            table = model._meta.db_table
            cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl = %s", [table])
            if model._meta.model_name in ALONG_ANOTHER:
                continue
            rows = list(_described(cursor, model))
            cursor.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)", rows)
        cursor.execute("ANALYZE sqlite_schema")  # makes this connection read it


def _described(cursor: Any, model: type[Model]) -> Iterator[tuple[str, str, str]]:
    table = model._meta.db_table
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    cursor.execute(f"PRAGMA index_list({table})")
    for _, index, unique, *_ in cursor.fetchall():
        cursor.execute(f"PRAGMA index_info({index})")
        columns = [name for _, _, name in cursor.fetchall()]
        if columns[0] == "company_id" and len(columns) > 1:
            yield table, index, _statistic([fields.get(name) for name in columns], unique=bool(unique))


def _statistic(fields: "list[Field[Any, Any] | None]", *, unique: bool) -> str:
    """Return how many rows there are, and how many share the first column, the first two, and so on."""
    shared, numbers = ROWS, [ROWS]
    for field in fields:
        if field is None or field.column not in SHARED_BY_ALL:
            is_kind = field is not None and (isinstance(field, BooleanField) or bool(field.choices))
            shared = max(shared // 4, FEW) if is_kind else min(shared, FEW)
        numbers.append(shared)
    if unique:
        numbers[-1] = 1
    return " ".join(map(str, numbers))
