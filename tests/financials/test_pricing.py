"""Of what is offered, the best price is charged: the rule, and what price lists may say.

To see these tests fail: turn `_rank` round, leave `own or` out of `best_offer`, or `_check_prices` out of `planning`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tallystick.financials import queries
from tallystick.financials.exchange import export_records, preview_import, run_import
from tallystick.financials.models import Company, PriceList, PriceListLine
from tallystick.financials.pricing import Asset, Price, best_price
from tallystick.financials.pricing.rule import Closeness, Offer, Sale, best_offer, fits, rivals
from tallystick.financials.problems import FinancialsError, RecordMissing
from tallystick.financials.rounding import rounded
from tallystick.financials.services import Insert, InvalidRecord, Refused, Saved, create, delete, save_many, update

pytestmark = pytest.mark.django_db

# The rule


ME, MY_GROUP, CHAIR, PIECE, DOLLAR = (UUID(int=n) for n in range(1, 6))
OTHER = UUID(int=99)
DAY = date(2025, 6, 15)
SALE = Sale(ME, MY_GROUP, CHAIR, PIECE, Decimal(10), DOLLAR, DAY)
EVERYBODY, GROUP, MINE = (
    (Closeness.ALL_CUSTOMERS, None),
    (Closeness.GROUP, MY_GROUP),
    (Closeness.CUSTOMER, ME),
)


def offer(
    price: object,
    whose: tuple[Closeness, UUID | None] = EVERYBODY,
    *,
    line_no: int = 1,
    off: object = 0,
    least: object = 0,
    currency: UUID | None = DOLLAR,
    **more: Any,
) -> Offer:
    values = {"asset": CHAIR, "unit": PIECE, "price_list": "L", **more}
    closeness, source = whose
    amounts = (Decimal(str(least)), Decimal(str(price)), Decimal(str(off)))
    return Offer(
        UUID(int=1000 + line_no),
        values.pop("price_list"),
        line_no,
        closeness,
        source,
        currency,
        values.pop("asset"),
        values.pop("unit"),
        *amounts,
        **values,
    )


BEST: dict[str, tuple[list[Offer], int | None]] = {
    # case → offers with lines 1, 2, …; the line that is charged (None: the card)
    "nothing is offered": ([], None),
    "the lowest": ([offer(9), offer(8), offer(10)], 2),
    "the lowest after discount": ([offer(9), offer(10, off=20)], 2),
    "everybody's may be lower than mine": ([offer(9, MINE), offer(8)], 2),
    "of two alike the closer one is named": ([offer(8), offer(8, GROUP), offer(8, MINE)], 3),
    "then the one for more": ([offer(8, least=2), offer(8, least=5)], 2),
    "too few": ([offer(5, least="10.00001"), offer(8, least=10)], 2),
    "another group": ([offer(5, (Closeness.GROUP, OTHER)), offer(8)], 2),
    "another customer": ([offer(5, (Closeness.CUSTOMER, OTHER))], None),
    "another item": ([offer(5, asset=OTHER)], None),
    "another unit": ([offer(5, unit=OTHER)], None),
    "a third currency": ([offer(1, currency=OTHER)], None),
    "my currency before a lower local price": ([offer(5, currency=None), offer(8)], 2),
    "the local price where there is no other": ([offer(5, currency=None), offer(4, currency=None)], 2),
    "not yet": ([offer(5, starting_date=DAY + timedelta(1))], None),
    "no longer": ([offer(5, ending_date=DAY - timedelta(1))], None),
    "on the first and last day": ([offer(5, starting_date=DAY, ending_date=DAY)], 1),
}


@pytest.mark.parametrize("case", BEST)
def test_the_best_offer(case: str) -> None:
    offers, expected = BEST[case]
    numbered = [replace(one, line_no=n) for n, one in enumerate(offers, start=1)]
    best = best_offer(numbered, SALE)
    assert (best.line_no if best else None) == expected


IDS = st.sampled_from([ME, MY_GROUP, OTHER, None])
OFFERS = st.lists(
    st.builds(
        offer,
        st.decimals("0.01", 100, places=2),
        st.sampled_from([EVERYBODY, GROUP, MINE, (Closeness.GROUP, OTHER), (Closeness.CUSTOMER, OTHER)]),
        line_no=st.integers(1, 10_000),
        off=st.decimals(0, 100, places=2),
        least=st.sampled_from([0, 1, 10, 11, 100]),
        currency=st.sampled_from([DOLLAR, None, OTHER]),
        unit=st.sampled_from([PIECE, PIECE, OTHER]),
        starting_date=st.none() | st.dates(DAY - timedelta(20), DAY + timedelta(20)),
        ending_date=st.none() | st.dates(DAY - timedelta(20), DAY + timedelta(20)),
    ),
    max_size=12,
    unique_by=lambda one: one.line_no,
)


@given(offers=OFFERS)
def test_nothing_that_counts_is_better_than_the_best(offers: list[Offer]) -> None:
    best = best_offer(offers, SALE)
    fitting = [one for one in offers if fits(one, SALE)]
    own = [one for one in fitting if one.currency == SALE.currency]
    if best is None:
        assert not fitting
    else:
        assert best in fitting
        assert best.net <= min(one.net for one in (own or fitting))
        assert best.currency == SALE.currency or not own


@given(offers=OFFERS, chance=st.randoms(use_true_random=False))
def test_the_order_of_offers_and_those_that_do_not_count_change_nothing(offers: list[Offer], chance: Any) -> None:
    best = best_offer(offers, SALE)
    others = [one for one in offers if fits(one, SALE)]
    chance.shuffle(others)
    assert best_offer(others, SALE) == best


@given(offers=OFFERS, more=st.decimals(0, 100, places=1))
def test_in_one_currency_buying_more_never_costs_more_apiece(offers: list[Offer], more: Decimal) -> None:
    own = [one for one in offers if one.currency == DOLLAR]
    few, many = best_offer(own, SALE), best_offer(own, replace(SALE, quantity=SALE.quantity + more))
    assert few is None or (many is not None and many.net <= few.net)


@given(offers=OFFERS)
def test_offers_without_rivals_never_leave_two_prices_for_the_same(offers: list[Offer]) -> None:
    found = rivals(offers)
    for one in offers:
        same = [
            two
            for two in offers
            if two is not one and two.for_what == one.for_what and two.overlaps(one) and one.overlaps(two)
        ]
        assert bool(same) == (one.line in found)
        assert not same or found[one.line] in same


@given(st.decimals("0.00001", 10**6, places=5), st.integers(0, 5))
def test_rounding_is_to_the_nearest(amount: Decimal, places: int) -> None:
    assert abs(rounded(amount, places) - amount) <= Decimal(1).scaleb(-places) / 2
    assert rounded(rounded(amount, places), places) == rounded(amount, places)


# From the price lists


@dataclass(frozen=True)
class Shop:
    company: Company
    ids: dict[str, UUID]

    def price(self, quantity: object = 1, *, unit: str = "", currency: str = "", customer: str = "C1") -> Price:
        return best_price(
            self.company,
            self.ids[customer] if customer else None,
            Asset("item", self.ids["CHAIR"]),
            self.ids[unit] if unit else None,
            Decimal(str(quantity)),
            self.ids[currency] if currency else None,
            DAY,
        )

    def price_list(self, code: str, **values: object) -> UUID:
        return create(self.company, "price-list", {"code": code, **values}).id

    def line(self, code: str, price: object = 8, **values: object) -> Saved:
        price_list = PriceList.objects.get(company=self.company, code=code).pk
        asset = {} if "resource_no" in values else {"item_no": self.ids["CHAIR"]}
        line = {"price_list_code": price_list, "unit_price": Decimal(str(price)), **asset, **values}
        return create(self.company, "price-list-line", line)

    def status(self, code: str, status: str) -> Saved:
        id = PriceList.objects.get(company=self.company, code=code).pk
        return update(self.company, "price-list", id, {"status": status})


@pytest.fixture
def shop(company: Company) -> Shop:
    ids = {code: create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX", "HOUR")}
    ids["CHAIR"] = create(
        company,
        "item",
        {"no": "CHAIR", "description": "Chair", "base_unit_of_measure": ids["PCS"], "unit_price": "10"},
    ).id
    ids["FITTER"] = create(
        company, "resource", {"no": "FITTER", "name": "Fitter", "base_unit_of_measure": ids["HOUR"], "unit_price": 60}
    ).id
    box = {"item_no": ids["CHAIR"], "unit_of_measure_code": ids["BOX"], "qty_per_unit_of_measure": 4}
    create(company, "item-unit-of-measure", box)
    ids["GROUP"] = create(company, "customer-price-group", {"code": "GROUP"}).id
    ids["C1"] = create(company, "customer", {"no": "C1", "name": "A", "customer_price_group": ids["GROUP"]}).id
    ids["C2"] = create(company, "customer", {"no": "C2", "name": "B"}).id
    for code, places in (("USD", 2), ("JPY", 0), ("XXX", 2)):
        ids[code] = create(company, "currency", {"code": code, "unit_amount_decimal_places": places}).id
    for code, start, worth in (("USD", "2025-01-01", "80"), ("USD", "2025-07-01", "50"), ("JPY", "2025-01-01", "0.6")):
        rate = {"currency_code": ids[code], "starting_date": start, "exchange_rate_amount": 100}
        create(company, "exchange-rate", {**rate, "relational_exch_rate_amount": Decimal(worth)})
    ids["EUR"] = queries.ids_by_code(company, "currency", ["EUR"])["EUR"]
    return Shop(company, ids)


def test_without_a_price_list_the_card_says_the_price(shop: Shop) -> None:
    assert shop.price() == Price(Decimal("10.00000"), Decimal(0), None, shop.ids["PCS"])
    assert shop.price(unit="BOX").unit_price == 40
    assert shop.price(currency="USD").unit_price == Decimal("12.50"), "at the rate of the day"
    assert shop.price(currency="JPY").unit_price == 1667, "rounded to whole yen"
    assert shop.price(currency="EUR").currency is None


def test_a_price_list_counts_while_it_is_active_for_those_it_is_for(shop: Shop) -> None:
    group = {"source_type": "Customer Price Group", "customer_price_group": shop.ids["GROUP"]}
    shop.price_list("G", **group, starting_date="2025-06-01")
    shop.line("G", 8, line_discount_percent=10)
    assert shop.price().unit_price == 10
    shop.status("G", "Active")
    found = shop.price()
    assert (found.unit_price, found.discount_percent, found.net) == (8, 10, Decimal("7.2"))
    assert (found.price_list, found.line_no) == ("G", 10_000)
    assert shop.price(customer="C2").unit_price == 10
    assert shop.price(customer="").unit_price == 10
    assert shop.price(unit="BOX").unit_price == 40, "a price in pieces is none for boxes"
    shop.status("G", "Inactive")
    assert shop.price().unit_price == 10


def test_prices_in_foreign_currencies(shop: Shop) -> None:
    shop.price_list("E", status="Active")
    shop.line("E", 8)
    assert shop.price(currency="USD").unit_price == 10, "8 euros, converted"
    shop.price_list("D", currency_code=shop.ids["USD"], status="Active")
    shop.line("D", 11)
    assert (shop.price(currency="USD").unit_price, shop.price(currency="USD").price_list) == (11, "D")
    assert shop.price().unit_price == 8


def test_a_price_that_cannot_be_found_says_why(shop: Shop) -> None:
    with pytest.raises(FinancialsError, match="no exchange rate of XXX on 2025-06-15"):
        shop.price(currency="XXX")
    with pytest.raises(FinancialsError, match="not counted in this unit"):
        shop.price(unit="HOUR")
    with pytest.raises(RecordMissing, match="Customer"):
        best_price(shop.company, OTHER, Asset("item", shop.ids["CHAIR"]), None, Decimal(1), None, DAY)
    with pytest.raises(RecordMissing, match="Item"):
        best_price(shop.company, None, Asset("item", OTHER), None, Decimal(1), None, DAY)


def test_a_price_takes_few_queries_however_long_the_lists(shop: Shop, django_assert_max_num_queries: Any) -> None:
    shop.price_list("E", status="Active")
    shop.line("E", 8)
    with django_assert_max_num_queries(6):
        shop.price(currency="USD", unit="PCS")


def test_resources_have_prices_too(shop: Shop) -> None:
    shop.price_list("R", status="Active")
    shop.line("R", 55, resource_no=shop.ids["FITTER"])
    found = best_price(shop.company, None, Asset("resource", shop.ids["FITTER"]), None, Decimal(1), None, DAY)
    assert (found.unit_price, found.unit) == (55, shop.ids["HOUR"])


HEADERS: dict[str, tuple[dict[str, object], str, str]] = {
    # case → header, field at fault, what the message says
    "no customer": ({"source_type": "Customer"}, "customer_no", "Customer No. is empty"),
    "no group": ({"source_type": "Customer Price Group"}, "customer_price_group", "Customer Price Group is empty"),
    "a customer of all": ({"customer_no": "C1"}, "customer_no", "so Customer No. stays empty"),
    "ends too early": (
        {"starting_date": "2025-02-01", "ending_date": "2025-01-31"},
        "ending_date",
        "before it starts on 2025-02-01",
    ),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_price_list_that_contradicts_itself_is_refused(shop: Shop, case: str) -> None:
    header, field, message = HEADERS[case]
    values = {name: shop.ids.get(str(value), value) for name, value in header.items()}
    with pytest.raises(InvalidRecord, match=message) as refusal:
        shop.price_list("X", **values)
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_a_list_in_the_local_currency_has_none(shop: Shop) -> None:
    shop.price_list("E", currency_code=shop.ids["EUR"])
    assert PriceList.objects.get(code="E").currency is None


def test_another_source_type_empties_what_belonged_to_the_first(shop: Shop) -> None:
    id = shop.price_list("X", source_type="Customer", customer_no=shop.ids["C1"])
    update(shop.company, "price-list", id, {"source_type": "All Customers"})
    assert PriceList.objects.get(pk=id).customer is None


LINES: dict[str, tuple[dict[str, object], str]] = {
    "both": ({"item_no": "CHAIR", "resource_no": "FITTER"}, "names an item and a resource"),
    "a unit it has not": ({"item_no": "CHAIR", "unit_of_measure_code": "HOUR"}, "HOUR is no unit of item CHAIR"),
    "less than nothing": ({"item_no": "CHAIR", "unit_price": "-1"}, "the least is 0"),
    "more than all off": ({"item_no": "CHAIR", "line_discount_percent": 101}, "the most is 100"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_that_cannot_be_is_refused_in_a_draft_too(shop: Shop, case: str) -> None:
    values, message = LINES[case]
    price_list = shop.price_list("X")
    with pytest.raises(InvalidRecord, match=message):
        create(
            shop.company,
            "price-list-line",
            {"price_list_code": price_list, **{name: shop.ids.get(str(v), v) for name, v in values.items()}},
        )


def test_lines_are_numbered_and_get_the_base_unit(shop: Shop) -> None:
    shop.price_list("X")
    price_list = PriceList.objects.get(code="X").pk
    rows = [{"price_list_code": price_list, "line_no": line} for line in (None, 15_000, None)]
    save_many(shop.company, "price-list-line", [Insert(row) for row in rows])
    shop.line("X")
    assert list(PriceListLine.objects.order_by("line_no").values_list("line_no", flat=True)) == [
        15_000,
        25_000,
        35_000,
        45_000,
    ]
    assert PriceListLine.objects.get(line_no=45_000).unit_of_measure_id == shop.ids["PCS"]
    with pytest.raises(InvalidRecord, match="Price List Line X 15000 exists already"):
        shop.line("X", line_no=15_000)
    last = PriceListLine.objects.get(line_no=45_000).pk
    with pytest.raises(InvalidRecord, match="keeps a number once"):
        update(shop.company, "price-list-line", last, {"line_no": None})


INCOMPLETE: dict[str, tuple[dict[str, object], str]] = {
    "no price": ({"unit_price": 0}, "no unit price"),
    "nothing to sell": ({"item_no": None}, "neither item nor resource"),
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_an_active_list_has_no_incomplete_line(shop: Shop, case: str) -> None:
    values, message = INCOMPLETE[case]
    shop.price_list("X")
    line = shop.line("X", **values)
    with pytest.raises(InvalidRecord, match="Line 10000 states no price"):
        shop.status("X", "Active")
    update(shop.company, "price-list-line", line.id, {"item_no": shop.ids["CHAIR"], "unit_price": 8})
    shop.status("X", "Active")
    with pytest.raises(InvalidRecord, match=message):
        update(shop.company, "price-list-line", line.id, values)
    shop.status("X", "Draft")
    update(shop.company, "price-list-line", line.id, values)


RIVALS: dict[str, tuple[dict[str, object], dict[str, object], bool]] = {
    # case → second header, second line, whether both may be active
    "the same": ({}, {}, False),
    "another minimum": ({}, {"minimum_quantity": 10}, True),
    "another unit": ({}, {"unit_of_measure_code": "BOX"}, True),
    "another currency": ({"currency_code": "USD"}, {}, True),
    "the local currency by name": ({"currency_code": "EUR"}, {}, False),
    "for a group": ({"source_type": "Customer Price Group", "customer_price_group": "GROUP"}, {}, True),
    "before it": ({"ending_date": "2025-05-31"}, {}, True),
    "up to its first day": ({"ending_date": "2025-06-01"}, {}, False),
    "after it": ({"starting_date": "2025-07-01"}, {}, True),
    "in the middle of it": ({"starting_date": "2025-06-10", "ending_date": "2025-06-11"}, {}, False),
}


@pytest.mark.parametrize("case", RIVALS)
def test_two_active_lists_never_state_two_prices_for_the_same(shop: Shop, case: str) -> None:
    header, line, allowed = RIVALS[case]
    header, line = ({k: shop.ids.get(str(v), v) for k, v in values.items()} for values in (header, line))
    shop.price_list("A", starting_date="2025-06-01", ending_date="2025-06-30", status="Active")
    shop.line("A")
    second = shop.price_list("B", **header)
    shop.line("B", **line)
    activations: tuple[Callable[[], object], ...] = (
        lambda: shop.status("B", "Active"),
        lambda: (PriceListLine.objects.filter(price_list=second).delete(), shop.status("B", "Active")),
        lambda: shop.line("B", **line),
    )
    if allowed:
        activations[0]()
        return
    with pytest.raises(InvalidRecord, match="line 10000 of price list A state a price for the same"):
        activations[0]()
    activations[1]()
    with pytest.raises(InvalidRecord, match="line 10000 of price list A state a price for the same"):
        activations[2]()


def test_two_new_lines_of_one_page_do_not_contradict_each_other(shop: Shop) -> None:
    price_list = shop.price_list("A", status="Active")
    line = {"price_list_code": price_list, "item_no": shop.ids["CHAIR"], "unit_price": 8}
    outcomes = save_many(
        shop.company, "price-list-line", [Insert(line), Insert(line), Insert({**line, "minimum_quantity": 5})]
    )
    assert [type(outcome) for outcome in outcomes] == [Refused, Refused, Saved]


def test_two_lists_made_active_on_one_page_are_checked_against_each_other(shop: Shop) -> None:
    from tallystick.financials.services import Update

    ids = [shop.price_list(code) for code in "AB"]
    for code in "AB":
        shop.line(code)
    outcomes = save_many(shop.company, "price-list", [Update(id, {"status": "Active"}) for id in ids])
    assert [type(outcome) for outcome in outcomes] == [Refused, Refused]


def test_an_active_list_may_be_edited_as_long_as_it_stays_sound(shop: Shop) -> None:
    shop.price_list("A", status="Active")
    line = shop.line("A")
    update(shop.company, "price-list-line", line.id, {"unit_price": 7})
    assert shop.price().unit_price == 7
    shop.price_list("B", status="Active", starting_date="2026-01-01")
    with pytest.raises(InvalidRecord, match="of price list A"):
        shop.line("B")
    update(shop.company, "price-list", PriceList.objects.get(code="A").pk, {"ending_date": "2025-12-31"})
    shop.line("B")
    with pytest.raises(InvalidRecord, match="of price list B"):
        update(shop.company, "price-list", PriceList.objects.get(code="A").pk, {"ending_date": None})


def test_what_prices_need_stays(shop: Shop) -> None:
    shop.price_list("A", source_type="Customer", customer_no=shop.ids["C2"])
    shop.line("A", unit_of_measure_code=shop.ids["BOX"])
    box = queries.list_records(shop.company, "item-unit-of-measure").records[0]
    assert box.key == "CHAIR BOX"
    for table, id, message in (
        ("item", shop.ids["CHAIR"], "is the Item No. of 1 Price List Line"),
        ("customer", shop.ids["C2"], "is the Customer No. of 1 Price List"),
        ("item-unit-of-measure", box.id, "Item Unit of Measure CHAIR BOX is the unit of 1 Price List Line"),
        ("customer-price-group", shop.ids["GROUP"], "is the Customer Price Group of 1 Customer"),
    ):
        with pytest.raises(InvalidRecord, match=message):
            delete(shop.company, table, id)
    with pytest.raises(InvalidRecord, match="Price lists state prices for the unit"):
        update(shop.company, "item-unit-of-measure", box.id, {"unit_of_measure_code": shop.ids["HOUR"]})
    delete(shop.company, "price-list", PriceList.objects.get(code="A").pk)
    assert not PriceListLine.objects.exists()
    delete(shop.company, "item-unit-of-measure", box.id)


def test_prices_come_from_files(shop: Shop) -> None:
    run_import(shop.company, "price-list", b"code,description,status,starting_date\nS1,Spring,Active,2025-03-01\n")
    lines = b"price_list_code,line_no,item_no,unit_of_measure_code,unit_price\nS1,,CHAIR,,9.5\nS1,,CHAIR,BOX,36\n"
    run_import(shop.company, "price-list-line", lines)
    assert shop.price(unit="BOX").unit_price == 36
    again = preview_import(shop.company, "price-list-line", lines)
    assert "state a price for the same" in again.problems[0][1].message, "the same prices twice are refused"
    exported = b"".join(export_records(shop.company, "price-list-line"))
    assert {str(row.outcome) for row in preview_import(shop.company, "price-list-line", exported).rows} == {"unchanged"}


def test_the_demo_company_has_prices_in_three_currencies(demo: Company) -> None:
    active = PriceList.objects.filter(company=demo, status="Active")
    assert {row.currency.code if row.currency else "" for row in active} == {"", "USD", "GBP"}
    assert PriceListLine.objects.filter(company=demo).count() > 500
    item = queries.list_records(demo, "item").records[0]
    sterling = queries.ids_by_code(demo, "currency", ["GBP"])["GBP"]
    price = best_price(demo, None, Asset("item", item.id), None, Decimal(1), sterling, date(2025, 6, 1))
    assert price.price_list
    assert price.currency == sterling


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_people_cannot_make_contradicting_lists_active_at_once(shop: Shop) -> None:
    for code in "AB":
        shop.price_list(code)
        shop.line(code)
    said: list[object] = []

    def activate() -> None:
        try:
            said.append(shop.status("B", "Active"))
        except InvalidRecord as refusal:
            said.append(refusal)
        finally:
            connection.close()

    with transaction.atomic():
        shop.status("A", "Active")
        other = threading.Thread(target=activate)
        other.start()
        other.join(0.5)
        assert said == [], "it waits for what the first one does"
    other.join(20)
    assert [type(one) for one in said] == [InvalidRecord]
