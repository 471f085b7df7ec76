"""Pages of records as the engine sees them, in one query through the cursor: this is where a million rows pass."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.engine import Page, Record, Value
from tallystick.financials import database
from tallystick.financials.change_feed import BEGINNING, Cursor
from tallystick.financials.models import Company, Currency, ExchangeRate
from tallystick.integration.finance_side.fields import Facts, Layout, id_reader

FROM_FEED = "FROM financials_change c LEFT JOIN {table} d ON d.id = c.record_id"
IS_BLANK_IN_SQL = frozenset({"currency_code"})  # fields whose blank stands for something


def read_feed(company: Company, layout: Layout, after: Cursor | None, limit: int, facts: Facts) -> Page:
    """Return the next page of changes with the records as they are now. One query."""
    start = after or BEGINNING
    rows = _select(
        layout,
        f"""c.company_id = %s AND c.table_name = %s AND (c.xid, c.seq) > (%s, %s) {_settled()}
        ORDER BY c.xid, c.seq LIMIT %s""",
        [database.id_parameter(company.pk), layout.table.name, start.xid, start.seq, limit + 1],
    )
    page = rows[:limit]
    end = Cursor(page[-1][3], page[-1][1]) if page else start
    complete = id_reader() or str
    return Page(
        records=records_of([row for row in page if not row[2]], layout, facts),
        deleted=[str(complete(row[0])) for row in page if row[2]],
        cursor=str(end),
        more=len(rows) > limit,
    )


def read_ids(company: Company, layout: Layout, ids: Sequence[UUID], facts: Facts) -> list[Record]:
    """Return these records as they are now, in no particular order. One query, however many."""
    rows = _select(
        layout,
        f"{database.any_of('c.record_id')} AND c.company_id = %s AND c.table_name = %s AND NOT c.deleted",
        [database.list_parameter(ids), database.id_parameter(company.pk), layout.table.name],
    )
    return records_of(rows, layout, facts)


def _settled() -> str:
    """Return the condition that keeps a reader from passing a transaction that is still open.

    SQLite has one writer, so there is nothing to pass; the condition would only keep it from reading in index order."""
    return f"AND {database.settled_transactions()}" if database.on_postgresql() else ""


def _select(layout: Layout, where: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    source = FROM_FEED.format(table=layout.table.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {layout.columns} {source} {layout.joins} WHERE {where}", params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def records_of(rows: Sequence[tuple[Any, ...]], layout: Layout, facts: Facts) -> list[Record]:
    """Turn rows of the layout's select list into records: a few microseconds each."""
    names, complete = layout.names, id_reader() or str
    steps = [(name, reader, name in IS_BLANK_IN_SQL) for name, reader in layout.readers(facts)]
    at = _moment_reader()
    records = []
    for row in rows:
        fields: dict[str, Value] = dict(zip(names, row[6:], strict=True))
        for name, reader, blank_too in steps:
            value = fields[name]
            if value is not None or blank_too:
                fields[name] = reader(value)
        records.append(Record(str(complete(row[0])), str(row[1]), fields, at(row[4]), False, (row[5] or "").rstrip()))
    return records


def _moment_reader() -> Callable[[Any], datetime]:
    if database.on_postgresql():
        return lambda moment: moment.astimezone(UTC)
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)


def read_facts(company: Company, layout: Layout, base_currency: str | None, today: date) -> Facts:
    """Return what the layout's fields need to know: nothing, or a query or two over the currencies."""
    names = set(layout.names)
    local = _local_currency(company) if names & {"currency_code", "exchange_rate"} else None
    rates = exchange_rates(company, base_currency, today) if "exchange_rate" in names else None
    return Facts(local_currency=local, rates=rates)


def _local_currency(company: Company) -> str | None:
    code = Company.objects.values_list("local_currency", flat=True).get(pk=company.pk)
    found = Currency.objects.filter(company=company, code=code).values_list("id", flat=True).first()
    return str(found) if found else None


def exchange_rates(company: Company, base_currency: str | None, today: date) -> dict[str, Decimal]:
    """Return the units of each currency, by id, for one unit of `base_currency` (None: of the local currency).

    Each currency counts at its latest rate up to today; one without a rate is left out, and all are where the base
    currency has none."""
    known = Currency.objects.filter(company=company)
    codes = {currency.pk: currency.code for currency in known}
    local = Company.objects.values_list("local_currency", flat=True).get(pk=company.pk)
    per_local = {id_: Decimal(1) for id_, code in codes.items() if code == local}
    rates = ExchangeRate.objects.filter(company=company, starting_date__lte=today).order_by("starting_date")
    for rate in rates:  # a later one replaces an earlier one
        per_local[rate.currency_id] = rate.exchange_rate_amount / rate.relational_exch_rate_amount
    base = base_currency or local
    named = (currency.pk for currency in known if base in (currency.code, currency.iso_code))
    base_per_local = next((per_local[id_] for id_ in named if id_ in per_local), None)
    if base_per_local is None:
        return {}
    return {str(id_): units / base_per_local for id_, units in per_local.items()}
