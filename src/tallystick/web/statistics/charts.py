"""The charts of sales and receivables."""

from datetime import date
from uuid import UUID

from tallystick.financials.aging import BUCKETS, Aging, aging_now
from tallystick.financials.sales_figures import sales_by_month, top_customers
from tallystick.web.charts import Chart, Series
from tallystick.web.shell.desk import Desk


def by_month(desk: Desk, today: date, customer: UUID | None = None) -> Chart:
    """Sales of the last twelve months, of all customers or one."""
    months = sales_by_month(desk.company, today=today, customer=customer)
    return Chart(
        id="sales-by-month",
        title=f"Sales by month, {desk.company.local_currency}",
        of="Month",
        labels=[f"{month.first:%b %Y}" for month in months],
        series=[Series("Sales", [month.amount for month in months])],
        places=2,
        explanation="Invoiced less credited, without VAT.",
        empty="Nothing was invoiced in the last twelve months.",
    )


def of_aging(desk: Desk, found: Aging) -> Chart:
    """What is owed, by how long it has been due."""
    return Chart(
        id="aging",
        title=f"Receivables by age, {desk.company.local_currency}",
        of="Overdue",
        labels=BUCKETS,
        series=[Series("Owed", found.amounts)],
        places=2,
        explanation="By due date; payments that are not applied count below zero.",
        empty="Nobody owes anything.",
    )


def of_all_aging(desk: Desk, today: date) -> Chart:
    """What all customers owe as things stand."""
    return of_aging(desk, aging_now(desk.company, today=today))


def of_top_customers(desk: Desk, today: date) -> Chart:
    """Who bought most this year."""
    best = top_customers(desk.company, today=today)
    return Chart(
        id="top-customers",
        title=f"Top customers of {today.year}, {desk.company.local_currency}",
        of="Customer",
        labels=[one.name or one.no for one in best],
        series=[Series("Sales", [one.amount for one in best])],
        places=2,
        across=True,
        empty="Nothing was invoiced this year.",
    )
