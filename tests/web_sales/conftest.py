"""A company that sells two things, with a quote, an order and a credit memo to try pages on; and its people's clients."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from tests.web.conftest import (  # noqa: F401  # fixtures are found by their names
    HOSTILE,
    Books,
    _hash_passwords_fast,
    administrator,
    books,
    clerk,
    make_books,
    other_books,
    viewer,
)

from tallystick.financials import queries
from tallystick.financials.models import Company
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.services import create

PARENT = {
    "sales-quote": "quote_no",
    "sales-order": "order_no",
    "sales-credit-memo": "credit_memo_no",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A company with goods, and the ids of its documents by table."""

    books: Books
    chair: UUID
    work: UUID
    documents: dict[str, UUID]

    @property
    def company(self) -> Company:
        return self.books.company

    def url(self, table: str, rest: str = "") -> str:
        """The address of the document of that table."""
        return f"{self.books.url}documents/{table}/{self.documents[table]}/{rest}"

    def lines(self, table: str) -> list[Record]:
        """The lines of the document of that table, in their order."""
        theirs = Filter(PARENT[table], value=self.documents[table])
        return queries.list_records(self.company, f"{table}-line", Query(filters=(theirs,))).records


def stocked(books: Books) -> Shop:  # noqa: F811  # a parameter, not the fixture
    """Goods and documents for the company."""
    company = books.company
    piece = create(company, "unit-of-measure", {"code": "PCS", "description": "Piece"}).id
    box = create(company, "unit-of-measure", {"code": "BOX", "description": "Box"}).id
    chair = create(
        company,
        "item",
        {"no": "CHAIR", "description": "Chair", "base_unit_of_measure": piece, "unit_price": "80", "unit_cost": "50"},
    ).id
    create(
        company,
        "item-unit-of-measure",
        {"item_no": chair, "unit_of_measure_code": box, "qty_per_unit_of_measure": "4"},
    )
    work = create(
        company, "resource", {"no": "WORK", "name": "Assembly", "base_unit_of_measure": piece, "unit_price": "60"}
    ).id
    documents = {table: create(company, table, {"customer_no": books.customer}).id for table in PARENT}
    for table, id in documents.items():
        create(company, f"{table}-line", {PARENT[table]: id, "item_no": chair, "quantity": "2", "unit_price": "80"})
    return Shop(books, chair, work, documents)


@pytest.fixture
def shop(books: Books) -> Shop:  # noqa: F811  # a fixture, not the import
    return stocked(books)
