"""What a request costs: as many queries for a thousand rows as for one, and pages found through an index, not by sorting
a table. Counts and plans only: no test here looks at a clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.odata.conftest import Books, Caller, make_books

from tallystick.financials.services import Insert, save_many

MANY = 1_500


@pytest.fixture
def crowded(books: Books) -> Books:
    """Thousands of records, and as many of another company that a slow plan would read too."""
    for company, units in ((one.company, one.ids["PCS"]) for one in (books, make_books("Beta"))):
        save_many(company, "customer", [Insert({"no": f"N{n:05}", "name": f"Customer {n}"}) for n in range(MANY)])
        items = [
            Insert(
                {"no": f"I{n:05}", "description": f"Item {n}", "base_unit_of_measure": units, "unit_price": Decimal(n)}
            )
            for n in range(MANY)
        ]
        save_many(company, "item", items)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return books


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of a block, filled in at its end."""
    said: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield said
    said += [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]


def test_queries_do_not_grow_with_the_rows(caller: Caller, crowded: Books) -> None:
    caller.get()  # notes the use of the key, which happens once a minute
    for path, most in (
        ("Customers", 9),
        ("Customers?$count=true", 10),
        ("Customers?$filter=contains(Name,'1') and SalespersonCode eq null&$orderby=City", 9),
        ("ProductItemAvailability", 8),
        ("Customers('N00001')", 9),
        ("Customers/$count", 8),
        ("$metadata", 7),
    ):
        with statements() as few:
            assert caller.get(path, Prefer="odata.maxpagesize=1").status == 200
        with statements() as many:
            assert caller.get(path, Prefer="odata.maxpagesize=1000").status == 200
        assert len(few) == len(many) <= most, "\n".join(many)


def plan_of(caller: Caller, path: str, table: str, **headers: str) -> str:
    """How the database finds the rows of a request."""
    with statements() as said:
        assert caller.get(path, **headers).status == 200
    (reading,) = [one for one in said if one.startswith("SELECT") and f'FROM "{table}"' in one and "COUNT(" not in one]
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + reading)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


BY_KEY = {
    # The path, where its rows are, and how SQLite and PostgreSQL find the first of them.
    "Customers": ("customer", "financials_customer_2 (company_id=?", "financials_customer_no"),
    "Customers?$orderby=No desc": ("customer", "financials_customer_2 (company_id=?", "financials_customer_no"),
    "Customers?$filter=No ge 'N00900' and No lt 'N00910'": ("customer", "AND no>? AND no<?)", "financials_customer_no"),
    "Customers('N00007')": ("customer", "(company_id=? AND no=?)", "financials_customer_no"),
    "Items": ("item", "financials_item_2 (company_id=?", "financials_item_no"),
    "ProductItemAvailability": ("itemunitofmeasure", "financials_item_2 (company_id=?", "financials_item_no"),
    "ProductItemAvailability?$filter=ItemNo eq 'I00007'": ("itemunitofmeasure", "AND no=?)", "financials_item_no"),
    # PostgreSQL rightly reads a table of two rows as a whole.
    "PriceListLines": ("pricelistline", "financials_pricelist_2 (company_id=?", ""),
}


def test_rows_are_found_through_an_index(caller: Caller, crowded: Books) -> None:
    """Broken once by filtering price list lines and units by their own company alone."""
    for path, (table, on_sqlite, on_postgresql) in BY_KEY.items():
        plan = plan_of(caller, path, f"financials_{table}", Prefer="odata.maxpagesize=50")
        assert (on_sqlite if connection.vendor == "sqlite" else on_postgresql) in plan, plan
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan
        assert "Seq Scan on financials_customer " not in plan, plan


@pytest.mark.parametrize(
    ("path", "table"),
    [("Customers", "financials_customer"), ("ProductItemAvailability", "financials_itemunitofmeasure")],
    ids=lambda value: value,
)
def test_a_page_far_away_costs_what_the_first_one_costs(caller: Caller, crowded: Books, path: str, table: str) -> None:
    """Broken once by leaving out the bound in `paging.after`."""
    steps: list[int] = []
    for page in range(4):
        plan = plan_of(caller, path, table, Prefer="odata.maxpagesize=300")
        assert page == 0 or connection.vendor != "sqlite" or "(company_id=? AND no>?)" in plan, plan
        with counted_steps(steps):
            answer = caller.get(path, Prefer="odata.maxpagesize=300")
        path = answer.json["@odata.nextLink"]
    assert max(steps) <= min(steps) * 1.3 + 2_000, steps


@contextmanager
def counted_steps(steps: list[int]) -> Iterator[None]:
    """Add the instructions that SQLite's virtual machine took, to the hundred; 0 on PostgreSQL."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 100
        return 0

    if connection.vendor != "sqlite":
        yield
    else:
        connection.connection.set_progress_handler(step, 100)
        yield
        connection.connection.set_progress_handler(None, 0)
    steps.append(taken)
