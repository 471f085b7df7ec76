"""What is found, counted and sorted in lists: the same on SQLite and PostgreSQL, and no more than somebody waits for."""

import re
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from bench import books
from django.db import ProgrammingError, connection
from django.db.models import CharField, F
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext

from tallystick.financials import queries, search_indexes
from tallystick.financials.folding import Folded, Joined, fold, has_word
from tallystick.financials.models import Company, Customer
from tallystick.financials.problems import FinancialsError
from tallystick.financials.queries import Filter, Operator, Query
from tallystick.financials.services import companies, create
from tallystick.financials.tables import TABLES

ROWS = 30
SIZE = 4
pytestmark = pytest.mark.django_db


def filled() -> tuple[Company, books.Company]:
    company = companies.create_company("Large", local_currency="EUR", experience="Suite")
    return company, books.fill_evenly(company.pk, ROWS)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> tuple[Company, books.Company]:
    """Thirty records are many, and ten are counted."""
    monkeypatch.setattr(queries, "COUNTED", 10)
    return filled()


def test_what_a_search_leaves_is_counted_as_far_as_somebody_waits(large: tuple[Company, books.Company]) -> None:
    """Broken once by counting to the end, and once by taking what was counted for all there is."""
    company, _ = large
    some = Query(filters=(Filter("amount", Operator.AT_LEAST, 1),))
    first = queries.list_records(company, "sales-order", some, page_size=SIZE)
    assert (first.total, first.more, first.is_last) == (10, True, False)
    ids = [
        record.id
        for page in range(1, 9)
        for record in queries.list_records(company, "sales-order", some, page=page, page_size=SIZE).records
    ]
    assert len(set(ids)) == ROWS, "one can turn over behind what was counted"
    last = queries.list_records(company, "sales-order", some, page=8, page_size=SIZE)
    assert (len(last.records), last.is_last) == (ROWS % SIZE, True)
    exact = queries.list_records(company, "sales-order", some, page_size=SIZE, exact=True)
    assert (exact.total, exact.more) == (ROWS, False)
    plain = queries.list_records(company, "sales-order", page_size=SIZE)
    assert (plain.total, plain.more) == (ROWS, False), "an index tells"
    few = queries.list_records(company, "sales-order", Query(search="B0000001"), page_size=20)
    assert (few.total, few.more) == (10, False)


def test_what_fits_on_a_page_is_not_counted_besides(large: tuple[Company, books.Company]) -> None:
    with CaptureQueriesContext(connection) as captured:
        queries.list_records(large[0], "sales-order", Query(search="B0000001"), page_size=SIZE * 5)
    assert not [query for query in captured if "COUNT(" in query["sql"]]


@pytest.mark.parametrize(
    ("table", "field", "offered"),
    [
        ("sales-order", "no", True),
        ("sales-order", "document_date", True),  # an index
        ("sales-order", "amount", False),
        ("sales-order", "customer_name", False),
        ("sales-order", "salesperson_code", False),
        ("sales-order-line", "order_no", True),
        ("sales-order-line", "quantity", False),
        ("g-l-entry", "entry_no", True),
        ("g-l-entry", "customer_no", False),
        ("g-l-entry", "document_no", False),  # an index, but not of folded text
    ],
)
def test_sorting_is_offered_where_it_takes_a_moment(
    large: tuple[Company, books.Company], monkeypatch: pytest.MonkeyPatch, table: str, field: str, offered: bool
) -> None:
    page = queries.list_records(large[0], table, page_size=SIZE)
    assert field in queries.sortable(large[0], table, page) or page.more, "few enough"
    for limit in ("SORTED", "SORTED_BY_TEXT", "SORTED_BY_CODE"):
        monkeypatch.setattr(queries, limit, ROWS - 1)
    assert (field in queries.sortable(large[0], table, page)) is offered


FOUND = {
    # what is typed → what is found with it: table and number
    "b00000012": {("sales-order", "B00000012"), ("customer", "B00000012"), ("sales-invoice", "B00000012")},
    "EXT-7": {("sales-order", "SO-1")},
    "ext-7": set[tuple[str, str]](),  # another's number is found as it was typed; the list finds parts of it
    "MÜLLER": {("customer", "M1"), ("sales-order", "SO-1")},
    "üLLe": {("customer", "M1"), ("sales-order", "SO-1")},
}


@pytest.mark.parametrize("typed", FOUND)
def test_documents_are_found_by_their_numbers_and_through_their_customers(typed: str) -> None:
    """Broken once by leaving the customers out. The same on both databases."""
    company, _ = filled()
    customer = create(company, "customer", {"no": "M1", "name": "Müller & Söhne"}).id
    create(company, "sales-order", {"no": "SO-1", "customer_no": customer, "external_document_no": "EXT-7"})
    found = {(table.name, one.code) for table, records in queries.search(company, typed, limit=5) for one in records}
    assert FOUND[typed] <= found
    assert found or not FOUND[typed]


SEARCHED = ("müller", "MÜLLER", "üll", "sÖhn", "& s", "ΑΘΉΝΑ", "αθή", "Łódź", "łÓD")


