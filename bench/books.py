"""Fills a company with as much as a large one has: every table of Financials, straight into the database.

Rows are made from the description of the tables, so a table that comes to it is filled too. They are right enough to be
looked at: numbers are unique, references lead somewhere, lines belong to documents. They balance nothing.

A table is one statement: every column is an expression in `n`, the number of the row, so the database makes them itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

# How many rows at scale 1; what is not named here gets FEW. Parts are counted with what they are a part of.
ROWS: Mapping[str, int] = {
    "customer": 100_000,
    "contact": 100_000,
    "item": 20_000,
    "item-unit-of-measure": 20_000,
    "price-list-line": 20_000,
    "sales-quote": 20_000,
    "sales-quote-line": 40_000,
    "sales-order": 200_000,
    "sales-order-line": 400_000,
    "sales-shipment": 150_000,
    "sales-shipment-line": 300_000,
    "sales-invoice": 150_000,
    "sales-invoice-line": 300_000,
    "purchase-order": 20_000,
    "purchase-order-line": 40_000,
    "customer-payment": 100_000,
    "ledger-transaction": 250_000,
    "g-l-entry": 500_000,
    "vat-entry": 150_000,
    "customer-ledger-entry": 250_000,
    "detailed-customer-ledger-entry": 250_000,
    "item-ledger-entry": 300_000,
}
FEW = 30
FIRST_DAY = date(2024, 1, 1)
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
WORDS = ("Alder", "Birke", "Chêne", "Olmo", "Göteborg", "Kraków", "Αθήνα", "Lyon", "Porto", "Dún", "Pump", "Valve")
UNTOLD = ("reverses", "company_contact", "primary_contact", "opportunity", "applies_to_invoice", "resource")


class Value(NamedTuple):
    """What a column gets: an expression in `n`, with `%%` for the remainder, and its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """The company to be filled, and how many rows each table gets."""

    id: UUID
    sizes: Mapping[str, int]

    def id_of(self, table: str, number: int) -> UUID:
        """Return the id of a row; ids of a table sort as its rows do."""
        place = list(self.sizes).index(table) if table in self.sizes else len(self.sizes)
        ours = self.id.int % 2**20
        return UUID(int=0x018F0000 << 96 | (0x1000 + place) << 80 | 0x7 << 76 | 0b10 << 62 | ours << 40 | number)

    def ids(self, table: str, number: str = "n") -> "Value":
        """Return the id of the row whose number an expression tells."""
        from tallystick.financials import database

        front = self.id_of(table, 0).hex[:22]
        if database.on_postgresql():
            return Value(f"('{front}' || lpad(to_hex(({number})::bigint), 10, '0'))::uuid")
        return Value(f"'{front}' || printf('%%010x', {number})")


def fill(company_id: UUID, scale: float, say: Callable[[str], None]) -> None:
    """Fill the tables of a company that has none of these rows yet."""
    from tallystick.financials.tables import TABLES

    sizes = {name: max(FEW, int(ROWS[name] * scale)) if name in ROWS else FEW for name in TABLES}
    with _unwatched() as finish:
        finish(_fill(Company(company_id, sizes), say))


def fill_evenly(company_id: UUID, rows: int) -> Company:
    """Give every table of a company as many rows, in the caller's transaction and seen by the triggers."""
    from tallystick.financials.tables import TABLES

    return _fill(Company(company_id, dict.fromkeys(TABLES, rows)), lambda _: None)


def _fill(company: Company, say: Callable[[str], None]) -> Company:
    for name, rows in company.sizes.items():
        _fill_table(company, name, rows)
        say(f"{rows:>9,} {name}")
    _relate(company)
    return company


def _unwatched() -> Any:
    """Keep triggers and foreign keys out of a bulk load; the change feed is written in one go at its end."""
    from contextlib import contextmanager

    from django.apps import apps
    from django.db import connection, transaction

    from tallystick.financials import change_triggers, ledger_triggers

    @contextmanager
    def unwatched() -> Iterator[Callable[[Company], None]]:
        if connection.vendor == "postgresql":
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                yield _note_changes
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as the server does by itself a minute after so many rows
            return
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
            watched, touches = change_triggers.watched_tables(apps), change_triggers.touches(apps)
            for statement in change_triggers.removal("sqlite", watched, touches):
                cursor.execute(statement)
        with connection.schema_editor() as editor:
            ledger_triggers.uninstall(apps, editor)
        with transaction.atomic():
            yield _note_changes
        with connection.schema_editor() as editor:
            change_triggers.install(apps, editor)
            ledger_triggers.install(apps, editor)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = ON")

    return unwatched()


def _note_changes(company: Company) -> None:
    from django.db import connection

    from tallystick.financials import database
    from tallystick.financials.tables import TABLES

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            seq, xid = "nextval('financials_change_seq')", "pg_current_xact_id()::text::bigint"
        else:
            cursor.execute("SELECT COALESCE(max(seq), 0) FROM financials_change")
            seq, xid = f"{cursor.fetchone()[0]} + row_number() OVER (ORDER BY id)", "0"
        for table in TABLES.values():
            if table.followed:
                cursor.execute(
                    f"""INSERT INTO financials_change
                        (record_id, company_id, table_name, seq, xid, deleted, changed_at)
                    SELECT id, company_id, '{table.name}', {seq}, {xid}, %s, %s FROM {table.db_table}
                    WHERE company_id = %s ON CONFLICT (record_id) DO NOTHING""",
                    [False, NOW, database.id_parameter(company.id)],
                )
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE financials_change_counter SET seq = (SELECT max(seq) FROM financials_change)")


