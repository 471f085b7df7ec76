"""What a program is told: sets, records, pages, counts, in the form it asked for."""

import re
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from tests.odata.conftest import Books, Caller, stock_up

from tallystick.financials.descriptions.availability import QUANTITIES
from tallystick.financials.projection import Figures
from tallystick.financials.services import update
from tallystick.financials.stock import availability_of
from tallystick.financials.stock_in_units import quantities_per_unit
from tallystick.odata.sets import ENTITY_SETS

ROOT = "http://testserver/odata/alpha/"


def test_the_root_lists_what_is_published(caller: Caller) -> None:
    answer = caller.get()
    assert answer.headers["OData-Version"] == "4.0"
    assert answer.json["@odata.context"] == f"{ROOT}$metadata"
    assert [one["name"] for one in answer.json["value"]] == list(ENTITY_SETS)


def test_a_record_has_all_fields_with_references_as_codes(caller: Caller, books: Books) -> None:
    answer = caller.get("Customers('C1')")
    assert answer.headers["Content-Type"] == "application/json;odata.metadata=minimal"
    assert answer.json["@odata.context"] == f"{ROOT}$metadata#Customers/$entity"
    assert answer.json["@odata.etag"] == answer.headers["ETag"]
    assert (answer.json["Name"], answer.json["SalespersonCode"], answer.json["CountryCode"]) == (
        "Bäckerei Müller",
        "JR",
        None,
    )
    assert UUID(answer.json["Id"]) == books.ids["C1"]


def test_amounts_keep_every_digit(caller: Caller) -> None:
    assert b'"UnitPrice":0.12345,' in caller.get("Items('1200')").content
    exact = caller.get("Items('1200')", Accept="application/json;IEEE754Compatible=true")
    assert exact.json["UnitPrice"] == "0.12345"
    assert "IEEE754Compatible=true" in exact.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Customers?$orderby=Name desc", ["C4", "C2", "C1", "C3"]),
        ("Customers?$orderby=SalespersonCode,No desc", ["C3", "C2", "C4", "C1"]),  # null comes first
        ("Customers?$orderby=SalespersonCode desc,No desc", ["C4", "C1", "C3", "C2"]),
        ("Customers?$top=2", ["C1", "C2"]),
        ("Customers?$skip=3", ["C4"]),
        ("Customers?$top=1&$skip=1", ["C2"]),
        ("Customers?$top=0", []),
        ("Customers?$top=99999999999999999999999999", ["C1", "C2", "C3", "C4"]),
        ("Customers?$skip=99999999999999999999999999", []),
        ("Customers?custom=1&$filter=No eq 'C2'", ["C2"]),
        ("Customers?$select=*", ["C1", "C2", "C3", "C4"]),
    ],
)
def test_rows_are_ordered_and_cut(caller: Caller, path: str, expected: list[str]) -> None:
    assert caller.keys(path) == expected


def test_a_selection_is_told_and_nothing_else(caller: Caller) -> None:
    answer = caller.get("Customers?$select=City,Name&$top=1")
    assert answer.json["@odata.context"] == f"{ROOT}$metadata#Customers(City,Name)"
    record = answer.json["value"][0]
    assert {name for name in record if not name.startswith("@")} == {"City", "Name"}
    assert record["@odata.id"] == f"{ROOT}Customers('C1')"  # its key is not among what was selected


def test_pages_follow_one_another_and_the_rest_of_top_is_kept(caller: Caller) -> None:
    seen, path = [], "Customers?$top=3&$count=true&$orderby=City desc"
    for _ in range(5):
        answer = caller.get(path, Prefer="odata.maxpagesize=1")
        assert answer.headers["Preference-Applied"] == "odata.maxpagesize=1"
        assert answer.json["@odata.count"] == 4
        seen += [row["No"] for row in answer.json["value"]]
        if "@odata.nextLink" not in answer.json:
            break
        path = answer.json["@odata.nextLink"]
    assert seen == ["C3", "C1", "C2"]


