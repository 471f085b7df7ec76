"""Available is on hand, less what sales orders take, plus what purchase orders bring; and it changes on known days.

To see these tests fail: leave `max(day or today, today)` out of `projection._by_day`, or take the quotes off
the 0 of `stock.outstanding_query` (SQLite then reads every line of an item)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tallystick.financials import database
from tallystick.financials.models import (
    Company,
    EntryType,
    Item,
    PurchaseOrder,
    PurchaseOrderLine,
    SalesOrder,
    SalesOrderLine,
)
from tallystick.financials.problems import RecordMissing
from tallystick.financials.projection import Figures, Movement, Step, movements_of, periods_of
from tallystick.financials.services import companies, create
from tallystick.financials.services.item_journal import JournalLine, post_item_journal
from tallystick.financials.stock import availability, availability_of, outstanding_query

TODAY = date(2025, 3, 12)  # a Wednesday


def at(days: int) -> date:
    return TODAY + timedelta(days=days)


class Shop:
    """A company with chairs, counted in pieces and in boxes of four."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.units = {code: create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX")}
        self.chair = self.item("CHAIR")
        box = {"item_no": self.chair, "unit_of_measure_code": self.units["BOX"], "qty_per_unit_of_measure": 4}
        create(company, "item-unit-of-measure", box)

    def item(self, no: str, **more: object) -> UUID:
        return create(
            self.company,
            "item",
            {"no": no, "description": no.title(), "base_unit_of_measure": self.units["PCS"], "unit_cost": 3, **more},
        ).id

    def stock(self, quantity: int) -> None:
        line = JournalLine(self.chair, EntryType.POSITIVE_ADJUSTMENT, Decimal(quantity))
        post_item_journal(self.company, [line], posting_date=TODAY)

    def sell(self, quantity: object, on: date | None) -> None:
        """As the order's rules leave it: what counts here is what is outstanding, and when."""
        order = SalesOrder.objects.create(company=self.company, no=f"S{SalesOrder.objects.count()}")
        SalesOrderLine.objects.create(
            company=self.company,
            order=order,
            line_no=10000,
            item_id=self.chair,
            shipment_date=on,
            outstanding_qty_base=quantity,
        )

    def buy(self, quantity: object, on: date | None, unit: str = "PCS") -> UUID:
        order = create(self.company, "purchase-order", {"vendor_name": "Ash", "expected_receipt_date": on}).id
        values = {"purchase_order_no": order, "item_no": self.chair, "quantity": quantity}
        return create(self.company, "purchase-order-line", values | {"unit_of_measure_code": self.units[unit]}).id


@pytest.fixture
def shop(company: Company) -> Shop:
    return Shop(company)


@pytest.mark.django_db
def test_available_is_on_hand_less_sales_orders_plus_purchase_orders(shop: Shop) -> None:
    shop.stock(10)
    shop.sell(7, at(3))
    shop.sell(4, at(3))
    shop.buy(2, at(10), "BOX")
    found = availability_of(shop.company, shop.chair, today=TODAY)
    assert found.figures == Figures(Decimal(10), Decimal(11), Decimal(8))
    assert found.figures.available == 7
    assert found.movements == (
        Movement(at(3), Decimal(11), Decimal(0), Decimal(-1)),
        Movement(at(10), Decimal(0), Decimal(8), Decimal(7)),
    )


@pytest.mark.django_db
def test_it_is_told_in_every_unit(shop: Shop) -> None:
    shop.stock(10)
    shop.buy(6, at(1))
    pieces, boxes = availability_of(shop.company, shop.chair, today=TODAY).in_units()
    assert (pieces.unit.code, pieces.figures.available) == ("PCS", 16)
    assert (boxes.unit.code, boxes.figures) == ("BOX", Figures(Decimal("2.5"), Decimal(0), Decimal("1.5")))
    assert [movement.available for movement in boxes.movements] == [4]


@pytest.mark.django_db
def test_what_is_overdue_or_has_no_date_counts_today(shop: Shop) -> None:
    shop.sell(1, at(-30))
    shop.sell(2, None)
    shop.sell(4, TODAY)
    shop.buy(8, at(-1))
    shop.buy(16, None)
    found = availability_of(shop.company, shop.chair, today=TODAY)
    assert found.movements == (Movement(TODAY, Decimal(7), Decimal(24), Decimal(17)),)


