"""A company that publishes, with people and their keys, and a program that asks over HTTP."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from tallystick.financials.models import Company, EntryType, User
from tallystick.financials.permissions import PermissionSet, operator
from tallystick.financials.services import companies, create, item_journal, users, web_service_keys
from tallystick.odata import publishing
from tallystick.odata.sets import ENTITY_SETS

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Books:
    """A company that publishes everything to viewers, and ids of some records by name."""

    company: Company
    ids: dict[str, UUID]


def make_books(name: str = "Alpha", *, publish: bool = True) -> Books:
    company = companies.create_company(name)
    ids: dict[str, UUID] = {}

    def enter(table: str, key: str, **values: Any) -> None:
        ids[key] = create(company, table, values).id

    enter("unit-of-measure", "PCS", code="PCS", description="Piece")
    enter("unit-of-measure", "BOX", code="BOX", description="Box of 12")
    enter("salesperson", "JR", code="JR", name="Jule Roth")
    enter("country", "DE", code="DE", name="Germany")
    for no, called, city, more in (
        ("C1", "Bäckerei Müller", "Köln", {"salesperson_code": ids["JR"], "credit_limit": Decimal("1000.50")}),
        ("C2", "O'Hara & Sons", "Dublin", {"blocked": "Ship"}),
        ("C3", "100% Wolle_GmbH", "köln", {"country_code": ids["DE"], "credit_limit": Decimal(250)}),
        ("C4", "Łódź Meble", "", {"salesperson_code": ids["JR"]}),
    ):
        enter("customer", no, no=no, name=called, city=city, **more)
    for no, called, price in (("1000", "Bicycle", "4000"), ("1100", "Wheel", "12.5"), ("1200", "Bell", "0.12345")):
        enter("item", no, no=no, description=called, base_unit_of_measure=ids["PCS"], unit_price=Decimal(price))
    enter(
        "item-unit-of-measure",
        "1100 BOX",
        item_no=ids["1100"],
        unit_of_measure_code=ids["BOX"],
        qty_per_unit_of_measure=Decimal(12),
    )
    enter("item", "S1", no="S1", description="Repair", type="Service", base_unit_of_measure=ids["PCS"])
    enter("resource", "R1", no="R1", name="Pat", base_unit_of_measure=ids["PCS"])
    enter(
        "price-list",
        "SUMMER",
        code="SUMMER",
        description="Summer",
        starting_date=datetime(2026, 6, 1, tzinfo=UTC).date(),
    )
    for item in ("1000", "1100"):
        enter(
            "price-list-line", f"SUMMER {item}", price_list_code=ids["SUMMER"], item_no=ids[item], unit_price=Decimal(9)
        )
    if publish:
        for one in ENTITY_SETS:
            publishing.publish(company, one, now=NOW)
    return Books(company, ids)


def stock_up(books: Books) -> None:
    """A hundred wheels come in."""
    line = item_journal.JournalLine(books.ids["1100"], EntryType.PURCHASE, Decimal(100))
    item_journal.post_item_journal(books.company, [line], posting_date=NOW.date())


def user_of(company: Company, role: PermissionSet, email: str = "") -> User:
    user = users.create_user(email or f"{role}@example.com")
    users.grant(user, company, role)
    return user


def key_for(user: User, **more: Any) -> str:
    return web_service_keys.change_key(user, by=operator("test"), now=timezone.now(), **more).text


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Any
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def message(self) -> str:
        """The sentence of a refusal."""
        return str(self.json["error"]["message"])


def _escaped(path: str) -> str:
    address, _, query = path.partition("?")
    options = "&".join(quote(option, safe="$=") for option in re.split(r"&(?=\$)", query))
    return quote(address, safe="/$()',=") + ("?" + options if query else "")


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a key, asking the service of one company in this process."""

    slug: str
    key: str

    def get(self, path: str = "", *, method: str = "GET", authorization: str | None = None, **headers: str) -> Answer:
        """Ask for a path below the service, or for a link that it gave. What is asked is escaped; a link is already."""
        sent = {"Authorization": f"Bearer {self.key}" if authorization is None else authorization, **headers}
        link = path.startswith("http")
        address = path.removeprefix("http://testserver") if link else f"/odata/{self.slug}/{_escaped(path)}"
        reply = Client(headers=sent).generic(method, address)
        return Answer(reply.status_code, reply.headers, reply.content)

    def rows(self, path: str, **headers: str) -> list[dict[str, Any]]:
        """The records of an answer that has to be one."""
        answer = self.get(path, **headers)
        assert answer.status == 200, answer.content
        return list(answer.json["value"])

    def keys(self, path: str, name: str = "No") -> list[Any]:
        """One property of each record."""
        return [row[name] for row in self.rows(path)]


@pytest.fixture
def books(db: None) -> Books:
    return make_books()


@pytest.fixture
def caller(books: Books) -> Caller:
    """A viewer's program."""
    return Caller(books.company.slug, key_for(user_of(books.company, PermissionSet.SALES_VIEWER)))
