"""Files of strangers: previewed row by row, imported whole or not at all, and exported so that they import unchanged."""

import csv
import io
import itertools
import string
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.financials import queries
from tallystick.financials.exchange import (
    ImportRefused,
    RowOutcome,
    UnreadableFile,
    export_records,
    export_template,
    preview_import,
    reading,
    run_import,
)
from tallystick.financials.exchange.cells import guard, unguard
from tallystick.financials.models import Company, Contact, Customer, NumberSeries
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import create
from tallystick.financials.tables import CUSTOMER, TABLES

pytestmark = pytest.mark.django_db


def outcomes(company: Company, table: str, data: bytes) -> list[tuple[int, str]]:
    return [(row.line, str(row.outcome)) for row in preview_import(company, table, data).rows]


def values_of(company: Company, table: str, code: str) -> dict[str, Any]:
    record = queries.find_record(company, table, code)
    assert record is not None
    return {name: record.shown(name) for name in record.values}


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


DIALECTS = {
    "commas": "no,name,city\nC1,Müller,Köln\n".encode(),
    "semicolons": "no;name;city\r\nC1;Müller;Köln\r\n".encode(),
    "tabs": "no\tname\tcity\nC1\tMüller\tKöln".encode(),
    "a byte order mark": "\ufeffno,name,city\nC1,Müller,Köln\n".encode(),
    "UTF-16": "no\tname\tcity\r\nC1\tMüller\tKöln\r\n".encode("utf-16"),
    "quotes": '"no","name","city"\n"C1","Müller","Köln"\n'.encode(),
    "labels for names": "No.;Name;City\nC1;Müller;Köln\n".encode(),
    "odd capitals and spaces": "NO , Name,CITY\n c1 ,  Müller ,Köln\n".encode(),
    "other order": "city,no,name\nKöln,C1,Müller\n".encode(),
    "empty lines": "\n\nno,name,city\n\nC1,Müller,Köln\n,,\n\n".encode(),
    "old Macintosh line ends": "no,name,city\rC1,Müller,Köln\r".encode(),
    "a workbook": workbook([["no", "name", "city"], ["C1", "Müller", "Köln"], [None, None, None]]),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_file_is_read_however_it_was_written(company: Company, dialect: str) -> None:
    result = run_import(company, "customer", DIALECTS[dialect])
    assert (result.created, result.changed, result.unchanged) == (1, 0, 0)
    stored = values_of(company, "customer", "C1")
    assert (stored["name"], stored["city"]) == ("Müller", "Köln")


UNREADABLE = {
    # what is wrong → file, what the message says
    "nothing": (b"", "empty"),
    "only spaces": (b" \n \n", "empty"),
    "no records": (b"no,name\n", "no records below"),
    "Latin-1": ("no,name\nC1,Müller\n".encode("latin-1"), r"Line 2: The byte 0xfc is not UTF-8"),
    "an open quotation mark": (b'no,name\nC1,"Open\nC2,B\n', r"Line 2: A quotation mark is opened here"),
    "a stray quotation mark": (b'no,name\nC1,"5" pipe"\n', r"Line 2: A quotation mark ends before"),
    "an unknown column": (b"no,name,colour\nC1,A,red\n", "no field 'colour'"),
    "a mistyped column": (b"no,nmae\nC1,A\n", r"Did you mean name\?"),
    "a column twice": (b"no,name,Name\nC1,A,B\n", "appears twice"),
    "no key": (b"name\nA\n", "column no is missing"),
    "a cell of ten megabytes": (b"no,name\nC1," + b"x" * 10_000_000 + b"\n", r"Line 2: A cell is longer"),
    "a damaged workbook": (b"PK\x03\x04 and then nothing", "damaged"),
    "another archive": (b"", "no XLSX workbook"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_says_where_and_why(company: Company, case: str) -> None:
    data, message = UNREADABLE[case]
    if case == "another archive":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("readme.txt", "no workbook")
        data = buffer.getvalue()
    for act in (preview_import, run_import):
        with pytest.raises(UnreadableFile, match=message):
            act(company, "customer", data)
    assert not Customer.objects.exists()


def test_files_beyond_all_measure_are_refused(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BYTES_AT_MOST", 1_000)
    with pytest.raises(UnreadableFile, match="larger than"):
        preview_import(company, "customer", io.BytesIO(b"no,name\n" + b"C1,A\n" * 1_000))
    monkeypatch.undo()
    monkeypatch.setattr(reading, "ROWS_AT_MOST", 10)
    for data in (b"no,name\n" + b"C1,A\n" * 20, workbook([["no", "name"]] + [["C1", "A"]] * 20)):
        with pytest.raises(UnreadableFile, match="more than 10 rows"):
            preview_import(company, "customer", data)
    monkeypatch.setattr(reading, "UNPACKED_AT_MOST", 1_000)
    with pytest.raises(UnreadableFile, match="too large when unpacked"):
        preview_import(company, "customer", workbook([["no", "name"], ["C1", "A"]]))


CELLS = {
    # cell → field, stored value
    "1234.5": ("credit_limit", Decimal("1234.50")),
    "1.234,50": ("credit_limit", Decimal("1234.50")),
    "1,234.50": ("credit_limit", Decimal("1234.50")),
    "1 234,5": ("credit_limit", Decimal("1234.50")),
    "1'234.50": ("credit_limit", Decimal("1234.50")),
    "1.234.567": ("credit_limit", Decimal("1234567.00")),
    "12,5": ("credit_limit", Decimal("12.50")),
    ",5": ("credit_limit", Decimal("0.50")),
    "ship": ("blocked", "Ship"),
    "NO": ("blocked", ""),
    "jr ": ("salesperson_code", "JR"),
    "'=1+1": ("name_2", "=1+1"),
    "''quoted''": ("name_2", "''quoted''"),
    "=SUM(A1)": ("name_2", "=SUM(A1)"),
    "two\nlines": ("address", "two lines"),
    "日本語": ("city", "日本語"),
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_understood(company: Company, cell: str) -> None:
    create(company, "salesperson", {"code": "JR", "name": "Jule"})
    field, expected = CELLS[cell]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["no", "name", field], ["C1", "A", cell]])
    run_import(company, "customer", buffer.getvalue().encode())
    assert values_of(company, "customer", "C1")[field] == expected


BAD_CELLS = {
    "12,345": ("credit_limit", "may mean thousands or decimals"),
    "1.2.3,4,5": ("credit_limit", "no number"),
    "1e5": ("credit_limit", "no number"),
    "-1": ("credit_limit", "the least is 0"),
    "1.005": ("credit_limit", "more than 2 decimal places"),
    "perhaps": ("blocked", "Choose one of"),
    "NOBODY": ("salesperson_code", "There is no Salesperson/Purchaser NOBODY"),
    "x" * 51: ("name_2", "51 characters long; at most 50"),
    "a\x00b": ("name_2", "U+0000"),
    "me at home": ("email", "no e-mail address"),
}


@pytest.mark.parametrize("cell", BAD_CELLS)
def test_a_cell_that_cannot_be_is_named_and_nothing_is_imported(company: Company, cell: str) -> None:
    field, message = BAD_CELLS[cell]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["no", "name", field], ["C1", "Good", ""], ["C2", "Bad", cell]])
    data = buffer.getvalue().encode()
    preview = preview_import(company, "customer", data)
    assert [(line, problem.field) for line, problem in preview.problems] == [(3, field)]
    assert message in str(preview.problems[0][1])
    with pytest.raises(ImportRefused, match=r"Nothing was imported: 1 row has problems. The first is in line 3"):
        run_import(company, "customer", data)
    assert not Customer.objects.exists()
    assert not Contact.objects.exists()


def test_every_problem_of_every_row_is_told_at_once(company: Company) -> None:
    data = b"no,name,credit_limit,email\nC1,,x,@\nC2,B\nC3,C,1,a@b.de\n"
    preview = preview_import(company, "customer", data)
    assert [(line, problem.field) for line, problem in preview.problems] == [
        (2, "credit_limit"),
        (2, "email"),
        (2, "name"),
        (3, ""),
    ]
    assert [preview.count(outcome) for outcome in RowOutcome] == [1, 0, 0, 2]


def test_a_number_that_appears_twice_is_named_with_its_lines(company: Company) -> None:
    data = b'no,name\nC1,A\nC2,"two\nlines"\nc1,B\n C1 ,C\n,D\n,E\n'
    preview = preview_import(company, "customer", data)
    assert [(row.line, str(row.outcome)) for row in preview.rows] == [
        (2, "error"),
        (3, "new"),
        (5, "error"),
        (6, "error"),
        (7, "new"),
        (8, "new"),
    ], "rows without a number are no duplicates of each other"
    assert "appears 3 times in this file: in lines 2, 5 and 6" in str(preview.rows[0].problems[0])
    with pytest.raises(ImportRefused):
        run_import(company, "customer", data)


def test_rows_with_errors_are_left_out_where_a_person_says_so(company: Company) -> None:
    """Seen to fail when the rows left out are not planned without once more: a person then refers to a missing company."""
    header = "no,type,company_no,name,first_name,surname,email\n"
    data = (
        f"{header}F1,Company,,Firma,,,no address\nP1,Person,F1,,Ada,Lind,\nF2,Company,,Gut,,,\nP2,Person,F2,,Bo,Ek,\n"
    )
    with pytest.raises(ImportRefused):
        run_import(company, "contact", data.encode())
    result = run_import(company, "contact", data.encode(), skip_errors=True)
    assert (result.created, [row.line for row in result.skipped]) == (2, [2, 3])
    assert values_of(company, "contact", "P2")["company_no"] == "F2"
    assert queries.find_record(company, "contact", "P1") is None


def test_a_file_of_errors_alone_imports_nothing_even_so(company: Company) -> None:
    with pytest.raises(ImportRefused):
        run_import(company, "customer", b"no,name\nC1,A\nC1,B\n", skip_errors=True)
    assert queries.find_record(company, "customer", "C1") is None


def test_a_preview_shows_what_would_change_and_writes_nothing(company: Company) -> None:
    create(company, "salesperson", {"code": "JR", "name": "Jule"})
    create(company, "customer", {"no": "C1", "name": "Old", "city": "Ulm", "credit_limit": 5})
    create(company, "customer", {"no": "C2", "name": "Same", "city": "Ulm"})
    data = b"no,name,credit_limit,salesperson_code\nC1,New,7.5,jr\nC2,Same,0,\nC3,Fresh,,\n"
    preview = preview_import(company, "customer", data)
    assert [str(row.outcome) for row in preview.rows] == ["changed", "unchanged", "new"]
    assert [(change.field.name, change.before, change.after) for change in preview.rows[0].changes] == [
        ("name", "Old", "New"),
        ("salesperson_code", "", "JR"),
        ("credit_limit", "5.00", "7.50"),
    ]
    assert values_of(company, "customer", "C1")["name"] == "Old"
    result = run_import(company, "customer", data)
    assert (result.created, result.changed, result.unchanged) == (1, 1, 1)
    stored = values_of(company, "customer", "C1")
    assert (stored["name"], stored["city"], stored["salesperson_code"]) == ("New", "Ulm", "JR"), "city had no column"


def test_an_empty_cell_blanks_and_a_missing_column_does_not(company: Company) -> None:
    create(company, "customer", {"no": "C1", "name": "A", "city": "Ulm", "phone_no": "1", "credit_limit": 5})
    run_import(company, "customer", b"no,name,city,credit_limit\nC1,A,,\n")
    stored = values_of(company, "customer", "C1")
    assert (stored["city"], stored["phone_no"], stored["credit_limit"]) == ("", "1", Decimal(0))


def test_rows_without_a_number_get_the_next_ones(company: Company) -> None:
    run_import(company, "customer", b"no,name\n,First\nC00010,Second\n,Third\n")
    assert list(Customer.objects.order_by("name").values_list("no", "name")) == [
        ("C00020", "First"),
        ("C00010", "Second"),
        ("C00030", "Third"),
    ]


def test_an_import_that_runs_out_of_numbers_writes_nothing(company: Company) -> None:
    NumberSeries.objects.filter(used_for="customer").update(ending_no="C00010")
    with pytest.raises(InvalidRecord, match="ended at C00010"):
        run_import(company, "customer", b"no,name\nX,A\n,B\n,C\n")
    assert not Customer.objects.exists()


def test_persons_come_in_one_file_with_the_company_they_work_for(company: Company) -> None:
    data = b"no,type,name,company_no\nP1,Person,Ann Low,K1\nK1,Company,Low & Co,\n"
    assert outcomes(company, "contact", data) == [(2, "new"), (3, "new")]
    run_import(company, "contact", data)
    assert values_of(company, "contact", "P1")["company_no"] == "K1"
    assert outcomes(company, "contact", data) == [(2, "unchanged"), (3, "unchanged")]


def test_rates_are_found_by_currency_and_day(company: Company) -> None:
    create(company, "currency", {"code": "USD"})
    header = "currency_code,starting_date,exchange_rate_amount,relational_exch_rate_amount\n"
    run_import(company, "exchange-rate", f"{header}usd,2025-03-01,100,92.5\n".encode())
    again = f"{header}USD,1.3.2025,100,93\nUSD,2025-04-01,100,94\nEUR,2025-04-01,1,1\n".encode()
    assert outcomes(company, "exchange-rate", again) == [(2, "changed"), (3, "new"), (4, "error")]


def test_numbers_and_dates_of_a_workbook_are_read_as_such(company: Company) -> None:
    rows = [["no", "name", "post_code", "credit_limit", "name_2"], [10_000, "A", 1067.0, 12.1, "=1+1"]]
    run_import(company, "customer", workbook(rows))
    stored = values_of(company, "customer", "10000")
    assert (stored["post_code"], stored["credit_limit"], stored["name_2"]) == ("1067", Decimal("12.10"), "=1+1")


# Exports


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''@x", '=HYPERLINK("http://x")', "+49 30 123", "-", "'", "a=b"]


def test_no_cell_of_an_exported_file_is_a_formula(company: Company) -> None:
    for number, text in enumerate(DANGEROUS):
        create(company, "customer", {"no": f"C{number}", "name": text, "phone_no": "+49 30 123"})
    rows = list(csv.DictReader(io.StringIO(b"".join(export_records(company, "customer")).decode())))
    assert all(row["name"][0] not in "=+-@" for row in rows)
    assert all(row["phone_no"] == "+49 30 123" for row in rows), "a plain phone number is no formula"
    book = openpyxl.load_workbook(io.BytesIO(b"".join(export_records(company, "customer", format="xlsx"))))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)


