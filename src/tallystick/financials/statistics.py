"""What a customer owes, has on order, bought and paid: for one customer or many, in the local currency."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.financials import database
from tallystick.financials.models import Company, Currency, ExchangeRate
from tallystick.financials.problems import RecordMissing

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Payment:
    """The last payment of a customer; the amount is in the local currency, below zero for a refund."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CustomerStatistics:
    """The figures of a customer; amounts are in the local currency.

    Sales are those of posted invoices less credit memos, without VAT, each at the rate it was posted at. Orders count
    with VAT, at the rate of today; `without_rate` names currencies that have none, whose orders are left out."""

    customer: UUID
    no: str
    name: str
    balance: Decimal
    overdue: Decimal
    outstanding_orders: Decimal
    shipped_not_invoiced: Decimal
    credit_limit: Decimal  # 0: there is none
    sales_this_year: Decimal
    sales: Decimal
    open_entries: int  # of the customer ledger: invoices, credit memos and payments that are not settled
    open_orders: int
    last_payment: Payment | None
    without_rate: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """What the customer owes, and would owe once all orders are through."""
        return self.balance + self.outstanding_orders + self.shipped_not_invoiced

    @property
    def credit_left(self) -> Decimal | None:
        """How much more the customer may order; below zero over the limit, None without one."""
        return self.credit_limit - self.total if self.credit_limit else None


@dataclass(frozen=True, slots=True)
class LocalMoney:
    """How foreign amounts are told in the local currency."""

    places: int
    factors: Mapping[UUID, Decimal]  # how much local currency one unit of a currency is
    codes: Mapping[UUID, str]

    def rounded(self, amount: Any) -> Decimal:
        """An amount as the local currency has it. SQLite adds decimals as binary numbers, so whole texts come in."""
        return Decimal(str(amount or 0)).quantize(ONE.scaleb(-self.places), ROUND_HALF_UP)

    def converted(self, amount: Any, currency: UUID | None) -> Decimal | None:
        """An amount of a currency (None: the local one) in the local currency; None without a rate."""
        factor = ONE if currency is None else self.factors.get(currency)
        return None if factor is None else self.rounded(Decimal(str(amount or 0)) * factor)


# Times 1.0, because SQLite keeps whole amounts as integers and would divide them as such.
MINE = "company_id = %s AND {any_of}"
KNOWN = f"SELECT id, no, name, credit_limit FROM financials_customer WHERE {MINE}"
OWED = f"""SELECT customer_id, sum(remaining_amount_lcy),
    sum(CASE WHEN due_date < %s THEN remaining_amount_lcy ELSE 0 END), count(*)
    FROM financials_customerledgerentry WHERE {MINE} AND open GROUP BY customer_id"""
ORDERED = f"""SELECT customer_id, currency_id, sum(outstanding_amount), sum(shipped_not_invoiced_amount), count(*)
    FROM financials_salesorder WHERE {MINE} AND invoicing_status <> 'Invoiced' GROUP BY customer_id, currency_id"""
LAST_PAYMENT = f"""SELECT customer_id, posting_date, amount * 1.0 / currency_factor FROM (
    SELECT customer_id, posting_date, amount, currency_factor,
        row_number() OVER (PARTITION BY customer_id ORDER BY posting_date DESC, no DESC) AS place
    FROM financials_customerpayment WHERE {MINE}) AS payments WHERE place = 1"""
SOLD = f"""SELECT customer_id, sum(CASE WHEN posting_date >= %s THEN amount ELSE 0 END), sum(amount) FROM (
    SELECT customer_id, posting_date, amount * 1.0 / currency_factor AS amount FROM financials_salesinvoice WHERE {MINE}
    UNION ALL
    SELECT customer_id, posting_date, -amount * 1.0 / currency_factor FROM financials_postedcreditmemo WHERE {MINE}
    ) AS sales GROUP BY customer_id"""


def statistics_of(company: Company, customer: UUID, *, today: date) -> CustomerStatistics:
    """Return the figures of one customer. Raises `RecordMissing`."""
    found = customer_statistics(company, [customer], today=today)
    if customer not in found:
        raise RecordMissing("Customer", str(customer))
    return found[customer]


