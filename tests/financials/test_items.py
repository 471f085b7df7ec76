"""Items and resources count in a base unit, of which every other unit of theirs holds so many.

To see these tests fail: leave `_base_unit` or `_unit` out of `rules.RULES`, or `_keep_base_units` out of `following`."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.financials import change_feed, queries, services
from tallystick.financials.exchange import RowOutcome, export_records, preview_import, run_import
from tallystick.financials.models import Company, Item, ItemUnitOfMeasure, ResourceUnitOfMeasure
from tallystick.financials.queries import Filter, Query
from tallystick.financials.services import (
    Delete,
    Deleted,
    Insert,
    InvalidRecord,
    Refused,
    Saved,
    create,
    delete,
    delete_many,
    save_many,
    update,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Stock:
    company: Company
    units: dict[str, UUID]
    item: UUID

    def unit(self, code: str, factor: object) -> Saved:
        values = {"item_no": self.item, "unit_of_measure_code": self.units[code], "qty_per_unit_of_measure": factor}
        return create(self.company, "item-unit-of-measure", values)

    def base(self, code: str | None) -> Saved:
        return update(self.company, "item", self.item, {"base_unit_of_measure": self.units[code] if code else None})

    def row(self, code: str) -> ItemUnitOfMeasure:
        return ItemUnitOfMeasure.objects.get(item=self.item, unit_of_measure__code=code)

    def factors(self) -> dict[str, Decimal]:
        rows = ItemUnitOfMeasure.objects.filter(item=self.item)
        return dict(rows.values_list("unit_of_measure__code", "qty_per_unit_of_measure"))


@pytest.fixture
def stock(company: Company) -> Stock:
    units = {code: create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX", "PALLET", "EA")}
    values = {"no": "1000", "description": "Chair", "base_unit_of_measure": units["PCS"], "unit_price": "10.5"}
    return Stock(company, units, create(company, "item", values).id)


def test_numbers_come_from_the_series(company: Company) -> None:
    assert [queries.get_record(company, "item", create(company, "item", {"description": d}).id).key for d in "AB"] == [
        "I00010",
        "I00020",
    ]
    assert queries.get_record(company, "resource", create(company, "resource", {"name": "Ann"}).id).key == "R00010"


def test_the_base_unit_is_a_unit_of_quantity_one(stock: Stock) -> None:
    assert stock.factors() == {"PCS": 1}
    fitter = create(stock.company, "resource", {"name": "Fitter", "base_unit_of_measure": stock.units["EA"]}).id
    row = ResourceUnitOfMeasure.objects.get(resource=fitter)
    assert (row.unit_of_measure_id, row.qty_per_unit_of_measure) == (stock.units["EA"], 1)


def test_an_item_may_get_its_base_unit_later_and_keeps_one(stock: Stock) -> None:
    later = create(stock.company, "item", {"description": "Loose"}).id
    factor = {"item_no": later, "unit_of_measure_code": stock.units["BOX"], "qty_per_unit_of_measure": 5}
    with pytest.raises(InvalidRecord, match="has no base unit"):
        create(stock.company, "item-unit-of-measure", factor)
    update(stock.company, "item", later, {"base_unit_of_measure": stock.units["PCS"]})
    create(stock.company, "item-unit-of-measure", factor)
    with pytest.raises(InvalidRecord, match="keeps a base unit"):
        update(stock.company, "item", later, {"base_unit_of_measure": None})


FACTORS: dict[str, tuple[str, object, str]] = {
    # case → unit, quantity per unit, what the message says
    "none": ("BOX", None, "Qty. per Unit of Measure is empty"),
    "zero": ("BOX", 0, "not above zero"),
    "less than nothing": ("BOX", "-2", "not above zero"),
    "six places": ("BOX", "0.000001", "more than 5 decimal places"),
    "the base unit again": ("PCS", 1, "Item Unit of Measure 1000 PCS exists already"),
    "another base unit": ("PCS", 2, "The base unit counts 1"),
}


@pytest.mark.parametrize("case", FACTORS)
def test_a_unit_that_cannot_be_is_refused(stock: Stock, case: str) -> None:
    code, factor, message = FACTORS[case]
    with pytest.raises(InvalidRecord, match=message) as refusal:
        stock.unit(code, factor)
    assert refusal.value.problems[0].record == f"1000 {code}", "people know it by item and unit"
    assert stock.factors() == {"PCS": 1}


def test_the_base_unit_stays_as_it_is(stock: Stock) -> None:
    base = stock.row("PCS").pk
    for values, message in (
        ({"qty_per_unit_of_measure": 2}, "counts 1"),
        ({"unit_of_measure_code": stock.units["EA"]}, "stays a unit"),
    ):
        with pytest.raises(InvalidRecord, match=message):
            update(stock.company, "item-unit-of-measure", base, values)
    with pytest.raises(InvalidRecord, match="1000 PCS is the base unit"):
        delete(stock.company, "item-unit-of-measure", base)
    assert stock.factors() == {"PCS": 1}


def test_another_unit_changes_and_goes(stock: Stock) -> None:
    box = stock.unit("BOX", 12).id
    update(stock.company, "item-unit-of-measure", box, {"qty_per_unit_of_measure": "2.5"})
    update(stock.company, "item-unit-of-measure", box, {"unit_of_measure_code": stock.units["PALLET"]})
    assert stock.factors() == {"PCS": 1, "PALLET": Decimal("2.5")}
    delete(stock.company, "item-unit-of-measure", box)
    assert stock.factors() == {"PCS": 1}


def test_a_lone_base_unit_gives_way_to_another(stock: Stock) -> None:
    stock.base("EA")
    assert stock.factors() == {"EA": 1}


def test_a_unit_of_quantity_one_may_become_the_base_unit(stock: Stock) -> None:
    stock.unit("EA", 1)
    stock.unit("BOX", 12)
    stock.base("EA")
    assert stock.factors() == {"PCS": 1, "EA": 1, "BOX": 12}


def test_the_base_unit_stays_while_other_units_count_in_it(stock: Stock) -> None:
    stock.unit("BOX", 12)
    with pytest.raises(InvalidRecord, match="holds 12 of the present one"):
        stock.base("BOX")
    with pytest.raises(InvalidRecord, match="has other units or prices, which count in the present base unit"):
        stock.base("EA")
    assert stock.factors() == {"PCS": 1, "BOX": 12}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["base", "add", "change", "delete"]),
            st.sampled_from(["PCS", "BOX", "PALLET", "EA"]),
            st.sampled_from([0, 1, 12, Decimal("0.5")]),
        ),
        max_size=12,
    )
)
def test_whatever_happens_the_base_unit_counts_one_and_no_factor_changes_its_meaning(
    stock: Stock, steps: list[tuple[str, str, Any]]
) -> None:
    """The meaning of a factor: how many units of it make one of another. It changes only where somebody changes it."""
    values = {"description": "Another", "base_unit_of_measure": stock.units["PCS"]}
    stock = Stock(stock.company, stock.units, create(stock.company, "item", values).id)
    for act, code, factor in steps:
        before = stock.factors()
        try:
            match act:
                case "base":
                    stock.base(code)
                case "add":
                    stock.unit(code, factor)
                case "change":
                    row = stock.row(code).pk
                    update(stock.company, "item-unit-of-measure", row, {"qty_per_unit_of_measure": factor})
                case "delete":
                    delete(stock.company, "item-unit-of-measure", stock.row(code).pk)
        except (InvalidRecord, ItemUnitOfMeasure.DoesNotExist):
            assert stock.factors() == before
        after = stock.factors()
        base = Item.objects.get(pk=stock.item).base_unit_of_measure
        assert base is not None
        assert after[base.code] == 1
        for one in before.keys() & after.keys() - ({code} if act == "change" else set()):
            assert after[one] == before[one]


def test_a_page_of_items_with_units_takes_a_fixed_number_of_queries(
    stock: Stock, django_assert_max_num_queries: Any
) -> None:
    rows = [Insert({"description": f"D{n}", "base_unit_of_measure": stock.units["PCS"]}) for n in range(200)]
    with django_assert_max_num_queries(16):
        saved = save_many(stock.company, "item", rows)
    ids = [outcome.id for outcome in saved if isinstance(outcome, Saved)]
    assert len(ids) == 200
    with django_assert_max_num_queries(16):
        save_many(
            stock.company,
            "item-unit-of-measure",
            [
                Insert({"item_no": id, "unit_of_measure_code": stock.units["BOX"], "qty_per_unit_of_measure": 6})
                for id in ids
            ],
        )
    with django_assert_max_num_queries(16):
        outcomes = delete_many(stock.company, "item", [Delete(id) for id in ids])
    assert all(isinstance(outcome, Deleted) for outcome in outcomes)
    assert stock.factors() == {"PCS": 1}


def test_an_item_takes_its_units_along_and_the_feed_tells_of_all(stock: Stock) -> None:
    box = stock.unit("BOX", 12).id
    before = change_feed.newest_cursor(stock.company, "item-unit-of-measure")
    delete(stock.company, "item", stock.item)
    assert not ItemUnitOfMeasure.objects.exists()
    if connection.vendor == "sqlite":  # elsewhere the feed tells when the transaction has ended
        told = change_feed.read_changes(stock.company, "item-unit-of-measure", before, 10).rows
        assert {row.id for row in told if row.deleted} >= {box}


def test_a_unit_in_use_stays(stock: Stock) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        delete(stock.company, "unit-of-measure", stock.units["PCS"])
    assert [problem.message for problem in refusal.value.problems] == [
        "Unit of Measure PCS is the Base Unit of Measure of 1 Item.",
        "Unit of Measure PCS is the Unit of Measure Code of 1 Item Unit of Measure.",
    ]
    delete(stock.company, "unit-of-measure", stock.units["PALLET"])


def test_deleting_a_base_unit_with_its_item_refused_leaves_both(stock: Stock) -> None:
    outcomes = delete_many(stock.company, "item-unit-of-measure", [Delete(stock.row("PCS").pk)])
    assert [type(outcome) for outcome in outcomes] == [Refused]


def test_an_exchange_rate_can_be_deleted(company: Company) -> None:
    dollar = create(company, "currency", {"code": "USD"}).id
    amounts = {"exchange_rate_amount": 1, "relational_exch_rate_amount": Decimal("0.92")}
    rate = create(company, "exchange-rate", {"currency_code": dollar, "starting_date": "2025-01-01", **amounts})
    with pytest.raises(services.StaleRecord, match="Exchange Rate USD 2025-01-01 was changed"):
        delete(company, "exchange-rate", rate.id, version=rate.version + 1)
    delete(company, "exchange-rate", rate.id)
    assert queries.count_records(company, "exchange-rate") == 0


def test_what_has_no_code_of_its_own_is_found_through_what_it_is_a_part_of(stock: Stock) -> None:
    stock.unit("BOX", 12)
    page = queries.list_records(
        stock.company, "item-unit-of-measure", Query(filters=(Filter("item_no", value="1000"),))
    )
    assert [record.key for record in page.records] == ["1000 BOX", "1000 PCS"]
    assert [found.name for found in queries.look_up(stock.company, "item-unit-of-measure", "10")] == ["BOX", "PCS"]


def test_files_bring_units_items_and_their_units(company: Company) -> None:
    run_import(company, "unit-of-measure", b"code,description\nPCS,Piece\nBOX,Box\n")
    items = "no,description,base_unit_of_measure,unit_price,unit_cost,gross_weight\n1000,椅子,PCS,99.5,40.12345,7\n"
    run_import(company, "item", items.encode())
    units = b"item_no,unit_of_measure_code,qty_per_unit_of_measure\n1000,PCS,1\n1000,BOX,4\n"
    assert [str(row.outcome) for row in preview_import(company, "item-unit-of-measure", units).rows] == [
        "unchanged",
        "new",
    ]
    run_import(company, "item-unit-of-measure", units)
    item = queries.find_record(company, "item", "1000")
    assert item is not None
    assert (item.title, item.values["unit_cost"], item.codes["base_unit_of_measure"]) == (
        "椅子",
        Decimal("40.12345"),
        "PCS",
    )
    bad = b"item_no,unit_of_measure_code,qty_per_unit_of_measure\n1000,BOX,\n1000,CASE,6\n1000,PCS,3\n"
    said = {line: problem.message for line, problem in preview_import(company, "item-unit-of-measure", bad).problems}
    assert said == {
        2: "Qty. per Unit of Measure is empty.",
        3: "There is no Unit of Measure CASE.",
        4: "The base unit counts 1.",
    }


def _without_inventory(data: bytes) -> bytes:
    """A file of items without the column that nobody enters."""
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    names = [name for name in rows[0] if name != "inventory"]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def test_an_export_of_units_imports_into_an_empty_company(demo: Company, company: Company) -> None:
    for table in ("unit-of-measure", "item", "item-unit-of-measure", "resource", "resource-unit-of-measure"):
        data = _without_inventory(b"".join(export_records(demo, table)))
        run_import(company, table, data)
        assert _without_inventory(b"".join(export_records(company, table))) == data
        assert preview_import(company, table, data).count(RowOutcome.UNCHANGED) == queries.count_records(demo, table)


def test_the_demo_company_sells_goods_of_many_countries(demo: Company) -> None:
    assert queries.count_records(demo, "item") >= 77
    assert queries.count_records(demo, "resource") == 10
    names = [record.title for record in queries.iterate_records(demo, "item")]
    assert len(set(names)) == len(names)
    assert all(
        record.values["unit_cost"] < record.values["unit_price"] for record in queries.iterate_records(demo, "item")
    )
    for text in ("Bürostuhl", "śrubokręty", "ΕΛΑΙΌΛΑΔΟ", "ваза", "醤油", "丝绸", "فانوس", "מברגים", "nước"):
        assert queries.list_records(demo, "item", Query(search=text)).records, text
