"""What pages ask of the database: as much for many records as for few, and along an index."""

from collections.abc import Iterator

import pytest
from bench import books
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tallystick.financials import queries
from tallystick.financials.models import Company
from tallystick.financials.services import companies, users
from tallystick.financials.tables import TABLES

FEW, MANY = 3, 30
# Those whose order is a number of their own; the others are parts of something, or follow a code of another table.
IN_THEIR_OWN_ORDER = [table for table in TABLES.values() if not any(table.field(name).references for name in table.key)]
LARGE = [table for table in IN_THEIR_OWN_ORDER if table.name in books.ROWS]


def filled(name: str, rows: int) -> books.Company:
    company = companies.create_company(name, local_currency="EUR", experience="Suite")
    return books.fill_evenly(company.pk, rows)


def visitor(company: books.Company, email: str) -> tuple[Client, str]:
    """Return a browser of the company's administrator, and the company's place in addresses."""
    found = Company.objects.get(pk=company.id)
    user = users.create_user(email)
    users.grant(user, found, "administrator")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("company-home", args=(found.slug,)))  # what is worked out once
    return client, found.slug


def addresses(company: books.Company, slug: str, table: str) -> Iterator[str]:
    yield reverse("record-list", args=(slug, table))
    yield reverse("record-lookup", args=(slug, table)) + "?field=x&x=B&box=b"
    yield reverse("record-card", args=(slug, table, company.id_of(table, 1)))


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return len(captured)


@pytest.mark.django_db
def test_a_page_asks_as_often_for_thirty_records_as_for_three() -> None:
    """Broken once by reading the code of each row's references with `get_record`."""
    few, many = filled("Few", FEW), filled("Many", MANY)
    few_client, few_slug = visitor(few, "few@tally.example")
    many_client, many_slug = visitor(many, "many@tally.example")
    for table in TABLES:
        pages = zip(addresses(few, few_slug, table), addresses(many, many_slug, table), strict=True)
        for one, other in pages:
            counted = table == "g-l-account"  # with those a company begins with, more than a page: they are counted too
            assert statements(many_client, other) <= statements(few_client, one) + counted, other


def plan(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return [row[3] for row in cursor.fetchall()]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables through whatever there is")
@pytest.mark.parametrize("table", LARGE, ids=lambda table: table.name)
def test_a_list_in_its_own_order_is_read_along_an_index(table: object) -> None:
    """Broken once by ordering by the folded number."""
    company = companies.create_company("Alder", local_currency="EUR")
    name = table.name  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as captured:
        queries.list_records(company, name)
        queries.look_up(company, name, "B1")
        queries.count_records(company, name)
    own = [query["sql"] for query in captured if f'FROM "financials_{TABLES[name].model.lower()}"' in query["sql"]]
    assert len(own) >= 2
    for statement in own:
        steps = plan(statement)
        assert not [step for step in steps if step.startswith("SCAN")], (statement, steps)
        assert not [step for step in steps if step == "USE TEMP B-TREE FOR ORDER BY"], (statement, steps)


@pytest.mark.django_db
def test_a_page_behind_the_middle_holds_what_it_would_from_the_front() -> None:
    """Broken once by leaving the last, shorter page as long as the others."""
    company = filled("Birch", MANY)
    found = Company.objects.get(pk=company.id)
    everything = [record.id for record in queries.list_records(found, "item", page_size=MANY).records]
    for size in (4, 7, 15, 29):
        pages = [
            queries.list_records(found, "item", page=page, page_size=size).records
            for page in range(1, -(-MANY // size) + 1)
        ]
        assert [record.id for page in pages for record in page] == everything, size


@pytest.mark.django_db
def test_a_large_table_is_not_read_through_for_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken once by taking every column of an index for one that leads it."""
    company = filled("Cedar", MANY)
    found = Company.objects.get(pk=company.id)
    terms, customer = company.id_of("payment-terms", 0), company.id_of("customer", 0)
    assert queries.count_naming(found, "sales-order", "payment_terms_code", terms) == 1
    monkeypatch.setattr(queries, "READ_THROUGH", MANY - 1)
    assert queries.count_naming(found, "sales-order", "payment_terms_code", terms) is None
    assert queries.count_naming(found, "sales-order", "customer_no", customer) == 1  # an index leads to it
