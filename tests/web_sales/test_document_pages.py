"""The page of a document: begun for a customer, its header changed by two people, who may see and do what."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from tests.web_sales.conftest import HOSTILE, PARENT, Books, Shop

from tallystick.financials import queries, services
from tallystick.financials.models import SalesOrder
from tallystick.financials.services import Insert, save_many

TABLES = tuple(PARENT)


def header(client: Client, shop: Shop, table: str) -> dict[str, str]:
    """What the header of the page sends as it was opened."""
    form = client.get(shop.url(table)).context["form"]
    sent = {name: form[name].value() for name in form.fields if not form.fields[name].disabled}
    return {name: "on" if value is True else str(value) for name, value in sent.items() if value not in (None, False)}


def document(shop: Shop, table: str) -> queries.Record:
    return queries.get_record(shop.company, table, shop.documents[table])


@pytest.mark.parametrize("table", TABLES)
def test_a_document_begins_with_its_customer(clerk: Client, shop: Shop, table: str) -> None:
    url = f"{shop.books.url}documents/{table}/new"
    assert clerk.get(f"{shop.books.url}records/{table}/new")["Location"] == url
    number = queries.codes_by_id(shop.company, "customer", [shop.books.customer])[shop.books.customer]
    begun = clerk.post(url, {"customer_no": number.lower()})
    assert begun.status_code == 302
    assert begun["Location"].endswith("#write")
    made = queries.list_records(shop.company, table).records[-1]
    assert str(made.id) in begun["Location"]
    assert made.codes["customer_no"] == number


def test_a_document_without_a_customer_or_for_nobody_is_not_begun(clerk: Client, shop: Shop) -> None:
    url = f"{shop.books.url}documents/sales-order/new"
    before = SalesOrder.objects.count()
    assert "Sell-to Customer No. is empty" in clerk.post(url, {"customer_no": " "}).content.decode()
    nobody = clerk.post(url, {"customer_no": "NOBODY"})
    assert nobody.status_code == 422
    assert "There is no customer NOBODY" in nobody.content.decode()
    assert 'value="NOBODY"' in nobody.content.decode()
    assert SalesOrder.objects.count() == before


@pytest.mark.parametrize("table", TABLES)
def test_lists_and_cards_lead_to_the_document(clerk: Client, shop: Shop, table: str) -> None:
    listing = clerk.get(f"{shop.books.url}records/{table}/").content.decode()
    assert shop.url(table) in listing
    assert f"documents/{table}/new" in listing
    card = clerk.get(f"{shop.books.url}records/{table}/{shop.documents[table]}/")
    assert card["Location"] == shop.url(table)


def test_the_header_is_saved_and_what_is_wrong_is_said_at_its_field(clerk: Client, shop: Shop) -> None:
    sent = header(clerk, shop, "sales-order")
    assert clerk.post(shop.url("sales-order"), sent | {"your_reference": "Ö 17"}).status_code == 302
    assert document(shop, "sales-order").values["your_reference"] == "Ö 17"
    refused = clerk.post(shop.url("sales-order"), header(clerk, shop, "sales-order") | {"payment_terms_code": "NEVER"})
    assert refused.status_code == 422
    assert "There is no payment terms NEVER" in refused.content.decode()
    # The section with the field is open, though most of them are closed.
    invoicing = refused.content.decode().split("Invoicing<span")[0].rsplit("<details", 1)[1]
    assert "open" in invoicing.split(">")[0]


def test_a_header_that_two_people_changed_shows_both_values(clerk: Client, shop: Shop) -> None:
    sent = header(clerk, shop, "sales-order") | {"your_reference": "mine"}
    services.update(shop.company, "sales-order", shop.documents["sales-order"], {"your_reference": "theirs"})
    answer = clerk.post(shop.url("sales-order"), sent)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Someone changed this document since you opened it" in text
    assert 'value="mine"' in text
    assert "theirs" in text
    assert document(shop, "sales-order").values["your_reference"] == "theirs"


def test_totals_that_moved_are_no_conflict(clerk: Client, shop: Shop) -> None:
    """A line was saved after the page was opened, which changes the amounts of the document. Take the second attempt out
    of `save_header` and this is refused."""
    sent = header(clerk, shop, "sales-order") | {"your_reference": "mine"}
    SalesOrder.objects.filter(pk=shop.documents["sales-order"]).update(amount=77)
    assert int(sent["version"]) < document(shop, "sales-order").version
    assert clerk.post(shop.url("sales-order"), sent).status_code == 302
    now = document(shop, "sales-order")
    assert (now.values["your_reference"], now.values["amount"]) == ("mine", 77)


def test_the_page_shows_a_hostile_customer_as_text(clerk: Client, shop: Shop) -> None:
    services.update(shop.company, "customer", shop.books.customer, {"name": HOSTILE, "city": HOSTILE[:30]})
    services.update(
        shop.company,
        "sales-order",
        shop.documents["sales-order"],
        {"customer_name": HOSTILE, "your_reference": HOSTILE[:35]},
    )
    text = clerk.get(shop.url("sales-order")).content.decode()
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_a_viewer_looks_and_is_offered_nothing_to_do(viewer: Client, shop: Shop) -> None:
    for table in TABLES:
        page = viewer.get(shop.url(table))
        assert page.status_code == 200
        text = page.content.decode()
        assert ">Save<" not in text
        assert "/new" not in text
        assert viewer.post(shop.url(table), {"your_reference": "x"}).status_code == 403
        assert viewer.get(f"{shop.books.url}documents/{table}/new").status_code == 403


def test_a_document_of_another_company_is_not_there(clerk: Client, shop: Shop, other_books: Books) -> None:
    assert clerk.get(shop.url("sales-order").replace("/alpha/", "/beta/")).status_code == 404
    assert clerk.get(f"{shop.books.url}documents/customer/{shop.books.customer}/").status_code == 404


@pytest.mark.parametrize("table", TABLES)
def test_the_queries_of_a_page_do_not_grow_with_its_lines(
    clerk: Client, shop: Shop, table: str, django_assert_max_num_queries: Any
) -> None:
    line = {PARENT[table]: shop.documents[table], "item_no": shop.chair, "quantity": "1"}
    save_many(shop.company, f"{table}-line", [Insert(line) for _ in range(60)])
    with django_assert_max_num_queries(45):
        page = clerk.get(shop.url(table))
    assert page.content.decode().count("data-line-form") == 61 + 1 + 1  # lines, the blank one, the template


def test_a_long_document_is_turned_over_and_ends_where_one_writes(clerk: Client, shop: Shop) -> None:
    line = {"order_no": shop.documents["sales-order"], "description": "x"}
    save_many(shop.company, "sales-order-line", [Insert(line) for _ in range(120)])
    last = clerk.get(shop.url("sales-order")).content.decode()
    assert "Lines 101–121 of 121" in last
    assert last.count("data-new") >= 2
    first = clerk.get(shop.url("sales-order") + "?lines=1").content.decode()
    assert "Lines 1–100 of 121" in first
    assert re.search(r"\?lines=2#lines", first)


def test_what_a_row_remembers_is_what_it_shows(clerk: Client, shop: Shop) -> None:
    """A row sends what differs from what it was opened with: opened with something else, it would write what nobody
    entered."""
    page = clerk.get(shop.url("sales-order"))
    for line in page.context["page"].grid.lines:
        opened = json.loads(line.opened)
        shown = {cell.column.name: cell.text for cell in line.cells}
        assert {name: shown[name] for name in opened if name in shown} == {
            name: text for name, text in opened.items() if name in shown
        }
        assert shown["number"] == opened[shown["type"]]
