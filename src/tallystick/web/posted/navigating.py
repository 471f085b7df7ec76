"""All that was posted with a document, table by table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tallystick.financials import queries
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.tables import TABLES, Field, Kind, Table
from tallystick.web.records.listing import cell_text
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk

SHOWN = 50  # of each table
HIDDEN = ("document_type", "document_no", "customer_name", "due_date", "entry_no", "transaction_no")
COLUMNS = 6


@dataclass(frozen=True, slots=True)
class FoundColumn:
    label: str
    css: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A record: what it is called, where it is, and its cells."""

    key: str
    url: str
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """What was found in one table; the first of them, when there are many."""

    table: Table
    columns: Sequence[FoundColumn]
    rows: Sequence[FoundRow]
    count: int
    total: str = ""

    @property
    def more(self) -> int:
        """How many there are beyond those shown."""
        return self.count - len(self.rows)


def found_tables(desk: Desk, found: Mapping[str, Sequence[UUID]]) -> Sequence[FoundTable]:
    """The records of every table that the person may look at, by their transactions. Four queries a table."""
    transactions = list(found.get("ledger-transaction", ()))
    if not transactions:
        return ()
    by_transaction = Query(filters=(Filter("transaction_no", value=transactions),))
    tables = (TABLES[name] for name in found if name != "ledger-transaction")
    return [_table(desk, table, by_transaction) for table in tables if desk.may_read(table)]


def _table(desk: Desk, table: Table, query: Query) -> FoundTable:
    page = queries.list_records(desk.company, table.name, query, page_size=SHOWN, exact=True, by=desk.actor)
    fields = [field for field in table.fields if field.listed and field.name not in (*HIDDEN, table.key[0])][:COLUMNS]
    columns = [FoundColumn(field.label, _css(field)) for field in fields]
    rows = [_row(desk, table, fields, record) for record in page.records]
    return FoundTable(table, columns, rows, page.total, _total(table, page.records, page.total))


def _css(field: Field) -> str:
    return "number" if field.kind is Kind.DECIMAL else ""


def _row(desk: Desk, table: Table, fields: Sequence[Field], record: Record) -> FoundRow:
    cells = [(cell_text(field, record), _css(field)) for field in fields]
    return FoundRow(str(record.shown(table.key[-1])), card_url(desk, table.name, record.id), cells)


def _total(table: Table, records: Sequence[Record], count: int) -> str:
    """What the general ledger's entries sum to, where all of them are shown."""
    if table.name != "g-l-entry" or len(records) < count:
        return ""
    total = sum((record.values["amount"] for record in records), Decimal(0))
    return table.field("amount").number_text(total, grouped=True)