def customer_statistics(
    company: Company, customers: Collection[UUID], *, today: date
) -> dict[UUID, CustomerStatistics]:
    """Return the figures of customers, by customer; seven queries on indexes, however many. Strangers are left out."""
    asked = database.list_parameter(customers)
    ours = database.id_parameter(company.pk)
    known = _rows(KNOWN, [ours, asked], "id")
    money = local_money(company, today)
    owed = {row[0]: row[1:] for row in _rows(OWED, [today, ours, asked])}
    paid = {row[0]: Payment(_day(row[1]), money.rounded(row[2])) for row in _rows(LAST_PAYMENT, [ours, asked])}
    ordered = _Ordered.gather(_rows(ORDERED, [ours, asked]), money)
    sold = {row[0]: row[1:] for row in _rows(SOLD, [today.replace(month=1, day=1), ours, asked, ours, asked])}
    return {
        id: _statistics(id, no, name, limit, owed.get(id), ordered.get(id), sold.get(id), paid.get(id), money)
        for id, no, name, limit in known
    }


def local_money(company: Company, on: date) -> LocalMoney:
    """Return how amounts are converted on a day; two queries."""
    currencies = list(Currency.objects.filter(company=company).values_list("pk", "code", "amount_decimal_places"))
    rates = ExchangeRate.objects.filter(company=company, starting_date__lte=on).order_by("starting_date")
    factors = {
        currency: local / foreign
        for currency, foreign, local in rates.values_list(
            "currency_id", "exchange_rate_amount", "relational_exch_rate_amount"
        )
    }
    places = next((places for _, code, places in currencies if code == company.local_currency), 2)
    local = {id: ONE for id, code, _ in currencies if code == company.local_currency}
    return LocalMoney(places, factors | local, {id: code for id, code, _ in currencies})


@dataclass(slots=True)
class _Ordered:
    """What a customer has on order, gathered over currencies."""

    outstanding: Decimal = ZERO
    shipped: Decimal = ZERO
    count: int = 0
    without_rate: tuple[str, ...] = ()

    @classmethod
    def gather(cls, rows: Iterable[Any], money: LocalMoney) -> "dict[UUID, _Ordered]":
        found: dict[UUID, _Ordered] = {}
        for customer, currency, outstanding, shipped, count in rows:
            id = database.read_id(currency)
            sums = found.setdefault(customer, cls())
            sums.count += count
            left, uninvoiced = money.converted(outstanding, id), money.converted(shipped, id)
            if left is None or uninvoiced is None:
                sums.without_rate += (money.codes.get(id, "?") if id else "?",)
                continue
            sums.outstanding += left
            sums.shipped += uninvoiced
        return found


def _statistics(
    id: UUID,
    no: str,
    name: str,
    limit: Any,
    owed: Any,
    ordered: _Ordered | None,
    sold: Any,
    paid: Payment | None,
    money: LocalMoney,
) -> CustomerStatistics:
    balance, overdue, entries = owed or (0, 0, 0)
    this_year, ever = sold or (0, 0)
    on_order = ordered or _Ordered()
    return CustomerStatistics(
        customer=id,
        no=no,
        name=name,
        balance=money.rounded(balance),
        overdue=money.rounded(overdue),
        outstanding_orders=on_order.outstanding,
        shipped_not_invoiced=on_order.shipped,
        credit_limit=money.rounded(limit),
        sales_this_year=money.rounded(this_year),
        sales=money.rounded(ever),
        open_entries=entries,
        open_orders=on_order.count,
        last_payment=paid,
        without_rate=on_order.without_rate,
    )


def _rows(statement: str, parameters: list[Any], key: str = "customer_id") -> list[tuple[Any, ...]]:
    """Read rows that begin with an id. The placeholder stands for the condition on `key`, which is known only now."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(any_of=database.any_of(key)), parameters)
        return [(database.read_id(row[0]), *row[1:]) for row in cursor.fetchall()]


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
