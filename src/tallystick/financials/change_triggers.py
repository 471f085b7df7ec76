"""The database triggers that write the change feed, in the dialects of both databases.

A trigger sees every way a row can change: our services, `bulk_create`, `update()`, and SQL typed by hand. It runs in the
transaction of the change, so the feed never tells of something that was rolled back and never misses what was kept.

A migration installs them from the columns the tables have at that point. **Every later migration that adds, alters or
removes a column of these tables ends with the same operation**: SQLite drops a table's triggers when Django rebuilds
it, and a trigger compares the columns it was made with. It begins with `RunPython(noop, install)`, so that undoing it
leaves the triggers of the columns there were before.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tallystick.financials.tables import TABLES

IDENTITY_COLUMNS = ("id", "company_id")
UNWATCHED_COLUMNS = (*IDENTITY_COLUMNS, "created_at", "modified_at")  # a change of these alone is no change
WHY_IDENTITY_STAYS = "the id and the company of a record never change; delete it and create another"


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose rows are records of the feed."""

    feed_name: str
    db_table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touch:
    """A table whose rows belong to records of other tables: when a row changes, so did those records.

    `records` are SQL expressions of record ids, where `{row}` stands for the row that changed."""

    model: str
    db_table: str
    records: tuple[str, ...]


TOUCHES = (
    Touch("ExchangeRate", "financials_exchangerate", ("{row}.currency_id",)),
    # Whether a person can be told to the other company's system depends on the relation of the company they work for.
    Touch(
        "BusinessRelation",
        "financials_businessrelation",
        ("{row}.contact_id", "SELECT id FROM financials_contact WHERE company_contact_id = {row}.contact_id"),
    ),
)


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers anew for the tables as they are at this point of the migrations (for `RunPython`)."""
    for statement in statements(schema_editor.connection.vendor, watched_tables(apps), touches(apps)):
        schema_editor.execute(statement, params=None)


def uninstall(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the triggers (for `RunPython`, backwards)."""
    for statement in removal(schema_editor.connection.vendor, watched_tables(apps), touches(apps)):
        schema_editor.execute(statement, params=None)


def watched_tables(apps: Apps) -> tuple[Watched, ...]:
    """Return the tables of the description that exist in this state of the migrations, with their columns then."""
    return tuple(
        Watched(table.name, table.db_table, _watched_columns(apps.get_model("financials", table.model)))
        for table in TABLES.values()
        if table.followed and _exists(apps, table.model)
    )


def touches(apps: Apps) -> tuple[Touch, ...]:
    """Return the touches whose tables exist in this state of the migrations."""
    return tuple(touch for touch in TOUCHES if _exists(apps, touch.model))


def statements(vendor: str, watched: Sequence[Watched], touched_by: Sequence[Touch]) -> Iterator[str]:
    """Yield the SQL that replaces whatever triggers there are."""
    yield from removal(vendor, watched, touched_by)
    yield from {"sqlite": _sqlite, "postgresql": _postgresql}[vendor](watched, touched_by)


def removal(vendor: str, watched: Sequence[Watched], touched_by: Sequence[Touch]) -> Iterator[str]:
    """Yield the SQL that removes the triggers, whether or not they exist."""
    for db_table in [table.db_table for table in watched] + [touch.db_table for touch in touched_by]:
        if vendor == "postgresql":
            yield f"DROP FUNCTION IF EXISTS {db_table}_changed() CASCADE"
            yield f"DROP FUNCTION IF EXISTS {db_table}_touches() CASCADE"
        else:
            for event in ("insert", "update", "delete", "identity"):
                yield f"DROP TRIGGER IF EXISTS {db_table}_changed_{event}"
                yield f"DROP TRIGGER IF EXISTS {db_table}_touches_{event}"
                yield f"DROP TRIGGER IF EXISTS {db_table}_touches_more_{event}"


def _exists(apps: Apps, model: str) -> bool:
    try:
        apps.get_model("financials", model)
    except LookupError:
        return False
    return True


def _watched_columns(model: Any) -> tuple[str, ...]:
    columns = (field.column for field in model._meta.local_concrete_fields)
    return tuple(column for column in columns if column not in UNWATCHED_COLUMNS)


# SQLite: one row at a time. The counter is part of the transaction, and there is one writer, so `seq` is commit order.

