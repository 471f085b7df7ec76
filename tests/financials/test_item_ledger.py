"""Stock is the sum of what was posted, is never below zero by accident, and what is posted stays.

To see these tests fail: leave `_check_stock` or `take_turn` out, or a trigger out of `ledger_triggers`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.financials import change_feed, database, queries
from tallystick.financials.exchange import preview_import
from tallystick.financials.models import Company, EntryType, Item, ItemLedgerEntry
from tallystick.financials.permissions import Actor, Permission
from tallystick.financials.problems import InvalidRecord, RecordMissing
from tallystick.financials.services import companies, create, delete, update
from tallystick.financials.services.item_journal import JournalLine, post_item_journal, reverse_item_entry
from tallystick.financials.stock import entries_of, on_hand

pytestmark = pytest.mark.django_db

ANN = Actor("ann@example.com", frozenset({Permission.POST}))
DAY = date(2025, 3, 1)
IN, OUT = EntryType.POSITIVE_ADJUSTMENT, EntryType.NEGATIVE_ADJUSTMENT


@dataclass(frozen=True)
class Store:
    company: Company
    units: dict[str, UUID]
    chair: UUID
    table: UUID

    def post(self, *lines: JournalLine, on: date = DAY) -> list[ItemLedgerEntry]:
        return post_item_journal(self.company, lines, posting_date=on, by=ANN)

    def move(self, kind: EntryType, quantity: object, **more: Any) -> ItemLedgerEntry:
        return self.post(JournalLine(self.chair, kind, Decimal(str(quantity)), **more))[0]

    def chairs(self) -> Decimal:
        inventory = queries.get_record(self.company, "item", self.chair).values["inventory"]
        assert inventory == on_hand(self.company, [self.chair])[self.chair], "the card says what the ledger adds up to"
        return Decimal(inventory)


@pytest.fixture
def store(company: Company) -> Store:
    units = {code: create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX", "KG")}
    chair, table = (
        create(
            company,
            "item",
            {"no": no, "description": no.title(), "base_unit_of_measure": units["PCS"], "unit_cost": 3},
        ).id
        for no in ("CHAIR", "TABLE")
    )
    box = {"item_no": chair, "unit_of_measure_code": units["BOX"], "qty_per_unit_of_measure": Decimal("2.5")}
    create(company, "item-unit-of-measure", box)
    return Store(company, units, chair, table)


def test_goods_come_in_and_go_out(store: Store) -> None:
    entry = store.move(IN, 10, document_no="D1")
    assert (entry.entry_no, entry.quantity, entry.unit_cost, entry.description) == (1, 10, 3, "Chair")
    assert (entry.transaction.posted_by, entry.document_no) == ("ann@example.com", "D1")
    store.move(OUT, 3)
    store.move(EntryType.PURCHASE, 2, unit=store.units["BOX"], unit_cost=Decimal("2.5"))
    store.move(EntryType.SALE, 1)
    assert store.chairs() == 11
    assert [(row.entry_no, row.quantity) for row in entries_of(store.company, store.chair)] == [
        (4, -1),
        (3, 5),
        (2, -3),
        (1, 10),
    ]


def test_what_was_on_hand_on_a_day(store: Store) -> None:
    for day in (1, 10, 20):
        store.post(JournalLine(store.chair, IN, Decimal(1)), on=date(2025, 3, day))
    assert on_hand(store.company, [store.chair, store.table], on=date(2025, 3, 10)) == {store.chair: 2, store.table: 0}


def test_stock_below_zero_is_refused_unless_the_company_allows_it(store: Store) -> None:
    store.move(IN, 2)
    with pytest.raises(InvalidRecord, match=r"Item CHAIR has 2 in stock, not the 2\.5 to be taken"):
        store.move(OUT, 1, unit=store.units["BOX"])
    assert store.chairs() == 2
    companies.update_company(store.company, negative_inventory="Allow")
    store.move(OUT, 1, unit=store.units["BOX"])
    assert store.chairs() == Decimal("-0.5")
    companies.update_company(store.company, negative_inventory="Refuse")
    store.move(IN, "0.2")
    with pytest.raises(InvalidRecord, match="Negative inventory cannot be 'Sometimes'"):
        companies.update_company(store.company, negative_inventory="Sometimes")


def test_a_journal_is_posted_whole_or_not_at_all(store: Store) -> None:
    store.move(IN, 5)
    with pytest.raises(InvalidRecord) as refusal:
        store.post(
            JournalLine(store.chair, IN, Decimal(1)),
            JournalLine(store.table, OUT, Decimal(1)),
            JournalLine(store.chair, OUT, Decimal(7)),
        )
    assert {problem.record for problem in refusal.value.problems} == {"CHAIR", "TABLE"}
    assert ItemLedgerEntry.objects.count() == 1
    store.post(JournalLine(store.chair, OUT, Decimal(7)), JournalLine(store.chair, IN, Decimal(2)))
    assert store.chairs() == 0, "what counts is the stock after all lines"


LINES: dict[str, tuple[dict[str, Any], str]] = {
    # case → what differs from a good line, what the message says
    "nothing": ({"quantity": Decimal(0)}, "not above zero"),
    "less than nothing": ({"quantity": Decimal(-1)}, "not above zero"),
    "no number": ({"quantity": Decimal("NaN")}, "not above zero"),
    "six places": ({"quantity": Decimal("0.000001")}, "five after the point"),
    "too much": ({"quantity": Decimal(10) ** 10}, "ten digits before"),
    "no such item": ({"item": UUID(int=7)}, "has no item"),
    "a unit it has not": ({"unit": "KG"}, "not counted in this unit"),
    "a cost below zero": ({"unit_cost": Decimal(-1)}, "unit cost of -1"),
    "a long document number": ({"document_no": "x" * 21}, "longer than 20"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_that_cannot_be_names_itself(store: Store, case: str) -> None:
    values, message = LINES[case]
    values = {name: store.units.get(value, value) if name == "unit" else value for name, value in values.items()}
    bad = JournalLine(**{"item": store.chair, "entry_type": IN, "quantity": Decimal(1), **values})
    with pytest.raises(InvalidRecord, match=message) as refusal:
        store.post(JournalLine(store.chair, IN, Decimal(1)), bad)
    assert [problem.record for problem in refusal.value.problems] == ["line 2"]
    assert not ItemLedgerEntry.objects.exists()


@pytest.mark.parametrize(
    ("values", "message"), [({"blocked": True}, "is blocked"), ({"type": "Service"}, "not kept in stock")]
)
def test_blocked_items_and_services_have_no_movements(store: Store, values: dict[str, object], message: str) -> None:
    update(store.company, "item", store.chair, values)
    with pytest.raises(InvalidRecord, match=message):
        store.move(IN, 1)


def test_another_companys_goods_are_not_moved(store: Store) -> None:
    other = companies.create_company("Other")
    with pytest.raises(InvalidRecord, match="has no item"):
        post_item_journal(other, [JournalLine(store.chair, IN, Decimal(1))], posting_date=DAY)
    store.move(IN, 1)
    assert on_hand(other, [store.chair]) == {store.chair: 0}
    with pytest.raises(RecordMissing, match="Item Ledger Entry 1"):
        reverse_item_entry(other, 1, posting_date=DAY)


def test_what_is_posted_is_reversed_by_a_counter_entry_once(store: Store) -> None:
    store.move(IN, 2, unit=store.units["BOX"])
    counter = reverse_item_entry(store.company, 1, posting_date=DAY)
    assert (counter.entry_no, counter.quantity, counter.entry_type, counter.reverses_id) == (
        2,
        -5,
        IN,
        ItemLedgerEntry.objects.get(entry_no=1).pk,
    )
    assert store.chairs() == 0
    for entry_no, message in ((1, "is reversed already"), (2, "is itself a reversal")):
        with pytest.raises(InvalidRecord, match=message):
            reverse_item_entry(store.company, entry_no, posting_date=DAY)


def test_goods_that_left_cannot_be_taken_back_from_stock(store: Store) -> None:
    store.move(IN, 5)
    store.move(OUT, 4)
    with pytest.raises(InvalidRecord, match="has 1 in stock, not the 5"):
        reverse_item_entry(store.company, 1, posting_date=DAY)
    reverse_item_entry(store.company, 2, posting_date=DAY)
    assert store.chairs() == 5


def test_what_is_posted_is_not_changed(store: Store) -> None:
    entry = store.move(IN, 5)
    attempts: list[Callable[[], object]] = [
        lambda: ItemLedgerEntry.objects.update(quantity=6),
        lambda: entry.save(force_update=True),
        lambda: _sql("UPDATE financials_itemledgerentry SET description = 'x'"),
    ]
    if database.on_postgresql():
        attempts.append(lambda: _sql("DELETE FROM financials_itemledgerentry"))
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="what is posted never changes"), transaction.atomic():
            attempt()
    assert store.chairs() == 5


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_movement_of_nothing_is_refused_by_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemLedgerEntry.objects.create(
            company=store.company,
            entry_no=1,
            posting_date=DAY,
            entry_type=IN,
            item_id=store.chair,
            quantity=0,
            unit_of_measure_id=store.units["PCS"],
            qty_per_unit_of_measure=1,
        )


def test_an_item_with_entries_keeps_type_unit_and_itself(store: Store) -> None:
    store.move(IN, 5)
    for values, message in (
        ({"type": "Service"}, "so its type stays"),
        ({"base_unit_of_measure": store.units["KG"]}, "count in its base unit"),
    ):
        with pytest.raises(InvalidRecord, match=message):
            update(store.company, "item", store.chair, values)
    for table, id, message in (
        ("item", store.chair, "Item CHAIR is the Item No. of 1 Item Ledger Entry"),
        ("unit-of-measure", store.units["PCS"], "is the Unit of Measure Code of 1 Item Ledger Entry"),
    ):
        with pytest.raises(InvalidRecord, match=message):
            delete(store.company, table, id)
    update(store.company, "item", store.table, {"type": "Service"})


def test_inventory_is_posted_and_not_entered(store: Store) -> None:
    store.move(IN, 5)
    with pytest.raises(InvalidRecord, match="Inventory follows from the item ledger"):
        update(store.company, "item", store.chair, {"inventory": 6})
    with pytest.raises(InvalidRecord, match="Inventory follows from the item ledger"):
        create(store.company, "item", {"description": "New", "inventory": 1})
    assert not update(store.company, "item", store.chair, {"inventory": Decimal("5.00")}).changed
    rows = preview_import(store.company, "item", b"no,inventory\nCHAIR,5\nTABLE,1\n").rows
    assert [str(row.outcome) for row in rows] == ["unchanged", "error"]


@pytest.mark.django_db(transaction=True)
def test_the_feed_tells_of_an_item_whose_stock_changed(store: Store) -> None:
    before = change_feed.newest_cursor(store.company, "item")
    store.move(IN, 5)
    told = change_feed.read_page(store.company, "item", ["inventory"], before, 10).rows
    assert [(row.id, row.values) for row in told] == [(store.chair, (Decimal(5),))]


def test_a_journal_takes_a_fixed_number_of_queries(store: Store, django_assert_max_num_queries: Any) -> None:
    lines = [JournalLine(store.chair, IN, Decimal(1)) for _ in range(100)]
    with django_assert_max_num_queries(22):
        store.post(*lines)
    assert store.chairs() == 100


def test_on_hand_is_read_through_an_index(store: Store) -> None:
    with connection.cursor() as cursor:
        if database.on_postgresql():  # which scans a table this small unless it is told not to
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = ItemLedgerEntry.objects.filter(item=store.chair, posting_date__lte=DAY).explain()
    assert "financials_itemledger_of" in plan


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["move", "move", "reverse"]),
        st.sampled_from(list(EntryType)),
        st.decimals("0.00001", 50, places=5),
        st.integers(1, 12),
    ),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_whatever_is_posted_stock_is_the_sum_and_never_below_zero(
    store: Store, moves: list[tuple[str, EntryType, Decimal, int]]
) -> None:
    values = {"description": "Another", "base_unit_of_measure": store.units["PCS"]}
    item = create(store.company, "item", {**values, "no": uuid4().hex[:20]}).id
    expected = Decimal(0)
    numbers: list[int] = []
    first = ItemLedgerEntry.objects.count()
    for act, kind, quantity, place in moves:
        try:
            if act == "move":
                entry = store.post(JournalLine(item, kind, quantity))[0]
            elif place <= len(numbers):
                entry = reverse_item_entry(store.company, numbers[place - 1], posting_date=DAY)
            else:
                continue
        except InvalidRecord:
            continue
        expected += entry.quantity
        numbers.append(entry.entry_no)
        assert expected >= 0
        assert Item.objects.get(pk=item).inventory == on_hand(store.company, [item])[item] == expected
    assert numbers == list(range(first + 1, first + 1 + len(numbers))), "numbers have no gaps"


def test_the_demo_company_has_stock(demo: Company) -> None:
    items = list(queries.iterate_records(demo, "item"))
    assert sum(record.values["inventory"] > 0 for record in items) > 60
    assert any(record.values["inventory"] == 0 for record in items)
    assert on_hand(demo, [record.id for record in items]) == {record.id: record.values["inventory"] for record in items}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_last_piece_at_once(store: Store) -> None:
    """One wins, the other is told; nobody's clock decides: the first one's transaction is held open."""
    store.move(IN, 1)
    said: list[object] = []

    def take() -> None:
        try:
            said.append(store.move(OUT, 1))
        except (InvalidRecord, DatabaseError) as refusal:
            said.append(refusal)
        finally:
            connection.close()

    others = [threading.Thread(target=take) for _ in range(3)]
    with transaction.atomic():
        store.move(OUT, 1)
        for other in others:
            other.start()
        for other in others:
            other.join(0.3)
        assert said == [], "they wait for what the first one does"
    for other in others:
        other.join(20)
    assert [str(one).partition(",")[0] for one in said] == ["Item CHAIR has 0 in stock"] * 3
    assert store.chairs() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_who_post_at_once_all_get_their_turn(store: Store) -> None:
    together = threading.Barrier(8)
    failed: list[Exception] = []

    def post_five() -> None:
        try:
            together.wait(20)
            for _ in range(5):
                store.move(IN, 1)
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=post_five) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert store.chairs() == 40
    numbers = ItemLedgerEntry.objects.order_by("entry_no").values_list("entry_no", flat=True)
    assert list(numbers) == list(range(1, 41)), "numbers have no gaps"
