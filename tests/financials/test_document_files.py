"""Files of orders with a row for each line: the whole file in one go, every wrong cell named.

To see these fail: leave `_complain_of_difference` out, or the `resolve_references` or `transaction.set_rollback` of
`exchange.documents`."""

import csv
import io
import random
import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.financials.shop import Shop

from tallystick.financials import queries
from tallystick.financials.exchange import (
    ImportRefused,
    RowOutcome,
    UnreadableFile,
    export_records,
    preview_import,
    run_import,
)
from tallystick.financials.models import SalesOrder, SalesOrderLine
from tallystick.financials.services import Insert, sales, save_many
from tallystick.financials.services.sales_setup import update_sales_setup

pytestmark = pytest.mark.django_db

ORDERS = """no,customer_no,document_date,item_no,quantity,unit_price,line_discount_percent,freight
10248,ALPHA,2024-07-04,CHAIR,12,14,0,32.38
10248,ALPHA,2024-07-04,BOOK,10,9.8,15,32.38
10249,GROSS,05.07.2024,CHAIR,"1,5",,,0
10250,ALPHA,2024-07-08,,,,,1
"""


def test_orders_come_in_with_lines_freight_and_what_is_left_empty(shop: Shop) -> None:
    preview = preview_import(shop.company, "sales-order", ORDERS.encode())
    assert preview.ok
    assert [row.outcome for row in preview.rows] == [RowOutcome.NEW] * 4
    assert queries.count_records(shop.company, "sales-order") == 0, "a preview writes nothing"
    result = run_import(shop.company, "sales-order", ORDERS.encode())
    assert (result.documents, result.created) == (3, 4)
    first, second, third = SalesOrder.objects.filter(company=shop.company).order_by("no")
    lines = first.lines.order_by("line_no").values_list("line_no", "description", "quantity", "amount")
    assert list(lines) == [
        (10000, "Chair", 12, Decimal(168)),
        (20000, "Book", 10, Decimal("83.3")),
        (30000, "Freight charged", 1, Decimal("32.38")),
    ]
    assert (first.customer_name, first.amount, first.due_date) == ("Alpha", Decimal("283.68"), date(2024, 8, 3))
    assert [line.unit_price for line in second.lines.all()] == [Decimal("11.9")], "the best price, with VAT; no freight"
    assert [line.description for line in third.lines.all()] == ["Freight charged"]


