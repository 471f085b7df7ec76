"""Import: preview first, then all or nothing; the file is kept for its owner only, and not for long."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook
from tests.web.conftest import Books, person, signed_in

from tallystick.config import environment
from tallystick.financials import queries
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import create, delete

GOOD = 'no,name,city,country_code\nM1,Müller & Söhne,Köln,DE\nM2,"Łódź ""Meble""",,\n'


@pytest.fixture(autouse=True)
def _no_uploads_left() -> None:
    for path in uploads():
        path.unlink()


def uploads() -> list[Path]:
    return sorted((environment().home / "uploads").glob("*"))


def upload(client: Client, books: Books, content: str | bytes, name: str = "file.csv", table: str = "customer") -> str:
    """Upload a file; return the address of its preview, or the text of the page that refuses it."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post(books.url + "import/", {"table": table, "file": SimpleUploadedFile(name, data)})
    return answer["Location"] if answer.status_code == 302 else answer.content.decode()


def count(books: Books) -> int:
    return queries.count_records(books.company, "customer")


def test_a_preview_shows_every_row_and_writes_nothing(clerk: Client, books: Books) -> None:
    before = count(books)
    page = clerk.get(upload(clerk, books, GOOD)).content.decode()
    assert "Müller &amp; Söhne" in page
    assert "Import 2 rows" in page
    assert count(books) == before


def test_the_import_does_what_the_preview_said_and_deletes_the_file(clerk: Client, books: Books) -> None:
    address = upload(clerk, books, GOOD)
    assert len(uploads()) == 2
    answer = clerk.post(address + "run", follow=True)
    assert "2 new, 0 changed, 0 unchanged" in answer.content.decode()
    assert queries.find_record(books.company, "customer", "M2").values["name"] == 'Łódź "Meble"'  # type: ignore[union-attr]
    assert uploads() == []
    assert "not here any more" in clerk.post(address + "run", follow=True).content.decode()
    assert "There is nothing to import" in clerk.get(upload(clerk, books, GOOD)).content.decode()


def test_a_changed_cell_shows_what_it_was(clerk: Client, books: Books) -> None:
    create(books.company, "customer", {"no": "M1", "name": "Old name"})
    page = clerk.get(upload(clerk, books, "no,name\nM1,New name\n")).content.decode()
    assert "was </span>Old name" in page
    assert "New name" in page


def test_a_problem_is_shown_at_its_cell_and_nothing_can_be_imported(clerk: Client, books: Books) -> None:
    before = count(books)
    address = upload(clerk, books, "no,name,country_code\nM1,Good,DE\nM2,Bad,XX\nM2,Twice,DE\n")
    page = clerk.get(address).content.decode()
    assert "There is no Country/Region XX" in page
    assert "appears 2 times" in page
    assert "2 rows have problems" in page
    assert "/run" not in page
    refused = clerk.post(address + "run")
    assert refused.status_code == 409
    assert count(books) == before


def test_rows_with_problems_come_first_and_can_be_shown_alone(clerk: Client, books: Books) -> None:
    rows = "".join(f"G{number},Good {number},DE\n" for number in range(300)) + "B1,Bad,XX\n"
    address = upload(clerk, books, "no,name,country_code\n" + rows)
    page = clerk.get(address).content.decode()
    assert page.index("Bad") < page.index("Good 0")
    assert "101 more rows" in page
    assert "Good" not in clerk.get(address + "?show=error").content.decode()


def test_what_others_did_meanwhile_counts(clerk: Client, books: Books) -> None:
    address = upload(clerk, books, "no,name,country_code\nM1,One,DE\nM2,Two,FR\n")
    assert "There is no Country/Region FR" in clerk.get(address).content.decode()
    france = create(books.company, "country", {"code": "FR", "name": "France"}).id
    assert "Import 2 rows" in clerk.get(address).content.decode()
    delete(books.company, "country", france)
    before = count(books)
    answer = clerk.post(address + "run")
    assert answer.status_code == 409
    assert "Nothing was imported" in answer.content.decode()
    assert count(books) == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "This file is empty"),
        ("picture.png", b"\x89PNG", "neither CSV nor XLSX"),
        ("book.xlsx", b"no workbook at all", "cannot be read"),
        ("latin.csv", "no,name\nM1,Müller\n".encode("latin-1"), "cannot be read"),
        ("header.csv", b"no,name\n", "no records"),
        ("other.csv", b"invoice,total\n1,2\n", "has no field"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_not_kept(
    clerk: Client, books: Books, name: str, content: bytes, said: str
) -> None:
    address = upload(clerk, books, content, name)
    page = clerk.get(address).content.decode() if address.startswith("/") else address
    assert said in page
    assert uploads() == []


def test_a_workbook_imports_too(clerk: Client, books: Books) -> None:
    book = Workbook()
    assert book.active
    book.active.append(["no", "name"])
    book.active.append(["X1", "=1+1 as text"])
    buffer = io.BytesIO()
    book.save(buffer)
    address = upload(clerk, books, buffer.getvalue(), "book.XLSX")
    clerk.post(address + "run")
    assert queries.find_record(books.company, "customer", "X1")


def test_a_file_is_too_large_from_20_megabytes_on(clerk: Client, books: Books) -> None:
    assert "at most 20 MB" in upload(clerk, books, b"no,name\n" + b"x" * (20 * 1024 * 1024))
    assert uploads() == []


def test_nobody_else_sees_an_uploaded_file(
    clerk: Client, administrator: Client, books: Books, other_books: Books
) -> None:
    address = upload(clerk, books, GOOD)
    for client, path in ((administrator, address), (clerk, address.replace("alpha", "beta"))):
        answer = client.get(path)
        assert answer.status_code in (302, 404)
        assert client.post(path + "run").status_code in (302, 404)
    assert count(books) == 1
    assert len(uploads()) == 2


def test_an_uploaded_file_is_for_one_company_even_of_one_person(books: Books, other_books: Books) -> None:
    user = person(books.company, PermissionSet.FINANCE_CLERK)
    from tallystick.financials.services import users

    users.grant(user, other_books.company, PermissionSet.FINANCE_CLERK)
    client = signed_in(user)
    address = upload(client, books, GOOD)
    elsewhere = address.replace("/c/alpha/", "/c/beta/")
    assert elsewhere != address
    assert client.post(elsewhere + "run").status_code == 302
    assert count(other_books) == 1


@pytest.mark.parametrize("upload_id", ["0" * 32, "..%2f..%2fetc%2fpasswd", "x" * 32])
def test_a_made_up_file_is_not_there(clerk: Client, books: Books, upload_id: str) -> None:
    answer = clerk.get(f"{books.url}import/{upload_id}/")
    assert answer.status_code in (302, 404)


def test_discarding_deletes_the_file(clerk: Client, books: Books) -> None:
    address = upload(clerk, books, GOOD)
    clerk.post(address + "discard")
    assert uploads() == []


def test_what_nobody_came_back_for_goes_after_a_day(clerk: Client, books: Books) -> None:
    upload(clerk, books, GOOD)
    for path in uploads():
        os.utime(path, (time.time() - 90_000, time.time() - 90_000))
    upload(clerk, books, GOOD)
    assert len(uploads()) == 2


def test_the_kept_file_is_for_this_process_only(clerk: Client, books: Books) -> None:
    upload(clerk, books, GOOD)
    assert (environment().home / "uploads").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_template_names_the_fields(clerk: Client, books: Books, format: str) -> None:
    content = clerk.get(f"{books.url}import/template/salesperson.{format}").content
    if format == "csv":
        assert content.decode("utf-8-sig").startswith("code,name,email")
        return
    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in next(book.active.iter_rows())][:2] == ["code", "name"]
    book.close()
