"""A company with a few records, its people, and a browser's worth of client for each of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.web.guard import _no_page_acts_as_the_operator  # noqa: F401 - a fixture for every test here

from tallystick.financials.models import Company, User
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import companies, create, users

HOSTILE = "<script>alert('x')</script>"


@dataclass(frozen=True, slots=True)
class Books:
    """A company and the ids of some of its records."""

    company: Company
    customer: UUID
    contact: UUID
    salesperson: UUID
    currency: UUID
    country: UUID

    @property
    def url(self) -> str:
        return f"/c/{self.company.slug}/"


def make_books(name: str) -> Books:
    company = companies.create_company(name)
    country = create(company, "country", {"code": "DE", "name": "Germany"}).id
    currency = create(company, "currency", {"code": "USD", "description": "US dollar"}).id
    salesperson = create(company, "salesperson", {"code": "JR", "name": "Jule Roth", "email": "jr@example.com"}).id
    values = {"name": f"{name} customer", "city": "Köln", "country_code": country, "salesperson_code": salesperson}
    customer = create(company, "customer", values).id
    contact = create(company, "contact", {"name": f"{name} contact", "type": "Company"}).id
    return Books(company, customer, contact, salesperson, currency, country)


@pytest.fixture(autouse=True)
def _hash_passwords_fast(settings: Any) -> None:
    """The real hash is slow on purpose, a tenth of a second for each sign-in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def books(db: None) -> Books:
    return make_books("Alpha")


@pytest.fixture
def other_books(db: None) -> Books:
    books = make_books("Beta")
    # It has people of its own: a page that forgot to ask whose desk it is would find one.
    users.grant(users.create_user("beta@example.com"), books.company, PermissionSet.SALES_VIEWER)
    return books


def person(company: Company, role: PermissionSet) -> User:
    user = users.create_user(
        f"{role}@example.com", first_name="Pat", last_name=role.label, password="a long pass phrase"
    )
    users.grant(user, company, role)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def administrator(books: Books) -> Client:
    return signed_in(person(books.company, PermissionSet.ADMINISTRATOR))


@pytest.fixture
def clerk(books: Books) -> Client:
    return signed_in(person(books.company, PermissionSet.FINANCE_CLERK))


@pytest.fixture
def viewer(books: Books) -> Client:
    return signed_in(person(books.company, PermissionSet.SALES_VIEWER))
