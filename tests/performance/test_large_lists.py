"""What a list does in a large company: it counts, sorts and looks no further than somebody waits.

The plans are SQLite's, for which `sqlite_statistics` says how rows spread. How both databases look for a word is in
`tests/financials/test_searching.py`, which runs on both."""

from datetime import date

import pytest
from bench import books
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.performance.test_pages import filled, plan

from tallystick.financials import change_feed, queries
from tallystick.financials.models import Company
from tallystick.financials.tables import TABLES
from tallystick.web.receivables.chart_views import balances_on

ROWS = 30
SIZE = 4
pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables through")


@pytest.fixture
def large() -> tuple[Company, books.Company]:
    """Thirty records are many."""
    company = filled("Large", ROWS)
    return Company.objects.get(pk=company.id), company


def steps_of(captured: CaptureQueriesContext, table: str) -> list[tuple[str, list[str]]]:
    name = f'FROM "financials_{TABLES[table].model.lower()}"'
    feed = "FROM financials_change"
    found = [query["sql"] for query in captured if name in query["sql"] or feed in query["sql"]]
    return [(statement, plan(statement.replace("%", "%%"))) for statement in found]


@on_sqlite
@pytest.mark.parametrize("table", ["customer", "item", "sales-order", "sales-invoice", "g-l-entry"])
def test_the_records_of_a_page_are_found_by_their_ids(large: tuple[Company, books.Company], table: str) -> None:
    """Broken once by telling SQLite nothing: it read through all records of the company for fifty of them."""
    with CaptureQueriesContext(connection) as captured:
        queries.list_records(large[0], table, page_size=SIZE)
    db_table = TABLES[table].db_table
    by_ids = [steps for statement, steps in steps_of(captured, table) if " IN (" in statement]
    assert by_ids
    for steps in by_ids:
        assert any("(id=?)" in step or "(record_id=?)" in step for step in steps), steps
        assert not [step for step in steps if step.startswith(f"SCAN {db_table}")], steps


@on_sqlite
def test_versions_of_a_page_are_read_by_its_ids(large: tuple[Company, books.Company]) -> None:
    """A page of synchronisation asks for a thousand; broken once as above."""
    company, made = large
    with CaptureQueriesContext(connection) as captured:
        change_feed.versions(company, "customer", [made.id_of("customer", n) for n in range(20)])
        change_feed.read_records(company, "customer", ["name"], [made.id_of("customer", n) for n in range(20)])
    for statement, steps in steps_of(captured, "customer"):
        assert any("(record_id=?)" in step for step in steps), (statement, steps)


@on_sqlite
@pytest.mark.parametrize("table", ["sales-order-line", "sales-invoice-line", "sales-shipment-line", "sales-quote-line"])
def test_lines_are_read_along_their_documents(large: tuple[Company, books.Company], table: str) -> None:
    """Broken once by taking the lines of the company, and sorting all of them by the number of their document."""
    with CaptureQueriesContext(connection) as captured:
        queries.list_records(large[0], table, page_size=SIZE)
    ordered = next(steps for statement, steps in steps_of(captured, table) if "ORDER BY" in statement)
    assert "USE TEMP B-TREE FOR ORDER BY" not in ordered, ordered


@on_sqlite
def test_balances_are_summed_from_an_index_alone(large: tuple[Company, books.Company]) -> None:
    with CaptureQueriesContext(connection) as captured:
        balances_on(large[0], date(2026, 1, 1))
    ((_, steps),) = steps_of(captured, "g-l-entry")
    assert [step for step in steps if "USING COVERING INDEX financials_glentry_balance" in step], steps


@on_sqlite
@pytest.mark.parametrize("text", ["B00000007", "EXT-1"])
def test_documents_are_looked_for_along_indexes(large: tuple[Company, books.Company], text: str) -> None:
    """Broken once by looking for parts of their other numbers."""
    with CaptureQueriesContext(connection) as captured:
        queries.search(large[0], text, limit=5)
    for table in ("sales-order", "sales-invoice", "sales-shipment", "customer-payment", "sales-quote"):
        for statement, steps in steps_of(captured, table):
            if "financials_change" not in statement:
                assert not [step for step in steps if step.endswith("(company_id=?)") or step.startswith("SCAN")], steps
