"""What a customer owes, ordered, bought and paid is what the ledgers and documents say, however it is asked for.

To see these tests fail: leave `* 1.0` out of the statements (SQLite divides whole numbers), or `AND open`."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.financials.receivables import Ledger

from tallystick.financials import database
from tallystick.financials.aging import NOTHING, Aging, aging, aging_now
from tallystick.financials.models import Company
from tallystick.financials.problems import RecordMissing
from tallystick.financials.sales_figures import by_month_query, months_until, sales_by_month, top_customers
from tallystick.financials.services import companies, update
from tallystick.financials.statistics import LAST_PAYMENT, ORDERED, OWED, SOLD, customer_statistics, statistics_of

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 12)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def ledger(company: Company) -> Ledger:
    return Ledger(company)


@pytest.fixture
def ash(ledger: Ledger) -> UUID:
    return ledger.customer("Ash", credit_limit=1000)


def test_nothing_happened_yet(ledger: Ledger, ash: UUID) -> None:
    found = statistics_of(ledger.company, ash, today=TODAY)
    assert (found.balance, found.total, found.credit_left, found.last_payment) == (0, 0, 1000, None)
    assert (found.sales, found.open_entries, found.open_orders) == (0, 0, 0)


def test_balance_and_overdue_are_those_of_open_entries(ledger: Ledger, ash: UUID) -> None:
    ledger.owe(ash, Decimal("100.50"), ago(40), due=ago(10))
    ledger.owe(ash, Decimal(50), ago(5), due=TODAY)
    settled = ledger.owe(ash, Decimal(70), ago(90), due=ago(60))
    ledger.change(settled, Decimal(-70), ago(1))
    found = statistics_of(ledger.company, ash, today=TODAY)
    assert (found.balance, found.overdue, found.open_entries) == (Decimal("150.50"), Decimal("100.50"), 2)


def test_orders_count_at_the_rate_of_today_and_take_from_the_credit_limit(ledger: Ledger, ash: UUID) -> None:
    dollar, yen = ledger.currency("USD", "0.9"), ledger.currency("JPY")
    ledger.order(ash, Decimal(200), Decimal(30))
    ledger.order(ash, Decimal(100), currency_id=dollar)
    ledger.order(ash, Decimal(9_999), invoicing_status="Invoiced")
    found = statistics_of(ledger.company, ash, today=TODAY)
    assert (found.outstanding_orders, found.shipped_not_invoiced, found.open_orders) == (290, 30, 2)
    assert (found.total, found.credit_left, found.without_rate) == (320, 680, ())
    ledger.order(ash, Decimal(5_000), currency_id=yen)
    found = statistics_of(ledger.company, ash, today=TODAY)
    assert (found.outstanding_orders, found.without_rate) == (290, ("JPY",)), "what cannot be converted is named"


def test_a_customer_without_a_limit_has_no_credit_left_to_tell(ledger: Ledger, ash: UUID) -> None:
    update(ledger.company, "customer", ash, {"credit_limit": 0})
    assert statistics_of(ledger.company, ash, today=TODAY).credit_left is None


def test_sales_are_invoices_less_credit_memos_at_their_own_rates(ledger: Ledger, ash: UUID) -> None:
    ledger.invoice(ash, Decimal(100), date(2025, 1, 1), factor=Decimal(3))
    ledger.invoice(ash, Decimal(1000), date(2024, 12, 31))
    ledger.credit(ash, Decimal("0.33"), date(2025, 2, 1))
    found = statistics_of(ledger.company, ash, today=TODAY)
    assert (found.sales_this_year, found.sales) == (Decimal("33.00"), Decimal("1033.00"))


def test_the_last_payment_is_the_latest_and_of_one_day_the_last_number(ledger: Ledger, ash: UUID) -> None:
    for amount, on in ((1, ago(9)), (2, ago(3)), (30, ago(3)), (4, ago(5))):
        ledger.pay(ash, Decimal(amount), on, factor=Decimal(2))
    paid = statistics_of(ledger.company, ash, today=TODAY).last_payment
    assert paid is not None
    assert (paid.on, paid.amount) == (ago(3), 15)


def test_many_customers_take_as_many_queries_as_one(ledger: Ledger, ash: UUID, django_assert_num_queries: Any) -> None:
    others = [ledger.customer(f"C{n}") for n in range(5)]
    for n, customer in enumerate([ash, *others]):
        ledger.owe(customer, Decimal(n), TODAY)
    for wanted in ([ash], [ash, *others]):
        with django_assert_num_queries(7):
            found = customer_statistics(ledger.company, wanted, today=TODAY)
        assert found.keys() == set(wanted)
    assert [found[customer].balance for customer in [ash, *others]] == [0, 1, 2, 3, 4, 5]


def test_another_companys_customers_are_not_told_of(ledger: Ledger, ash: UUID) -> None:
    ledger.owe(ash, Decimal(5), TODAY)
    other = companies.create_company("Other")
    with pytest.raises(RecordMissing):
        statistics_of(other, ash, today=TODAY)
    assert aging(other, as_of=TODAY) == {}
    assert aging_now(other, today=TODAY) == NOTHING
    assert top_customers(other, today=TODAY) == []


@pytest.mark.parametrize(
    ("statement", "index", "parameters"),
    [
        (OWED, "financials_custentry_of", 1),
        (ORDERED, "financials_salesorder_customer", 0),
        (LAST_PAYMENT, "financials_payment_customer", 0),
        (SOLD, "financials_invoice_customer", 1),
        (SOLD, "financials_postedmemo_customer", 1),
    ],
)
def test_the_figures_of_a_customer_are_read_through_indexes(
    ledger: Ledger, ash: UUID, statement: str, index: str, parameters: int
) -> None:
    crowd(ledger)
    asked = [database.id_parameter(ledger.company.pk), database.list_parameter([ash])]
    whole = [TODAY] * parameters + asked * (2 if statement is SOLD else 1)
    assert index in plan(statement.format(any_of=database.any_of("customer_id")), whole)


def crowd(ledger: Ledger) -> None:
    """Documents of somebody else and of long ago, so many that PostgreSQL has a reason to prefer the narrower index."""
    if not database.on_postgresql():
        return
    other = ledger.customer("Somebody else")
    for write in (ledger.invoice, ledger.credit, ledger.pay, ledger.owe):
        for _ in range(60):
            write(other, Decimal(1), ago(4_000))
    for _ in range(60):
        ledger.order(other, Decimal(1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize("index", ["financials_invoice_date", "financials_postedmemo_date"])
def test_sales_by_month_are_read_from_an_index_alone(ledger: Ledger, index: str) -> None:
    crowd(ledger)
    span = [database.id_parameter(ledger.company.pk), ago(365), TODAY]
    explained = plan(by_month_query(None), span * 2)
    assert index in explained
    if not database.on_postgresql():  # which decides by what vacuum saw
        assert f"USING COVERING INDEX {index}" in explained


def plan(statement: str, parameters: list[Any]) -> str:
    with connection.cursor() as cursor:
        if database.on_postgresql():  # which scans a table this small unless it is told not to
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if database.on_postgresql() else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {statement}", parameters)
        return str(cursor.fetchall())


AGES = {
    # how many days ago it was due → which bucket
    -1: 0,
    0: 0,
    1: 1,
    30: 1,
    31: 2,
    60: 2,
    61: 3,
    90: 3,
    91: 4,
    400: 4,
}


@pytest.mark.parametrize("days", AGES)
def test_what_is_owed_is_aged_by_its_due_date(ledger: Ledger, ash: UUID, days: int) -> None:
    ledger.owe(ash, Decimal(7), ago(500), due=ago(days))
    amounts = tuple(Decimal(7 if place == AGES[days] else 0) for place in range(5))
    assert aging(ledger.company, as_of=TODAY) == {ash: Aging(amounts)}
    assert aging_now(ledger.company, today=TODAY) == Aging(amounts)


def test_an_earlier_day_is_told_as_it_was(ledger: Ledger, ash: UUID) -> None:
    entry = ledger.owe(ash, Decimal(100), ago(100), due=ago(70))
    ledger.change(entry, Decimal(-60), ago(50))
    ledger.owe(ash, Decimal(5), ago(10))
    assert aging(ledger.company, [ash], as_of=ago(101)) == {}
    assert aging(ledger.company, [ash], as_of=ago(80))[ash].amounts == (100, 0, 0, 0, 0)
    assert aging(ledger.company, [ash], as_of=ago(51))[ash].amounts == (0, 100, 0, 0, 0)
    assert aging(ledger.company, [ash], as_of=ago(50))[ash].amounts == (0, 40, 0, 0, 0)
    assert aging(ledger.company, [ash], as_of=TODAY)[ash].amounts == (0, 5, 0, 40, 0)


MOVES = st.lists(
    st.tuples(
        st.integers(0, 2),  # which customer
        st.integers(1, 900).map(lambda cents: Decimal(cents) / 4),
        st.integers(0, 150),  # posted so many days ago
        st.integers(-40, 100),  # due so many days after
        st.integers(0, 3),  # how many quarters of it are settled today
    ),
    max_size=10,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_what_is_aged_adds_up_to_the_balances(ledger: Ledger, moves: list[tuple[int, Decimal, int, int, int]]) -> None:
    customers = [ledger.customer(f"C{n}") for n in range(3)]
    before = aging_now(ledger.company, today=TODAY)
    for place, amount, posted, due, quarters in moves:
        entry = ledger.owe(customers[place], amount, ago(posted), due=ago(posted - due))
        if quarters:
            ledger.change(entry, -(amount * quarters / 4).quantize(Decimal("0.001")), TODAY)
    aged = aging(ledger.company, customers, as_of=TODAY)
    found = customer_statistics(ledger.company, customers, today=TODAY)
    for customer in customers:
        assert abs(aged.get(customer, NOTHING).balance - found[customer].balance) <= Decimal("0.03")
        assert abs(aged.get(customer, NOTHING).overdue - found[customer].overdue) <= Decimal("0.03")
    total = sum((one.balance for one in aged.values()), Decimal(0))
    assert abs(aging_now(ledger.company, today=TODAY).balance - before.balance - total) <= Decimal("0.1")


def test_sales_by_month_are_those_of_the_last_twelve(ledger: Ledger, ash: UUID) -> None:
    other = ledger.customer("Birch")
    assert months_until(TODAY)[0] == date(2024, 4, 1)
    assert months_until(date(2025, 12, 31))[0] == date(2025, 1, 1)
    for customer, amount, on in (
        (ash, 1, date(2024, 3, 31)),
        (ash, 2, date(2024, 4, 1)),
        (other, 4, date(2025, 2, 28)),
        (ash, 8, TODAY),
        (ash, 16, TODAY + timedelta(days=1)),
    ):
        ledger.invoice(customer, Decimal(amount), on)
    ledger.credit(ash, Decimal(1), date(2025, 2, 1))
    found = {month.first: month.amount for month in sales_by_month(ledger.company, today=TODAY) if month.amount}
    assert found == {date(2024, 4, 1): 2, date(2025, 2, 1): 3, date(2025, 3, 1): 8}
    of_ash = {m.first: m.amount for m in sales_by_month(ledger.company, today=TODAY, customer=ash) if m.amount}
    assert of_ash == {date(2024, 4, 1): 2, date(2025, 2, 1): -1, date(2025, 3, 1): 8}


def test_top_customers_are_those_of_this_year_the_best_first(ledger: Ledger, ash: UUID) -> None:
    best, none = ledger.customer("Best"), ledger.customer("None")
    ledger.invoice(ash, Decimal(50), date(2025, 1, 5))
    ledger.invoice(best, Decimal(100), date(2025, 1, 5), factor=Decimal("0.5"))
    ledger.invoice(none, Decimal(1000), date(2024, 12, 31))
    ledger.invoice(none, Decimal(10), date(2025, 1, 1))
    ledger.credit(none, Decimal(10), date(2025, 1, 2))
    assert [(one.name, one.amount) for one in top_customers(ledger.company, today=TODAY)] == [
        ("Best", 200),
        ("Ash", 50),
    ]
    assert [one.name for one in top_customers(ledger.company, today=TODAY, count=1)] == ["Best"]