WRONG: dict[str, tuple[str, list[tuple[int, str, str]]]] = {
    # case → rows, what is said: line, field, words
    "cells of documents and of lines": (
        "no,customer_no,item_no,quantity,freight\n1,NOBODY,CHAIR,1,\n2,ALPHA,CHIAR,x,-1\n3,STOPPED,CHAIR,1,\n",
        [
            (2, "customer_no", "There is no Customer NOBODY"),
            (3, "freight", "the least is 0"),
            (3, "item_no", "There is no Item CHIAR"),
            (3, "quantity", "is no number"),
            (4, "customer_no", "is blocked"),
        ],
    ),
    "rows that contradict each other": (
        "no,customer_no,item_no,quantity,freight\n1,ALPHA,CHAIR,1,5\n1,BETA,BOOK,1,6\n",
        [(3, "customer_no", "not what line 2 says of order 1"), (3, "freight", "not what line 2 says of order 1")],
    ),
    "no number": ("no,customer_no,item_no\n,ALPHA,CHAIR\n", [(2, "no", "The number is empty")]),
    "what the line may not say": (
        "no,customer_no,item_no,quantity,line_shipment_date\n1,ALPHA,OLD,1,soon\n2,ALPHA,CHAIR,-5,\n",
        [(2, "item_no", "is blocked"), (2, "line_shipment_date", "is no date"), (3, "quantity", "the least is 0")],
    ),
    "a row that is too short": ("no,customer_no,item_no\n1,ALPHA\n", [(2, "", "The row has 2 cells, the header 3")]),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_every_wrong_cell_is_named_and_nothing_is_written(
    shop: Shop, text: str, said: list[tuple[int, str, str]]
) -> None:
    good = text + ("99,ALPHA,CHAIR" + "," * (text.splitlines()[0].count(",") - 2)) + "\n"
    with pytest.raises(ImportRefused) as refused:
        run_import(shop.company, "sales-order", good.encode())
    found = [(line, problem.field, problem.message) for line, problem in refused.value.preview.problems]
    assert [(line, name) for line, name, _ in sorted(found)] == [(line, name) for line, name, _ in said]
    assert all(words in message for (_, _, message), (_, _, words) in zip(sorted(found), said, strict=True))
    assert queries.count_records(shop.company, "sales-order") == 0
    result = run_import(shop.company, "sales-order", good.encode(), skip_errors=True)
    assert [order.no for order in SalesOrder.objects.filter(company=shop.company)] == ["99"]
    assert (result.documents, result.created) == (1, 1)
    assert {row.line for row in result.skipped} >= {line for line, _, _ in said}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("no,customer_no,item_no,discount", "it counts percent: 15, not 0.15"),
        ("no,customer_no,item_no,quantitty", "Did you mean quantity"),
        ("customer_no,item_no", "The column no is missing"),
        ("no,customer_no,item_no,product", "The column item_no appears twice"),
    ],
)
def test_a_column_that_is_not_clear_is_asked_about(shop: Shop, header: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        preview_import(shop.company, "sales-order", f"{header}\n1,2,3,4\n".encode())


def test_the_columns_of_another_program_are_understood(shop: Shop) -> None:
    text = "OrderID;CustomerID;OrderDate;ShippedDate;ShipCity;ProductID;Price;Qty;Discount %;Freight\n"
    text += "7;ALPHA;2024-07-04;2024-07-10;Reims;CHAIR;14.00;12;5;3,25\n"
    run_import(shop.company, "sales-order", text.encode())
    order = SalesOrder.objects.get(company=shop.company)
    assert (order.no, order.shipment_date, order.ship_to_city) == ("7", date(2024, 7, 10), "Reims")
    assert order.amount == Decimal("159.6") + Decimal("3.25")


def test_a_file_changes_orders_only_where_it_tells_their_lines_apart(shop: Shop) -> None:
    run_import(shop.company, "sales-order", ORDERS.encode())
    with pytest.raises(ImportRefused, match="Sales Order 10248 exists already"):
        run_import(shop.company, "sales-order", ORDERS.encode())
    text = "no,customer_no,line_no,item_no,quantity,unit_price,freight\n"
    text += "10248,ALPHA,20000,BOOK,3,10,40\n10248,,,CHAIR,1,1,\n"
    result = run_import(shop.company, "sales-order", text.encode())
    assert (result.changed, result.created) == (1, 1)
    order = SalesOrder.objects.get(company=shop.company, no="10248")
    assert list(order.lines.order_by("line_no").values_list("line_no", "quantity", "unit_price")) == [
        (10000, 12, 14),
        (20000, 3, 10),
        (30000, 1, 40),
        (40000, 1, 1),
    ]


def test_an_export_with_lines_imports_without_a_change_and_into_an_empty_place(shop: Shop) -> None:
    run_import(shop.company, "sales-order", ORDERS.encode())
    SalesOrderLine.objects.filter(description="Book").update(shipment_date=date(2024, 8, 1))
    shop.order()
    file = b"".join(export_records(shop.company, "sales-order", with_lines=True))
    result = run_import(shop.company, "sales-order", file)
    assert (result.created, result.changed, result.unchanged) == (0, 0, 6)
    SalesOrder.objects.filter(company=shop.company).delete()
    run_import(shop.company, "sales-order", file)
    assert b"".join(export_records(shop.company, "sales-order", with_lines=True)) == file
    as_workbook = b"".join(export_records(shop.company, "sales-order", format="xlsx", with_lines=True))
    assert run_import(shop.company, "sales-order", as_workbook).unchanged == 6


def test_freight_needs_its_account(shop: Shop) -> None:
    update_sales_setup(shop.company, {"freight_account_no": ""})
    with pytest.raises(ImportRefused, match="The sales setup names no freight account"):
        run_import(shop.company, "sales-order", ORDERS.encode())


def test_a_released_order_stays_as_it_is(shop: Shop) -> None:
    run_import(shop.company, "sales-order", ORDERS.encode())
    order = SalesOrder.objects.get(company=shop.company, no="10249")
    sales.release(shop.company, "sales-order", order.pk)
    text = "no,line_no,item_no,quantity\n10249,10000,CHAIR,7\n"
    with pytest.raises(ImportRefused, match="Order 10249 is released"):
        run_import(shop.company, "sales-order", text.encode())


def wholesaler(orders: int, seed: int = 7) -> tuple[str, list[dict[str, Any]]]:
    """Return a file as a wholesaler exports it, and its rows."""
    chance = random.Random(seed)
    rows = []
    for number in range(orders):
        freight = chance.randrange(0, 20_000)
        day = date(2024, 1, 2) + timedelta(days=number // 2)
        rows += [
            {
                "no": f"{10248 + number}",
                "customer_no": f"W{number % 89:03d}",
                "document_date": day.isoformat(),
                "item_no": f"P{item:02d}",
                "quantity": str(chance.randrange(1, 120)),
                "unit_price": f"{chance.randrange(250, 26_350) / 100:.2f}",
                "line_discount_percent": str(chance.choice((0, 0, 5, 10, 15, 20, 25))),
                "freight": f"{freight / 100:.2f}",
            }
            for item in chance.sample(range(77), chance.choice((1, 2, 2, 3, 3, 4)))
        ]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue(), rows


def test_a_wholesalers_years_come_in_with_few_queries_and_add_up(shop: Shop) -> None:
    """What orders come to, by customer, is what independent SQL makes of the file."""
    customers = [Insert({"no": f"W{n:03d}", "name": f"Buyer {n}"}) for n in range(89)]
    items = [
        Insert({"no": f"P{n:02d}", "description": f"P {n}", "base_unit_of_measure": shop["PCS"]}) for n in range(77)
    ]
    save_many(shop.company, "customer", customers)
    save_many(shop.company, "item", items)
    few, _ = wholesaler(3, seed=1)
    with CaptureQueriesContext(connection) as of_few:
        run_import(shop.company, "sales-order", few.encode())
    SalesOrder.objects.filter(company=shop.company).delete()
    text, rows = wholesaler(830)
    with CaptureQueriesContext(connection) as of_many:
        result = run_import(shop.company, "sales-order", text.encode())
    assert result.documents == 830
    assert len(of_many) <= len(of_few) + 12, "codes are looked up five hundred at a time"
    imported = {}
    for no, amount in SalesOrder.objects.filter(company=shop.company).values_list("customer__no", "amount"):
        imported[no] = imported.get(no, Decimal(0)) + amount
    assert imported == by_sql(rows)


def by_sql(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Add up the file in whole cents, with a database of its own; halves of a cent go up."""
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE TABLE f (no, customer, cents INTEGER, quantity INTEGER, percent INTEGER, freight INTEGER)")
        db.executemany(
            "INSERT INTO f VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    row["no"],
                    row["customer_no"],
                    int(Decimal(row["unit_price"]) * 100),
                    int(row["quantity"]),
                    int(row["line_discount_percent"]),
                    int(Decimal(row["freight"]) * 100),
                )
                for row in rows
            ],
        )
        found = db.execute("""
            WITH o AS (
                SELECT customer, sum(cents * quantity - (cents * quantity * percent + 50) / 100) AS goods,
                    max(freight) AS freight
                FROM f GROUP BY no, customer)
            SELECT customer, sum(goods + freight) FROM o GROUP BY customer""").fetchall()
    return {customer: Decimal(cents) / 100 for customer, cents in found}
