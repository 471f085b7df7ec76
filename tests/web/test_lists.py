"""Lists: search, filters, order, pages, export."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from tests.web.conftest import HOSTILE, Books

from tallystick.financials.services import Insert, create, save_many


def add_customers(books: Books, count: int, *, after: int = 0) -> None:
    save_many(
        books.company,
        "customer",
        [
            Insert({"no": f"N{number:05}", "name": f"Bulk {number}", "salesperson_code": books.salesperson})
            for number in range(after, after + count)
        ],
    )


def page(client: Client, books: Books, query: str = "", table: str = "customer") -> str:
    answer = client.get(f"{books.url}records/{table}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_rows(clerk: Client, books: Books) -> None:
    def queries_of_a_page() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(clerk, books)
        return len(queries)

    page(clerk, books)  # the session remembers what it remembers
    add_customers(books, 60)  # more than one page, whose number is counted
    few = queries_of_a_page()
    add_customers(books, 60, after=60)
    assert queries_of_a_page() == few
    assert few <= 10


def test_a_search_finds_words_of_the_name_and_keeps_to_them(clerk: Client, books: Books) -> None:
    create(books.company, "customer", {"no": "K1", "name": "Käthe Öztürk & Söhne"})
    found = page(clerk, books, "?q=öztürk käthe")
    assert "Käthe Öztürk &amp; Söhne" in found
    assert "Alpha customer" not in found
    assert "Search: öztürk käthe" in found


def test_filters_show_as_chips_that_take_them_away_again(clerk: Client, books: Books) -> None:
    create(books.company, "customer", {"no": "B1", "name": "Blocked one", "blocked": "All"})
    found = page(clerk, books, "?blocked=All")
    assert "Blocked one" in found
    assert "Alpha customer" not in found
    assert "Blocked: All" in found
    assert "Alpha customer" in page(clerk, books, "?salesperson_code=jr")
    assert "Blocked one" not in page(clerk, books, "?salesperson_code=jr")
    assert "Blocked one" in page(clerk, books, "?blocked=*")
    assert "Blocked one" not in page(clerk, books, "?blocked=-")


def test_a_filter_that_makes_no_sense_is_refused_with_a_sentence(clerk: Client, books: Books) -> None:
    for path in ("?blocked=Sometimes", "export?blocked=Sometimes"):
        answer = clerk.get(f"{books.url}records/customer/{path}")
        assert answer.status_code == 400
        assert "Choose one of" in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["?sort=nonsense", "?page=999999", "?page=-1", "?page=" + "9" * 5000, "?q=%00", "?sort=--name"]
)
def test_a_strange_address_shows_a_list_all_the_same(clerk: Client, books: Books, query: str) -> None:
    assert "Customers" in page(clerk, books, query)


def test_columns_sort_both_ways_and_say_so(clerk: Client, books: Books) -> None:
    create(books.company, "customer", {"no": "A1", "name": "Zebra"})
    up, down = page(clerk, books, "?sort=name"), page(clerk, books, "?sort=-name")
    assert up.index("Alpha customer</bdi>") < up.index("Zebra</bdi>")
    assert down.index("Alpha customer</bdi>") > down.index("Zebra</bdi>")
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down


def test_pages_follow_each_other_and_keep_the_query(clerk: Client, books: Books) -> None:
    add_customers(books, 120)
    first = page(clerk, books, "?q=Bulk")
    assert "1–50 of 120" in first
    assert "?q=Bulk&amp;page=2" in first
    last = page(clerk, books, "?q=Bulk&page=3")
    assert "101–120 of 120" in last
    assert "Next" not in last


def test_htmx_gets_the_rows_and_the_new_export_addresses_alone(clerk: Client, books: Books) -> None:
    answer = clerk.get(f"{books.url}records/customer/?q=alpha", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "Alpha customer" in answer
    assert "format=csv&amp;q=alpha" in answer


def test_hostile_text_is_shown_and_does_nothing(clerk: Client, books: Books) -> None:
    customer = create(books.company, "customer", {"name": HOSTILE, "city": HOSTILE[:30]}).id
    paths = ("", "records/customer/", f"records/customer/{customer}/", f"records/customer/{customer}/delete")
    searches = (f"search/?q={HOSTILE}", "search/suggestions?q=script", f"records/customer/?q={HOSTILE}")
    lookups = ("records/customer/lookup?field=a&a=alert&box=%22%3E%3Cscript%3E",)
    for path in paths + searches + lookups:
        text = clerk.get(books.url + path).content.decode()
        assert "<script>alert" not in text, path
        assert '<script>"' not in text, path
    assert "&lt;script&gt;" in clerk.get(books.url + "records/customer/").content.decode()


def test_an_empty_list_says_how_to_fill_it(clerk: Client, viewer: Client, books: Books) -> None:
    assert "New shipping agent" in page(clerk, books, table="shipping-agent")
    assert "New shipping agent" not in page(viewer, books, table="shipping-agent")


def test_an_export_has_the_rows_of_the_query_from_all_pages(clerk: Client, books: Books) -> None:
    add_customers(books, 70)
    answer = clerk.get(f"{books.url}records/customer/export?format=csv&q=Bulk")
    assert answer["Content-Disposition"].startswith('attachment; filename="customer-alpha-')
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it streams
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 70
    assert rows[0]["salesperson_code"] == "JR"


def test_an_export_as_a_workbook_opens(clerk: Client, books: Books) -> None:
    answer = clerk.get(f"{books.url}records/customer/export?format=xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]  # it streams
    assert [cell.value for cell in next(book.active.iter_rows())][:2] == ["no", "name"]
    book.close()


def test_a_lookup_suggests_codes_and_names(clerk: Client, books: Books) -> None:
    answer = clerk.get(
        f"{books.url}records/salesperson/lookup?field=salesperson_code&salesperson_code=jul&box=b"
    ).content
    assert 'data-value="JR"' in answer.decode()
    assert "Jule Roth" in answer.decode()


def test_every_table_has_its_list(clerk: Client, books: Books) -> None:
    create(
        books.company,
        "exchange-rate",
        {
            "currency_code": books.currency,
            "starting_date": date(2026, 1, 1),
            "exchange_rate_amount": "1",
            "relational_exch_rate_amount": "0.9",
        },
    )
    for table in ("contact", "salesperson", "currency", "exchange-rate", "payment-terms", "shipment-method", "country"):
        assert "<h1" in page(clerk, books, table=table)
    assert "2026-01-01" in page(clerk, books, table="exchange-rate")