_SQLITE_COUNT = """INSERT INTO financials_change_counter (id, seq) VALUES (1, 1)
        ON CONFLICT (id) DO UPDATE SET seq = seq + 1;"""
_SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"


def _sqlite(watched: Sequence[Watched], touched_by: Sequence[Touch]) -> Iterator[str]:
    for table in watched:
        differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in table.columns)
        yield _sqlite_change(table, "insert", row="NEW", deleted=0)
        yield _sqlite_change(table, "update", row="NEW", deleted=0, when=differs)
        yield _sqlite_change(table, "delete", row="OLD", deleted=1)
        yield _sqlite_identity(table.db_table)
    for touch in touched_by:
        for event, rows in {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}.items():
            records = [record.format(row=row) for row in rows for record in touch.records]
            yield _sqlite_touch(touch, event, [record for record in records if not _is_select(record)])
            if selects := [record for record in records if _is_select(record)]:
                yield _sqlite_touch_more(touch, event, " UNION ".join(selects))


def _sqlite_change(table: Watched, event: str, *, row: str, deleted: int, when: str = "") -> str:
    return f"""CREATE TRIGGER {table.db_table}_changed_{event} AFTER {event.upper()} ON {table.db_table}
    {f"WHEN {when}" if when else ""} BEGIN
        {_SQLITE_COUNT}
        INSERT INTO financials_change (record_id, company_id, table_name, seq, xid, deleted, changed_at)
        VALUES ({row}.id, {row}.company_id, '{table.feed_name}',
            (SELECT seq FROM financials_change_counter WHERE id = 1), 0, {deleted}, {_SQLITE_NOW})
        ON CONFLICT (record_id) DO UPDATE SET
            company_id = excluded.company_id, table_name = excluded.table_name,
            seq = excluded.seq, deleted = excluded.deleted, changed_at = excluded.changed_at;
    END"""


def _sqlite_identity(db_table: str) -> str:
    return f"""CREATE TRIGGER {db_table}_changed_identity BEFORE UPDATE OF id, company_id ON {db_table}
    WHEN OLD.id IS NOT NEW.id OR OLD.company_id IS NOT NEW.company_id BEGIN
        SELECT RAISE(ABORT, '{db_table}: {WHY_IDENTITY_STAYS}');
    END"""


def _sqlite_touch(touch: Touch, event: str, records: Sequence[str]) -> str:
    # Each touched record gets a number of its own: the feed is read in that order and page by page.
    updates = "".join(
        f"""{_SQLITE_COUNT}
        UPDATE financials_change SET
            seq = (SELECT seq FROM financials_change_counter WHERE id = 1), changed_at = {_SQLITE_NOW}
        WHERE record_id = {record} AND NOT deleted;
        """
        for record in records
    )
    return f"""CREATE TRIGGER {touch.db_table}_touches_{event} AFTER {event.upper()} ON {touch.db_table} BEGIN
        {updates}
    END"""


def _sqlite_touch_more(touch: Touch, event: str, ids: str) -> str:
    # Apart from the single records, because numbering what is nearly always nothing costs as much as all the rest.
    return f"""CREATE TRIGGER {touch.db_table}_touches_more_{event} AFTER {event.upper()} ON {touch.db_table}
    WHEN EXISTS ({ids}) BEGIN
        {_SQLITE_COUNT}
        UPDATE financials_change SET
            seq = (SELECT seq FROM financials_change_counter WHERE id = 1) + place.number, changed_at = {_SQLITE_NOW}
        FROM (SELECT record_id AS id, row_number() OVER (ORDER BY record_id) AS number
              FROM financials_change WHERE record_id IN ({ids}) AND NOT deleted) AS place
        WHERE financials_change.record_id = place.id;
        UPDATE financials_change_counter SET seq = seq + (SELECT count(*) FROM ({ids}));
    END"""


def _is_select(expression: str) -> bool:
    return expression.startswith("SELECT")


def _as_select(expression: str) -> str:
    return expression if _is_select(expression) else f"SELECT {expression} AS id"


# PostgreSQL: whole statements where a plan cannot go wrong (insert, delete), single rows for updates, whose WHEN costs
# nothing when nothing changed. (Joining the old and new rows of a statement keeps the plan of the first, small one.)

