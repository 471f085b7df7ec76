"""Sales of a company as figures to draw: by month, and by customer. In the local currency, without VAT.

Read from indexes alone: those of invoices and credit memos by date hold all that is summed."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.financials import database
from tallystick.financials.models import Company, Customer
from tallystick.financials.statistics import ZERO, local_money

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthOfSales:
    """What was invoiced in a month, less what was credited. `first` is its first day."""

    first: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TopCustomer:
    """A customer and what they bought."""

    customer: UUID
    no: str
    name: str
    amount: Decimal


def sales_by_month(company: Company, *, today: date, customer: UUID | None = None) -> list[MonthOfSales]:
    """Return the sales of the last twelve months, this one among them, the oldest first; one query."""
    months = months_until(today)
    rows = _read(by_month_query(customer), _parameters(company, months[0], today, customer))
    money = local_money(company, today)
    found = {str(month): money.rounded(amount) for month, amount in rows}
    return [MonthOfSales(month, found.get(f"{month:%Y-%m}", ZERO)) for month in months]


def top_customers(company: Company, *, today: date, count: int = 10) -> list[TopCustomer]:
    """Return who bought most in this year, the best first; two queries."""
    rows = _read(TOP, [*_parameters(company, today.replace(month=1, day=1), today, None), count])
    money = local_money(company, today)
    sold = {id: money.rounded(amount) for key, amount in rows if (id := database.read_id(key))}
    names = Customer.objects.in_bulk(sold)
    return [TopCustomer(id, names[id].no, names[id].name, amount) for id, amount in sold.items() if id in names]


def months_until(today: date) -> list[date]:
    """Return the first days of the last twelve months, that of `today` last."""
    last = today.year * 12 + today.month - 1
    return [date(place // 12, place % 12 + 1, 1) for place in range(last - MONTHS + 1, last + 1)]


def by_month_query(customer: UUID | None) -> str:
    """Return the SQL of `sales_by_month`, of a company or of one customer."""
    # The month as text, alike on both databases: posting dates are texts on SQLite.
    month = "to_char(posting_date, 'YYYY-MM')" if database.on_postgresql() else "substr(posting_date, 1, 7)"
    more = " AND customer_id = %s" if customer else ""
    return f"SELECT {month}, sum(amount) FROM ({_sales(more)}) AS sales GROUP BY 1"


def _sales(more: str = "") -> str:
    during = f"WHERE company_id = %s AND posting_date >= %s AND posting_date <= %s{more}"
    return f"""SELECT customer_id, posting_date, amount * 1.0 / currency_factor AS amount
        FROM financials_salesinvoice {during}
        UNION ALL
        SELECT customer_id, posting_date, -amount * 1.0 / currency_factor FROM financials_postedcreditmemo {during}"""


def _parameters(company: Company, first: date, last: date, customer: UUID | None) -> list[Any]:
    more = [database.id_parameter(customer)] if customer else []
    return [database.id_parameter(company.pk), first, last, *more] * 2


def _read(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


TOP = f"""SELECT customer_id, sum(amount) AS sold FROM ({_sales()}) AS sales
    WHERE customer_id IS NOT NULL GROUP BY customer_id HAVING sum(amount) > 0
    ORDER BY sold DESC, customer_id LIMIT %s"""