@given(st.text(alphabet="'=+-@\t\ra1 ", max_size=6))
def test_guarding_a_cell_loses_nothing(text: str) -> None:
    field = CUSTOMER.field("name")
    assert unguard(guard(field, text)) == text


def test_the_demo_company_imports_its_own_export_without_a_change(demo: Company) -> None:
    entered = [name for name, table in TABLES.items() if not table.posted and queries.count_records(demo, name)]
    for table, format in itertools.product(entered, ("csv", "xlsx")):
        data = b"".join(export_records(demo, table, format=format, byte_order_mark=True))
        preview = preview_import(demo, table, data)
        assert preview.ok, (table, format, preview.problems[:3])
        assert preview.count(RowOutcome.UNCHANGED) == len(preview.rows) == queries.count_records(demo, table)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30) | st.sampled_from(DANGEROUS)
LONGER = TEXTS.filter(lambda text: len(text.strip()) >= 1)
CUSTOMERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": LONGER,
            "name_2": TEXTS,
            "city": TEXTS,
            "contact": TEXTS,
            "phone_no": TEXTS,
            "home_page": TEXTS,
            "credit_limit": st.decimals(0, 10**12, places=2),
            "blocked": st.sampled_from(["", "Ship", "Invoice", "All"]),
        }
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=CUSTOMERS)
def test_whatever_is_stored_comes_back_from_a_file(company: Company, rows: list[dict[str, Any]]) -> None:
    Customer.objects.all().delete()
    for row in rows:
        create(company, "customer", row)
    before = [record.values for record in queries.iterate_records(company, "customer")]
    for format in ("csv", "xlsx"):
        data = b"".join(export_records(company, "customer", format=format))
        preview = preview_import(company, "customer", data)
        assert [(row.outcome, row.changes, row.problems) for row in preview.rows] == [
            (RowOutcome.UNCHANGED, (), ())
        ] * len(rows)
        Customer.objects.all().delete()
        run_import(company, "customer", data)
        assert [record.values for record in queries.iterate_records(company, "customer")] == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200) | st.text(string.printable, max_size=200).map(lambda text: f"no,name\n{text}".encode())
)
def test_no_file_whatever_is_in_it_ends_in_anything_but_a_preview_or_a_reason(company: Company, data: bytes) -> None:
    try:
        preview = preview_import(company, "customer", data)
    except UnreadableFile as reason:
        rows, sentence = 0, str(reason)
    else:
        rows, sentence = len(preview.rows), ""
    assert rows or sentence


def test_a_template_has_the_field_names_and_imports_nothing(company: Company) -> None:
    for format in ("csv", "xlsx"):
        with pytest.raises(UnreadableFile, match="no records below"):
            preview_import(company, "customer", export_template("customer", format))
    assert export_template("country").decode("utf-8-sig") == "code,name,iso_code\r\n"


def test_an_export_holds_what_the_list_shows(demo: Company) -> None:
    query = queries.Query(search="bakeries", order=("-name",))
    data = b"".join(export_records(demo, "customer", query)).decode()
    names = [row["name"] for row in csv.DictReader(io.StringIO(data))]
    assert names == [r.title for r in queries.list_records(demo, "customer", query).records]
    assert names == sorted(names, key=str.lower, reverse=True)
    assert names
