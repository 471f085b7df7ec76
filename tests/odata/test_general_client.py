"""A client that nobody here wrote reads `$metadata` over real HTTP, makes classes of it and asks through them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from odata.exceptions import ODataError
from pytest_django.live_server_helper import LiveServer
from tests.odata.conftest import Books, key_for, make_books, stock_up, user_of

from odata import ODataService
from tallystick.financials.models import WebServiceUse
from tallystick.financials.permissions import PermissionSet
from tallystick.odata import negotiation

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Reached:
    """The service of a company as the client sees it."""

    books: Books
    service: Any

    def query(self, name: str) -> Any:
        return self.service.query(self.service.entities[name])

    def __getitem__(self, name: str) -> Any:
        return self.service.entities[name]


@pytest.fixture
def reached(transactional_db: None, live_server: LiveServer) -> Iterator[Reached]:
    books = make_books()
    stock_up(books)
    with requests.Session() as session:
        session.auth = ("sales-viewer@example.com", key_for(user_of(books.company, PermissionSet.SALES_VIEWER)))
        service = ODataService(
            f"{live_server.url}/odata/alpha/", session=session, reflect_entities=True, quiet_progress=True
        )
        yield Reached(books, service)


def test_it_finds_every_set_and_reads_every_record(reached: Reached) -> None:
    assert set(reached.service.entities) == {
        *("ProductItemAvailability", "Customers", "Items", "Resources", "PriceLists", "PriceListLines"),
        *("PostedSalesInvoices", "PostedSalesInvoiceLines"),
    }
    customers = reached.query("Customers").all()
    assert [(one.No, one.Name) for one in customers][:2] == [("C1", "Bäckerei Müller"), ("C2", "O'Hara & Sons")]
    lines = reached.query("PriceListLines").all()
    assert [(one.PriceListCode, one.LineNo, float(one.UnitPrice)) for one in lines] == [
        ("SUMMER", 10000, 9.0),
        ("SUMMER", 20000, 9.0),
    ]
    assert reached.query("PriceLists").first().StartingDate == "2026-06-01"


def test_it_asks_for_the_availability_of_an_item(reached: Reached) -> None:
    there = reached["ProductItemAvailability"]
    found = reached.query("ProductItemAvailability").filter(there.ItemNo == "1100").filter(there.QtyOnHand > 50).all()
    assert [(one.UnitOfMeasureCode, float(one.QtyOnHand)) for one in found] == [("PCS", 100.0)]


def test_it_filters_orders_selects_and_cuts(reached: Reached) -> None:
    customer, customers = reached["Customers"], reached.query("Customers")
    assert [one.No for one in customers.filter(customer.Name == "O'Hara & Sons").all()] == ["C2"]
    assert [one.No for one in customers.filter(customer.Name.contains("Wolle")).all()] == ["C3"]
    assert [one.No for one in customers.filter(customer.Name.startswith("Ł")).all()] == ["C4"]
    both = customers.filter(customer.CreditLimit >= 250).order_by(customer.CreditLimit.desc())
    assert [one.No for one in both.all()] == ["C1", "C3"]
    assert [row["City"] for row in customers.select(customer.City).limit(2).offset(1).all()] == ["Dublin", "köln"]


def test_it_gets_one_record_by_its_key(reached: Reached) -> None:
    assert reached.query("Customers").get("C3").City == "köln"
    assert reached.query("Items").get("1100").BaseUnitOfMeasure == "PCS"


def test_it_follows_the_pages(reached: Reached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallystick.odata.answering.DEFAULT_PAGE", 1)
    assert negotiation.DEFAULT_PAGE > 1
    before = WebServiceUse.objects.count()
    assert [one.No for one in reached.query("Items").all()] == ["1000", "1100", "1200", "S1"]
    assert WebServiceUse.objects.count() == before + 4


def test_it_is_told_why_it_was_refused(reached: Reached) -> None:
    with pytest.raises(ODataError, match=r"No is Edm\.String, 5 is Edm\.Decimal"):
        reached.query("Items").filter("No eq 5").all()
