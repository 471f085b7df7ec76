"""A wholesaler moves over with the years of another program: the guide, followed to the letter on files made here.

The script and the SQL are those of the guide. What comes of them is compared with sums over the files that nothing of the
product takes part in. To see it fail: leave the freight out of `exchange.documents`, or round once per document."""

import csv
import random
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home
from tests.docs.pages import ROOT, Page

pytestmark = [pytest.mark.slow]
GUIDE = Page(ROOT / "docs" / "how-to" / "bring-in-history.md")
CUSTOMERS, PRODUCTS, ORDERS = 91, 77, 830
Rows = list[dict[str, str]]
NAMES = (
    'Alfreds "Futter" & Söhne',
    "Święty, Łukasz",
    "L'Épicerie; du Nord",
    "Ærø Købmand",
    "Café Ümläut",
    "Plain Goods",
)


def customers() -> Rows:
    return [
        {
            "CustomerID": f"{'ABCDEFGHIJKLM'[n % 13]}{'NOPQRSTUVWX'[n // 13]}{n:03d}",
            "CompanyName": f"{NAMES[n % 6]} {n}",
            "Address": f'{n} High Street, "Rear"' if n % 5 == 0 else f"Obere Straße {n}",
            "City": ("Berlin", "Luleå", "São Paulo", "Cork")[n % 4],
            "PostalCode": ("12209", "S-958 22", "05432-043", "")[n % 4],
            "Phone": ("030-0074321", "(5) 555-4729", "+44 171 555-7788")[n % 3],
        }
        for n in range(CUSTOMERS)
    ]


def products(chance: random.Random) -> Rows:
    return [
        {
            "ProductID": f"{n}",
            "ProductName": f"{NAMES[n % 6]} No. {n}",
            "QuantityPerUnit": '24 - 12 oz bottles, "large"' if n % 7 == 0 else "10 boxes x 20 bags",
            "UnitPrice": f"{chance.randrange(250, 26_350) / 100:.2f}",
            "UnitsInStock": f"{chance.choice((0, 0, 17, 39, 120))}",
            "UnitsOnOrder": f"{chance.choice((0, 0, 0, 10, 70))}",
            "Discontinued": "1" if n % 10 == 5 else "0",
        }
        for n in range(1, PRODUCTS + 1)
    ]