@pytest.mark.django_db
def test_services_are_not_counted(shop: Shop) -> None:
    fitting = shop.item("FITTING", type="Service")
    found = availability_of(shop.company, fitting, today=TODAY)
    assert not found.kept_in_stock
    assert (found.figures.available, found.movements) == (0, ())


@pytest.mark.django_db
def test_another_companys_items_are_not_told_of(shop: Shop) -> None:
    other = companies.create_company("Other")
    assert availability(other, [shop.chair], today=TODAY) == {}
    with pytest.raises(RecordMissing):
        availability_of(other, shop.chair, today=TODAY)


@pytest.mark.django_db
def test_many_items_take_as_many_queries_as_one(shop: Shop, django_assert_num_queries: Any) -> None:
    items = [shop.chair, *(shop.item(f"I{n}") for n in range(20))]
    for wanted in (items[:1], items):
        with django_assert_num_queries(4):
            assert availability(shop.company, wanted, today=TODAY).keys() == set(wanted)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "index"),
    [(SalesOrderLine, "financials_soline_outstanding"), (PurchaseOrderLine, "financials_poline_outstanding")],
)
def test_orders_are_read_through_their_partial_index(
    shop: Shop, model: type[SalesOrderLine] | type[PurchaseOrderLine], index: str
) -> None:
    _deliver_many(shop, model)
    with connection.cursor() as cursor:
        if database.on_postgresql():  # which scans a table this small unless it is told not to
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE")
        explain = "EXPLAIN" if database.on_postgresql() else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {outstanding_query(model)}", [database.list_parameter([shop.chair])])
        assert index in str(cursor.fetchall())


def _deliver_many(shop: Shop, model: type[SalesOrderLine] | type[PurchaseOrderLine]) -> None:
    """Lines of the same item of which nothing is outstanding: most are, and the partial index leaves them out."""
    company, item = shop.company, shop.chair
    if model is SalesOrderLine:
        sale = SalesOrder.objects.create(company=company, no="S")
        SalesOrderLine.objects.bulk_create(
            SalesOrderLine(company=company, order=sale, line_no=place, item_id=item) for place in range(300)
        )
    else:
        order = PurchaseOrder.objects.create(company=company, no="P")
        PurchaseOrderLine.objects.bulk_create(
            PurchaseOrderLine(company=company, purchase_order=order, line_no=place, item_id=item)
            for place in range(300)
        )


@pytest.mark.django_db
def test_the_ledger_and_the_card_say_the_same(demo: Company) -> None:
    found = availability(demo, list(Item.objects.filter(company=demo).values_list("pk", flat=True)), today=TODAY)
    assert sum(one.figures.on_hand for one in found.values()) > 0
    assert all(one.kept_in_stock or one.figures.on_hand == 0 for one in found.values())


PERIODS = {
    # step → the first and the last day of each period from Wednesday 12 March 2025 on
    Step.DAY: [(at(0), at(0)), (at(1), at(1)), (at(2), at(2)), (at(3), None)],
    Step.WEEK: [(at(0), at(4)), (at(5), at(11)), (at(12), at(18)), (at(19), None)],
    Step.MONTH: [
        (at(0), date(2025, 3, 31)),
        (date(2025, 4, 1), date(2025, 4, 30)),
        (date(2025, 5, 1), date(2025, 5, 31)),
        (date(2025, 6, 1), None),
    ],
}


@pytest.mark.parametrize("step", PERIODS)
def test_periods_follow_the_calendar(step: Step) -> None:
    found = periods_of(Decimal(1), (), today=TODAY, step=step, count=3)
    assert [(period.first, period.last) for period in found] == PERIODS[step]
    assert {period.available for period in found} == {1}


DATED = st.lists(st.tuples(st.none() | st.integers(-40, 400).map(at), st.integers(1, 50).map(Decimal)), max_size=12)


@given(on_hand=st.integers(-20, 100).map(Decimal), sales=DATED, purchases=DATED, step=st.sampled_from(Step))
def test_periods_lose_nothing_and_end_with_what_is_available(
    on_hand: Decimal, sales: list[Any], purchases: list[Any], step: Step
) -> None:
    movements = movements_of(on_hand, sales, purchases, TODAY)
    assert [movement.on for movement in movements] == sorted({movement.on for movement in movements})
    periods = periods_of(on_hand, movements, today=TODAY, step=step, count=6)
    assert sum(period.sales for period in periods) == sum(quantity for _, quantity in sales)
    assert sum(period.purchases for period in periods) == sum(quantity for _, quantity in purchases)
    level = on_hand
    for period in periods:
        level += period.purchases - period.sales
        assert period.available == level
