"""A company that sells: customers, goods, groups and rates, and documents filled in as their rules leave them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.documents.amounts import PricedLine, Terms, document_amounts, total
from tallystick.financials.models import (
    Company,
    Currency,
    Customer,
    CustomerLedgerEntry,
    ExchangeRate,
    GLAccount,
    GLEntry,
    Item,
    ItemJournalLine,
    ItemUnitOfMeasure,
    PaymentTerms,
    PurchaseOrder,
    PurchaseOrderLine,
    Resource,
    SalesCreditMemo,
    SalesCreditMemoLine,
    SalesInvoice,
    SalesOrder,
    SalesOrderLine,
    UnitOfMeasure,
    VATPostingSetup,
    VATProductPostingGroup,
)
from tallystick.financials.posting.kinds import EntryType
from tallystick.financials.services import numbers, postings
from tallystick.financials.services.item_journal import JournalLine, post_item_journal
from tallystick.financials.services.postings import Posted, check_ledgers

DAY = date(2025, 3, 1)
D = Decimal
RATES = {"STANDARD": D(19), "REDUCED": D(7), "ZERO": D(0)}


@dataclass(frozen=True)
class Line:
    """A line to be: `what` is an item, a resource, a G/L account, or the text of a comment."""

    what: Any
    quantity: Decimal = Decimal(1)
    price: Decimal = Decimal(100)
    discount: Decimal = Decimal(0)
    vat: str = "STANDARD"
    unit: str = "PCS"
    ship: Decimal | None = None
    invoice: Decimal | None = None
    returned: bool = True


@dataclass
class Shop:
    """What is there, and how documents are written."""

    company: Company
    units: dict[str, UnitOfMeasure] = field(default_factory=dict)
    vat: dict[str, VATProductPostingGroup] = field(default_factory=dict)
    currencies: dict[str, Currency] = field(default_factory=dict)

    def account(self, no: str) -> GLAccount:
        return GLAccount.objects.get(company=self.company, no=no)

    def balance(self, no: str) -> Decimal:
        """What an account comes to: debit above zero."""
        found = GLEntry.objects.filter(company=self.company, g_l_account__no=no).values_list("amount", flat=True)
        return sum(found, D(0))

    def customer(self, no: str = "C1", **more: Any) -> Customer:
        return Customer.objects.create(company=self.company, no=no, name=f"Customer {no}", **more)

    def item(self, no: str = "CHAIR", cost: object = 40, stock: object = 100, **more: Any) -> Item:
        unit = self.units["PCS"]
        item = Item.objects.create(
            company=self.company,
            no=no,
            description=no.title(),
            base_unit_of_measure=unit,
            unit_cost=D(str(cost)),
            **more,
        )
        for code, factor in (("PCS", 1), ("BOX", 4)):
            ItemUnitOfMeasure.objects.create(
                company=self.company, item=item, unit_of_measure=self.units[code], qty_per_unit_of_measure=factor
            )
        if stock:
            self.stock(item, stock)
        return item

    def stock(self, item: Item, quantity: object, on: date = DAY) -> None:
        kind = EntryType.POSITIVE_ADJUSTMENT
        post_item_journal(self.company, [JournalLine(item.pk, kind, D(str(quantity)))], posting_date=on)

    def resource(self, no: str = "ANN") -> Resource:
        return Resource.objects.create(company=self.company, no=no, name=no.title(), unit_cost=30)

    def order(self, customer: Customer, *lines: Line, **header: Any) -> SalesOrder:
        """Return a stored order; what is not said is shipped and invoiced in full."""
        values = self._header(customer, "sales-order", header)
        order = SalesOrder(**{"posting_date": DAY, "status": "Released", **values})
        rows = [self._line(line, place) for place, line in enumerate(lines, start=1)]
        found = self._amounts(order, rows, lines)
        order.outstanding_amount = order.amount_including_vat
        order.save(force_insert=True)
        for row, line in zip(found, lines, strict=True):
            counted = line.quantity if not isinstance(line.what, str) else D(0)
            row |= {
                "qty_to_ship": counted if line.ship is None else line.ship,
                "qty_to_invoice": counted if line.invoice is None else line.invoice,
                "outstanding_qty_base": counted * row["qty_per_unit_of_measure"],
            }
        SalesOrderLine.objects.bulk_create(SalesOrderLine(order=order, **row) for row in found)
        return order

    def memo(self, customer: Customer, *lines: Line, invoice: SalesInvoice | None = None, **header: Any) -> UUID:
        """Return the id of a stored credit memo."""
        values = self._header(customer, "sales-credit-memo", header)
        memo = SalesCreditMemo(**{"posting_date": DAY, "status": "Released", **values}, applies_to_invoice=invoice)
        rows = self._amounts(memo, [self._line(line, place) for place, line in enumerate(lines, start=1)], lines)
        memo.save(force_insert=True)
        SalesCreditMemoLine.objects.bulk_create(
            SalesCreditMemoLine(credit_memo=memo, return_to_stock=line.returned, **row)
            for row, line in zip(rows, lines, strict=True)
        )
        return memo.pk

    def purchase(self, *lines: tuple[Item, object, object], unit: str = "PCS") -> PurchaseOrder:
        """Return a stored purchase order of items, quantities and costs, all to be received."""
        order = PurchaseOrder.objects.create(
            company=self.company, no=numbers.allocate(self.company, "purchase-order")[0], order_date=DAY
        )
        factor = D(4) if unit == "BOX" else D(1)
        for place, (item, quantity, cost) in enumerate(lines, start=1):
            PurchaseOrderLine.objects.create(
                company=self.company,
                purchase_order=order,
                line_no=place * 10_000,
                item=item,
                description=item.description,
                unit_of_measure=self.units[unit],
                qty_per_unit_of_measure=factor,
                quantity=D(str(quantity)),
                direct_unit_cost=D(str(cost)),
                qty_to_receive=D(str(quantity)),
                outstanding_qty_base=D(str(quantity)) * factor,
            )
        return order

    def journal_line(self, item: Item, quantity: object, kind: str = "Positive Adjmt.", **more: Any) -> None:
        place = ItemJournalLine.objects.filter(company=self.company).count() + 1
        ItemJournalLine.objects.create(
            company=self.company, line_no=place * 10_000, item=item, quantity=quantity, entry_type=kind, **more
        )

    def sell(self, customer: Customer, *lines: Line, **header: Any) -> Posted:
        """Ship and invoice an order at once."""
        return postings.post_order(self.company, self.order(customer, *lines, **header).pk, ship=True, invoice=True)

    def owed(self, document_no: str) -> CustomerLedgerEntry:
        """The entry of a document in the customer ledger; of a reversed payment, the first of both."""
        entries = CustomerLedgerEntry.objects.filter(company=self.company, document_no=document_no)
        return entries.order_by("entry_no")[0]

    def agrees(self) -> None:
        """The ledgers agree with each other."""
        found = check_ledgers(self.company)
        assert found.balanced, found.differences

    def _header(self, customer: Customer, table: str, header: dict[str, Any]) -> dict[str, Any]:
        code = header.pop("currency", None)
        return {
            "company": self.company,
            "no": header.pop("no", None) or numbers.allocate(self.company, table)[0],
            "customer": customer,
            "customer_name": customer.name,
            "bill_to_name": customer.name,
            "document_date": header.get("posting_date", DAY),
            "currency": self.currencies[code] if code else None,
            "payment_terms": customer.payment_terms,
            "customer_posting_group": customer.customer_posting_group,
            "vat_business_posting_group": customer.vat_business_posting_group,
            **header,
        }

    def _line(self, line: Line, place: int) -> dict[str, Any]:
        what = line.what
        comment = isinstance(what, str)
        kind = {Item: "item", Resource: "resource", GLAccount: "g_l_account"}.get(type(what))
        factor = D(4) if line.unit == "BOX" else D(1)
        return {
            "company": self.company,
            "line_no": place * 10_000,
            **({kind: what} if kind else {}),
            "description": what if comment else str(what)[:100],
            "unit_of_measure": None if kind not in ("item", "resource") else self.units[line.unit],
            "qty_per_unit_of_measure": factor,
            "quantity": D(0) if comment else line.quantity,
            "unit_price": D(0) if comment else line.price,
            "line_discount_percent": line.discount,
            "vat_product_posting_group": None if comment else self.vat[line.vat],
            "vat_percent": D(0) if comment else RATES[line.vat],
        }

    def _amounts(self, document: Any, rows: list[dict[str, Any]], lines: Sequence[Line]) -> list[dict[str, Any]]:
        places = document.currency.amount_decimal_places if document.currency else 2
        terms = Terms(places, document.prices_including_vat, document.invoice_discount_percent)
        priced = [
            PricedLine(
                row["quantity"],
                row["unit_price"],
                row["line_discount_percent"],
                row["vat_percent"],
                (line.vat, row["vat_percent"]),
                takes_invoice_discount="g_l_account" not in row,
            )
            for row, line in zip(rows, lines, strict=True)
        ]
        found = document_amounts(priced, terms)
        for row, amounts in zip(rows, found, strict=True):
            row |= {name: getattr(amounts, name) for name in AMOUNTS}
        whole = total(found)
        document.amount, document.amount_including_vat = whole.amount, whole.amount_including_vat
        document.invoice_discount_amount = whole.invoice_discount_amount
        return rows


AMOUNTS = ("line_discount_amount", "invoice_discount_amount", "amount", "amount_including_vat")


def open_shop(company: Company) -> Shop:
    """Return a shop in a new company: two units, VAT of 19, 7 and 0 %, dollars and yen."""
    shop = Shop(company)
    shop.units = {
        code: UnitOfMeasure.objects.create(company=company, code=code, description=code) for code in ("PCS", "BOX")
    }
    shop.vat = {group.code: group for group in VATProductPostingGroup.objects.filter(company=company)}
    for code, percent in RATES.items():
        VATPostingSetup.objects.filter(company=company, vat_product_posting_group=shop.vat[code]).exclude(
            vat_business_posting_group__code="EXPORT"
        ).update(vat_percent=percent)
    for code, places, local in (("USD", 2, "0.9000"), ("JPY", 0, "0.0061")):
        currency = Currency.objects.create(company=company, code=code, iso_code=code, amount_decimal_places=places)
        shop.currencies[code] = currency
        set_rate(shop, code, date(2025, 1, 1), local)
    return shop


def set_rate(shop: Shop, code: str, on: date, local: str) -> None:
    """From that day on, one of the currency is worth so much of the local one."""
    ExchangeRate.objects.create(
        company=shop.company,
        currency=shop.currencies[code],
        starting_date=on,
        exchange_rate_amount=1,
        relational_exch_rate_amount=D(local),
    )


def terms(shop: Shop, code: str, due: str, discount: str = "", percent: object = 0) -> PaymentTerms:
    return PaymentTerms.objects.create(
        company=shop.company,
        code=code,
        due_date_calculation=due,
        discount_date_calculation=discount,
        discount_percent=D(str(percent)),
    )
