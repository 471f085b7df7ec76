"""What the demo company sold in the last year: quotes, orders in every state, invoices, payments, a credit memo.

Everything goes through the services, so the ledgers are what posting makes of it. Days are counted back from `today`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from tallystick.financials.demo.saving import save
from tallystick.financials.models import (
    Company,
    Contact,
    CustomerLedgerEntry,
    Item,
    Resource,
    SalesInvoice,
    SalesOrderLine,
    SalesSetup,
)
from tallystick.financials.services import Insert, Update, opportunities, postings, sales, sales_setup
from tallystick.financials.services.postings import PaymentEntry

VAT = (("DOMESTIC", "STANDARD", "19"), ("DOMESTIC", "REDUCED", "7"))
INVOICED, PART_SHIPPED, SHIPPED, RELEASED, OPEN, PREPAID = 40, 4, 4, 5, 3, 1
ORDERS = INVOICED + PART_SHIPPED + SHIPPED + RELEASED + OPEN + PREPAID
PAID, PARTLY_PAID = 26, 5  # of those invoiced, the oldest first
FREIGHT = ("12.50", "", "29.00", "", "", "8.90")
DISCOUNTS = ("0", "0", "5", "0", "10")
QUOTES = 6
STAGES = (0, 0, 1, 2, 3)  # how far opportunities are taken
PURCHASES = 4


@dataclass(frozen=True, slots=True)
class Market:
    """Who buys, and what there is to sell."""

    company: Company
    today: date
    customers: Sequence[UUID]
    items: Sequence[UUID]
    resources: Sequence[UUID]
    freight: UUID | None

    def buyer(self, place: int) -> UUID:
        """Some customers buy again and again, most now and then."""
        return self.customers[place % 9 if place % 2 else place * 5 % len(self.customers)]


def set_up_vat(company: Company) -> None:
    """Enter the rates of the country the demo company is in."""
    for business, product, percent in VAT:
        sales_setup.set_vat_rate(company, business, product, percent)


def trade(company: Company, customers: Sequence[UUID], today: date) -> None:
    """Write a year of sales. A few seconds."""
    market = Market(
        company,
        today,
        customers,
        list(Item.objects.filter(company=company, inventory__gt=60).order_by("no").values_list("pk", flat=True)),
        list(Resource.objects.filter(company=company, blocked=False).order_by("no").values_list("pk", flat=True)),
        SalesSetup.objects.filter(company=company).values_list("freight_account", flat=True).first(),
    )
    orders = _write(market, "sales-order", ORDERS, [_days_ago(market, place) for place in range(ORDERS)])
    _post(market, orders)
    _quotes(market)
    _purchases(market)
    _opportunities(market)


def _days_ago(market: Market, place: int) -> date:
    return market.today - timedelta(days=max(2, 350 - place * 6))


def _write(market: Market, table: str, count: int, days: Sequence[date]) -> list[UUID]:
    headers: list[Insert] = [
        Insert(
            {
                "customer_no": market.buyer(place),
                "document_date": day,
                "external_document_no": f"PO-{4100 + place * 7}",
                **({"shipment_date": day + timedelta(days=5 + place % 9)} if table == "sales-order" else {}),
            }
        )
        for place, day in zip(range(count), days, strict=True)
    ]
    documents = save(market.company, table, headers)
    parent = {"sales-order": "order_no", "sales-quote": "quote_no"}[table]
    lines = [Insert({parent: id, **line}) for place, id in enumerate(documents) for line in _lines(market, place)]
    save(market.company, f"{table}-line", lines)
    return documents


def _lines(market: Market, place: int) -> Iterator[dict[str, object]]:
    for number in range(1 + place % 4):
        item = market.items[(place * 7 + number * 3) % len(market.items)]
        discount = Decimal(DISCOUNTS[(place + number) % len(DISCOUNTS)])
        more = {"line_discount_percent": discount} if discount else {}
        yield {"item_no": item, "quantity": Decimal(1 + (place + number) % 3), **more}
    if place % 6 == 5:
        yield {"resource_no": market.resources[place % len(market.resources)], "quantity": Decimal(2)}
    if freight := FREIGHT[place % len(FREIGHT)]:
        yield {
            "g_l_account_no": market.freight,
            "description": "Freight",
            "quantity": 1,
            "unit_price": Decimal(freight),
        }


def _post(market: Market, orders: Sequence[UUID]) -> None:
    company, waiting = market.company, iter(orders)
    invoiced = [next(waiting) for _ in range(INVOICED)]
    for place, order in enumerate(invoiced):
        day = min(_days_ago(market, place) + timedelta(days=3), market.today)
        postings.post_order(company, order, ship=True, invoice=True, posting_date=day)
    _collect(market)
    for _ in range(PART_SHIPPED):
        _halve(market, order := next(waiting))
        postings.post_order(company, order, ship=True, invoice=True, posting_date=market.today)
    for _ in range(SHIPPED):
        postings.post_order(company, next(waiting), ship=True, invoice=False, posting_date=market.today)
    for _ in range(RELEASED):
        sales.release(company, "sales-order", next(waiting))
    for _ in range(PREPAID):
        save(company, "sales-order", [Update(order := next(waiting), {"prepayment_percent": 30})])
        sales.release(company, "sales-order", order)
    _credit(market)


def _halve(market: Market, order: UUID) -> None:
    lines = SalesOrderLine.objects.filter(order=order, quantity__gt=1)
    save(
        market.company,
        "sales-order-line",
        [Update(line.pk, {"qty_to_ship": 1, "qty_to_invoice": 1}) for line in lines],
    )


def _collect(market: Market) -> None:
    entries = CustomerLedgerEntry.objects.filter(company=market.company, document_type="Invoice").order_by("entry_no")
    for place, entry in enumerate(entries[: PAID + PARTLY_PAID]):
        share = entry.remaining_amount if place < PAID else (entry.remaining_amount / 2).quantize(Decimal("1"))
        day = min(entry.due_date - timedelta(days=4 - place % 9), market.today)
        payment = PaymentEntry(
            customer=UUID(str(entry.customer_id)),
            amount=share,
            posting_date=max(day, entry.posting_date),
            currency=entry.currency_id,
            description=f"Invoice {entry.document_no}",
            apply_to=[(entry.entry_no, None)],
        )
        postings.post_payment(market.company, payment)


def _credit(market: Market) -> None:
    """One invoice that is not paid is taken back, and one credit memo is still being written."""
    newest = SalesInvoice.objects.filter(company=market.company, posting_date__lt=market.today).order_by("-no")[:2]
    memos = [sales.make_credit_memo(market.company, invoice.pk) for invoice in newest]
    postings.post_credit_memo(market.company, memos[0], posting_date=market.today)


def _quotes(market: Market) -> None:
    days = [market.today - timedelta(days=3 * place + 1) for place in range(QUOTES)]
    quotes = _write(market, "sales-quote", QUOTES, days)
    for quote in quotes[:2]:
        sales.release(market.company, "sales-quote", quote)
    sales.make_order(market.company, quotes[-1])


def _purchases(market: Market) -> None:
    company = market.company
    headers = [
        Insert(
            {
                "vendor_no": f"V-10{place + 1}0",
                "vendor_name": name,
                "order_date": market.today - timedelta(days=30 - place * 7),
                "expected_receipt_date": market.today + timedelta(days=place * 5 - 3),
            }
        )
        for place, name in enumerate(("Nordlicht Möbelwerk", "Ferramenta Bellini", "Kyōto Chashō", "Oliveraie du Midi"))
    ]
    orders = save(company, "purchase-order", headers)
    lines = [
        Insert(
            {"purchase_order_no": order, "item_no": market.items[(place * 11 + n) % len(market.items)], "quantity": 40}
        )
        for place, order in enumerate(orders)
        for n in range(3)
    ]
    written = save(company, "purchase-order-line", lines)
    postings.receive_purchase_order(company, orders[0], posting_date=market.today)
    save(company, "purchase-order-line", [Update(id, {"qty_to_receive": 15}) for id in written[3:6]])
    postings.receive_purchase_order(company, orders[1], posting_date=market.today)


def _opportunities(market: Market) -> None:
    people = Contact.objects.filter(company=market.company, type="Person", company_contact__isnull=False).order_by("no")
    rows = [
        Insert(
            {
                "description": text,
                "contact_no": person.pk,
                "estimated_value": value,
                "estimated_closing_date": market.today + timedelta(days=20 + 9 * place),
            }
        )
        for place, (person, (text, value)) in enumerate(
            zip(
                people[: len(STAGES)],
                (
                    ("Office for forty people", 28_500),
                    ("Kitchenware for a chain of cafés", 9_200),
                    ("Tools for a new workshop", 14_750),
                    ("Tea house in the old harbour", 6_400),
                    ("Yearly contract for olive oil", 31_000),
                ),
                strict=True,
            )
        )
    ]
    for id, stages in zip(save(market.company, "opportunity", rows), STAGES, strict=True):
        if stages:
            opportunities.start(market.company, id)
        for _ in range(stages - 1):
            opportunities.take_to_next_stage(market.company, id)
