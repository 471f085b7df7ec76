"""`tally statistics`: what a customer owes, has on order, bought and paid."""

from datetime import datetime
from typing import Annotated

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.records import id_of


def statistics(
    customer: Annotated[str, typer.Argument(help="The number of a customer.", metavar="CUSTOMER")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to age what is owed on.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what a customer owes and since when, has on order, bought and paid, in the local currency."""
    open_installation()
    company = the_company()
    from django.utils import timezone

    from tallystick.financials import aging
    from tallystick.financials.statistics import statistics_of

    today = timezone.localdate()
    day = as_of.date() if as_of else today
    id = id_of(company, "customer", customer)
    found = statistics_of(company, id, today=today)
    owed = aging.aging(company, [id], as_of=day).get(id, aging.NOTHING)
    figures = {
        "balance": found.balance,
        "overdue": found.overdue,
        "outstanding_orders": found.outstanding_orders,
        "shipped_not_invoiced": found.shipped_not_invoiced,
        "credit_limit": found.credit_limit or None,
        "credit_left": found.credit_left,
        "sales_this_year": found.sales_this_year,
        "sales": found.sales,
        "open_entries": found.open_entries,
        "open_orders": found.open_orders,
    }
    if json:
        aged = {"as_of": day, **dict(zip(("current", "to_30", "to_60", "to_90", "over_90"), owed.amounts, strict=True))}
        told = {"customer": found.no, "name": found.name, "currency": company.local_currency}
        paid, left_out = found.last_payment, found.without_rate
        print_json({**told, **figures, "last_payment": paid, "aging": aged, "without_rate": left_out})
        return
    say(f"{found.no} {found.name}, in {company.local_currency}")
    shown = [(name.replace("_", " ").capitalize(), "none" if n is None else f"{n:,}") for name, n in figures.items()]
    paid_on = f"{found.last_payment.amount:,} on {found.last_payment.on}" if found.last_payment else "none"
    print_table(("Figure", "Amount"), [*shown, ("Last payment", paid_on)], numbers=("Amount",))
    say(f"\nOwed on {day}")
    print_table(aging.BUCKETS, [[f"{amount:,}" for amount in owed.amounts]], numbers=aging.BUCKETS)
    if found.without_rate:
        say(f"Orders in {', '.join(found.without_rate)} are not counted: there is no exchange rate.")
