"""A company with goods on order, opportunities and customers who owe, and its people's clients."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from tests.financials.receivables import Ledger
from tests.web.conftest import HOSTILE, person, signed_in

from tallystick.financials import queries
from tallystick.financials.models import Company, EntryType
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import companies, create
from tallystick.financials.services.item_journal import JournalLine, post_item_journal


@dataclass(frozen=True, slots=True)
class Trade:
    """The ids of what the tests look at; every text that people enter is hostile."""

    company: Company
    chair: UUID
    service: UUID
    customer: UUID
    contact: UUID
    person: UUID
    order: UUID
    line: UUID
    opportunity: UUID

    @property
    def url(self) -> str:
        return f"/c/{self.company.slug}/"

    def values(self, table: str, id: UUID) -> dict[str, Any]:
        return dict(queries.get_record(self.company, table, id).values)


def make_trade(name: str) -> Trade:
    company = companies.create_company(name, local_currency="EUR")
    pieces, box = (create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX"))
    item = {"no": "CHAIR", "description": HOSTILE, "base_unit_of_measure": pieces, "unit_cost": 3}
    chair = create(company, "item", item).id
    unit = {"item_no": chair, "unit_of_measure_code": box, "qty_per_unit_of_measure": 4}
    create(company, "item-unit-of-measure", unit)
    service = create(company, "item", {"no": "FIT", "description": "Fitting", "type": "Service"}).id
    stock = JournalLine(chair, EntryType.POSITIVE_ADJUSTMENT, Decimal(10))
    post_item_journal(company, [stock], posting_date=timezone.localdate())
    expected = timezone.localdate() + timedelta(days=20)
    order = create(company, "purchase-order", {"vendor_name": HOSTILE, "expected_receipt_date": expected}).id
    line = create(company, "purchase-order-line", {"purchase_order_no": order, "item_no": chair, "quantity": 6}).id
    customer = create(company, "customer", {"name": HOSTILE, "credit_limit": 500}).id
    contact = queries.persons_of_customer(company, customer)[0].id
    kim = create(company, "contact", {"name": "Kim", "type": "Person", "company_no": contact}).id
    opportunity = create(
        company, "opportunity", {"description": HOSTILE, "contact_no": kim, "estimated_value": 1200}
    ).id
    _sell(Ledger(company), customer, timezone.localdate())
    return Trade(company, chair, service, customer, contact, kim, order, line, opportunity)


def _sell(ledger: Ledger, customer: UUID, today: date) -> None:
    """Entry numbers begin after those of the stock."""
    ledger.count = 100
    ledger.invoice(customer, Decimal(400), today)
    ledger.owe(customer, Decimal(400), today - timedelta(days=50), due=today - timedelta(days=45))
    ledger.pay(customer, Decimal(25), today)
    ledger.order(customer, Decimal(150))


@pytest.fixture(autouse=True)
def _hash_passwords_fast(settings: Any) -> None:
    """The real hash is slow on purpose, a tenth of a second for each sign-in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def trade(db: None) -> Trade:
    return make_trade("Alder")


@pytest.fixture
def clerk(trade: Trade) -> Client:
    return signed_in(person(trade.company, PermissionSet.FINANCE_CLERK))


@pytest.fixture
def viewer(trade: Trade) -> Client:
    return signed_in(person(trade.company, PermissionSet.SALES_VIEWER))