def orders(chance: random.Random, buyers: Rows, goods: Rows) -> tuple[Rows, Rows]:
    heads, lines = [], []
    for n in range(ORDERS):
        day = date(1996, 7, 4) + timedelta(days=n * 670 // ORDERS)
        shipped = day + timedelta(days=chance.randrange(1, 30))
        number, buyer = f"{10248 + n}", buyers[chance.randrange(CUSTOMERS)]
        heads.append(
            {
                "OrderID": number,
                "CustomerID": buyer["CustomerID"],
                "OrderDate": f"{day} 00:00:00.000",
                "RequiredDate": f"{day + timedelta(days=28)} 00:00:00.000",
                "ShippedDate": f"{shipped} 00:00:00.000" if n < ORDERS - 20 else "NULL",
                "Freight": f"{chance.choice((0, 2, 3238, 1161, 6583, 100764, chance.randrange(50_000))) / 100:.2f}",
                "ShipName": buyer["CompanyName"],
            }
        )
        lines += [
            {
                "OrderID": number,
                "ProductID": product["ProductID"],
                "UnitPrice": f"{Decimal(product['UnitPrice']) * chance.choice((80, 100)) / 100:.2f}",
                "Quantity": f"{chance.randrange(1, 130)}",
                "Discount": chance.choice(("0", "0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.03")),
            }
            for product in chance.sample(goods, chance.choice((1, 1, 2, 3, 3, 5)))
        ]
    return heads, lines


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the other program."""
    folder, chance = tmp_path_factory.mktemp("wholesaler"), random.Random(1996)
    buyers, goods = customers(), products(chance)
    heads, lines = orders(chance, buyers, goods)
    for name, rows in (("customers", buyers), ("products", goods), ("orders", heads), ("order_details", lines)):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def tally(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """The company after every command of the guide."""
    (script,) = GUIDE.blocks("python")
    subprocess.run([sys.executable, "-c", script], cwd=files, check=True, timeout=60)
    tally = new_home(tmp_path_factory.mktemp("northern") / "home")
    for words in GUIDE.commands():
        if words[0] == "tally" and words[1] != "export":
            inside = [str(files / word) if word.endswith(".csv") else word for word in words[1:]]
            answer = tally(*inside, timeout=600)
            assert answer.status == 0, f"{words}: {answer.out[-2000:]} {answer.err[-2000:]}"
    return tally


def database_of(files: Path) -> sqlite3.Connection:
    """The files as they are, in a database of their own."""
    database = sqlite3.connect(":memory:")
    for file in ("customers", "products", "orders", "order_details"):
        with (files / f"{file}.csv").open(newline="", encoding="utf-8") as rows:
            reader = csv.reader(rows)
            names = next(reader)
            database.execute(f"CREATE TABLE {file} ({', '.join(names)})")
            database.executemany(f"INSERT INTO {file} VALUES ({', '.join('?' * len(names))})", reader)
    (view,) = GUIDE.blocks("sql")
    database.executescript(view)
    return database


def exported(tally: Tally, table: str) -> Rows:
    return list(csv.DictReader(tally.done("export", table).out.splitlines()))


def summed(rows: Iterable[Mapping[str, str]], by: str, what: str = "amount") -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row[by]] += Decimal(row[what])
    return dict(totals)


def in_cents(database: sqlite3.Connection, sql: str) -> dict[str, Decimal]:
    return {key: Decimal(cents) / 100 for key, cents in database.execute(sql)}


def test_what_customers_were_charged_is_what_the_files_say(tally: Tally, files: Path) -> None:
    with closing(database_of(files)) as database:
        expected = in_cents(
            database,
            """SELECT CustomerID, sum(cents) FROM (
                SELECT CustomerID, cents FROM line
                UNION ALL SELECT CustomerID, CAST(round(Freight * 100) AS INTEGER) FROM orders)
            GROUP BY CustomerID""",
        )
        freight = in_cents(database, "SELECT 'all', sum(CAST(round(Freight * 100) AS INTEGER)) FROM orders")
    invoices = exported(tally, "sales-invoice")
    assert len(invoices) == ORDERS
    assert summed(invoices, "customer_no") == expected
    assert summed(invoices, "customer_no", "amount_including_vat") == expected
    lines = exported(tally, "sales-invoice-line")
    assert summed(lines, "g_l_account_no")["4200"] == freight["all"]


def test_what_was_sold_of_products_is_what_the_files_say(tally: Tally, files: Path) -> None:
    with closing(database_of(files)) as database:
        amounts = in_cents(database, "SELECT ProductID, sum(cents) FROM line GROUP BY ProductID")
        pieces = dict(database.execute("SELECT ProductID, sum(Quantity) FROM order_details GROUP BY ProductID"))
        discounts = in_cents(
            database,
            """SELECT d.ProductID, sum((d.gross * d.percent + 50) / 100) FROM (
                SELECT ProductID, CAST(round(Discount * 100) AS INTEGER) AS percent,
                    CAST(round(UnitPrice * 100) AS INTEGER) * CAST(Quantity AS INTEGER) AS gross
                FROM order_details) d GROUP BY d.ProductID""",
        )
    lines = [line for line in exported(tally, "sales-invoice-line") if line["item_no"]]
    assert summed(lines, "item_no") == amounts
    assert summed(lines, "item_no", "quantity") == pieces
    assert summed(lines, "item_no", "line_discount_amount") == discounts


def test_what_is_in_stock_and_on_order_is_what_the_files_say(tally: Tally, files: Path) -> None:
    with closing(database_of(files)) as database:
        rows = list(database.execute("SELECT ProductID, UnitsInStock, UnitsOnOrder, Discontinued FROM products"))
    items = {row["no"]: row for row in exported(tally, "item")}
    assert {no: Decimal(items[no]["inventory"]) for no, *_ in rows} == {no: Decimal(stock) for no, stock, *_ in rows}
    assert {no for no, row in items.items() if row["blocked"] == "yes"} == {no for no, *_, gone in rows if gone == "1"}
    ordered = summed(exported(tally, "purchase-order-line"), "item_no", "outstanding_qty_base")
    assert ordered == {no: Decimal(count) for no, _, count, _ in rows if count != "0"}
    said = tally.done("availability", rows[0][0], "--json").json
    assert Decimal(said["on_hand"]) == Decimal(rows[0][1])


def test_names_and_days_are_those_of_the_files(tally: Tally, files: Path) -> None:
    with closing(database_of(files)) as database:
        names = dict(database.execute("SELECT CustomerID, CompanyName FROM customers"))
        days = dict(
            database.execute(
                """SELECT OrderID, substr(CASE ShippedDate WHEN 'NULL' THEN OrderDate ELSE ShippedDate END, 1, 10)
                FROM orders"""
            )
        )
    assert {row["no"]: row["name"] for row in exported(tally, "customer")} == names
    assert {row["order_no"]: row["posting_date"] for row in exported(tally, "sales-invoice")} == days
    assert tally.done("check", "ledgers", "--json").json["differences"] == []
