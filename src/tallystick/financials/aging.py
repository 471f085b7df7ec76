"""How long what customers owe has been due."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.financials import database
from tallystick.financials.models import Company
from tallystick.financials.statistics import ZERO, local_money

BUCKETS = ("Current", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")
DAYS = (0, 30, 60, 90)  # how many days overdue the last of each bucket is


@dataclass(frozen=True, slots=True)
class Aging:
    """What is owed in the local currency, by how many days ago it was due, in the order of `BUCKETS`.

    Payments and credit memos that are not applied count below zero, under their own date."""

    amounts: tuple[Decimal, ...]

    @property
    def balance(self) -> Decimal:
        """All of it."""
        return sum(self.amounts, ZERO)

    @property
    def overdue(self) -> Decimal:
        """All but what is not due yet."""
        return sum(self.amounts[1:], ZERO)


NOTHING = Aging((ZERO,) * len(BUCKETS))


def aging(company: Company, customers: Collection[UUID] | None = None, *, as_of: date) -> dict[UUID, Aging]:
    """Return what customers (None: all) owed at the end of a day, by customer; who owed nothing is left out.

    Entries and applications count from their posting date on. One query on indexes, and two for the local currency."""
    condition, parameters = _of(customers)
    grouped = f"""SELECT customer_id, {_sums("owed")} FROM ({AS_OF.format(condition=condition)}) AS entries
        GROUP BY customer_id"""
    ours = database.id_parameter(company.pk)
    rows = _read(grouped, [*_bounds(as_of), as_of, ours, as_of, *parameters])
    money = local_money(company, as_of)
    found = {database.read_id(row[0]): Aging(tuple(map(money.rounded, row[1:]))) for row in rows}
    return {id: one for id, one in found.items() if id is not None and any(one.amounts)}


def aging_now(company: Company, *, today: date) -> Aging:
    """Return what all customers together owe as things stand; one read of the index of open entries, however many
    entries were settled."""
    rows = _read(
        f"""SELECT {_sums("remaining_amount_lcy")} FROM financials_customerledgerentry
        WHERE company_id = %s AND open""",
        [*_bounds(today), database.id_parameter(company.pk)],
    )
    return Aging(tuple(map(local_money(company, today).rounded, rows[0])))


def _sums(amount: str) -> str:
    """A sum per bucket; the parameters are those of `_bounds`."""
    younger = f"sum(CASE WHEN due_date >= %s THEN {amount} ELSE 0 END)"
    between = f"sum(CASE WHEN due_date < %s AND due_date >= %s THEN {amount} ELSE 0 END)"
    older = f"sum(CASE WHEN due_date < %s THEN {amount} ELSE 0 END)"
    return ", ".join([younger, *[between] * (len(DAYS) - 1), older])


def _bounds(as_of: date) -> list[date]:
    starts = [as_of - timedelta(days=days) for days in DAYS]
    bounds = [starts[0]]
    for newer, older in pairwise(starts):
        bounds += [newer, older]
    return [*bounds, starts[-1]]


def _of(customers: Collection[UUID] | None) -> tuple[str, list[Any]]:
    if customers is None:
        return "", []
    return f"AND {database.any_of('e.customer_id')}", [database.list_parameter(customers)]


def _read(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


AS_OF = """SELECT e.customer_id, e.due_date, sum(d.amount_lcy) AS owed
    FROM financials_customerledgerentry e
    JOIN financials_detailedcustomerledgerentry d ON d.customer_ledger_entry_id = e.id AND d.posting_date <= %s
    WHERE e.company_id = %s AND e.posting_date <= %s {condition} GROUP BY e.id, e.customer_id, e.due_date"""