@pytest.mark.parametrize("text", SEARCHED)
def test_a_list_is_searched_without_regard_to_capitals_for_parts_of_words(text: str) -> None:
    """On SQLite and PostgreSQL alike: the tests of this folder run on both."""
    company = companies.create_company("Alder", local_currency="EUR")
    for no, name in (("C1", "Müller & Söhne"), ("C2", "Αθήνα"), ("C3", "ŁÓDŹ Meble"), ("C4", "Muller")):
        create(company, "customer", {"no": no, "name": name})
    wanted = {"m": "C1", "ü": "C1", "s": "C1", "&": "C1", "α": "C2", "ł": "C3"}[text.lower()[0]]
    assert [one.key for one in queries.list_records(company, "customer", Query(search=text)).records] == [wanted]


# Letters that fold to others, are two when folded, are no letters, or mean something in a pattern or to a database.
LETTERS = "aAbBkKiIzZ\u212aİıßẞσςΣäÄéÉe\u0301\u0307жЖ中京αΑ1%_\\\\'\"-&?*[]^(){}|$"


def texts(random: Random, longest: int) -> str:
    return "".join(random.choice(LETTERS) for _ in range(random.randint(1, longest)))


def words(random: Random, names: list[str]) -> Iterator[str]:
    """Parts of names in other capitals, and what is in none."""
    for _ in range(250):
        name = random.choice(names)
        start = random.randrange(len(name))
        part = name[start : start + random.randint(1, 6)]
        yield random.choice((part, part.upper(), part.lower(), part.swapcase()))
        yield texts(random, 4)


def read_through(word: str) -> set[str]:
    """What there is to find: every row folded, as a condition no index serves."""
    folded: Any = (Lower if connection.vendor == "sqlite" and word.isascii() else Folded)(Joined(F("name"), F("city")))
    contains: Any = CharField().get_lookup("contains")
    return set(Customer.objects.filter(contains(folded, fold(word))).values_list("no", flat=True))


def test_a_search_finds_what_reading_through_all_rows_finds() -> None:
    """Broken once each by taking a `k` beside a `ж` for itself, the dot of `İ` for a letter, and `_` for any letter."""
    company = companies.create_company("Alder", local_currency="EUR")
    random = Random(20261127)
    names = [texts(random, 12) for _ in range(300)]
    Customer.objects.bulk_create(
        Customer(company=company, no=f"C{place}", name=name, city=texts(random, 3)) for place, name in enumerate(names)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL jit = off")  # so many plans that look dear would each be compiled
    outcomes = set()
    for word in words(random, names):
        found = set(Customer.objects.filter(has_word(("name", "city"), word)).values_list("no", flat=True))
        assert found == read_through(word), word
        outcomes.add((word.isascii(), bool(found)))
    assert len(outcomes) == 4, "some are found and some are not, with and without other letters"


def test_a_database_that_refuses_trigrams_is_named_with_what_to_do() -> None:
    class Refusing:
        connection = SimpleNamespace(vendor="postgresql")

        def execute(self, sql: str, params: object) -> None:
            if sql.startswith("CREATE EXTENSION"):
                raise ProgrammingError(
                    'permission denied to create extension "pg_trgm"\nHINT: Must have CREATE privilege.'
                )

    with pytest.raises(FinancialsError, match="permission denied to create extension") as refused:
        search_indexes.install(None, Refusing())  # type: ignore[arg-type]  # as much of an editor as it needs
    assert "CREATE EXTENSION pg_trgm" in refused.value.hint
    assert "tally migrate" in refused.value.hint


@pytest.mark.parametrize("table", search_indexes.LONG)
def test_a_word_that_is_nowhere_is_looked_for_once(large: tuple[Company, books.Company], table: str) -> None:
    """Along the trigrams on PostgreSQL; without folding on SQLite. Broken once by looking along the order of the list."""
    with CaptureQueriesContext(connection) as captured:
        page = queries.list_records(large[0], table, Query(search="zzzz"))
    asked = [query["sql"] for query in captured if TABLES[table].db_table in query["sql"]]
    assert (page.total, len(asked)) == (0, 1)
    assert "JOIN" not in asked[0]
    if connection.vendor == "sqlite":
        assert "LOWER" not in asked[0]
        assert "tally_fold" not in asked[0]
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN " + re.sub(r'"\w+"\."company_id" = \S+ AND ', "", asked[0])
        )  # of few rows, company will do
        steps = "\n".join(row[0] for row in cursor.fetchall())
    assert f"Bitmap Index Scan on {search_indexes.index_name(TABLES[table])}" in steps, steps


def keys(page: Any) -> list[str]:
    return [record.key for record in page.records]


def test_lines_in_their_own_order_are_those_there_are(large: tuple[Company, books.Company]) -> None:
    everything = queries.list_records(large[0], "sales-order-line", page_size=ROWS)
    backwards = queries.list_records(large[0], "sales-order-line", Query(order=("-order_no",)), page_size=ROWS)
    assert len(everything.records) == ROWS
    assert sorted(keys(backwards)) == sorted(keys(everything)) == keys(everything)
