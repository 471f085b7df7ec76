"""Whatever is written in whatever order: documents come to what `documents.amounts` says over their stored lines.

To see it fail: leave `recompute` out of `deletion`, `follow_lines` or `follow_headers`, or the lock of `plan` on
PostgreSQL."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.financials.shop import DAY, Shop, open_shop

from tallystick.financials import queries
from tallystick.financials.documents.amounts import PricedLine, Terms, document_amounts, total
from tallystick.financials.documents.kinds import KINDS, DocumentKind
from tallystick.financials.models import Company, SalesOrder, SalesOrderLine
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.queries import Filter, Query
from tallystick.financials.services import Delete, FinancialsError, create, delete_many, sales, update

QUANTITIES = st.decimals(0, 50, places=2)
PRICES = st.none() | st.decimals(0, 999, places=3)
PERCENTS = st.none() | st.sampled_from([0, 5, Decimal("12.5"), Decimal("33.33333"), 100])
SELLS = st.sampled_from(["CHAIR", "BOOK", "TIM", "FREIGHT", ""])
COLUMN = {"CHAIR": "item_no", "BOOK": "item_no", "TIM": "resource_no", "FREIGHT": "g_l_account_no"}
ADD = st.tuples(st.just("add"), SELLS, QUANTITIES, PRICES, PERCENTS)
STEPS = st.lists(
    st.one_of(
        ADD,
        st.tuples(st.just("quantity"), st.integers(0, 4), QUANTITIES),
        st.tuples(st.just("price"), st.integers(0, 4), PRICES),
        st.tuples(st.just("delete"), st.integers(0, 4)),
        st.tuples(st.just("discount"), st.sampled_from([0, 3, Decimal("7.5")])),
        st.tuples(st.just("currency"), st.sampled_from(["EUR", "USD"])),
        st.tuples(st.just("vat"), st.booleans(), st.sampled_from(["DOMESTIC", "EXPORT"])),
        st.tuples(st.just("ship"), st.integers(0, 4), st.integers(0, 100)),
    ),
    max_size=8,
)


@dataclass
class Writing:
    """A document that is being written, and its lines."""

    shop: Shop
    kind: DocumentKind
    document: UUID
    lines: list[UUID] = field(default_factory=list)

    def do(self, step: tuple[Any, ...]) -> None:
        """Do one step; what is refused is refused."""
        try:
            with transaction.atomic():
                self._do(*step)
        except FinancialsError:
            pass

    def _do(self, what: str, *values: Any) -> None:
        match what, values:
            case "add", (sells, quantity, price, percent):
                given = {COLUMN[sells]: self.shop[sells], "quantity": quantity} if sells else {"description": "!"}
                given |= {"unit_price": price, "line_discount_percent": percent, self.kind.lines.part_of: self.document}
                self.lines.append(create(self.shop.company, self.kind.lines.name, given).id)
            case "quantity" | "price", (place, value) if place < len(self.lines):
                name = "quantity" if what == "quantity" else "unit_price"
                update(self.shop.company, self.kind.lines.name, self.lines[place], {name: value})
            case "delete", (place,) if place < len(self.lines):
                gone = self.lines[place]
                delete_many(self.shop.company, self.kind.lines.name, [Delete(gone)])
            case "discount", (percent,):
                self._header(invoice_discount_percent=percent)
            case "currency", (code,):
                self._header(currency_code=self.shop[code])
            case "vat", (included, group):
                self._header(prices_including_vat=included, vat_business_posting_group=self.shop[group])
            case "ship", (place, percent) if self.kind.ordered and place < len(self.lines):
                self._ship(self.lines[place], Decimal(percent) / 100)

    def _header(self, **values: Any) -> None:
        update(self.shop.company, self.kind.headers.name, self.document, values)

    def _ship(self, line: UUID, share: Decimal) -> None:
        """Ship a share of what is outstanding, and invoice half of what is shipped, as the postings do."""
        row = SalesOrderLine.objects.filter(pk=line).first()
        if row is None:
            return
        row.quantity_shipped += rounded((row.quantity - row.quantity_shipped) * share, 2)
        row.quantity_invoiced = max(row.quantity_invoiced, rounded(row.quantity_shipped / 2, 2))
        row.save()
        sales.recompute(self.shop.company, self.kind.headers.name, [self.document])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.word)
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a failure takes minutes: eight steps are few
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_documents_come_to_what_their_lines_say(shop: Shop, kind: DocumentKind, data: st.DataObject) -> None:
    customer = shop[data.draw(st.sampled_from(["ALPHA", "BETA", "GROSS"]))]
    document = create(shop.company, kind.headers.name, {"customer_no": customer, "document_date": DAY}).id
    writing = Writing(shop, kind, document)
    for step in data.draw(st.lists(ADD, min_size=1, max_size=4)) + data.draw(STEPS):
        writing.do(step)
    check(writing)


def check(writing: Writing) -> None:
    header = writing.shop.read(writing.kind.headers.name, writing.document)
    lines = stored(writing)
    terms = Terms(2, header["prices_including_vat"], header["invoice_discount_percent"])
    amounts = document_amounts([priced(line) for line in lines], terms)
    for line, found in zip(lines, amounts, strict=True):
        assert line["amount"] == found.amount
        assert line["amount_including_vat"] == found.amount_including_vat
        assert line["line_discount_amount"] == found.line_discount_amount
        assert line["invoice_discount_amount"] == found.invoice_discount_amount
    whole = total(amounts)
    assert header["amount"] == whole.amount
    assert header["amount_including_vat"] == whole.amount_including_vat
    assert header["invoice_discount_amount"] == whole.invoice_discount_amount
    if writing.kind.ordered:
        check_progress(header, lines)


def check_progress(header: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    for line in lines:
        outstanding = line["quantity"] - line["quantity_shipped"]
        assert line["outstanding_qty_base"] == outstanding * line["qty_per_unit_of_measure"]
        assert 0 <= line["quantity_invoiced"] <= line["quantity_shipped"] <= line["quantity"]
    selling = [line for line in lines if line["quantity"]]
    shipped = [line["quantity_shipped"] for line in selling]
    expected = "Not Shipped" if not any(shipped) else "Partially Shipped"
    if selling and all(line["quantity_shipped"] == line["quantity"] for line in selling):
        expected = "Shipped"
    assert header["shipping_status"] == expected
    if expected == "Not Shipped":
        assert header["outstanding_amount"] == header["amount_including_vat"]
    if expected == "Shipped":
        assert header["outstanding_amount"] == 0


def stored(writing: Writing) -> list[dict[str, Any]]:
    query = Query(filters=(Filter(writing.kind.lines.part_of, value=writing.document),), order=("line_no",))
    return [dict(line.values) for line in queries.iterate_records(writing.shop.company, writing.kind.lines.name, query)]


def priced(line: dict[str, Any]) -> PricedLine:
    return PricedLine(
        line["quantity"],
        line["unit_price"],
        line["line_discount_percent"],
        line["vat_percent"],
        vat_group=(line["vat_product_posting_group"], line["vat_percent"]),
        takes_invoice_discount=line["g_l_account_no"] is None,
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_write_lines_of_one_order_at_once_add_up_both(company: Company) -> None:
    shop = open_shop(company)
    order = shop.order()
    both = threading.Barrier(2)

    def add(item: str) -> Callable[[], None]:
        def work() -> None:
            try:
                both.wait(10)
                for _ in range(5):
                    shop.line(order, item, 1)
            finally:
                connection.close()

        return work

    threads = [threading.Thread(target=add(item)) for item in ("CHAIR", "BOOK")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert SalesOrderLine.objects.filter(order=order).count() == 10
    assert SalesOrder.objects.get(pk=order).amount == 150
