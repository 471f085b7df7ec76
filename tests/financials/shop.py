"""A small business to write documents in: customers, things to sell, prices, VAT."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials import queries
from tallystick.financials.models import (
    Company,
    SalesSetup,
    VATBusinessPostingGroup,
    VATPostingSetup,
    VATProductPostingGroup,
)
from tallystick.financials.services import create, update

DAY = date(2025, 6, 16)
VAT = {"STANDARD": Decimal(19), "REDUCED": Decimal(7), "ZERO": Decimal(0)}


@dataclass(frozen=True, slots=True)
class Shop:
    """The company and the ids of its records, by what they are called."""

    company: Company
    ids: dict[str, UUID]

    def __getitem__(self, name: str) -> UUID:
        return self.ids[name]

    def add(self, table: str, called: str = "", /, **values: Any) -> UUID:
        """Create a record and remember its id under this name."""
        id = create(self.company, table, values).id
        if called:
            self.ids[called] = id
        return id

    def order(self, customer: str = "ALPHA", **values: Any) -> UUID:
        """Create an order."""
        return self.add("sales-order", customer_no=self[customer], **{"document_date": DAY, **values})

    def line(self, order: UUID, item: str = "CHAIR", quantity: object = 1, **values: Any) -> UUID:
        """Add a line to an order."""
        sells = {} if "g_l_account_no" in values or "resource_no" in values else {"item_no": self[item]}
        return self.add("sales-order-line", order_no=order, quantity=quantity, **sells, **values)

    def read(self, table: str, id: UUID) -> dict[str, Any]:
        """Return what is stored of a record."""
        return dict(queries.get_record(self.company, table, id).values)


def open_shop(company: Company) -> Shop:
    """Return a shop with VAT rates, customers at home and in the United States, a chair, a table, an hour, and prices."""
    shop = Shop(company, {})
    _set_vat(shop)
    for code in ("PCS", "BOX", "HOUR"):
        shop.add("unit-of-measure", code, code=code)
    shop.add("country", "DE", code="DE", name="Germany")
    shop.add("salesperson", "PETRA", code="PETRA", name="Petra")
    shop.add("payment-terms", "30D", code="30D", due_date_calculation="30D")
    shop.add("payment-terms", "CM", code="CM", due_date_calculation="CM")
    shop.add("currency", "USD", code="USD")
    shop.add(
        "exchange-rate",
        currency_code=shop["USD"],
        starting_date=date(2025, 1, 1),
        exchange_rate_amount="1.25",
        relational_exch_rate_amount="1",
    )
    shop.ids["EUR"] = queries.ids_by_code(company, "currency", ["EUR"])["EUR"]
    shop.ids["FREIGHT"] = queries.ids_by_code(company, "g-l-account", ["4200"])["4200"]
    shop.ids["INVENTORY"] = queries.ids_by_code(company, "g-l-account", ["1200"])["1200"]
    _sell(shop)
    _buy(shop)
    return shop


def _set_vat(shop: Shop) -> None:
    for code, percent in VAT.items():
        VATPostingSetup.objects.filter(company=shop.company, vat_product_posting_group__code=code).exclude(
            vat_business_posting_group__code="EXPORT"
        ).update(vat_percent=percent)
        shop.ids[code] = VATProductPostingGroup.objects.get(company=shop.company, code=code).pk
    for code in ("DOMESTIC", "EU", "EXPORT"):
        shop.ids[code] = VATBusinessPostingGroup.objects.get(company=shop.company, code=code).pk


def _sell(shop: Shop) -> None:
    shop.add("item", "CHAIR", no="CHAIR", description="Chair", base_unit_of_measure=shop["PCS"], unit_price="10")
    shop.add(
        "item",
        "BOOK",
        no="BOOK",
        description="Book",
        base_unit_of_measure=shop["PCS"],
        unit_price="20",
        vat_product_posting_group=shop["REDUCED"],
    )
    shop.add("item", "OLD", no="OLD", description="Old", base_unit_of_measure=shop["PCS"], blocked=True)
    shop.add("item-unit-of-measure", item_no=shop["CHAIR"], unit_of_measure_code=shop["BOX"], qty_per_unit_of_measure=6)
    shop.add("resource", "TIM", no="TIM", name="Tim", base_unit_of_measure=shop["HOUR"], unit_price="50")
    shop.add("price-list", "LIST", code="LIST", status="Draft")
    shop.add(
        "price-list-line",
        price_list_code=shop["LIST"],
        item_no=shop["CHAIR"],
        minimum_quantity=10,
        unit_price="9",
        line_discount_percent=5,
    )
    update(shop.company, "price-list", shop["LIST"], {"status": "Active"})


def _buy(shop: Shop) -> None:
    shop.add(
        "customer",
        "ALPHA",
        no="ALPHA",
        name="Alpha",
        contact="Ada",
        address="Main Street 1",
        city="Berlin",
        country_code=shop["DE"],
        salesperson_code=shop["PETRA"],
        payment_terms_code=shop["30D"],
    )
    shop.add("customer", "BETA", no="BETA", name="Beta", currency_code=shop["USD"], invoice_discount_percent=10)
    shop.add("customer", "GROSS", no="GROSS", name="Gross", prices_including_vat=True)
    shop.add("customer", "STOPPED", no="STOPPED", name="Stopped", blocked="All")
    shop.add("customer", "UNSHIPPED", no="UNSHIPPED", name="Unshipped", blocked="Ship")
    SalesSetup.objects.filter(company=shop.company).update(archive_orders=True)
