"""Who may open and change what."""

import re

import pytest
from django.test import Client
from tests.web.conftest import Books

LOOKING = ("", "search/?q=a", "company/", "company/all", "records/customer/", "records/customer/export")
WRITING = ("records/customer/new", "import/")
SETTING_UP = ("users/", "users/new", "number-series/", "company/new")


def codes(client: Client, books: Books, paths: tuple[str, ...]) -> set[int]:
    return {client.get(books.url + path).status_code for path in paths}


def test_a_viewer_looks_at_everything_and_writes_nothing(viewer: Client, books: Books) -> None:
    assert codes(viewer, books, LOOKING) == {200}
    assert codes(viewer, books, WRITING + SETTING_UP) == {403}
    card = f"{books.url}records/customer/{books.customer}/"
    assert viewer.get(card).status_code == 200
    assert viewer.post(card, {"name": "Changed"}).status_code == 403
    assert viewer.post(card + "delete").status_code == 403
    assert viewer.post(books.url + "company/", {"name": "Mine"}).status_code == 403
    assert viewer.post(books.url + "company/experience", {"experience": "Suite"}).status_code == 403


def test_a_viewer_sees_no_button_that_would_be_refused(viewer: Client, books: Books) -> None:
    pages = [viewer.get(books.url + path).content.decode() for path in ("", "records/customer/", "company/")]
    pages.append(viewer.get(f"{books.url}records/customer/{books.customer}/").content.decode())
    for page in pages:
        assert "/new" not in page
        assert "/import/" not in page
        assert "/users/" not in page
        assert ">Save<" not in page


def test_a_clerk_writes_records_and_sets_nothing_up(clerk: Client, books: Books) -> None:
    assert codes(clerk, books, LOOKING + WRITING) == {200}
    assert codes(clerk, books, SETTING_UP) == {403}


def test_an_administrator_may_do_all(administrator: Client, books: Books) -> None:
    assert codes(administrator, books, LOOKING + WRITING + SETTING_UP) == {200}


def test_another_company_is_not_there_at_all(administrator: Client, books: Books, other_books: Books) -> None:
    assert codes(administrator, other_books, LOOKING + WRITING + SETTING_UP) == {404}
    missing = administrator.get("/c/there-is-none/")
    theirs = administrator.get(other_books.url)
    assert missing.status_code == 404
    token = re.compile(rb'X-CSRFToken": "\w+')
    assert token.sub(b"", missing.content) == token.sub(b"", theirs.content)


@pytest.mark.parametrize("table", ["customer", "contact", "salesperson", "currency", "country"])
@pytest.mark.parametrize("verb", ["", "delete"])
def test_a_record_of_another_company_is_404_through_ones_own(
    administrator: Client, books: Books, other_books: Books, table: str, verb: str
) -> None:
    record_id = getattr(other_books, table)
    path = f"{books.url}records/{table}/{record_id}/{verb}"
    assert administrator.get(path).status_code == 404
    assert administrator.post(path, {"version": "1", "name": "Taken", "code": "X"}).status_code == 404


def test_a_lookup_and_a_search_show_ones_own_company_only(clerk: Client, books: Books, other_books: Books) -> None:
    theirs = str(other_books.customer)
    for path in ("records/customer/lookup?field=x&x=b", "search/?q=Beta", "search/suggestions?q=Beta", "search/?q=C00"):
        answer = clerk.get(books.url + path).content.decode()
        assert "Beta customer" not in answer
        assert theirs not in answer


def test_a_table_that_does_not_exist_is_404(clerk: Client, books: Books) -> None:
    for path in ("records/invoice/", "records/invoice/new", "records/invoice/export", "import/template/invoice.csv"):
        assert clerk.get(books.url + path).status_code == 404