def _fill_table(company: Company, name: str, rows: int) -> None:
    from django.apps import apps
    from django.db import connection

    from tallystick.financials.tables import table_named

    table = table_named(name)
    fields = {field.column: field for field in table.fields}
    columns: dict[str, Value] = {}
    for column in apps.get_model("financials", table.model)._meta.local_concrete_fields:
        if column.column in fields:
            columns[column.column] = _value_of(company, table, fields[column.column])
        elif column.primary_key:
            columns[column.column] = company.ids(name)
        elif column.column == "company_id":
            columns[column.column] = Value("%s", (column.get_db_prep_save(company.id, connection),))
        else:
            default = NOW if column.get_internal_type() == "DateTimeField" else column.get_default()
            columns[column.column] = Value("%s", (column.get_db_prep_save(default, connection),))
    _insert(table.db_table, columns, rows)


def _insert(db_table: str, columns: Mapping[str, Value], rows: int) -> None:
    from django.db import connection

    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(value.sql for value in columns.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {db_table} ({names})
            WITH RECURSIVE numbered (n) AS
                (SELECT CAST(0 AS bigint) UNION ALL SELECT n + 1 FROM numbered WHERE n + 1 < {rows})
            SELECT {values} FROM numbered""",
            [parameter for value in columns.values() for parameter in value.parameters],
        )


def _value_of(company: Company, table: Any, field: Any) -> Value:
    """Return what makes the value of a field out of the number of its row."""
    from tallystick.financials.tables import Kind

    rows, here = company.sizes, company.sizes[table.name]
    if field.references:
        return _reference(company, table, field)
    if field.name == "line_no":
        per = -(-here // rows[str(table.field(table.part_of).references)]) if table.part_of else here
        return Value(f"(n %% {per} + 1) * 10000")
    match field.kind:
        case Kind.INTEGER:
            return Value("n + 1")
        case Kind.DATE:
            return _day("n" if field.name in table.key else "n * 7 %% 730")
        case Kind.BOOLEAN:
            return Value("n %% 5 = 0")
        case Kind.CHOICE:
            return _one_of([choice.value for choice in field.choices], "n")
        case Kind.DECIMAL:
            return Value("n %% 900 + 1")
        case Kind.DATE_FORMULA:
            return Value("'30D'")
        case Kind.EMAIL:
            return Value("'office@' || n || '.example'")
        case Kind.PHONE | Kind.URL:
            return Value(f"'+49 30 ' || {_padded(8)}")
    if field.name in table.key:
        return Value(f"'B' || {_padded(min(field.max_length or 20, 9) - 1)}")
    first, second = _one_of(WORDS, "n"), _one_of(WORDS, "n * 7 %% 11")
    return Value(
        f"trim(substr({first.sql} || ' ' || {second.sql} || ' ' || n, 1, {field.max_length or 50}))",
        first.parameters + second.parameters,
    )


def _padded(width: int) -> str:
    return f"substr(CAST({10**width} + n AS text), 2)"


def _day(after: str) -> Value:
    from tallystick.financials import database

    if database.on_postgresql():
        return Value(f"DATE '{FIRST_DAY}' + CAST({after} AS integer)")
    return Value(f"date('{FIRST_DAY}', ({after}) || ' days')")


def _one_of(texts: Sequence[str], number: str) -> Value:
    cases = " ".join(f"WHEN {place} THEN CAST(%s AS text)" for place in range(len(texts)))
    return Value(f"CASE ({number}) %% {len(texts)} {cases} END", tuple(texts))


def _reference(company: Company, table: Any, field: Any) -> Value:
    other, rows = str(field.references), company.sizes
    if field.relation in UNTOLD and field.name not in table.key:
        return Value("NULL")
    if field.name == table.part_of:
        per = -(-rows[table.name] // rows[other])
        return company.ids(other, f"n / {per}")
    if field.name in table.key and field.name == table.key[-1]:
        return company.ids(other, f"n / {rows[other]} %% {rows[other]}")
    return company.ids(other, f"n * 7919 %% {rows[other]}" if rows[other] > FEW else f"n %% {rows[other]}")


def _relate(company: Company) -> None:
    """Every customer is its company contact."""
    from django.db import connection

    from tallystick.financials.models import BusinessRelation

    now, id_ = BusinessRelation._meta.get_field("created_at"), BusinessRelation._meta.pk
    columns = {
        "id": company.ids("business-relation"),
        "company_id": Value("%s", (id_.get_db_prep_save(company.id, connection),)),
        "contact_id": company.ids("contact"),
        "customer_id": company.ids("customer"),
        "created_at": Value("%s", (now.get_db_prep_save(NOW, connection),)),
        "modified_at": Value("%s", (now.get_db_prep_save(NOW, connection),)),
    }
    _insert(BusinessRelation._meta.db_table, columns, company.sizes["customer"])