@pytest.mark.parametrize(
    "order", ["SalespersonCode", "SalespersonCode desc", "CreditLimit desc,City", "CreatedAt,Id desc"]
)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_order_reads_every_record_once(caller: Caller, order: str, size: int) -> None:
    whole, pages, path = caller.keys(f"Customers?$orderby={order}"), [], f"Customers?$orderby={order}"
    while path:
        answer = caller.get(path, Prefer=f"maxpagesize={size}").json
        pages += [row["No"] for row in answer["value"]]
        path = answer.get("@odata.nextLink", "")
    assert pages == whole
    assert sorted(pages) == ["C1", "C2", "C3", "C4"]


def test_counting_is_text_or_part_of_the_answer(caller: Caller) -> None:
    counted = caller.get("Customers/$count?$filter=City eq 'Köln'")
    assert (counted.content, counted.headers["Content-Type"]) == (b"1", "text/plain")
    assert caller.get("Customers?$count=true&$top=0").json["@odata.count"] == 4


def test_a_record_with_a_key_of_two_parts(caller: Caller) -> None:
    assert caller.get("PriceListLines(PriceListCode='SUMMER',LineNo=20000)").json["ItemNo"] == "1100"
    assert caller.get("PriceListLines(LineNo=20000,PriceListCode='SUMMER')").status == 200
    full = caller.get("PriceListLines?$top=1", Accept="application/json;odata.metadata=full").json["value"][0]
    assert full["@odata.id"] == f"{ROOT}PriceListLines(PriceListCode='SUMMER',LineNo=10000)"


def test_full_metadata_says_the_types_that_json_does_not(caller: Caller) -> None:
    record = caller.get("PriceLists('SUMMER')", Accept="application/json;odata.metadata=full").json
    assert record["@odata.type"] == "#Tallystick.PriceList"
    assert record["StartingDate@odata.type"] == "#Date"
    assert record["StartingDate"] == "2026-06-01"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["CreatedAt"])
    none = caller.get("PriceLists('SUMMER')?$format=application/json;odata.metadata=none").json
    assert not [name for name in none if "@" in name]


def test_availability_is_told_in_every_unit(caller: Caller, books: Books) -> None:
    stock_up(books)
    rows = caller.rows("ProductItemAvailability?$filter=ItemNo eq '1100'")
    assert [(row["UnitOfMeasureCode"], row["QtyOnHand"]) for row in rows] == [("BOX", 8.33333), ("PCS", 100)]
    shown = {
        one.unit.code: one.figures.on_hand
        for one in availability_of(books.company, books.ids["1100"], today=date(2026, 1, 1)).in_units()
    }
    assert {row["UnitOfMeasureCode"]: Decimal(str(row["QtyOnHand"])) for row in rows} == shown
    assert caller.keys(
        "ProductItemAvailability?$filter=QtyOnHand gt 8.3 and QtyOnHand lt 8.4", "UnitOfMeasureCode"
    ) == ["BOX"]
    assert caller.keys("ProductItemAvailability?$orderby=QtyOnHand desc&$top=1", "ItemNo") == ["1100"]
    assert "S1" not in caller.keys("ProductItemAvailability", "ItemNo"), "a service is never in stock"


def test_every_quantity_of_the_availability_is_published() -> None:
    """Fails when `Figures` learns a quantity that its description or its SQL does not have."""
    told = [*Figures.__annotations__, *(name for name, one in vars(Figures).items() if isinstance(one, property))]
    assert told == [field.name for field in QUANTITIES] == list(quantities_per_unit())


def test_an_entity_tag_spares_what_is_known_already(caller: Caller, books: Books) -> None:
    tag = caller.get("Customers('C1')").headers["ETag"]
    known = caller.get("Customers('C1')", **{"If-None-Match": f'"x", {tag}'})
    assert (known.status, known.content) == (304, b"")
    update(books.company, "salesperson", books.ids["JR"], {"code": "JULE"})
    assert caller.get("Customers('C1')", **{"If-None-Match": tag}).json["SalespersonCode"] == "JULE"


def test_a_head_request_is_answered_like_a_get(caller: Caller) -> None:
    assert caller.get("Customers", method="HEAD").status == 200