_PG_XID = "pg_current_xact_id()::text::bigint"
_PG_NEXT = "nextval('financials_change_seq')"
# The triggers find the feed whatever search path the session that changes a row has set.
_PG_FUNCTION = "LANGUAGE plpgsql SET search_path FROM CURRENT"


def _postgresql(watched: Sequence[Watched], touched_by: Sequence[Touch]) -> Iterator[str]:
    for table in watched:
        yield _pg_changed_function(table)
        yield from _pg_changed_triggers(table)
    for touch in touched_by:
        yield _pg_touches_function(touch)
        yield f"""CREATE TRIGGER {touch.db_table}_touches AFTER INSERT OR UPDATE OR DELETE ON {touch.db_table}
            FOR EACH ROW EXECUTE FUNCTION {touch.db_table}_touches()"""


def _pg_upsert(table: Watched, row: str, deleted: str, source: str = "") -> str:
    return f"""INSERT INTO financials_change (record_id, company_id, table_name, seq, xid, deleted, changed_at)
            SELECT {row}.id, {row}.company_id, '{table.feed_name}', {_PG_NEXT}, {_PG_XID}, {deleted}, clock_timestamp()
            {source}
            ON CONFLICT (record_id) DO UPDATE SET
                company_id = excluded.company_id, table_name = excluded.table_name, seq = excluded.seq,
                xid = excluded.xid, deleted = excluded.deleted, changed_at = excluded.changed_at"""


def _pg_changed_function(table: Watched) -> str:
    return f"""CREATE FUNCTION {table.db_table}_changed() RETURNS trigger {_PG_FUNCTION} AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {_pg_upsert(table, "changed", "false", "FROM changed")};
        ELSIF TG_OP = 'DELETE' THEN
            {_pg_upsert(table, "changed", "true", "FROM changed")};
        ELSIF TG_OP = 'TRUNCATE' THEN
            UPDATE financials_change SET deleted = true, seq = {_PG_NEXT}, xid = {_PG_XID}, changed_at = clock_timestamp()
            WHERE table_name = '{table.feed_name}' AND NOT deleted;
        ELSIF (OLD.id, OLD.company_id) IS DISTINCT FROM (NEW.id, NEW.company_id) THEN
            RAISE EXCEPTION '{table.db_table}: {WHY_IDENTITY_STAYS}' USING ERRCODE = 'integrity_constraint_violation';
        ELSE
            {_pg_upsert(table, "NEW", "false")};
        END IF;
        RETURN NULL;
    END $$"""


def _pg_changed_triggers(table: Watched) -> Iterator[str]:
    name, run = table.db_table, f"EXECUTE FUNCTION {table.db_table}_changed()"
    watched = [f'"{column}"' for column in (*IDENTITY_COLUMNS, *table.columns)]
    old, new = (", ".join(f"{row}.{column}" for column in watched) for row in ("OLD", "NEW"))
    yield f"""CREATE TRIGGER {name}_changed_insert AFTER INSERT ON {name}
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT {run}"""
    yield f"""CREATE TRIGGER {name}_changed_delete AFTER DELETE ON {name}
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT {run}"""
    yield f"""CREATE TRIGGER {name}_changed_update AFTER UPDATE ON {name}
        FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) {run}"""
    yield f"CREATE TRIGGER {name}_changed_truncate AFTER TRUNCATE ON {name} FOR EACH STATEMENT {run}"


def _pg_touches_function(touch: Touch) -> str:
    def touch_rows(*rows: str) -> str:
        ids = " UNION ".join(_as_select(record.format(row=row)) for row in rows for record in touch.records)
        return f"""UPDATE financials_change SET seq = {_PG_NEXT}, xid = {_PG_XID}, changed_at = clock_timestamp()
            WHERE record_id IN ({ids}) AND NOT deleted;"""

    # The plan is made once per session, perhaps while the tables are empty, and must suit them when they are full.
    return f"""CREATE FUNCTION {touch.db_table}_touches() RETURNS trigger {_PG_FUNCTION} SET enable_seqscan = off AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {touch_rows("NEW")}
        ELSIF TG_OP = 'UPDATE' THEN
            {touch_rows("OLD", "NEW")}
        ELSE
            {touch_rows("OLD")}
        END IF;
        RETURN NULL;
    END $$"""
